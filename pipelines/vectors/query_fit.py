"""Where each piece of a word points, so that the pieces of a text, added up, point where the model puts the text.

A ridge regression: of all tables of piece vectors, the one by which the sums of many short texts come closest to the
model's vectors of them, held near what the model says of each piece alone. Each row is scaled by how long its sum is
expected to be, for only the direction of a query's vector counts. Solved by conjugate gradients (Hestenes and Stiefel
1952), all dimensions side by side. The weight of a piece alone falls with its frequency as in Arora, Liang and Ma, "A
simple but tough-to-beat baseline for sentence embeddings" (2017).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array  # type: ignore[import-untyped]  # has no types

__all__ = ["Alone", "fit_pieces"]

_RARE = 3e-4  # share of all pieces at which a piece alone has half its weight
_SUPPOSED = 1000  # pieces of general language that the samples are thought to hold beside their own
_RIDGE = 1.0  # of the mean row; from 0.1 to 3 the measured sets do not differ
_STEPS = 12  # of conjugate gradients; the vectors no longer move by then
_SHORTEST = 0.2  # of the median; no sum is taken to be shorter, lest one odd sample outweigh a hundred

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Alone:
    """What the model says of pieces by themselves."""

    vectors: Floats  # (pieces, d), unit length; zero where the model was not asked
    asked: NDArray[np.bool_]  # (pieces,)
    ranks: NDArray[np.int64]  # (pieces,): place in the vocabulary, frequent pieces first


def fit_pieces(samples: Sequence[Sequence[int]], targets: Floats, alone: Alone) -> Floats:
    """The table, (pieces, d) float32: sums of its rows point where `targets` do.

    `samples`: the pieces of each text, numbered as the rows of `alone`; `targets`: the model's vector of each, (n, d)
    unit length. A piece that stands in no sample and was not asked about stays zero.
    """
    held = _occurrences(samples, len(alone.ranks))
    loudness = _loudness(np.bincount(held.indices, minlength=len(alone.ranks)), alone.ranks)
    start = alone.vectors * loudness[:, None]
    lengths = np.sqrt(np.square(held @ start).sum(axis=1) + held.power(2) @ np.square(loudness * ~alone.asked))
    said = lengths > 0
    if not said.any():
        return start
    scale = np.where(said, 1 / np.maximum(lengths, _SHORTEST * np.median(lengths[said])), 0).astype(np.float32)
    rows = _scaled(held, scale)
    ridge = np.float32(_RIDGE * np.square(scale[said]).mean())
    return start + _solved(rows, targets - rows @ start, ridge)


def _occurrences(samples: Sequence[Sequence[int]], pieces: int) -> csr_array:
    """How often each piece stands in each sample, (samples, pieces)."""
    from scipy.sparse import csr_array

    ends = np.cumsum([0, *(len(sample) for sample in samples)])
    numbers = np.fromiter((number for sample in samples for number in sample), np.int32, count=int(ends[-1]))
    found = csr_array((np.ones(len(numbers), np.float32), numbers, ends), shape=(len(samples), pieces))
    found.sum_duplicates()
    return found


def _loudness(counts: NDArray[np.int64], ranks: NDArray[np.int64]) -> Floats:
    """A weight in 0..1 for each piece, less the more frequent it is here and, by Zipf's law, in general."""
    general = 1 / (ranks + 3.0)
    share = (counts + _SUPPOSED * general / general.sum()) / (counts.sum() + _SUPPOSED)
    weights: Floats = (_RARE / (_RARE + share)).astype(np.float32)
    return weights


def _scaled(matrix: csr_array, scale: Floats) -> csr_array:
    """The matrix with each row multiplied."""
    scaled = matrix.copy()
    scaled.data *= np.repeat(scale, np.diff(matrix.indptr))
    return scaled


def _solved(rows: csr_array, wanted: Floats, ridge: np.float32) -> Floats:
    """The x with the least |rows · x - wanted|² + ridge · |x|², (pieces, d)."""
    turned = rows.T.tocsr()
    found: Floats = np.zeros((rows.shape[1], wanted.shape[1]), np.float32)
    left = turned @ wanted
    way, rest = left.copy(), np.square(left).sum(axis=0)
    for _ in range(_STEPS):
        ahead = turned @ (rows @ way) + ridge * way
        stride = rest / np.maximum((way * ahead).sum(axis=0), np.finfo(np.float32).tiny)
        found += stride * way
        left -= stride * ahead
        before, rest = rest, np.square(left).sum(axis=0)
        way = left + rest / np.maximum(before, np.finfo(np.float32).tiny) * way
    return found
