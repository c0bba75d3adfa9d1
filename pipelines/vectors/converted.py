"""Converted models: made once on each machine, kept in the cache under the model's identity, never shipped."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable
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
    if (folder / file).is_file():
        with contextlib.suppress(RuntimeError):  # what both libraries raise for a damaged file
            return load(folder / file)
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


def _replace(model: ModelEntry, folder: Path, convert: Callable[[ModelEntry, Path], None]) -> None:
    """Convert into a folder of another name and move it into place, so that others see a whole one or none."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            convert(model, made)
            shutil.rmtree(folder, ignore_errors=True)
            with contextlib.suppress(FileExistsError):  # another process was quicker, with the same result
                _move(made, folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        raise ModelError(
            f"the converted model cannot be written to {folder} ({error.strerror or error}): "
            'make the folder writable, free some space, or set backend = "torch" under [embedding].'
        ) from error


def _move(made: Path, folder: Path) -> None:
    """Rename a folder; raise FileExistsError when the new name is taken, whatever the system calls it."""
    try:
        os.rename(made, folder)
    except OSError:
        if folder.is_dir():
            raise FileExistsError(folder) from None
        raise
