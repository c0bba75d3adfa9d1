"""The measuring itself: every backend of a model on the calibration texts, as a process of its own.

    python -m pipelines.vectors.calibrate < pickled (model, cache folder, threads)

prints the choice as one line of JSON. `pipelines.vectors.calibration` starts it.
"""

from __future__ import annotations

import json
import pickle
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from pipelines.records import FreshetError
from pipelines.vectors.backends import Backend, candidates, open_backend
from pipelines.vectors.calibration import REFERENCE, Choice, Measured, choose
from pipelines.vectors.calibration_texts import calibration_texts
from pipelines.vectors.models import ModelEntry

__all__ = ["agreement", "measure"]

_ROUND = 48  # texts; every backend takes each round in turn, so that other load on the machine falls on all alike
_QUERIES = 12
_PATIENCE = 5.0  # seconds the reference may take; a slower model is measured on fewer texts
_FEWEST = 2 * _ROUND


def measure(model: ModelEntry, cache_dir: Path, threads: int) -> Choice:
    """Return the choice among all of a model's backends; those that do not run are named with the reason."""
    backends, failed = _opened(model, cache_dir, threads)
    texts = _affordable(backends[REFERENCE], [model.passage_prompt + text for text in calibration_texts()])
    for backend in backends.values():
        backend(texts[:_ROUND])  # warms up: kernels are made for the first shapes
    vectors, seconds = _passages(backends, texts)
    queries = _queries(backends, [" ".join(text.split()[:8]) for text in texts[:_QUERIES]])
    measured = [
        Measured(name, round(seconds[name], 4), round(queries[name], 5), *agreement(vectors[name], vectors[REFERENCE]))
        for name in backends
    ]
    return choose(measured, len(texts), failed)


def agreement(vectors: NDArray[np.float32], expected: NDArray[np.float32]) -> tuple[float, float]:
    """Return (mean cosine, mean share of the ten nearest found again) of (n, d) unit vectors to expected ones."""
    cosine = float(np.mean(np.sum(vectors * expected, axis=1)))
    nearest, wanted = _nearest(vectors), _nearest(expected)
    shared = [len(set(found) & set(true)) / len(true) for found, true in zip(nearest, wanted, strict=True)]
    return cosine, float(np.mean(shared))


def _opened(model: ModelEntry, cache_dir: Path, threads: int) -> tuple[dict[str, Backend], list[str]]:
    """Return the backends that load here, and why the others do not; without the reference nothing can be measured."""
    backends = {REFERENCE: open_backend(REFERENCE, model, cache_dir, threads)}
    failed = []
    for variant in candidates(model)[1:]:
        try:
            backends[variant] = open_backend(variant, model, cache_dir, threads)
        except (FreshetError, RuntimeError, ImportError) as error:
            failed.append(f"{variant}: {error}")
    return backends, failed


def _affordable(reference: Backend, texts: list[str]) -> list[str]:
    """Return as many texts as the reference encodes in reasonable time."""
    reference(texts[:4])  # warms up
    each = _timed(reference, texts[:16])[1] / 16
    return texts[: max(_FEWEST, int(_PATIENCE / each))]


def _passages(
    backends: Mapping[str, Backend], texts: Sequence[str]
) -> tuple[dict[str, NDArray[np.float32]], dict[str, float]]:
    """Return each backend's vectors, and its seconds for all texts by its median round."""
    parts: dict[str, list[NDArray[np.float32]]] = {name: [] for name in backends}
    taken: dict[str, list[float]] = {name: [] for name in backends}
    for start in range(0, len(texts), _ROUND):
        passages = texts[start : start + _ROUND]
        for name, backend in backends.items():
            vectors, seconds = _timed(backend, passages)
            parts[name].append(vectors)
            taken[name].append(seconds / len(passages))
    return (
        {name: np.concatenate(vectors) for name, vectors in parts.items()},
        {name: median(seconds) * len(texts) for name, seconds in taken.items()},
    )


def _queries(backends: Mapping[str, Backend], texts: Sequence[str]) -> dict[str, float]:
    """Return each backend's median seconds for one short text."""
    taken: dict[str, list[float]] = {name: [] for name in backends}
    for text in texts:
        for name, backend in backends.items():
            backend([text])  # a query follows a query of its own, not another backend's
            taken[name].append(_timed(backend, [text])[1])
    return {name: median(seconds) for name, seconds in taken.items()}


def _timed(backend: Backend, texts: Sequence[str]) -> tuple[NDArray[np.float32], float]:
    """Return the vectors and the seconds they took."""
    started = time.perf_counter()
    return backend(texts), time.perf_counter() - started


def _nearest(vectors: NDArray[np.float32]) -> list[list[int]]:
    """Return for each vector the ten others nearest to it."""
    closeness = vectors @ vectors.T
    np.fill_diagonal(closeness, -np.inf)
    ranked: list[list[int]] = np.argsort(-closeness, axis=1, kind="stable")[:, :10].tolist()
    return ranked


if __name__ == "__main__":
    found = measure(*pickle.load(sys.stdin.buffer))  # noqa: S301  # written by the parent process, over a pipe
    print(json.dumps(asdict(found)))
