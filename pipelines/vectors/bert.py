"""Reading the weights of BERT-like encoders, so that they can run without torch.

One layout, published as BERT (Devlin et al., 2018) and kept by RoBERTa and XLM-RoBERTa: MiniLM, BGE,
GTE and E5 models have it. Anything else is left to sentence-transformers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.vectors.model_files import ModelError, read_layout
from pipelines.vectors.models import ModelEntry

__all__ = ["Bert", "is_bert", "read_bert"]

# model_type -> where its position table starts being used (RoBERTa keeps the first rows for padding)
_FIRST_POSITION = {"bert": 0, "roberta": 2, "xlm-roberta": 2}


@dataclass(frozen=True)
class Bert:
    """An encoder's sizes and weights; linear weights are (out, in), all float32."""

    layers: int
    heads: int
    hidden: int
    epsilon: float  # of layer normalisation
    pooling: str  # mean or cls
    weights: Mapping[str, NDArray[np.float32]]  # names as in the file, without a leading "bert." or "roberta."

    def embeddings(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return (words, places): the word table, and the position table with the token type's vector added."""
        places = self.weights["embeddings.position_embeddings.weight"]
        return (
            self.weights["embeddings.word_embeddings.weight"],
            places + self.weights["embeddings.token_type_embeddings.weight"][0],
        )


def is_bert(model: ModelEntry) -> bool:
    """Return whether the model is transformer, mean or cls pooling, perhaps normalisation, and nothing unusual."""
    layout = read_layout(model.path)
    config = _config(model.path, "config.json")
    return (
        layout.modules in (("Transformer", "Pooling"), ("Transformer", "Pooling", "Normalize"))
        and layout.architecture in _FIRST_POSITION
        and layout.pooling in ("mean", "cls")
        and config.get("hidden_act") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and not config.get("is_decoder")
        and not _config(model.path, "sentence_bert_config.json").get("do_lower_case")
        and _stored_types(model.path / "model.safetensors") <= {"F32", "F16", "I64"}  # numpy has no bfloat16
    )


def read_bert(model: ModelEntry) -> Bert:
    """Return the weights of a model for which `is_bert` holds. Raises ModelError when the file is damaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    config = _config(model.path, "config.json")
    file = model.path / "model.safetensors"
    try:
        stored = load_file(file)
    except (SafetensorError, OSError, ValueError, TypeError, KeyError) as error:
        raise ModelError(f"model {model.name}: {file} cannot be read ({error}); install the model again.") from error
    return Bert(
        layers=int(config["num_hidden_layers"]),
        heads=int(config["num_attention_heads"]),
        hidden=int(config["hidden_size"]),
        epsilon=float(config.get("layer_norm_eps", 1e-12)),
        pooling=read_layout(model.path).pooling,
        weights=_named(stored, _FIRST_POSITION[str(config["model_type"])]),
    )


def _named(stored: Mapping[str, NDArray[Any]], first_position: int) -> dict[str, NDArray[np.float32]]:
    """Return the weights as float32 under their plain names, the position table from its first used row."""
    weights = {
        name.removeprefix("bert.").removeprefix("roberta."): array.astype(np.float32, copy=False)
        for name, array in stored.items()
        if array.dtype.kind == "f"
    }
    table = "embeddings.position_embeddings.weight"
    weights[table] = np.ascontiguousarray(weights[table][first_position:])
    return weights


def _stored_types(file: Path) -> set[str]:
    """Return the number types in a safetensors file, from its header; {"none"} where there is no such file."""
    if not file.is_file():
        return {"none"}
    try:
        with file.open("rb") as stream:
            header = json.loads(stream.read(min(int.from_bytes(stream.read(8), "little"), 2**24)))
        return {entry["dtype"] for name, entry in header.items() if name != "__metadata__"}
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise ModelError(f"{file} is no safetensors file ({error}); install the model again.") from error


def _config(path: Path, name: str) -> dict[str, Any]:
    """Return a configuration file of the model, {} where it is absent."""
    file = path / name
    return dict(json.loads(file.read_text("utf-8"))) if file.is_file() else {}
