"""What each contender must do at a step, and what is counted of it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bench.streams_steps import Step

__all__ = ["DIMENSIONS", "Contender", "Counting", "Row", "Tally", "cheap_vectors", "replay"]

DIMENSIONS = 384

Row = tuple[str, str]  # a page's name, a text of it


@dataclass
class Counting:
    """A model, and how many texts it was given."""

    encode: Callable[[Sequence[str]], NDArray[np.float32]]
    texts: int = 0
    characters: int = 0

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of the texts, (n, 384) float32, unit length."""
        self.texts += len(texts)
        self.characters += sum(map(len, texts))
        return self.encode(texts)


def cheap_vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    """A direction for every text, by chance but the same each time: for counts, which no model changes."""
    vectors = [np.random.default_rng(_seed(text)).standard_normal(DIMENSIONS, np.float32) for text in texts]
    return np.stack([vector / np.linalg.norm(vector) for vector in vectors])


def _seed(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


class Contender(Protocol):
    """Something that keeps rows of texts in step with pages."""

    @property
    def name(self) -> str: ...

    @property
    def model(self) -> Counting: ...

    def sync(self, step: Step) -> None:
        """Look at the source as it is at this step; pages that could not be looked at give nothing."""

    def rows(self) -> Iterable[Row]:
        """What a question would be answered from now."""

    def wanted(self, step: Step) -> Iterable[Row]:
        """What it would be answered from if the contender had been built anew from what is true."""


@dataclass
class Tally:
    """What one contender did in all steps after the first."""

    name: str
    embedded: Counter[str] = field(default_factory=Counter)  # texts, by the kind of the step
    characters: int = 0  # of those texts
    seconds: list[float] = field(default_factory=list)  # one a step
    lost: int = 0  # rows of pages there are that were missing after a step, summed over steps
    left: int = 0  # rows that should have been gone, summed over steps
    lost_at_end: int = 0
    left_at_end: int = 0


def replay(contender: Contender, steps: Iterable[Step], told: Callable[[str], None] = lambda line: None) -> Tally:
    """Lead a contender through the steps. The first is not counted: everything is new in it."""
    tally = Tally(contender.name)
    for place, step in enumerate(steps):
        before, characters, started = contender.model.texts, contender.model.characters, monotonic()
        contender.sync(step)
        seconds, embedded = monotonic() - started, contender.model.texts - before
        rows, wanted = set(contender.rows()), set(contender.wanted(step))
        tally.lost_at_end, tally.left_at_end = len(wanted - rows), len(rows - wanted)
        if place == 0:
            continue
        tally.seconds.append(seconds)
        tally.embedded[step.kind] += embedded
        tally.characters += contender.model.characters - characters
        tally.lost += tally.lost_at_end
        tally.left += tally.left_at_end
        told(f"{contender.name} {step.number} ({step.kind}): {embedded} embedded, {seconds:.2f} s, "
             f"{tally.lost_at_end} rows lost, {tally.left_at_end} left")  # fmt: skip
    return tally
