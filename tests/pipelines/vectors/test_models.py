"""The model registry: what identifies a model, and what is refused."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import pytest

from pipelines.vectors.models import DEFAULT_MODEL, ModelError, model_entry, resolve_model, verify_weights
from tests.pipelines.vectors.tiny_models import tiny_model


def test_the_packaged_model_declares_what_it_is() -> None:
    """The default has 384 dimensions, takes 256 tokens (its tokenizer file says 128), and speaks English only."""
    model = resolve_model(DEFAULT_MODEL)
    assert (model.dimensions, model.max_tokens, model.languages) == (384, 256, ("en",))
    assert resolve_model("sentence-transformers/all-MiniLM-L6-v2") == model
    verify_weights(model)


def test_a_folder_is_a_model(tmp_path: Path) -> None:
    """A folder is taken relative to the project; its files say the sizes and the limit."""
    tiny_model(tmp_path / "models" / "tiny")
    model = resolve_model("models/tiny", folder=tmp_path)
    assert (model.id, model.revision, model.dimensions, model.max_tokens) == ("tiny", "local", 32, 32)
    assert model.languages == ()  # none declared: taken to cover all


def test_identity_is_what_decides_the_vectors(tmp_path: Path) -> None:
    """Moving a model keeps its identity; weights, tokenizer, prompts, limit and revision change it."""
    folder = tiny_model(tmp_path / "a" / "tiny")
    model = resolve_model(str(folder))
    shutil.copytree(folder, tmp_path / "b" / "tiny")
    assert resolve_model(str(tmp_path / "b" / "tiny")).identity == model.identity
    others = [
        dataclasses.replace(model, query_prompt="query: ").identity,
        dataclasses.replace(model, passage_prompt="passage: ").identity,
        dataclasses.replace(model, max_tokens=31).identity,
        dataclasses.replace(model, revision="2").identity,
    ]
    others.append(resolve_model(str(tiny_model(tmp_path / "c" / "tiny", seed=2))).identity)
    others.append(resolve_model(str(tiny_model(tmp_path / "d" / "tiny", pooling="cls"))).identity)
    assert len({model.identity, *others}) == 7
    assert dataclasses.replace(model, name="other").identity == model.identity


def test_settings_make_an_entry(tmp_path: Path) -> None:
    """Settings override what the files declare; entries come before everything else."""
    tiny_model(tmp_path / "tiny")
    facts = {"path": "tiny", "id": "shop/tiny", "revision": "7", "max_tokens": 24, "languages": ["en", "AR"]}
    entry = model_entry("mine", {**facts, "query_prompt": "query: "}, folder=tmp_path)
    assert (entry.id, entry.revision, entry.max_tokens, entry.languages) == ("shop/tiny", "7", 24, ("en", "ar"))
    assert resolve_model("mine", entries={"mine": entry}) is entry


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"path": "tiny", "dimension": 32}, "dimension"),
        ({"path": "tiny", "dimensions": 64}, "64 dimensions"),
        ({"path": "tiny", "max_tokens": 0}, "max_tokens"),
        ({"path": "tiny", "languages": "en"}, "languages"),
        ({"revision": "1"}, "`id`"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, facts: dict[str, object], said: str) -> None:
    """An unknown key, a contradiction or a bad value says which model and which key."""
    tiny_model(tmp_path / "tiny")
    with pytest.raises(ModelError, match=said):
        model_entry("mine", facts, folder=tmp_path)


def test_an_unknown_name_says_what_there_is(tmp_path: Path) -> None:
    """A name that is nothing lists the registry and the folder looked for."""
    with pytest.raises(ModelError, match="all-MiniLM-L6-v2"):
        resolve_model("no such model", folder=tmp_path)


def test_a_hub_model_that_cannot_be_had_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a connection a hub id ends in an error that names it, not in a traceback."""
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelError, match="someone/some-model"):
        resolve_model("someone/some-model", folder=tmp_path)


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    """A folder whose weights are a pickle is refused before anything reads it, also in a step's folder."""
    folder = tiny_model(tmp_path / "tiny")
    (folder / "1_Pooling" / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(ModelError, match="pickled"):
        resolve_model(str(folder))
    (folder / "1_Pooling" / "pytorch_model.bin").unlink()
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match="pickled"):
        resolve_model(str(folder))


def test_code_is_refused(tmp_path: Path) -> None:
    """A model that brings code, or asks for some, is refused and its code not run."""
    trace = tmp_path / "ran"
    folder = tiny_model(tmp_path / "tiny")
    (folder / "custom.py").write_text(f"open({str(trace)!r}, 'w')", "utf-8")
    with pytest.raises(ModelError, match=r"custom\.py"):
        resolve_model(str(folder))
    (folder / "custom.py").unlink()
    modules = json.loads((folder / "modules.json").read_text("utf-8"))
    (folder / "modules.json").write_text(json.dumps([*modules, {"path": "", "type": "custom.Layer"}]), "utf-8")
    with pytest.raises(ModelError, match=r"custom\.Layer"):
        resolve_model(str(folder))
    (folder / "modules.json").write_text(json.dumps(modules), "utf-8")
    config = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps({**config, "auto_map": {"AutoModel": "custom.M"}}), "utf-8")
    with pytest.raises(ModelError, match="auto_map"):
        resolve_model(str(folder))
    assert not trace.exists()


def test_a_step_outside_the_folder_is_refused(tmp_path: Path) -> None:
    """modules.json cannot name another folder of the machine."""
    folder = tiny_model(tmp_path / "tiny")
    step = {"path": "../elsewhere", "type": "sentence_transformers.models.Dense"}
    (folder / "modules.json").write_text(json.dumps([step]), "utf-8")
    with pytest.raises(ModelError, match="outside"):
        resolve_model(str(folder))


@pytest.mark.parametrize("name", ["modules.json", "config.json", "tokenizer.json", "model.safetensors"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    """An incomplete folder says what is missing."""
    folder = tiny_model(tmp_path / "tiny")
    (folder / name).unlink()
    with pytest.raises(ModelError, match="safetensors" if name.startswith("model.") else name):
        resolve_model(str(folder))


def test_a_damaged_configuration_is_named(tmp_path: Path) -> None:
    """A file that is no JSON says which."""
    folder = tiny_model(tmp_path / "tiny")
    (folder / "config.json").write_text("{", "utf-8")
    with pytest.raises(ModelError, match=r"config\.json"):
        resolve_model(str(folder))


def test_a_changed_byte_is_refused(tmp_path: Path) -> None:
    """Pinned weights that differ in one byte are refused, with both hashes."""
    folder = tiny_model(tmp_path / "tiny")
    pinned = resolve_model(str(folder)).weights_sha256
    entry = model_entry("mine", {"path": str(folder), "weights_sha256": pinned})
    weights = bytearray((folder / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (folder / "model.safetensors").write_bytes(weights)
    with pytest.raises(ModelError, match=pinned[:16]):
        verify_weights(entry)
