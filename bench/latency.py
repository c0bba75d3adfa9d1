"""How long kb.search takes, whole call, warm: p50 and p99, beside `select 1` on the same connection.

    python -m bench.latency [--chunks 5000] [--readers 50]

Published are texts recombined from `../shared/data/retrieval/scifact-en`. Asked is without a filter and with one that
leaves a hundredth; recall is against comparing each text. Then readers ask while another source is published: none may
get an error or an empty answer. CPU is that of the database's process, which other load on the machine changes less.
"""

from __future__ import annotations

import argparse
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from pgvector import Vector

from bench.synthetic import Material, publish_synthetic, read_queries, synthetic_base
from flows.texts import Texts
from pipelines.database import Connection, connect
from pipelines.settings import Project

_ASKED = 100
_FILTERS: dict[str, list[str] | None] = {"no filter": None, "1 % filter": ["c7"]}
_SEARCH = "select entry_id from kb.search(%s, %s, 10, %s::text[])"

Query = tuple[str, Vector]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=5000)
    parser.add_argument("--readers", type=int, default=50)
    arguments = parser.parse_args()
    with synthetic_base(arguments.chunks) as base:
        queries = _queries(base.texts)
        with connect(base.project, role="reader", autocommit=True) as reader:
            _alone(reader, base.owner, queries)
        _together(base.project, base.owner, base.material, queries, arguments.readers)


def _queries(texts: Texts) -> list[Query]:
    said = read_queries(_ASKED)
    return [(text, Vector(vector)) for text, vector in zip(said, texts.encode_queries(said), strict=True)]


def _alone(reader: Connection, owner: Connection, queries: Sequence[Query]) -> None:
    """One reader, each question twice, the second time measured."""
    base = _measured(reader, "select 1", [()] * len(queries))
    print(f"{'select 1':22} {base}")
    for name, category in _FILTERS.items():
        asked = [(*query, category) for query in queries]
        told = _measured(reader, _SEARCH, asked)
        recall = _recall(reader, owner, asked)
        print(f"{name:22} {told}  {told.p50 / base.p50:.0f} × select 1  recall@10 {recall:.3f}", flush=True)


@dataclass(frozen=True)
class _Times:
    """Milliseconds a call."""

    p50: float
    p99: float
    cpu: float  # p50 of the database's process

    def __str__(self) -> str:
        return f"p50 {self.p50:7.2f} ms  p99 {self.p99:7.2f} ms  CPU {self.cpu:6.2f} ms"


def _measured(conn: Connection, statement: str, asked: Sequence[tuple[object, ...]]) -> _Times:
    walls, works = [], []
    for arguments in [*asked[:10], *asked]:
        worked, started = _cpu(conn), perf_counter()
        conn.execute(statement.encode(), arguments).fetchall()
        walls.append(1000 * (perf_counter() - started))
        works.append(_cpu(conn) - worked)
    return _Times(median(walls[10:]), quantiles(walls[10:], n=100)[-1], median(works[10:]))


def _cpu(conn: Connection) -> float:
    """Milliseconds of processor that the connection's process has used."""
    return int(Path(f"/proc/{conn.info.backend_pid}/schedstat").read_text().split()[0]) / 1e6


def _recall(reader: Connection, owner: Connection, asked: Sequence[tuple[object, ...]]) -> float:
    """Share of the first ten that comparing each text gives, over all questions."""
    found = there = 0
    for arguments in asked:
        given = {row[0] for row in reader.execute(_SEARCH.encode(), arguments)}
        with owner.transaction(force_rollback=True):
            owner.execute("update kb_store.model set indexed_to = 0")
            exact = {row[0] for row in owner.execute(_SEARCH.encode(), arguments)}
        found, there = found + len(given & exact), there + len(exact)
    return found / there


@dataclass
class _Readers:
    """What readers that ask all the time were answered."""

    walls: list[float] = field(default_factory=list)
    empty: int = 0
    errors: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def ask(self, conn: Connection, queries: Sequence[Query]) -> None:
        """Ask until told to stop."""
        while not self.stop.is_set():
            for query in queries:
                started = perf_counter()
                try:
                    rows = conn.execute(_SEARCH.encode(), (*query, None)).fetchall()
                except Exception as error:  # whatever it is, it is the finding
                    self.errors.append(str(error))
                    return
                self.walls.append(1000 * (perf_counter() - started))
                self.empty += not rows
                if self.stop.is_set():
                    return


def _together(project: Project, owner: Connection, material: Material, queries: Sequence[Query], readers: int) -> None:
    """Many readers at once, quiet and then while a source of a tenth as many texts is published."""
    with _reading(project, queries, readers) as quiet:
        quiet.stop.wait(10)
    with _reading(project, queries, readers) as busy:
        publish_synthetic(owner, "another", material, 2000, first=10_000_000)
    before, during = median(quiet.walls), median(busy.walls)
    print(
        f"{readers} readers: p50 {before:.0f} ms; while 2,000 chunks are published {during:.0f} ms "
        f"({during / before:.1f} ×), {len(busy.walls)} answers, {busy.empty} empty, {len(busy.errors)} errors"
    )
    for error in set(busy.errors):
        print(f"  {error}")


@contextmanager
def _reading(project: Project, queries: Sequence[Query], readers: int) -> Iterator[_Readers]:
    told = _Readers()
    conns = [connect(project, role="reader", autocommit=True) for _ in range(readers)]
    threads = [
        threading.Thread(target=told.ask, args=(conn, [*queries[n:], *queries[:n]])) for n, conn in enumerate(conns)
    ]
    try:
        for thread in threads:
            thread.start()
        yield told
    finally:
        told.stop.set()
        for thread in threads:
            thread.join()
        for conn in conns:
            conn.close()


if __name__ == "__main__":
    main()
