"""How near the vectors that the database makes of queries come to the model's own, and what making them costs.

    python -m bench.embedding_in_sql ../shared/data/retrieval/xquad-en [--backend auto]

The set's texts are published, the table is fitted as after a sync, and every question's vector is made both ways. Each
ranks the base's texts exactly: nDCG@10 of the vector leg alone. What `kb.search` makes of it, bench.retrieval measures.
"""

from __future__ import annotations

import argparse
import math
import statistics
from pathlib import Path
from time import monotonic, process_time

import numpy as np
from numpy.typing import NDArray

from bench.projects import temporary_project
from bench.sets import RetrievalSet, publish_set, read_set
from flows.housekeeping import fit_queries
from flows.texts import Texts
from pipelines.database import Connection, connect
from pipelines.store.publishing import served_model

Floats = NDArray[np.float32]

_ASKED = 10


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("set", type=Path)
    arguments.add_argument("--backend", default="auto")
    given = arguments.parse_args()
    settings = f'[embedding]\nbackend = "{given.backend}"\n'
    with temporary_project({}, settings=settings) as project, connect(project, autocommit=True) as conn:
        texts = Texts(project)
        chosen = read_set(given.set)
        publish_set(conn, texts, chosen.documents, texts.encode)
        _fit(conn, texts)
        _compare(conn, texts, chosen)


def _fit(conn: Connection, texts: Texts) -> None:
    served = served_model(conn)
    assert served is not None
    started, busy = monotonic(), process_time()
    fit_queries(conn, texts, served.number, anew=True)
    conn.execute("analyze kb_store.query_piece")
    size = conn.execute(
        "select count(*), pg_size_pretty(pg_total_relation_size('kb_store.query_piece')) from kb_store.query_piece"
    ).fetchone()
    assert size is not None
    print(
        f"fitted in {monotonic() - started:.0f} s ({process_time() - busy:.0f} s of CPU): {size[0]} pieces, {size[1]}"
    )


def _compare(conn: Connection, texts: Texts, chosen: RetrievalSet) -> None:
    made = _made(conn, texts, chosen)
    real = texts.encode_queries([query.text for query in chosen.queries])
    print(f"mean cosine to the model's own {np.sum(made * real, axis=1).mean():.3f}")
    urls, vectors = _served(conn)
    for name, of in (("the model's own", real), ("made in SQL", made)):
        pairs = zip(chosen.queries, of @ vectors.T, strict=True)
        gains = [_ndcg(_best(urls, scores), query.grades) for query, scores in pairs]
        print(f"  {name:16} nDCG@10 {statistics.mean(gains):.4f}")


def _made(conn: Connection, texts: Texts, chosen: RetrievalSet) -> Floats:
    """The vectors the database makes; zeros where it makes none."""
    seconds, made = [], np.zeros((len(chosen.queries), texts.model.dimensions), np.float32)
    for place, query in enumerate(chosen.queries):
        started = monotonic()
        row = conn.execute("select kb_store.query_vector(%s)", (query.text,)).fetchone()
        seconds.append(monotonic() - started)
        if row is not None and row[0] is not None:
            made[place] = row[0].to_numpy()
    median, best = (1000 * float(np.quantile(seconds, share)) for share in (0.5, 0.1))
    print(f"made in {median:.1f} ms a query (median of {len(seconds)}; the fastest tenth below {best:.1f})")
    return made


def _served(conn: Connection) -> tuple[list[str], Floats]:
    """The URL and the vector of each chunk in service."""
    rows = conn.execute(
        "select v.url, s.vector from kb_store.served_chunk c join kb_store.served_entry e using (entry_id)"
        " join kb_store.version v using (version_id) join kb_store.served_vector s using (passage_id)"
    ).fetchall()
    return [url for url, _ in rows], np.stack([vector.to_numpy() for _, vector in rows])


def _best(urls: list[str], scores: Floats) -> list[str]:
    """The ten documents whose best chunk is nearest."""
    return list(dict.fromkeys(urls[place] for place in np.argsort(-scores, kind="stable")))[:_ASKED]


def _ndcg(found: list[str], grades: dict[str, float]) -> float:
    gain = sum((2 ** grades.get(url, 0) - 1) / math.log2(place + 2) for place, url in enumerate(found))
    best = sorted(grades.values(), reverse=True)[:_ASKED]
    return gain / sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(best))


if __name__ == "__main__":
    main()
