"""No text breaks the reading, and none costs more than in proportion to its length."""

from __future__ import annotations

import sys
from itertools import pairwise
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.windows.datewords import PHRASES
from pipelines.windows.relativewords import NUMBERS, RELATIVE, UNITS
from pipelines.windows.stated import Context
from tests.pipelines.windows.reading import maybe

_SIGNS = "1|31|2026|1447|3/4/26|31/12/2026|2026-02-30|5th|10:00|50%|،|,|.|-|–|&|(|June|رمضان|الجمعة"
_FORMS = (forms for table in (PHRASES, RELATIVE) for kinds in table.values() for forms in kinds.values())
_WORDS = sorted({form for forms in (*_FORMS, _SIGNS) for form in forms.split("|")} | {*UNITS, *NUMBERS})
_TEXTS = st.text(max_size=120) | st.lists(st.sampled_from(_WORDS), max_size=25).map(" ".join)


@settings(max_examples=500, deadline=None)
@given(_TEXTS, st.sampled_from(("validity", "offer", "text")))
def test_any_text_gives_a_window_or_none(text: str, context: Context) -> None:
    """Ranges are ordered, disjoint and not empty; what is quoted stands in the text."""
    found = maybe(text, context=context)
    if found is None:
        return
    ranges = found.window.ranges
    assert all(start is None or end is None or start < end for start, end in ranges)
    assert all(one[1] is not None and two[0] is not None and one[1] < two[0] for one, two in pairwise(ranges))
    assert all(evidence.text in text for evidence in found.window.evidence)


_PATTERNS = (
    "1", "1/", "1/2 ", "1, ", "1 and ", "1-", "until ", "from 1 to 2 ", "june ", "every friday ", "friday, ",
    "sunday to thursday ", "1 june 2026, ", "until 5 june 2026 ", "until 5 june 2026. ", "((", "حتى ١ ",
    "حتى ١ يونيو ٢٠٢٦، ", "ـ", "3 days left ", "for 30 days ", "posted by admin x y ", "last day offer offer ",
    "except 5 june ", "end of ", "ends in ", "2026-01-01/", "1st of every month ", "1,000", "ends at midnight today ",
)  # fmt: skip


@pytest.mark.parametrize("pattern", _PATTERNS)
def test_the_work_grows_with_the_length_and_no_faster(pattern: str) -> None:
    """Counted in calls, not in seconds: twice the text, at most little more than twice the calls."""
    short, long = (_calls((pattern * length)[:length]) for length in (1_500, 3_000))
    assert long < 2.6 * short + 2_000


def test_a_book_is_not_read_to_its_end() -> None:
    """Beyond 20,000 characters nothing is looked at."""
    assert maybe("word " * 5_000 + "until 5 June 2026") is None
    assert maybe("until 5 June 2026 " + "word " * 5_000) is not None


def _calls(text: str) -> int:
    """How many calls of Python functions reading the text takes."""
    count = 0

    def counted(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    maybe(text)  # what is kept after a first reading is not counted
    sys.setprofile(counted)
    try:
        maybe(text)
    finally:
        sys.setprofile(None)
    return count
