"""Converted models: made once on each machine, kept in the cache under the model's identity, never shipped."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from pipelines.vectors.model_files import ModelError
from pipelines.vectors.models import ModelEntry, verify_weights

__all__ = ["check_weights_once", "load_converted", "model_cache"]

_RECIPE = "1"  # raise it when a graph is built differently: older conversions are then left unused
_Loaded = TypeVar("_Loaded")


def model_cache(model: ModelEntry, cache_dir: Path) -> Path:
    """Return the folder that holds what was made from this model; it may not exist yet."""
    return cache_dir / model.identity[:24]


def load_converted(
    model: ModelEntry,
    cache_dir: Path,
    name: str,
    convert: Callable[[ModelEntry, Path], None],
    load: Callable[[Path], _Loaded],
) -> _Loaded:
    """Return what `load` makes of a converted file "backend/file", converting first when it is not there.

    A file that cannot be loaded is converted once more. Raises ModelError when the cache cannot be written.
    """
    backend, _, file = name.partition("/")
    folder = model_cache(model, cache_dir) / f"{backend}-{_RECIPE}"
    with contextlib.suppress(RuntimeError, FileNotFoundError):  # RuntimeError: both libraries', for a damaged file
        return _loaded(folder / file, load)
    with _alone(folder):
        with contextlib.suppress(RuntimeError, FileNotFoundError):
            return _loaded(folder / file, load)
        _replace(model, folder, convert)
        return load(folder / file)


def check_weights_once(model: ModelEntry, cache_dir: Path) -> None:
    """Raise ModelError unless the weights are those the entry names; read again only when the files changed."""
    stamp = _stamp(model)
    note = model_cache(model, cache_dir) / "verified"
    with contextlib.suppress(OSError):
        if note.read_text("utf-8") == stamp:
            return
    verify_weights(model)
    with contextlib.suppress(OSError):  # a cache that cannot be written only costs the next process the same look
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(stamp, "utf-8")


def _stamp(model: ModelEntry) -> str:
    """Return text that changes when a weights file is replaced or written to."""
    files = sorted(model.path.rglob("*.safetensors"))
    facts = ((file, file.stat()) for file in files)
    return "\n".join(f"{file} {stat.st_size} {stat.st_mtime_ns} {stat.st_ino}" for file, stat in facts)


def _loaded(file: Path, load: Callable[[Path], _Loaded]) -> _Loaded:
    if not file.is_file():
        raise FileNotFoundError(file)
    return load(file)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold what makes that folder: one process converts, those that begin with it wait and find it made."""
    with _told_of(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = (folder.parent / f".{folder.name}.lock").open("w")
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _replace(model: ModelEntry, folder: Path, convert: Callable[[ModelEntry, Path], None]) -> None:
    """Convert into a folder of another name and move it into place, so that others see a whole one or none."""
    with _told_of(folder):
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            convert(model, made)
            shutil.rmtree(folder, ignore_errors=True)
            os.rename(made, folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)


@contextlib.contextmanager
def _told_of(folder: Path) -> Iterator[None]:
    """Raise ModelError for what the system refuses inside."""
    try:
        yield
    except OSError as error:
        raise ModelError(
            f"the converted model cannot be written to {folder} ({error.strerror or error}): "
            'make the folder writable, free some space, or set backend = "torch" under [embedding].'
        ) from error
