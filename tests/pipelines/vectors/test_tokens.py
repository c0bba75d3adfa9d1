"""Counting by the model's own tokenizer."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from pipelines.vectors.models import DEFAULT_MODEL, ModelError, resolve_model
from pipelines.vectors.tokens import encodable, load_tokenizer, token_counter
from tests.pipelines.vectors.tiny_models import tiny_model


def test_the_true_limit_is_set_not_the_files() -> None:
    """The packaged tokenizer's file cuts at 128 and pads to 128; the model takes 256, and counting cuts nowhere."""
    model = resolve_model(DEFAULT_MODEL)
    words = "car " * 300
    assert token_counter(model)(words) == 302
    assert len(load_tokenizer(model).encode(words).ids) == 256
    assert token_counter(model)("car") == 3


def test_the_prompt_counts(tmp_path: Path) -> None:
    """A passage prompt takes room from the passage."""
    model = resolve_model(str(tiny_model(tmp_path / "tiny")))
    prompted = dataclasses.replace(model, passage_prompt="ab ")
    assert token_counter(prompted)("cd") == token_counter(model)("cd") + 2
    assert token_counter(prompted).count_all(["a", "ab"]) == [5, 6]


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("plain", "plain"),
        ("nul\0byte", "nul byte"),
        ("lone \ud800 half", "lone \ufffd half"),
        ("pair \ud83d\ude00", "pair \U0001f600"),
        ("زيت \udfff", "زيت \ufffd"),
    ],
)
def test_text_is_made_encodable(text: str, clean: str) -> None:
    """NUL and lone surrogates, which neither UTF-8 nor PostgreSQL hold, are replaced and nothing else is."""
    assert encodable(text) == clean
    assert token_counter(resolve_model(DEFAULT_MODEL))(text) >= 2


def test_a_damaged_tokenizer_is_named(tmp_path: Path) -> None:
    """A tokenizer that cannot be read says which file."""
    folder = tiny_model(tmp_path / "tiny")
    model = resolve_model(str(folder))
    (folder / "tokenizer.json").write_text("{}", "utf-8")
    with pytest.raises(ModelError, match=r"tokenizer\.json"):
        load_tokenizer(model)
