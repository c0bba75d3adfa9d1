"""A base of any size for a measurement: real texts and their vectors, recombined, published by a real run.

Each text joins sentences of two documents and its vector lies between theirs, with noise: words have their natural
frequencies and neighbours are as crowded as in real bases, however many there are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import numpy as np
from numpy.typing import NDArray
from pgvector import HalfVector

from bench.projects import temporary_project
from flows.texts import Texts
from pipelines.database import Connection, connect
from pipelines.settings import Project
from pipelines.source_settings import Source
from pipelines.store import publishing, runs
from pipelines.store.vector_index import keep_vector_index
from pipelines.vectors.models import ModelEntry

__all__ = [
    "CHUNKS_AN_ENTRY",
    "Material",
    "SyntheticBase",
    "publish_synthetic",
    "read_queries",
    "read_sentences",
    "synthetic_base",
]

_SET = Path(__file__).resolve().parents[2] / "shared/data/retrieval/scifact-en"
_DOCUMENTS = 500
CHUNKS_AN_ENTRY = 4
_CATEGORIES = 100  # each holds one entry in a hundred
_NOISE = 0.5  # length of what is added to the sum of two unit vectors


@dataclass(frozen=True)
class Material:
    """Documents to make texts of."""

    sentences: Sequence[Sequence[str]]  # of each document
    vectors: NDArray[np.float32]  # (documents, dimensions), unit length
    model: ModelEntry


@dataclass(frozen=True)
class SyntheticBase:
    """A project whose base holds one published source of such texts."""

    project: Project
    owner: Connection
    texts: Texts
    material: Material


@contextmanager
def synthetic_base(chunks: int) -> Iterator[SyntheticBase]:
    """A base of that many texts recombined from `../shared/data/retrieval/scifact-en`, its index of vectors made."""
    with temporary_project({}) as project, connect(project, autocommit=True) as owner:
        texts = Texts(project)
        sentences = read_sentences(_SET / "corpus.jsonl", _DOCUMENTS)
        material = Material(sentences, texts.encode([". ".join(said[:2]) for said in sentences]), texts.model)
        started = monotonic()
        publish_synthetic(owner, "synthetic", material, chunks)
        print(f"{chunks} chunks published in {monotonic() - started:.1f} s", flush=True)
        started = monotonic()
        if keep_vector_index(owner, publishing.register_model(owner, texts.model)):
            print(f"index of vectors made in {monotonic() - started:.1f} s", flush=True)
        yield SyntheticBase(project, owner, texts, material)


def read_queries(most: int) -> list[str]:
    """The first questions of that set."""
    lines = (_SET / "queries.jsonl").read_text(encoding="utf-8").splitlines()[:most]
    return [json.loads(line)["text"] for line in lines]


def read_sentences(corpus: Path, most: int = 5000) -> list[list[str]]:
    """The sentences of the first documents of a retrieval set."""
    lines = corpus.read_text(encoding="utf-8").splitlines()[:most]
    return [json.loads(line)["text"].split(". ") for line in lines]


def publish_synthetic(conn: Connection, name: str, material: Material, chunks: int, *, first: int = 0) -> None:
    """Publish a source of `chunks` texts, numbered from `first`: its entries are of a hundred categories and prices."""
    runs.register_source(conn, Source(name=name, kind="urls", start_urls=("https://synthetic.test/",)))
    model = publishing.register_model(conn, material.model)
    run = runs.begin_run(conn, name)
    keys = [f"https://synthetic.test/{name}/{first + n}" for n in range(chunks // CHUNKS_AN_ENTRY)]
    _plan_entries(conn, run, keys)
    _plan_chunks(conn, run, keys, model, material, np.random.default_rng(first))
    conn.execute("analyze kb_store.plan_entry, kb_store.plan_chunk, kb_store.embedding")
    publishing.publish(conn, run)
    runs.end_run(conn, run, "published")
    conn.execute("analyze")


def _plan_entries(conn: Connection, run: int, keys: Sequence[str]) -> None:
    columns = "run_id, key, kind, action, valid, validity, url, title, description, language, category, price, currency"
    copied = f"copy kb_store.plan_entry ({columns}, evidence, content_hash) from stdin"
    with conn.cursor() as cursor, cursor.copy(copied.encode()) as copy:
        for n, key in enumerate(keys):
            kept = ("standing", key, f"Text {n}", "", "en", [f"c{n % _CATEGORIES}"], n % 1000, "SAR", "[]")
            copy.write_row((run, key, "page", "added", "{(,)}", *kept, hashlib.sha256(key.encode()).digest()))


def _plan_chunks(
    conn: Connection, run: int, keys: Sequence[str], model: int, material: Material, random: np.random.Generator
) -> None:
    texts = [_recombined(material, random) for _ in range(len(keys) * CHUNKS_AN_ENTRY)]
    digests = [hashlib.sha256(text.encode()).digest() for text, _ in texts]
    columns = "run_id, key, ordinal, heading, body, passage_sha256, content"
    made = {digest: vector for digest, (_, vector) in zip(digests, texts, strict=True)}
    known = {row[0] for row in conn.execute(_KNOWN, (model, list(made)))}  # of many texts some come twice
    with conn.cursor() as cursor:
        with cursor.copy(f"copy kb_store.plan_chunk ({columns}) from stdin".encode()) as copy:
            for n, ((text, _), digest) in enumerate(zip(texts, digests, strict=True)):
                entry, ordinal = divmod(n, CHUNKS_AN_ENTRY)
                copy.write_row((run, keys[entry], ordinal, "", text, digest, text))
        with cursor.copy(b"copy kb_store.embedding (model_id, passage_sha256, vector) from stdin") as copy:
            for digest in made.keys() - known:
                copy.write_row((model, digest, HalfVector(made[digest])))


_KNOWN = b"select passage_sha256 from kb_store.embedding where model_id = %s and passage_sha256 = any(%s)"


def _recombined(material: Material, random: np.random.Generator) -> tuple[str, NDArray[np.float32]]:
    one, other = random.integers(len(material.sentences), size=2)
    noise = random.normal(size=material.vectors.shape[1])
    vector = material.vectors[one] + material.vectors[other] + _NOISE * noise / np.linalg.norm(noise)
    said = [*_some(material.sentences[one], random), *_some(material.sentences[other], random)]
    return ". ".join(said), (vector / np.linalg.norm(vector)).astype(np.float32)


def _some(sentences: Sequence[str], random: np.random.Generator) -> list[str]:
    """Two sentences, in a random place."""
    start = int(random.integers(max(len(sentences) - 1, 1)))
    return list(sentences[start : start + 2])
