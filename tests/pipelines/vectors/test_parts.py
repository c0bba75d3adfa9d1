"""A text longer than a model reads is embedded in parts, whole."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipelines.vectors.models import resolve_model
from pipelines.vectors.parts import encode_in_parts, parts_within
from pipelines.vectors.tokens import TokenCounter, token_counter
from tests.pipelines.vectors.tiny_models import tiny_model


@pytest.fixture(scope="module")
def count(tmp_path_factory: pytest.TempPathFactory) -> TokenCounter:
    """A counter whose tokens are letters."""
    return token_counter(resolve_model(str(tiny_model(tmp_path_factory.mktemp("model") / "tiny"))))


def _first_letter(texts: Sequence[str]) -> NDArray[np.float32]:
    """A model that tells texts by their first letter alone."""
    return np.eye(26, dtype=np.float32)[[ord(text[0]) - ord("a") for text in texts]]


@given(st.lists(st.text("abc", min_size=1, max_size=9), max_size=40), st.integers(5, 30))
def test_parts_hold_every_word_in_order_and_none_is_too_long(words: list[str], most: int) -> None:
    """But a single word that is: there is nowhere to cut it."""

    def letters(text: str) -> int:
        return len(text.replace(" ", "")) + 2

    parts = parts_within(" ".join(words), letters, most)
    assert " ".join(parts).split() == words
    assert all(letters(part) <= most or " " not in part for part in parts)


def test_short_texts_go_to_the_model_as_they_are(count: TokenCounter) -> None:
    """In one call, unchanged."""
    calls: list[list[str]] = []

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        calls.append(list(texts))
        return _first_letter(texts)

    encode_in_parts(["abc", "b  c\n d"], count, 32, encode)
    assert calls == [["abc", "b  c\n d"]]


def test_a_long_text_s_end_counts_and_its_neighbours_stay(count: TokenCounter) -> None:
    """Its vector is the mean of its parts', weighed by their tokens, of unit length; order is kept."""
    vectors = encode_in_parts(["c", "aaaa aaaa bbbb bbbb", "d"], count, 10, _first_letter)
    assert vectors.shape == (3, 26)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert [int(vector.argmax()) for vector in vectors[[0, 2]]] == [2, 3]
    assert np.allclose(vectors[1][:2], np.sqrt(0.5))


def test_no_texts_give_no_vectors(count: TokenCounter) -> None:
    """An empty batch is one."""
    assert encode_in_parts([], count, 10, lambda texts: np.empty((len(texts), 4), np.float32)).shape == (0, 4)
