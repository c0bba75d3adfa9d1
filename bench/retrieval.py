"""How well kb.search ranks sets of questions with known answers, beside the recipe of its peers on the same base.

    python -m bench.retrieval ../shared/data/retrieval/xquad-en … [--backend auto] [--json]

A set's texts are published as pages of one source, in chunks as any page would be, and what a sync does afterwards is
done. Then each question is asked five ways: by its words alone; by its vector alone; fused, as a bot that embeds asks;
by SQL alone, where the database embeds; and by what LlamaIndex, R2R and pg_vectorize do, `ts_rank_cd` and vectors by
reciprocal rank. nDCG@10 with gain 2^grade - 1.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean, median
from time import perf_counter

from pgvector import Vector

from bench.projects import temporary_project
from bench.sets import Queried, publish_set, read_set
from flows.housekeeping import after_publication
from flows.texts import Texts
from pipelines.database import Connection, connect

_MOST = 10
_GATES = {  # nDCG@10 to be reached: fused, and by SQL alone
    "scifact-en": (0.730, 0.715),
    "xquad-en": (0.980, 0.975),
    "xquad-ar": (0.935, 0.930),
    "xquad-mixed-ar-en": (0.795, 0.790),
}
_TOLERATED = 0.005  # of the better leg alone, that fusion may lose


@dataclass(frozen=True)
class _Figure:
    """How one way of asking did on one set."""

    set: str
    way: str
    ndcg: float
    recall: float  # of the first ten
    milliseconds: float  # a question, whole call, median
    gate: float | None = None  # nDCG to be reached

    def __str__(self) -> str:
        reached = "" if self.gate is None else f"  gate {self.gate:.3f} {'ok' if self.ndcg >= self.gate else 'MISSED'}"
        return (
            f"  {self.way:10} nDCG@10 {self.ndcg:.4f}  recall@10 {self.recall:.4f}  "
            f"{self.milliseconds:6.1f} ms a question{reached}"
        )


def main() -> None:
    """Measure and print; exit 1 when a gate is missed or fusion loses to a leg."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--backend", default="auto")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    figures = [figure for folder in given.sets for figure in _measured_set(folder, given.backend, quiet=given.json)]
    if given.json:
        print(json.dumps([asdict(figure) for figure in figures], indent=2))
    sys.exit(any(figure.gate is not None and figure.ndcg < figure.gate for figure in figures))


def _measured_set(folder: Path, backend: str, *, quiet: bool) -> list[_Figure]:
    chosen = read_set(folder)
    fused, alone = _GATES.get(chosen.name, (None, None))
    settings = f'[embedding]\nbackend = "{backend}"\n'
    with temporary_project({}, settings=settings) as project, connect(project, autocommit=True) as conn:
        texts = Texts(project)
        publish_set(conn, texts, chosen.documents, texts.encode)
        conn.execute("analyze")
        after_publication(project)
        conn.execute(_PEERS_TABLE)
        vectors = [Vector(vector) for vector in texts.encode_queries([query.text for query in chosen.queries])]
        legs = [_measure(conn, chosen.name, way, chosen.queries, vectors) for way in ("words", "vectors")]
        best = max(leg.ndcg for leg in legs) - _TOLERATED
        figures = [
            *legs,
            _measure(conn, chosen.name, "fused", chosen.queries, vectors, max(best, fused or 0)),
            _measure(conn, chosen.name, "SQL only", chosen.queries, vectors, alone),
            _measure(conn, chosen.name, "peers", chosen.queries, vectors),
        ]
    if not quiet:
        print("\n".join([f"{chosen.name}: {len(chosen.queries)} questions", *map(str, figures)]), flush=True)
    return figures


def _measure(
    conn: Connection,
    name: str,
    way: str,
    queries: Sequence[Queried],
    vectors: Sequence[Vector],
    gate: float | None = None,
) -> _Figure:
    gains, recalls, seconds = [], [], []
    for query, vector in zip(queries, vectors, strict=True):
        started = perf_counter()
        rows = conn.execute(_WAYS[way], {"query": query.text, "vector": vector}).fetchall()
        seconds.append(perf_counter() - started)
        found = [url for (url,) in rows]
        gains.append(_ndcg(found, query.grades))
        recalls.append(len(set(found) & set(query.grades)) / len(query.grades))
    return _Figure(name, way, mean(gains), mean(recalls), 1000 * median(seconds), gate)


def _ndcg(found: Sequence[str], grades: dict[str, float]) -> float:
    gain = sum((2 ** grades.get(url, 0) - 1) / math.log2(place + 2) for place, url in enumerate(found))
    best = sorted(grades.values(), reverse=True)[:_MOST]
    return gain / sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(best))


_WAYS = {
    "words": b"""
select v.url
from kb_store.search_live(
    clock_timestamp(), %(query)s, null, 10, kb_store.wanted_of(null, null, null, null, null, null)
) with ordinality h(chunk_id, score, vector_score, text_score, place)
join kb_store.chunk using (chunk_id)
join kb_store.version v using (version_id)
order by h.place
""",
    "vectors": b"""
select url from bench_peer group by url order by min(vector <=> %(vector)s::halfvec) limit 10
""",
    "fused": b"select url from kb.search(%(query)s, %(vector)s, 10)",
    "SQL only": b"select url from kb.search(%(query)s, max_results => 10)",
    "peers": b"""
with asked as materialized (
    select to_tsquery('english', string_agg(quote_literal(l), ' | ')) as words
    from unnest(tsvector_to_array(to_tsvector('english', %(query)s))) l
),
word as (
    select p.chunk_id, row_number() over (order by ts_rank_cd(p.words, a.words) desc, p.chunk_id) as place
    from bench_peer p, asked a
    where p.words @@ a.words
    order by 2
    limit 100
),
vector as (
    select p.chunk_id, row_number() over (order by p.vector <=> %(vector)s::halfvec, p.chunk_id) as place
    from bench_peer p
    order by 2
    limit 100
)
select p.url
from word w
full join vector v using (chunk_id)
join bench_peer p using (chunk_id)
group by p.url
order by max(coalesce(1.0 / (60 + w.place), 0) + coalesce(1.0 / (60 + v.place), 0)) desc
limit 10
""",
}
_PEERS_TABLE = b"""
create temporary table bench_peer as
select c.chunk_id, v.url, to_tsvector('english', p.content) as words, s.vector
from kb_store.served_chunk c
join kb_store.served_entry e using (entry_id)
join kb_store.version v using (version_id)
join kb_store.passage p using (passage_id)
join kb_store.served_vector s using (passage_id);
create index on bench_peer using gin (words);
analyze bench_peer
"""


if __name__ == "__main__":
    main()
