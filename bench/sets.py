"""Retrieval sets: documents, questions, and which documents answer which; published as pages of one source."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from flows.texts import Texts
from pipelines.database import Connection
from pipelines.records import STANDING, Block, Draft, ReadingRules
from pipelines.store.planning import PlannedChunk
from pipelines.web.language import language_of
from tests.story import Story

__all__ = ["Queried", "RetrievalSet", "publish_set", "read_set"]


@dataclass(frozen=True)
class Queried:
    """A question and what answers it."""

    text: str
    grades: dict[str, float]  # by URL, above nought


@dataclass(frozen=True)
class RetrievalSet:
    """A set as it lies in its folder."""

    name: str
    documents: tuple[Draft, ...]
    queries: tuple[Queried, ...]  # those with an answer


def read_set(folder: Path) -> RetrievalSet:
    """The set of that folder: corpus.jsonl, queries.jsonl, qrels.tsv."""
    grades: dict[str, dict[str, float]] = defaultdict(dict)
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, document, grade = line.split("\t")
        if float(grade) > 0:
            grades[query][_url(document)] = float(grade)
    queries = tuple(Queried(row["text"], grades[row["id"]]) for row in _rows(folder / "queries.jsonl"))
    documents = tuple(map(_draft, _rows(folder / "corpus.jsonl")))
    return RetrievalSet(folder.name, documents, tuple(one for one in queries if one.grades))


def publish_set(
    conn: Connection, texts: Texts, documents: Sequence[Draft], encode: Callable[[Sequence[str]], NDArray[np.float32]]
) -> int:
    """Publish the documents in chunks as any page would be; how many texts were given to `encode`."""
    cut = texts.chunker(ReadingRules("set", ZoneInfo("UTC")))

    def chunker(draft: Draft, observed_at: datetime) -> Sequence[PlannedChunk]:
        return cut(draft, observed_at)

    story = Story(conn, encoder=encode, model=texts.model, chunker=chunker)  # type: ignore[arg-type]  # counts nothing
    return story.sync({draft.key: [draft] for draft in documents})


def _rows(file: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _draft(document: dict[str, str]) -> Draft:
    text, url = document["text"], _url(document["id"])
    title = document.get("title") or ""
    return Draft(url, "page", url, title, (Block("paragraph", text),), language_of(text, None), STANDING)


def _url(document: str) -> str:
    return f"https://set.test/{document}"
