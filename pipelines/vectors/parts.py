"""Texts that a model cannot read at once: embedded in parts, never cut silently.

Chunks are cut to the limit of the model that is served; only a switch to one that reads less meets longer ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pipelines.vectors.tokens import TokenCounter

__all__ = ["encode_in_parts", "parts_within"]


def encode_in_parts(
    texts: Sequence[str],
    count: TokenCounter,
    most: int,
    encode: Callable[[Sequence[str]], NDArray[np.float32]],
) -> NDArray[np.float32]:
    """Vectors of texts, (n, dimensions) float32, unit length; of one over `most` tokens the mean of its parts'.

    Parts weigh by their tokens, as tokens do in a mean-pooled text.
    """
    lengths = count.count_all(texts)
    if all(length <= most for length in lengths):
        return encode(texts)
    parts = [[t] if n <= most else parts_within(t, count, most) for t, n in zip(texts, lengths, strict=True)]
    flat = [part for of_one in parts for part in of_one]
    weights = np.asarray(count.count_all(flat), np.float32)[:, None]
    starts = np.cumsum([0, *map(len, parts)])[:-1]
    sums = np.add.reduceat(encode(flat) * weights, starts, axis=0)
    return np.asarray(sums / np.linalg.norm(sums, axis=1, keepdims=True), np.float32)


def parts_within(text: str, count: Callable[[str], int], most: int) -> list[str]:
    """The text in parts of at most `most` tokens, halved between words; a word longer than that stays whole."""
    words = text.split()
    if count(text) <= most or len(words) < 2:
        return [text]
    middle = len(words) // 2
    halves = (" ".join(words[:middle]), " ".join(words[middle:]))
    return [part for half in halves for part in parts_within(half, count, most)]
