"""Splitting text that is longer than a chunk may be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipelines.splitting import split_text

KINDS = st.sampled_from(["paragraph", "list_item", "table_row", "preformatted", "heading"])


def words(text: str) -> int:
    """Count words, a long one as several."""
    return sum(1 + len(word) // 12 for word in text.split())


@given(st.text(alphabet="ab .!؟|\n；ي ", max_size=300), KINDS, st.integers(2, 40))
def test_pieces_join_to_the_text_and_fit(text: str, kind: str, room: int) -> None:
    """Nothing is lost, added or moved, and every piece fits."""
    pieces = list(split_text(text, kind, words, room))
    assert "".join(pieces) == text
    assert all(words(piece) <= room for piece in pieces)


def test_sentences_come_before_words() -> None:
    """Prose is cut after sentences, in English and Arabic, and closing quotation marks stay with theirs."""
    text = 'One two three. "Four five!" Six seven? هل هذا سؤال؟ نعم'
    assert list(split_text(text, "paragraph", words, 4)) == [
        "One two three. ",
        '"Four five!" ',
        "Six seven? ",
        "هل هذا سؤال؟ ",
        "نعم",
    ]


def test_cells_of_a_row_keep_their_headers() -> None:
    """A table row is cut between cells, each of which names its column."""
    row = "Service: oil change | Price: 199 SAR | Until: 30 April"
    pieces = list(split_text(row, "table_row", words, 4))
    assert [piece.split(":")[0] for piece in pieces] == ["Service", "Price", "Until"]


def test_lines_of_preformatted_text_stay_whole() -> None:
    """Preformatted text is cut between lines."""
    assert list(split_text("a b. c\nd e\nf", "preformatted", words, 3)) == ["a b. c\n", "d e\n", "f"]


def test_a_word_without_end_is_cut() -> None:
    """Two million characters without a space become pieces that fit."""
    pieces = list(split_text("x" * 2_000_000, "paragraph", words, 200))
    assert max(words(piece) for piece in pieces) <= 200
    assert sum(len(piece) for piece in pieces) == 2_000_000
