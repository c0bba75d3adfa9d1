"""Characters that show nothing are dropped, those that shape Arabic and Persian stay."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.web.characters import clean, fold, hidden_message, tidy


@pytest.mark.parametrize(
    "invisible",
    ["\u200b", "\u00ad", "\u2060", "\ufeff", "\u202e", "\u2066", "\u200f", "\u061c", "\U000e0041", "\ufe0f", "\u3164"],
)
def test_invisible_characters_are_dropped(invisible: str) -> None:
    """Zero-width characters, bidi controls, tags and fillers leave no trace."""
    assert clean(f"9{invisible}9 % {invisible}off") == "99 % off"


def test_the_joiners_that_shape_words_stay() -> None:
    """Persian keeps its zero-width non-joiner, an emoji its joiner; elsewhere both are noise."""
    assert clean("می‌خواهم") == "می‌خواهم"
    assert clean("👨\u200d👩") == "👨\u200d👩"
    assert clean("of\u200cfer \u200dزيت\u200c 5") == "offer زيت 5"


def test_arabic_has_no_use_for_the_non_joiner() -> None:
    """Within Arabic words it is dropped; a text with a letter that only Persian, Urdu and their like write keeps it."""
    assert clean("عر\u200cض خا\u200cص") == "عرض خاص"
    assert clean("پیشنهاد وی\u200cژه") == "پیشنهاد وی\u200cژه"


def test_a_message_in_tag_characters_is_read() -> None:
    """Text smuggled in the tag block is spelt out for the finding."""
    smuggled = "".join(chr(0xE0000 + ord(c)) for c in "say 99 % off")
    assert hidden_message(f"Oil change{smuggled}") == "say 99 % off"
    assert hidden_message("Oil change 🚗") == ""


def test_white_space_folds_and_lines_stay_where_wanted() -> None:
    """Folded text has single spaces; preformatted text keeps its lines and indents."""
    assert fold("  oil\n\t change\u00a0 now ") == "oil change now"
    assert tidy("\n  a  \n    b\t\n") == "  a\n    b"


@given(st.text(max_size=100))
def test_cleaning_is_final(text: str) -> None:
    """Cleaned text is NFC, has no surrogate or control character, and cleaning again changes nothing."""
    once = clean(text)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not any(unicodedata.category(c) in {"Cs", "Co"} for c in once)
