"""Whole sentences of both languages give the window they were made from: never later, never another."""

from __future__ import annotations

import pytest

from pipelines.windows.stated import Context
from tests.pipelines.windows.reading import first_day, last_day, read, seen_on
from tests.pipelines.windows.sentences import make_sentences


@pytest.mark.parametrize("context", ["validity", "offer"])
def test_a_sentence_gives_the_days_it_was_made_from(context: Context) -> None:
    """Without a setting for the order of day and month; every second date leaves nothing to guess."""
    for sentence in make_sentences(1_500, seed=7):
        found = read(sentence.text, context=context, seen=seen_on(sentence.seen))
        assert last_day(found) == sentence.last.isoformat(), sentence
        if sentence.first:
            assert first_day(found) == sentence.first.isoformat(), sentence
