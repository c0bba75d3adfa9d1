"""Which backend is fastest on this machine and still agrees with sentence-transformers in fp32.

Rankings differ by processor, so they are measured once, on texts written for this purpose, and
kept beside the converted model for as long as processor, libraries and threads stay the same.
The measuring happens in a child process: torch's half gigabyte goes with it, and a backend that
crashes on this processor takes nothing else along.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pipelines.vectors.backends import default_variant, processor
from pipelines.vectors.converted import model_cache
from pipelines.vectors.models import ModelEntry

__all__ = ["LEAST_COSINE", "LEAST_OVERLAP", "REFERENCE", "Choice", "Measured", "calibrated", "choose", "kept_choice"]

LEAST_COSINE = 0.9999  # mean over the texts, to the reference's vector of the same text
LEAST_OVERLAP = 0.99  # mean share of the reference's ten nearest texts that are found again
REFERENCE = "torch"
_LONGEST = 120.0  # seconds; it takes about 15


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
    stored = _read(_file(model, cache_dir)).get(_machine(threads))
    return _choice(stored) if isinstance(stored, dict) else None


def calibrated(model: ModelEntry, cache_dir: Path, threads: int) -> Choice:
    """Measure every backend there is for the model, keep and return the choice.

    Where the measuring fails, the reference is the choice, with the reason in `failed`.
    """
    job = pickle.dumps((model, cache_dir, threads))
    command = [sys.executable, "-m", "pipelines.vectors.calibrate"]
    try:
        child = subprocess.run(command, input=job, capture_output=True, timeout=_LONGEST, check=True, cwd=_root())
        choice = _choice(json.loads(child.stdout.splitlines()[-1]))
    except (subprocess.SubprocessError, OSError, ValueError, LookupError) as error:
        choice = Choice(REFERENCE, default_variant(model), 0, (), (f"calibration: {_reason(error)}",))
    _keep(_file(model, cache_dir), _machine(threads), choice)
    return choice


def choose(measured: list[Measured], texts: int, failed: list[str]) -> Choice:
    """Return the fastest of those that agree; for queries, of those among them that need no torch, if any."""
    agreeing = [one for one in measured if one.cosine >= LEAST_COSINE and one.overlap >= LEAST_OVERLAP]
    light = [one for one in agreeing if not one.variant.startswith("torch")]
    return Choice(
        passages=min(agreeing, key=lambda one: one.seconds).variant,
        query=min(light or agreeing, key=lambda one: one.query_seconds).variant,
        texts=texts,
        measured=tuple(measured),
        failed=tuple(failed),
    )


def _choice(stored: dict[str, object]) -> Choice:
    """Return a kept choice."""
    rows = stored.get("measured")
    measured = tuple(Measured(**row) for row in rows) if isinstance(rows, list) else ()
    failed = stored.get("failed")
    return Choice(
        passages=str(stored.get("passages")),
        query=str(stored.get("query")),
        texts=int(str(stored.get("texts", 0))),
        measured=measured,
        failed=tuple(failed) if isinstance(failed, list) else (),
    )


def _reason(error: Exception) -> str:
    """Return the last line of what went wrong."""
    said = getattr(error, "stderr", None) or b""
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else f"{type(error).__name__}: {error}"


def _root() -> Path:
    """Return the folder of the packages, so that the child finds them however they were installed."""
    return Path(__file__).resolve().parents[2]


def _file(model: ModelEntry, cache_dir: Path) -> Path:
    """Return where a model's calibrations are kept."""
    return model_cache(model, cache_dir) / "calibration.json"


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
