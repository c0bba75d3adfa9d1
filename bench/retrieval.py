"""How well kb.search ranks: nDCG@10 and recall of a set of questions with known answers, words alone and fused.

    python -m bench.retrieval ../shared/data/retrieval/xquad-en [--backend auto]

The set's texts are published as pages of one source, in chunks as any page would be; every question is asked
through kb.search as a bot asks it.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from bench.projects import temporary_project
from flows.texts import Texts
from pipelines.database import Connection, connect
from pipelines.records import STANDING, Block, Draft
from pipelines.store.planning import PlannedChunk
from pipelines.web.language import language_of
from retrieval.asking import search
from tests.story import Story

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
        _publish(conn, texts, given.set)
        relevant, queries = _judgements(given.set), _queries(given.set)
        vectors = {q: texts.encode_query(text) for q, text in queries.items() if q in relevant}
        for name, embed in (("words alone", None), ("fused", vectors.__getitem__)):
            _measure(name, conn, {q: queries[q] for q in vectors}, relevant, embed)


def _publish(conn: Connection, texts: Texts, folder: Path) -> None:
    started = monotonic()
    from zoneinfo import ZoneInfo

    from pipelines.records import ReadingRules

    cut = texts.chunker(ReadingRules("set", ZoneInfo("UTC")))

    def chunker(draft: Draft, observed_at: datetime) -> Sequence[PlannedChunk]:
        return cut(draft, observed_at)

    story = Story(conn, encoder=texts.encode, model=texts.model, chunker=chunker)  # type: ignore[arg-type]
    embedded = story.sync({draft.key: [draft] for draft in _drafts(folder)})
    print(f"{folder.name}: {embedded} texts embedded and published in {monotonic() - started:.0f} s", flush=True)


def _drafts(folder: Path) -> list[Draft]:
    lines = (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    return [_draft(json.loads(line)) for line in lines]


def _draft(document: dict[str, str]) -> Draft:
    text, url = document["text"], f"https://set.test/{document['id']}"
    language = language_of(text, None)
    return Draft(url, "page", url, document.get("title") or "", (Block("paragraph", text),), language, STANDING)


def _queries(folder: Path) -> dict[str, str]:
    rows = (json.loads(line) for line in (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines())
    return {row["id"]: row["text"] for row in rows}


def _judgements(folder: Path) -> dict[str, dict[str, float]]:
    relevant: dict[str, dict[str, float]] = defaultdict(dict)
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, document, grade = line.split("\t")
        if float(grade) > 0:
            relevant[query][document] = float(grade)
    return relevant


def _measure(
    name: str,
    conn: Connection,
    queries: dict[str, str],
    relevant: dict[str, dict[str, float]],
    vector_of: Callable[[str], NDArray[np.float32]] | None,
) -> None:
    gains, recalls, seconds = [], [], []
    for query, text in queries.items():
        embed = (lambda _text, q=query: vector_of(q)) if vector_of else None
        started = monotonic()
        hits = search(conn, text, embed=embed, max_results=_ASKED)
        seconds.append(monotonic() - started)
        found = [hit["url"].rsplit("/", 1)[-1] for hit in hits]
        gains.append(_ndcg(found, relevant[query]))
        recalls.append(len(set(found) & set(relevant[query])) / len(relevant[query]))
    print(
        f"  {name:12} nDCG@10 {statistics.mean(gains):.4f}  recall@10 {statistics.mean(recalls):.4f}  "
        f"{1000 * statistics.median(seconds):.1f} ms a question (median of {len(queries)})",
        flush=True,
    )


def _ndcg(found: Sequence[str], grades: dict[str, float]) -> float:
    gain = sum((2 ** grades.get(d, 0) - 1) / math.log2(i + 2) for i, d in enumerate(found))
    best = sorted(grades.values(), reverse=True)[:_ASKED]
    return gain / sum((2**g - 1) / math.log2(i + 2) for i, g in enumerate(best))


if __name__ == "__main__":
    main()
