"""Mutants of who is answered with what, between a question and the database."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

__all__ = ["MUTANTS"]

_TURNS = "tests/retrieval/test_turns.py::"
_TAKEN = "            self._waiting.close(asked)  # from here on the database may have looked\n"

MUTANTS = (
    Mutant(
        "answered-from-before",
        "who asks while the database is at it is answered by what was true before",
        "retrieval/turns.py",
        _TAKEN,
        "            pass\n",
        (_TURNS + "test_nobody_hears_what_was_looked_up_before_it_asked",),
    ),
    Mutant(
        "answered-as-another",
        "who waits is answered along with whoever asked something else",
        "retrieval/turns.py",
        "return question.call, tuple(_hashable(value) for value in question.values)",
        "return question.call",
        (_TURNS + "test_what_differs_is_asked_apart",),
    ),
    Mutant(
        "noted-together",
        "what is asked in vain counts once, however many ask it at once",
        "retrieval/asking.py",
        "arguments, leaves_note=True)",
        "arguments)",
        (_TURNS + "test_a_note_is_left_each_time",),
    ),
    Mutant(
        "kept-past-its-end",
        "a copy of an answer outlives a window in it",
        "retrieval/http/caching.py",
        "least = min(least, (until - at).total_seconds())",
        "pass",
        ("tests/retrieval/http/test_caching.py::test_no_answer_outlives_a_window_in_it",),
    ),
    Mutant(
        "over-and-near",
        "what is near a question is found though it is over",
        "schema/store/33_live_among.sql",
        "                and kb_store.is_live(e.valid, e.ttl, e.verified_at, at)\n",
        "",
        ("tests/retrieval/test_mostly_over.py::test_b6_five_of_the_live_are_found_among_many_that_are_over",),
    ),
)
