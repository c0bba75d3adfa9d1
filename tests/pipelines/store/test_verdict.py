"""The verdict on a run: when absence counts, and when removals wait for a person."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.source_settings import GuardSettings
from pipelines.store.verdict import Sight, Yield, judge

_WELL = Sight(True, "", attempted=100, failed=0, found=100, live=100, removals=0)
_GUARD = GuardSettings()


def test_a_run_that_looked_everywhere_and_was_answered_is_a_witness() -> None:
    """One page in ten may fail, and nine in a row."""
    verdict = judge(replace(_WELL, failed=10, in_a_row=9), _GUARD)
    assert (verdict.healthy, verdict.held, verdict.reasons) == (True, False, ())


@pytest.mark.parametrize(
    ("sight", "reason"),
    [
        (replace(_WELL, complete=False, incomplete_reason="out of time"), "incomplete: out of time"),
        (replace(_WELL, failed=11), "11 of 100 pages could not be looked at"),
        (replace(_WELL, attempted=1000, failed=10, in_a_row=10), "10 pages in a row could not be looked at"),
    ],
)
def test_a_run_that_is_no_witness_says_why(sight: Sight, reason: str) -> None:
    """Its budget ran out, too many pages failed, or many in a row."""
    verdict = judge(sight, _GUARD)
    assert not verdict.healthy
    assert verdict.reasons == (reason,)


@pytest.mark.parametrize(
    ("live", "removals", "held"),
    [
        (100, 10, False),  # neither limit
        (1000, 11, False),  # the count alone
        (20, 10, False),  # the share alone
        (50, 11, True),  # both: 22 %
        (3, 2, False),  # over half, but not more than two
        (5, 3, True),  # over half, and more than two
        (6, 3, False),  # half is not over half
        (0, 0, False),
    ],
)
def test_removals_wait_beyond_both_limits_or_half(live: int, removals: int, held: bool) -> None:
    """As the interface says, whatever the proof."""
    assert judge(replace(_WELL, live=live, removals=removals), _GUARD).held is held


def test_a_run_that_found_too_few_removes_nothing() -> None:
    """min_entries; without removals there is nothing to hold."""
    assert judge(replace(_WELL, found=0, live=5, removals=1), _GUARD).held
    assert not judge(replace(_WELL, found=0, live=5), _GUARD).held
    assert not judge(replace(_WELL, found=0, live=5, removals=1), GuardSettings(min_entries=0)).held


def test_a_fallen_yield_is_said_and_stops_nothing() -> None:
    """Each page was judged before; a person hears which kind of page gives less."""
    yields = (Yield("https://shop.test/offers/*", 4, 9, 4), Yield("https://shop.test/*", 1, 2, 0))
    verdict = judge(replace(_WELL, yields=yields), _GUARD)
    assert verdict.healthy
    assert verdict.reasons == ("4 pages like https://shop.test/offers/* give 4 offers, 9 before",)
    assert verdict.as_json()["yields"][1]["before"] == 2


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 100), st.integers(0, 50))
def test_never_more_than_half_goes_unseen(live: int, removals: int, percent: int, count: int) -> None:
    """Whatever a source's limits are."""
    guard = GuardSettings(max_lost_percent=percent, max_lost_count=count)
    verdict = judge(replace(_WELL, live=live, removals=min(live, removals)), guard)
    if min(live, removals) > 2 and min(live, removals) * 2 > live:
        assert verdict.held
