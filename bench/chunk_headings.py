"""What the heading path in the embedded text is worth: nDCG@10 with it and without, vectors alone.

    python bench/chunk_headings.py [SET…]

Sets lie in ../shared/data/retrieval. Each document is chunked as a page with its title; its score
is that of its best chunk. The cost is what a changed title embeds again: every chunk of the page.
"""

from __future__ import annotations

import json
import math
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.chunking import chunk_blocks
from pipelines.embedding import Encoder
from pipelines.records import Block
from pipelines.vectors.models import DEFAULT_MODEL, resolve_model
from pipelines.vectors.tokens import token_counter

DATA = Path(__file__).resolve().parent.parent.parent / "shared/data/retrieval"
Vectors = NDArray[np.float32]


def main() -> None:
    """Measure and print each set."""
    model = resolve_model(DEFAULT_MODEL)
    with tempfile.TemporaryDirectory() as cache:
        encoder = Encoder(model, "openvino", Path(cache), 2)
        for name in sys.argv[1:] or ["xquad-en", "scifact-en"]:
            _one_set(name, encoder)


def _one_set(name: str, encoder: Encoder) -> None:
    """Print nDCG@10 of one set with and without headings in the embedded text."""
    documents, queries = _rows(DATA / name / "corpus.jsonl"), _rows(DATA / name / "queries.jsonl")
    judged = _judgements(DATA / name / "qrels.tsv")
    queries = [query for query in queries if query["id"] in judged]
    asked = np.stack([encoder.encode_query(query["text"]) for query in queries])
    owners, with_path, without = _chunks(documents, encoder)
    for label, texts in (("with heading path", with_path), ("body alone", without)):
        scores = _best(asked @ encoder.encode_passages(texts).T, owners, len(documents))
        gains = [_ndcg(row, documents, judged[query["id"]]) for row, query in zip(scores, queries, strict=True)]
        print(f"{name:12} {label:18} nDCG@10 {sum(gains) / len(gains):.3f}  ({len(texts)} chunks)", flush=True)


def _chunks(documents: list[dict[str, Any]], encoder: Encoder) -> tuple[NDArray[np.int64], list[str], list[str]]:
    """Return for every chunk its document, its embedded text, and its body."""
    count = token_counter(encoder.model)
    owners, with_path, without = [], [], []
    for index, document in enumerate(documents):
        title = str(document.get("title", "")).replace("_", " ")
        blocks = [Block("paragraph", document["text"])]
        for chunk in chunk_blocks(blocks, title=title, count_tokens=count, max_tokens=encoder.model.max_tokens):
            owners.append(index)
            with_path.append(chunk.embedded_text)
            without.append(chunk.body)
    return np.array(owners), with_path, without


def _best(scores: Vectors, owners: NDArray[np.int64], documents: int) -> Vectors:
    """Return (queries, documents): each document's best chunk."""
    best = np.full((len(scores), documents), -1, np.float32)
    for column, owner in enumerate(owners):
        np.maximum(best[:, owner], scores[:, column], out=best[:, owner])
    return best


def _ndcg(scores: Vectors, documents: list[dict[str, Any]], judged: dict[str, float]) -> float:
    """Return one query's nDCG@10 (Järvelin, Kekäläinen, 2002)."""
    top = [judged.get(documents[i]["id"], 0.0) for i in np.argsort(-scores)[:10]]
    ideal = sorted(judged.values(), reverse=True)[:10]
    return _gain(top) / _gain(ideal)


def _gain(grades: list[float]) -> float:
    return sum(grade / math.log2(rank + 2) for rank, grade in enumerate(grades))


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def _judgements(file: Path) -> dict[str, dict[str, float]]:
    """Return query -> document -> grade."""
    judged: dict[str, dict[str, float]] = {}
    for line in file.read_text("utf-8").splitlines()[1:]:
        query, document, grade = line.split("\t")
        judged.setdefault(query, {})[document] = float(grade)
    return judged


if __name__ == "__main__":
    main()
