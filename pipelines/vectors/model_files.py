"""What a model's folder holds, read without loading it: refusals, declared settings, layout and hashes.

The folder's format is sentence-transformers': modules.json names the steps (transformer, pooling,
normalisation) and their sub-folders.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.records import FreshetError

__all__ = [
    "Layout",
    "ModelError",
    "declared_settings",
    "inspect_folder",
    "read_layout",
    "setup_digest",
    "weights_digest",
]

_PICKLES = ("*.bin", "*.pt", "*.pth", "*.pkl", "*.ckpt")


class ModelError(FreshetError):
    """A model is unknown, incomplete, changed, or of a kind that would run foreign code."""


@dataclass(frozen=True)
class Layout:
    """How a folder's model turns token states into one vector."""

    architecture: str  # config.json's model_type: bert, xlm-roberta, …
    pooling: str  # mean, cls, or other
    modules: tuple[str, ...]  # the steps' class names in order


def inspect_folder(name: str, path: Path) -> None:
    """Raise ModelError unless the folder holds a whole model that can be loaded without running foreign code."""
    _refuse_missing(name, path)
    _refuse_code(name, path)
    for folder in _module_folders(path):
        _refuse_pickles(name, folder)


def declared_settings(path: Path) -> dict[str, object]:
    """Return what the files say of dimensions, max_tokens, query_prompt and passage_prompt."""
    config = _read_json(path / "config.json")
    settings: dict[str, object] = {
        "dimensions": _dimensions(path, config),
        "max_tokens": _max_tokens(path, config),
    }
    prompts = _read_json(path / "config_sentence_transformers.json", {}).get("prompts") or {}
    for key, names in (("query_prompt", ("query",)), ("passage_prompt", ("passage", "document"))):
        settings[key] = next((prompts[n] for n in names if prompts.get(n)), "")
    return settings


def read_layout(path: Path) -> Layout:
    """Return the layout of a folder that `inspect_folder` accepted."""
    modules = _read_json(path / "modules.json")
    names = tuple(str(module["type"]).rsplit(".", 1)[-1] for module in modules)
    return Layout(
        architecture=str(_read_json(path / "config.json").get("model_type", "")),
        pooling=_pooling(path, modules),
        modules=names,
    )


def weights_digest(path: Path) -> str:
    """Return the sha256 of the model's safetensors file; of the list of names and hashes where there are several."""
    files = sorted(file for folder in _module_folders(path) for file in folder.glob("*.safetensors"))
    hashes = [_file_digest(file) for file in files]
    if len(hashes) == 1:
        return hashes[0]
    lines = [f"{file.relative_to(path).as_posix()} {digest}\n" for file, digest in zip(files, hashes, strict=True)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def setup_digest(path: Path) -> str:
    """Return a sha256 over the tokenizer and the layout: what else decides the vectors."""
    layout = read_layout(path)
    text = "\x1f".join((_file_digest(path / "tokenizer.json"), layout.architecture, layout.pooling, *layout.modules))
    return hashlib.sha256(text.encode()).hexdigest()


def _refuse_missing(name: str, path: Path) -> None:
    """Refuse a folder that lacks a file no model can be without."""
    if not path.is_dir():
        raise ModelError(f"model {name!r}: the folder {path} does not exist; install the model or correct its path.")
    for needed in ("modules.json", "config.json", "tokenizer.json"):
        if not (path / needed).is_file():
            raise ModelError(
                f"model {name!r}: {path} has no {needed}; it must be a whole folder in sentence-transformers' format "
                "with a fast tokenizer. Save it again with SentenceTransformer.save, or install it again."
            )


def _refuse_code(name: str, path: Path) -> None:
    """Refuse a folder that carries code, or whose modules or configuration ask for code of their own."""
    script = next(path.rglob("*.py"), None)
    foreign = [m["type"] for m in _read_json(path / "modules.json") if not _is_library_module(m)]
    mapped = "auto_map" in _read_json(path / "config.json")
    if script or foreign or mapped:
        found = script.name if script else (foreign[0] if foreign else "auto_map in config.json")
        raise ModelError(
            f"model {name!r}: {path} asks for code of its own ({found}), which is never run; "
            "choose a model that sentence-transformers loads without it."
        )


def _is_library_module(module: dict[str, Any]) -> bool:
    """Return whether a step of modules.json is sentence-transformers' own."""
    return str(module.get("type", "")).startswith("sentence_transformers.")


def _refuse_pickles(name: str, folder: Path) -> None:
    """Refuse weights that only exist as pickles, which run code when they are read."""
    if any(folder.glob("*.safetensors")):
        return
    pickle = next((file for pattern in _PICKLES for file in folder.glob(pattern)), None)
    if pickle:
        raise ModelError(
            f"model {name!r}: {pickle} holds pickled weights, which can run code when they are read and are refused; "
            "convert them to model.safetensors where you trust them."
        )
    if (folder / "modules.json").is_file():
        raise ModelError(f"model {name!r}: {folder} has no *.safetensors weights; install the model again.")


def _module_folders(path: Path) -> list[Path]:
    """Return the folders of the model's steps, each once; a step may not lie outside the model's folder."""
    folders = [path]
    for module in _read_json(path / "modules.json"):
        folder = (path / str(module.get("path", ""))).resolve()
        if not folder.is_relative_to(path.resolve()):
            raise ModelError(f"{path / 'modules.json'} points outside its folder ({module['path']}); refused.")
        if folder.is_dir() and folder != path.resolve():
            folders.append(path / str(module["path"]))
    return folders


def _dimensions(path: Path, config: dict[str, Any]) -> int:
    """Return the size of the final vectors: a Dense step's output, else the hidden size."""
    size = int(config.get("hidden_size") or config.get("dim") or 0)
    for module in _read_json(path / "modules.json"):
        step = _read_json(path / str(module["path"]) / "config.json", {}) if module["path"] else {}
        size = int(step.get("out_features", size))
    if not size:
        raise ModelError(f"{path / 'config.json'} does not say the model's hidden_size; it cannot be used.")
    return size


def _max_tokens(path: Path, config: dict[str, Any]) -> int:
    """Return the longest input in tokens: sentence-transformers' own setting, else the positions there are."""
    declared = _read_json(path / "sentence_bert_config.json", {}).get("max_seq_length")
    positions = int(config.get("max_position_embeddings") or 0)
    if config.get("model_type") in ("roberta", "xlm-roberta", "mpnet"):
        positions -= 2  # their first two positions belong to padding
    known = [int(n) for n in (declared, positions) if n and int(n) > 0]
    if not known:
        raise ModelError(f"{path} does not say how many tokens the model takes; give `max_tokens` in its entry.")
    return min(known)


def _pooling(path: Path, modules: list[dict[str, Any]]) -> str:
    """Return how token states become one vector: mean, cls, or other."""
    steps = [m for m in modules if str(m["type"]).endswith(".Pooling")]
    if len(steps) != 1:
        return "other"
    config = _read_json(path / str(steps[0]["path"]) / "config.json", {})
    if isinstance(mode := config.get("pooling_mode"), str):
        return mode if mode in ("mean", "cls") else "other"
    chosen = [key for key, value in config.items() if key.startswith("pooling_mode_") and value is True]
    names = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}
    return names.get(chosen[0], "other") if len(chosen) == 1 else "other"


def _read_json(file: Path, default: Any = None) -> Any:
    """Return a JSON file's content, or `default` where the file is absent and one is given."""
    if default is not None and not file.is_file():
        return default
    try:
        return json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{file} cannot be read ({error}); install the model again.") from error


def _file_digest(file: Path) -> str:
    """Return a file's sha256, hex."""
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"{file} cannot be read ({error}); install the model again.") from error
