"""Small models with made-up weights, whole enough for every backend: folders in sentence-transformers' format."""

from __future__ import annotations

import json
import string
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

HIDDEN, LAYERS, WIDE, POSITIONS = 32, 2, 64, 40


def tiny_model(
    folder: Path,
    *,
    pooling: str = "mean",
    architecture: str = "bert",
    seed: int = 1,
    hidden: int = HIDDEN,
    positions: int = POSITIONS,
) -> Path:
    """Write a model of `hidden` dimensions that reads eight tokens less than it has positions; return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    tokens = _write_tokenizer(folder)
    _write_weights(folder / "model.safetensors", tokens, seed, hidden, positions)
    sizes = {"hidden_size": hidden, "max_position_embeddings": positions}
    _write(folder / "config.json", {**_config(architecture, tokens), **sizes})
    _write(folder / "modules.json", [_module(0, "", "Transformer"), _module(1, "1_Pooling", "Pooling")])
    (folder / "1_Pooling").mkdir(exist_ok=True)
    modes = {f"pooling_mode_{mode}": mode.startswith(pooling) for mode in ("cls_token", "mean_tokens", "max_tokens")}
    _write(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": hidden, **modes})
    _write(folder / "sentence_bert_config.json", {"max_seq_length": positions - 8, "do_lower_case": False})
    return folder


def _config(architecture: str, tokens: int) -> dict[str, Any]:
    return {
        "model_type": architecture,
        "architectures": ["BertModel" if architecture == "bert" else "XLMRobertaModel"],
        "hidden_act": "gelu",
        "intermediate_size": WIDE,
        "layer_norm_eps": 1e-5,
        "num_attention_heads": 2,
        "num_hidden_layers": LAYERS,
        "pad_token_id": 0 if architecture == "bert" else 1,
        "type_vocab_size": 1,
        "vocab_size": tokens,
    }


def _write_tokenizer(folder: Path) -> int:
    """Write a tokenizer of single letters; return how many tokens it knows."""
    letters = [*string.ascii_lowercase, *string.digits, *".,"]
    special = ["[CLS]", "[PAD]", "[SEP]", "[UNK]"]
    vocabulary = {token: i for i, token in enumerate([*special, *letters, *(f"##{letter}" for letter in letters)])}
    tokenizer = Tokenizer(WordPiece(vocab=vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    ends = [(name, vocabulary[name]) for name in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    tokenizer.add_special_tokens(special)
    tokenizer.enable_truncation(max_length=8)  # as wrong as the file of the packaged model is
    tokenizer.save(str(folder / "tokenizer.json"))
    names = {"cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "unk_token": "[UNK]"}
    _write(folder / "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", **names})
    return len(vocabulary)


def _write_weights(file: Path, tokens: int, seed: int, hidden: int, positions: int) -> None:
    random = np.random.default_rng(seed)
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (tokens, hidden),
        "embeddings.position_embeddings.weight": (positions, hidden),
        "embeddings.token_type_embeddings.weight": (1, hidden),
        **_pair("embeddings.LayerNorm", hidden),
    }
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}."
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            shapes |= _pair(f"{name}attention.{part}", hidden, hidden)
        shapes |= _pair(f"{name}attention.output.LayerNorm", hidden) | _pair(f"{name}output.LayerNorm", hidden)
        shapes |= _pair(f"{name}intermediate.dense", WIDE, hidden) | _pair(f"{name}output.dense", hidden, WIDE)
    weights = {name: random.normal(0, 0.3, shape).astype(np.float32) for name, shape in shapes.items()}
    save_file(weights, str(file), metadata={"format": "pt"})


def _pair(name: str, *shape: int) -> dict[str, tuple[int, ...]]:
    """Return the shapes of a weight and its bias."""
    return {f"{name}.weight": shape, f"{name}.bias": shape[:1]}


def _module(index: int, path: str, kind: str) -> dict[str, Any]:
    return {"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.models.{kind}"}


def _write(file: Path, content: Any) -> None:
    file.write_text(json.dumps(content), "utf-8")
