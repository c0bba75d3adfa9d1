"""Turning text into vectors: one encoder a model, loaded when first used and once a process.

    vectors.models             which model, and what identifies its vectors
    vectors.tokens             its tokenizer
    vectors.torch_backend      sentence-transformers: the reference
    vectors.openvino_backend, vectors.onnx_backend   the same weights without torch
    vectors.converted          converted models, kept in the cache
    vectors.calibration        which backend is fastest here and agrees, measured in a child process

This module alone is what others call. Importing this module loads none of the libraries.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from pipelines.records import FreshetError
from pipelines.vectors.backends import Backend, default_variant, open_backend
from pipelines.vectors.calibration import calibrated, kept_choice
from pipelines.vectors.converted import check_weights_once
from pipelines.vectors.models import DEFAULT_MODEL, PACKAGED_WEIGHTS, ModelEntry, model_entry, resolve_model
from pipelines.vectors.tokens import encodable

if TYPE_CHECKING:
    from pipelines.settings import Project

__all__ = [
    "BackendName",
    "EmbeddingError",
    "Encoder",
    "checked",
    "open_encoder",
    "project_model",
    "query_encoders",
]

_log = logging.getLogger(__name__)
_opening = threading.Lock()

BackendName = Literal["auto", "torch", "onnx", "openvino"]

_WINDOW = 512  # passages sorted and reported together
_WORTH_CALIBRATING = 256  # passages; fewer take less time than finding the fastest backend does
_FEW = 32  # passages; so few go by the backend for queries: a process that answers loads one, not two
_LENGTH_TOLERANCE = 1e-3  # of unit length, float32 sums over a thousand dimensions stay far below


class EmbeddingError(FreshetError):
    """A vector is not what its model's vectors are: wrong size, not finite, not of unit length."""


class Encoder:
    """A model ready to encode; calls from several threads take turns."""

    def __init__(self, model: ModelEntry, backend: BackendName, cache_dir: Path, threads: int) -> None:
        self.model = model
        self._asked = backend
        self._cache_dir = cache_dir
        self._threads = threads
        self._opened: dict[str, Backend] = {}
        self._lock = threading.RLock()

    @property
    def backend(self) -> str:
        """The backend that passages go through, as far as is known now: "torch", "openvino-bf16", …"""
        if self._asked != "auto":
            return self._asked
        choice = kept_choice(self.model, self._cache_dir, self._threads)
        return choice.passages if choice else default_variant(self.model)

    @property
    def seconds_per_passage(self) -> float | None:
        """How long a passage takes on this machine, by the calibration kept; None: not measured."""
        choice = kept_choice(self.model, self._cache_dir, self._threads)
        if choice is None or not choice.texts:
            return None
        wanted = choice.passages if self._asked == "auto" else self._asked
        found = [
            one.seconds for one in choice.measured if one.variant == wanted or one.variant.startswith(f"{wanted}-")
        ]
        return min(found) / choice.texts if found else None

    def encode_passages(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Return (n, d) float32 vectors of unit length, in the order of `texts`.

        `on_progress` is told now and then how many are done. Text over the model's limit is cut by the model:
        chunks are made so that it never is. Raises EmbeddingError when the backend returns anything else.
        """
        with self._lock:
            run = self._backend(self._passages_variant(len(texts)))
            return self._windows(run, self.model.passage_prompt, texts, on_progress or (lambda done: None))

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return (n, d) float32 vectors of many queries, unit length, in the order of `texts`; calibrates nothing."""
        with self._lock:
            return self._windows(self._backend(self.backend), self.model.query_prompt, texts, lambda done: None)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """Return the (d,) float32 vector of a query, unit length; torch is not loaded where it need not be."""
        with self._lock:
            run = self._backend(self._query_variant())
            vectors = checked(run([self.model.query_prompt + encodable(text)]), 1, self.model)
            return vectors.reshape(-1)

    def _windows(
        self, run: Backend, prompt: str, texts: Sequence[str], on_progress: Callable[[int], None]
    ) -> NDArray[np.float32]:
        """Return the vectors of texts set after a prompt, window by window."""
        parts = [np.empty((0, self.model.dimensions), np.float32)]
        for start in range(0, len(texts), _WINDOW):
            window = [prompt + encodable(text) for text in texts[start : start + _WINDOW]]
            parts.append(checked(run(window), len(window), self.model))
            on_progress(start + len(window))
        return np.concatenate(parts)

    def _passages_variant(self, texts: int) -> str:
        """Return the backend for passages, calibrating first where it is due."""
        if self._asked != "auto":
            return self._asked
        if texts <= _FEW and kept_choice(self.model, self._cache_dir, self._threads):
            return self._query_variant()
        # The tests prove that the packaged model's graphs agree with torch; another model's are never trusted unseen.
        due = _WORTH_CALIBRATING if self.model.weights_sha256 == PACKAGED_WEIGHTS else 1
        if texts < due or kept_choice(self.model, self._cache_dir, self._threads):
            return self.backend
        return calibrated(self.model, self._cache_dir, self._threads).passages

    def _query_variant(self) -> str:
        """Return the backend for a query: the calibrated one, else the default."""
        if self._asked != "auto":
            return self._asked
        choice = kept_choice(self.model, self._cache_dir, self._threads)
        return choice.query if choice else default_variant(self.model)

    def _backend(self, variant: str) -> Backend:
        """Return a backend, opened once."""
        if variant not in self._opened:
            check_weights_once(self.model, self._cache_dir)
            try:
                self._opened[variant] = open_backend(variant, self.model, self._cache_dir, self._threads)
            except RuntimeError as error:  # of the libraries
                raise EmbeddingError(
                    f"model {self.model.name} cannot be opened by backend {variant}: {str(error).strip()}. "
                    "Try another under [embedding] backend."
                ) from error
        return self._opened[variant]


def open_encoder(
    model: ModelEntry, *, backend: BackendName = "auto", cache_dir: Path, threads: int | None = None
) -> Encoder:
    """Return the process's encoder for a model; nothing is loaded before its first text.

    `cache_dir` keeps converted models and calibrations. `threads`: compute threads, by default as many as
    the process may use cores; give 1 where a crawler or a database shares them.
    """
    if backend not in get_args(BackendName):
        raise EmbeddingError(f"backend {backend!r} is unknown; allowed are {', '.join(get_args(BackendName))}.")
    with _opening:  # two threads that ask at once are given one
        return _encoder(model, backend, Path(cache_dir).absolute(), threads or len(os.sched_getaffinity(0)))


def project_model(project: Project, name: str) -> ModelEntry:
    """Return the model that a project means by that name. Raises ModelError; its other models are not looked at."""
    told = project.embedding.models.get(name)
    if told is not None:
        return model_entry(name, told.facts(), folder=project.directory)
    return resolve_model(name, folder=project.directory)


def query_encoders(served: str, project: Project | None = None) -> Iterator[Encoder]:
    """Return encoders that may be of the model served by that name: that one, then the others the settings know.

    Those not to be had here are left out, with a warning. Without a project the packaged model is all there is:
    nothing is opened or fetched because a database names it.
    """
    if project is None:
        if served == DEFAULT_MODEL:
            yield open_encoder(resolve_model(served), cache_dir=_shared_cache())
        return
    for name in dict.fromkeys((served, project.embedding.model, *project.embedding.models)):
        try:
            model = project_model(project, name)
        except FreshetError as error:
            _log.warning("%s", error)
            continue
        yield open_encoder(model, backend=project.embedding.backend, cache_dir=project.state / "models")


def _shared_cache() -> Path:
    """Return where converted models are kept by programs that have no project."""
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "freshet" / "models"


@lru_cache(maxsize=4)
def _encoder(model: ModelEntry, backend: BackendName, cache_dir: Path, threads: int) -> Encoder:
    """Return one encoder for equal arguments."""
    return Encoder(model, backend, cache_dir, threads)


def checked(vectors: NDArray[np.float32], count: int, model: ModelEntry) -> NDArray[np.float32]:
    """Return the vectors, or raise EmbeddingError unless they are `count` of the model's size, finite, of length 1."""
    wanted = (count, model.dimensions)
    if vectors.shape != wanted:
        raise EmbeddingError(f"model {model.name} returned vectors of shape {vectors.shape}, not {wanted}.")
    lengths = np.linalg.norm(vectors, axis=1)
    wrong = np.flatnonzero(~(np.abs(lengths - 1.0) <= _LENGTH_TOLERANCE))  # catches NaN and infinity too
    if wrong.size:
        raise EmbeddingError(
            f"model {model.name} returned a vector of length {lengths[wrong[0]]:g} for text {wrong[0]} of {count}; "
            "the model is damaged or its backend fails here: try another backend under [embedding]."
        )
    return vectors
