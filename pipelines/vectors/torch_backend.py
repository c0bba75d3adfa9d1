"""Embedding through sentence-transformers, in fp32 or bf16: the reference, and the way any model is loaded."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pipelines.records import FreshetError
from pipelines.vectors.models import ModelEntry

__all__ = ["TorchBackend"]

_BATCH = 16  # a quarter faster than the library's 32 on two cores, nothing lost on eight


class TorchBackend:
    """The model as sentence-transformers loads it, offline and without code of the model's own."""

    def __init__(self, model: ModelEntry, threads: int, precision: Literal["f32", "bf16"]) -> None:
        self._model = _loaded(model, precision)
        _set_threads(threads)
        self._model.max_seq_length = model.max_tokens

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return (n, d) float32 vectors, unit length, of texts that already hold their prompts."""
        vectors = self._model.encode(
            list(texts),
            prompt="",  # the entry's prompts are in the texts; a default of the model's own would come twice
            batch_size=_BATCH,
            convert_to_tensor=True,
            show_progress_bar=False,
        ).float()
        # Normalised here, in float32: a step of the model's own does it in bf16, three digits short of length 1.
        return np.asarray((vectors / vectors.norm(dim=1, keepdim=True)).cpu().numpy(), np.float32)


def _loaded(model: ModelEntry, precision: Literal["f32", "bf16"]) -> Any:
    """Return the SentenceTransformer of a local folder. Raises FreshetError when it cannot be loaded."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read at import; the files are all there by now
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # untyped library
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    try:
        return SentenceTransformer(
            str(model.path),
            device=None if torch.cuda.is_available() else "cpu",
            trust_remote_code=False,
            local_files_only=True,
            model_kwargs={"use_safetensors": True, "dtype": dtype},
        )
    except Exception as error:  # the library raises anything a damaged file can cause
        raise FreshetError(
            f"model {model.name}: sentence-transformers cannot load {model.path} "
            f"({type(error).__name__}: {error}); install the model again."
        ) from error


def _set_threads(threads: int) -> None:
    """Give torch its threads."""
    import torch

    torch.set_num_threads(threads)
