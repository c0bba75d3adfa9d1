"""Passages as small batches of token ids, sorted by length, for backends that take ids."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from pipelines.vectors.models import ModelEntry
from pipelines.vectors.tokens import load_tokenizer

__all__ = ["GraphBackend", "Run"]

# (n, tokens) int64 ids and mask -> (n, d) float32, unit length
Run = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.float32]]

# Tokens in one batch, padding included. The widest state, (tokens, 4 · 384) float32, then stays in
# a second-level cache of a few MB; on two cores 500–2,000 were equal, 4,000 a fifth slower.
_BATCH_TOKENS = 1024


class GraphBackend:
    """A backend made of the model's tokenizer and a function on token ids."""

    def __init__(self, model: ModelEntry, run: Run) -> None:
        self._tokenizer = load_tokenizer(model)
        self._pad = self._pad_id()
        self._run = run
        self._dimensions = model.dimensions

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return (n, d) float32 vectors of texts, in their order; prompts are already in them."""
        encoded = self._tokenizer.encode_batch_fast(list(texts))
        ids = [one.ids for one in encoded]
        vectors = np.empty((len(ids), self._dimensions), np.float32)
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]), reverse=True)
        start = 0
        while start < len(order):
            size = max(1, _BATCH_TOKENS // len(ids[order[start]]))
            batch = order[start : start + size]
            vectors[batch] = self._run(*self._padded([ids[i] for i in batch]))
            start += size
        return vectors

    def _padded(self, ids: Sequence[list[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return ids and mask as rectangles as long as the first, which is the longest."""
        padded = np.full((len(ids), len(ids[0])), self._pad, np.int64)
        mask = np.zeros_like(padded)
        for row, tokens in enumerate(ids):
            padded[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        return padded, mask

    def _pad_id(self) -> int:
        """Return the id of padding; any would do, since the mask hides it."""
        for token in ("[PAD]", "<pad>"):
            if (found := self._tokenizer.token_to_id(token)) is not None:
                return found
        return 0
