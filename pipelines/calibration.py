"""Which backend is fastest on this machine and still agrees with sentence-transformers in fp32.

Rankings differ by processor, so they are measured once, on texts written for this purpose, and
kept beside the converted model for as long as processor, libraries and threads stay the same.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from pipelines.backends import Backend, candidates, default_variant, processor
from pipelines.calibration_texts import calibration_texts
from pipelines.converted import model_cache
from pipelines.models import ModelEntry
from pipelines.records import FreshetError

__all__ = ["Choice", "Measured", "agreement", "calibrated", "choose", "kept_choice"]

LEAST_COSINE = 0.9999  # mean over the texts, to the reference's vector of the same text
LEAST_OVERLAP = 0.99  # mean share of the reference's ten nearest texts that are found again
_REFERENCE = "torch"
_QUERIES = 12
_PATIENCE = 8.0  # seconds the reference may take; a slower model is measured on fewer texts
_FEWEST = 64


@dataclass(frozen=True)
class Measured:
    """One backend on the calibration texts."""

    variant: str
    seconds: float  # for all passages
    query_seconds: float  # for one query, median
    cosine: float  # mean, to the reference
    overlap: float  # of the ten nearest, mean


@dataclass(frozen=True)
class Choice:
    """What a calibration found."""

    passages: str  # variant
    query: str  # variant
    texts: int  # measured on so many
    measured: tuple[Measured, ...]
    failed: tuple[str, ...] = ()  # "variant: why", for those that do not run here


def kept_choice(model: ModelEntry, cache_dir: Path, threads: int) -> Choice | None:
    """Return the calibration kept for this model, processor, libraries and threads; None where there is none."""
    stored = _read(model_cache(model, cache_dir) / "calibration.json").get(_machine(threads))
    if not isinstance(stored, dict):
        return None
    try:
        measured = tuple(Measured(**one) for one in stored.pop("measured"))
        return Choice(**{**stored, "failed": tuple(stored["failed"]), "measured": measured})
    except (TypeError, KeyError):
        return None  # written by another version: measured again


def calibrated(model: ModelEntry, cache_dir: Path, threads: int, open_variant: Callable[[str], Backend]) -> Choice:
    """Measure every backend there is for the model, keep and return the choice."""
    reference = open_variant(_REFERENCE)
    texts = _affordable(reference, calibration_texts(), model)
    expected, first = _measure(_REFERENCE, reference, texts, None)
    measured, failed = [first], []
    for variant in candidates(model):
        if variant == _REFERENCE:
            continue
        try:
            measured.append(_measure(variant, open_variant(variant), texts, expected)[1])
        except (FreshetError, RuntimeError, ImportError, OSError) as error:
            failed.append(f"{variant}: {error}")
    choice = choose(measured, len(texts), failed, default_variant(model))
    _keep(model_cache(model, cache_dir) / "calibration.json", _machine(threads), choice)
    return choice


def choose(measured: list[Measured], texts: int, failed: list[str], preferred_query: str) -> Choice:
    """Return the fastest of those that agree; queries need no torch where `preferred_query` does not."""
    agreeing = [one for one in measured if one.cosine >= LEAST_COSINE and one.overlap >= LEAST_OVERLAP]
    light = [one for one in agreeing if not one.variant.startswith("torch")]
    for_queries = agreeing if preferred_query.startswith("torch") else light or agreeing
    return Choice(
        passages=min(agreeing, key=lambda one: one.seconds).variant,
        query=min(for_queries, key=lambda one: one.query_seconds).variant,
        texts=texts,
        measured=tuple(measured),
        failed=tuple(failed),
    )


def agreement(vectors: NDArray[np.float32], expected: NDArray[np.float32]) -> tuple[float, float]:
    """Return (mean cosine, mean share of the ten nearest found again) of (n, d) unit vectors to expected ones."""
    cosine = float(np.mean(np.sum(vectors * expected, axis=1)))
    nearest, wanted = _nearest(vectors), _nearest(expected)
    shared = [len(set(found) & set(true)) / len(true) for found, true in zip(nearest, wanted, strict=True)]
    return cosine, float(np.mean(shared))


def _nearest(vectors: NDArray[np.float32]) -> list[list[int]]:
    """Return for each vector the ten others nearest to it."""
    closeness = vectors @ vectors.T
    np.fill_diagonal(closeness, -np.inf)
    ranked: list[list[int]] = np.argsort(-closeness, axis=1, kind="stable")[:, :10].tolist()
    return ranked


def _affordable(reference: Backend, texts: list[str], model: ModelEntry) -> list[str]:
    """Return as many texts as the reference encodes in reasonable time, prompts in front."""
    passages = [model.passage_prompt + text for text in texts]
    reference(passages[:4])  # warms up
    started = time.perf_counter()
    reference(passages[:16])
    each = (time.perf_counter() - started) / 16
    return passages[: max(_FEWEST, int(_PATIENCE / each))]


def _measure(
    variant: str, backend: Backend, texts: list[str], expected: NDArray[np.float32] | None
) -> tuple[NDArray[np.float32], Measured]:
    """Return a backend's vectors, and how fast and how true they are."""
    backend(texts[:8])  # warms up: kernels are made for the first shapes
    started = time.perf_counter()
    vectors = backend(texts)
    seconds = time.perf_counter() - started
    cosine, overlap = agreement(vectors, vectors if expected is None else expected)
    return vectors, Measured(variant, round(seconds, 4), round(_query_seconds(backend, texts), 5), cosine, overlap)


def _query_seconds(backend: Backend, texts: list[str]) -> float:
    """Return the median time of one short text."""
    taken = []
    for text in texts[:_QUERIES]:
        started = time.perf_counter()
        backend([" ".join(text.split()[:8])])
        taken.append(time.perf_counter() - started)
    return median(taken)


@lru_cache(maxsize=8)
def _machine(threads: int) -> str:
    """Return what a measurement holds for: processor, threads and library versions."""
    libraries = ("torch", "sentence-transformers", "openvino", "onnxruntime")
    return " ".join((processor()[0], f"threads={threads}", *(f"{name}={_version(name)}" for name in libraries)))


def _version(library: str) -> str:
    """Return an installed library's version."""
    try:
        return version(library)
    except PackageNotFoundError:
        return "none"


def _read(file: Path) -> dict[str, object]:
    """Return the kept calibrations, {} where there are none that can be read."""
    try:
        kept = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _keep(file: Path, machine: str, choice: Choice) -> None:
    """Add a choice to the kept ones, whole or not at all; a cache that cannot be written is measured again."""
    kept = {**_read(file), machine: asdict(choice)}
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".calibration-", dir=file.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(kept, stream, indent=1)
        os.replace(name, file)
