"""How many chunks a second publishing takes in, the embedding left out: of the server's processor, and by the clock.

    python -m bench.publishing ../shared/data/retrieval/{xquad-en,xquad-ar} [--chunks 5000]

Chunks are made of a set's own sentences, five each in random order and five chunks a page, so that words are as
frequent as they are; their vectors are at hand. First texts are analysed and stored, then one transaction publishes
them: served rows, vectors, document frequencies, lengths, term weights.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from bench.lexical import processor_seconds, read_sentences
from bench.projects import temporary_project
from pipelines.database import Connection, connect
from pipelines.records import STANDING, Block, Draft
from pipelines.store import publishing, runs
from pipelines.vectors.models import ModelEntry
from tests.story import Story

_DIMENSIONS = 384
_MODEL = ModelEntry("anywhere", "bench/anywhere", "local", _DIMENSIONS, 256, Path("/nowhere"), "0" * 64, "0" * 64)
_CHUNKS_A_PAGE = 5
_SENTENCES_A_CHUNK = 5


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("sets", type=Path, nargs="+")
    arguments.add_argument("--chunks", type=int, default=5000)
    given = arguments.parse_args()
    for folder in given.sets:
        with temporary_project({}) as project, connect(project, autocommit=True) as conn:
            _measure(conn, folder.name, _pages(read_sentences(folder), given.chunks))


def _pages(sentences: Sequence[str], chunks: int) -> dict[str, Sequence[Draft]]:
    chance = random.Random(chunks)
    pages: dict[str, Sequence[Draft]] = {}
    for number in range(chunks // _CHUNKS_A_PAGE):
        url = f"https://set.test/{number}"
        said = [" ".join(chance.sample(sentences, _SENTENCES_A_CHUNK)) for _ in range(_CHUNKS_A_PAGE)]
        blocks = tuple(Block("paragraph", text) for text in said)
        pages[url] = [Draft(url, "page", url, f"Page {number}", blocks, "en", STANDING)]
    return pages


def _measure(conn: Connection, name: str, pages: dict[str, Sequence[Draft]]) -> None:
    """Publish the pages and print what either step took."""
    story = Story(conn, model=_MODEL)
    run = story.plan(pages)
    publishing.embed_missing(conn, run, story.model_id, _anywhere)
    conn.execute("analyze")
    chunks = len(pages) * _CHUNKS_A_PAGE
    analysed = _took(conn, lambda: publishing.store_texts(conn, run))
    published = _took(conn, lambda: _publish(conn, run))
    both = tuple(one + other for one, other in zip(analysed, published, strict=True))
    print(f"{name}: {chunks} chunks; a second of processor, and by the clock")
    for step, (worked, passed) in {"analysed": analysed, "published": published, "both": both}.items():
        print(f"  {step:10} {chunks / worked:7.0f} {chunks / passed:7.0f}", flush=True)


def _publish(conn: Connection, run: int) -> None:
    with runs.fenced(conn, run):
        conn.execute("select kb_store.publish(%s)", (run,))


def _took(conn: Connection, step: Callable[[], None]) -> tuple[float, float]:
    """Seconds of processor that the server's process took, and seconds that passed."""
    worked, started = processor_seconds(conn), monotonic()
    step()
    return processor_seconds(conn) - worked, monotonic() - started


def _anywhere(texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit vectors that mean nothing."""
    vectors = np.random.default_rng(0).normal(size=(len(texts), _DIMENSIONS)).astype(np.float32)
    unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


if __name__ == "__main__":
    main()
