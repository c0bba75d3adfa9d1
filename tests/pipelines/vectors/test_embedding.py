"""Vectors: every backend agrees with sentence-transformers, is checked, and loads only what it needs."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipelines.embedding import BackendName, EmbeddingError, Encoder, checked, open_encoder
from pipelines.records import FreshetError
from pipelines.vectors.backends import candidates
from pipelines.vectors.converted import load_converted, model_cache
from pipelines.vectors.models import DEFAULT_MODEL, ModelEntry, ModelError, model_entry, resolve_model
from tests.pipelines.vectors.tiny_models import tiny_model

PACKAGED = resolve_model(DEFAULT_MODEL)
TEXTS = [
    "Oil change with a new filter, 199 riyals until the end of the month.",
    "Tyres",
    "تغيير زيت مع فلتر جديد حتى نهاية الشهر",
    "The warranty covers faults of material and workmanship. " * 12,
    "",
]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def reference(cache: Path) -> NDArray[np.float32]:
    """What sentence-transformers makes of the texts with the packaged model."""
    return open_encoder(PACKAGED, backend="torch", cache_dir=cache).encode_passages(TEXTS)


@pytest.mark.parametrize("backend", ["openvino", "onnx"])
def test_a_graph_agrees_with_the_reference(backend: BackendName, cache: Path, reference: NDArray[np.float32]) -> None:
    """fp32 without torch gives the reference's vectors, to six digits, whatever shares a batch."""
    encoder = open_encoder(PACKAGED, backend=backend, cache_dir=cache)
    vectors = encoder.encode_passages(TEXTS)
    assert vectors.shape == (5, 384)
    assert vectors.dtype == np.float32
    assert np.abs(vectors - reference).max() < 1e-5
    assert np.abs(encoder.encode_query(TEXTS[0]) - reference[0]).max() < 1e-5


@pytest.mark.parametrize(("pooling", "architecture"), [("mean", "bert"), ("cls", "bert"), ("mean", "xlm-roberta")])
def test_layouts_agree_with_the_reference(tmp_path: Path, pooling: str, architecture: str) -> None:
    """Pooling by mean or first token, BERT's and RoBERTa's positions: all as sentence-transformers reads them."""
    model = resolve_model(str(tiny_model(tmp_path / "tiny", pooling=pooling, architecture=architecture)))
    texts = ["abc", "a b c 1 2 3 a b c 1 2 3 a b c 1 2 3", "x" * 80]
    backends: tuple[BackendName, ...] = ("torch", "openvino", "onnx")
    made = [Encoder(model, backend, tmp_path, 1).encode_passages(texts) for backend in backends]
    assert np.abs(made[1] - made[0]).max() < 1e-5
    assert np.abs(made[2] - made[0]).max() < 1e-5


@pytest.mark.parametrize("backend", ["torch", "openvino", "onnx"])
def test_text_is_cut_at_the_models_limit(backend: BackendName, cache: Path) -> None:
    """The 254th word still counts, the 255th no longer; the tokenizer file's own limit of 128 is not used."""
    words = [f"word{i % 7}" for i in range(127)]  # two tokens each
    whole, longer = " ".join(words), " ".join([*words, "engine"])
    vectors = open_encoder(PACKAGED, backend=backend, cache_dir=cache).encode_passages(
        [whole, longer, " ".join(words[:63])]
    )
    assert vectors[0] @ vectors[1] > 1 - 1e-6
    assert vectors[0] @ vectors[2] < 0.999


def test_prompts_are_put_in_front(tmp_path: Path) -> None:
    """A query and a passage get the prompts of the entry, once."""
    plain = resolve_model(str(tiny_model(tmp_path / "tiny")))
    prompted = dataclasses.replace(plain, query_prompt="q: ", passage_prompt="p: ")
    bare, encoder = Encoder(plain, "openvino", tmp_path, 1), Encoder(prompted, "openvino", tmp_path, 1)
    assert np.allclose(encoder.encode_query("oil"), bare.encode_query("q: oil"))
    assert np.allclose(encoder.encode_passages(["oil"]), bare.encode_passages(["p: oil"]))


def test_hostile_text_is_encoded(cache: Path) -> None:
    """NUL bytes, lone surrogates and a megabyte without a space give vectors like any other text."""
    encoder = open_encoder(PACKAGED, backend="openvino", cache_dir=cache)
    vectors = encoder.encode_passages(["a\0b", "half \ud800", "x" * 1_000_000, "\n\t "])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.allclose(vectors[0], encoder.encode_query("a b"))


def test_nothing_makes_nothing(cache: Path) -> None:
    """No texts, no vectors, of the right size."""
    assert open_encoder(PACKAGED, backend="openvino", cache_dir=cache).encode_passages([]).shape == (0, 384)


def test_progress_is_told(tmp_path: Path) -> None:
    """The caller hears how many are done, up to all of them."""
    told: list[int] = []
    model = resolve_model(str(tiny_model(tmp_path / "tiny")))
    Encoder(model, "openvino", tmp_path, 1).encode_passages(["a"] * 600, told.append)
    assert told == [512, 600]


def test_one_encoder_a_process(cache: Path) -> None:
    """Asking twice gives the same encoder, so weights are loaded once."""
    assert open_encoder(PACKAGED, cache_dir=cache) is open_encoder(PACKAGED, cache_dir=cache)


@pytest.mark.parametrize(
    "wrong",
    [
        np.full((2, 384), np.nan, np.float32),
        np.zeros((2, 384), np.float32),
        np.full((2, 384), np.inf, np.float32),
        np.eye(2, 383, dtype=np.float32),
        np.eye(3, 384, dtype=np.float32),
        np.eye(2, 384, dtype=np.float32) * 1.01,
    ],
)
def test_a_wrong_vector_never_leaves(wrong: NDArray[np.float32]) -> None:
    """Not finite, zero, of the wrong size or count, not of unit length: an error, before any transaction."""
    with pytest.raises(EmbeddingError, match="all-MiniLM-L6-v2"):
        checked(wrong, 2, PACKAGED)


def test_a_failing_backend_returns_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One bad vector among many stops the whole call."""

    def broken(texts: Sequence[str]) -> NDArray[np.float32]:
        return np.full((len(texts), 384), np.nan, np.float32)

    monkeypatch.setattr("pipelines.embedding.open_backend", lambda *_: broken)
    with pytest.raises(EmbeddingError, match="text 0 of 3"):
        Encoder(PACKAGED, "openvino", tmp_path, 1).encode_passages(["a", "b", "c"])


def test_an_unknown_backend_is_refused(tmp_path: Path) -> None:
    """A backend that is none says which there are."""
    with pytest.raises(EmbeddingError, match="openvino"):
        open_encoder(PACKAGED, backend="tensorrt", cache_dir=tmp_path)  # type: ignore[arg-type]  # what a settings file may hold


def test_a_model_of_another_kind_is_left_to_torch(tmp_path: Path) -> None:
    """Pooling that the graphs do not know is not guessed: torch alone is a candidate, the others refuse."""
    model = resolve_model(str(tiny_model(tmp_path / "tiny", pooling="max")))
    assert {variant.split("-")[0] for variant in candidates(model)} == {"torch"}
    with pytest.raises(FreshetError, match="torch"):
        Encoder(model, "openvino", tmp_path, 1).encode_query("a")


def test_changed_weights_are_refused_although_a_conversion_is_kept(tmp_path: Path) -> None:
    """A pinned model whose file changes is not served from its conversion either."""
    folder = tiny_model(tmp_path / "tiny")
    pin = resolve_model(str(folder)).weights_sha256
    entry = model_entry("mine", {"path": str(folder), "weights_sha256": pin})
    Encoder(entry, "openvino", tmp_path, 1).encode_query("a")
    weights = bytearray((folder / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (folder / "model.safetensors").write_bytes(weights)
    with pytest.raises(ModelError, match="changed or damaged"):
        Encoder(entry, "openvino", tmp_path, 1).encode_query("a")


@pytest.mark.parametrize("backend", ["torch", "openvino", "onnx"])
def test_damaged_weights_are_named(tmp_path: Path, backend: BackendName) -> None:
    """A truncated weights file ends in an error that names it."""
    folder = tiny_model(tmp_path / "tiny")
    weights = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(weights[: len(weights) // 2])
    with pytest.raises(FreshetError, match="tiny"):
        Encoder(resolve_model(str(folder)), backend, tmp_path, 1).encode_query("a")


@pytest.mark.parametrize(("backend", "file"), [("openvino", "model.xml"), ("onnx", "model.onnx")])
def test_a_damaged_conversion_is_made_again(tmp_path: Path, backend: BackendName, file: str) -> None:
    """The cache is only a cache: a file in it that cannot be read is replaced."""
    model = resolve_model(str(tiny_model(tmp_path / "tiny")))
    before = Encoder(model, backend, tmp_path, 1).encode_query("a")
    kept = next(model_cache(model, tmp_path).glob(f"{backend}-*")) / file
    kept.write_bytes(b"not a model")
    assert np.allclose(Encoder(model, backend, tmp_path, 1).encode_query("a"), before)


def test_who_begins_at_once_converts_once(tmp_path: Path) -> None:
    """The others wait; none reads a conversion that another is just replacing."""
    model, converted = resolve_model(str(tiny_model(tmp_path / "tiny"))), list[Path]()

    def convert(model: ModelEntry, folder: Path) -> None:
        converted.append(folder)
        (folder / "graph").write_text("whole")

    with ThreadPoolExecutor(4) as at_once:
        asked = [
            at_once.submit(load_converted, model, tmp_path, "any/graph", convert, Path.read_text) for _ in range(8)
        ]
        assert {one.result() for one in asked} == {"whole"}
    assert len(converted) == 1


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """The message says which folder and the way out; torch works without a cache."""
    model = resolve_model(str(tiny_model(tmp_path / "tiny")))
    (tmp_path / "file").write_text("in the way", "utf-8")
    with pytest.raises(ModelError, match="make the folder writable"):
        Encoder(model, "openvino", tmp_path / "file", 1).encode_query("a")
    assert Encoder(model, "torch", tmp_path / "file", 1).encode_query("a").shape == (32,)


def test_a_query_needs_neither_torch_nor_the_network(cache: Path) -> None:
    """A query in a fresh process loads no torch, no telemetry, opens no socket; the import alone loads no library."""
    code = f"""
import socket, sys
def refuse(*_): raise AssertionError("a socket was opened")
socket.socket.connect = socket.getaddrinfo = refuse
import pipelines.embedding
heavy = ("torch", "openvino", "onnxruntime", "sentence_transformers", "tokenizers", "transformers")
assert not [name for name in heavy if name in sys.modules], sys.modules.keys() & set(heavy)
from pathlib import Path
from pipelines.vectors.models import resolve_model
for backend in ("auto", "openvino", "onnx"):
    encoder = pipelines.embedding.open_encoder(
        resolve_model("all-MiniLM-L6-v2"), backend=backend, cache_dir=Path({str(cache)!r}), threads=1)
    assert encoder.encode_query("how long is the warranty").shape == (384,)
assert "torch" not in sys.modules
assert not [name for name, module in sys.modules.items() if module and "telemetry" in name and "openvino" in name]
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def test_the_entry_can_cross_processes() -> None:
    """An entry is plain data: equal after pickling, usable as a key."""
    import pickle

    copy: ModelEntry = pickle.loads(pickle.dumps(PACKAGED))
    assert copy == PACKAGED
    assert hash(copy) == hash(PACKAGED)
