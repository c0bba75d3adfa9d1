"""The manners of a crawl toward one host, on a clock of the test's own."""

from __future__ import annotations

import pytest

from pipelines.records import Outcome
from spiders.pace import OutOfTime, Pace


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands until it is moved."""
    return Clock()


def test_requests_to_one_host_are_spaced_and_hosts_are_apart(clock):
    """Each turn is one delay after the one before; another host has its own."""
    pace = Pace(2.0, 1000, clock)
    assert [pace.reserve("a"), pace.reserve("a"), pace.reserve("b"), pace.reserve("a")] == [0, 2, 0, 4]
    clock.now += 60
    assert pace.reserve("a") == 0


def test_the_longer_delay_wins(clock):
    """Crawl-delay is taken when it is longer, counted from the request for robots.txt, and left when shorter."""
    pace = Pace(1.0, 1000, clock)
    pace.reserve("a")
    pace.slow_to("a", 5)
    assert [pace.reserve("a"), pace.reserve("a")] == [5, 10]
    pace.slow_to("a", 0.1)
    assert pace.reserve("a") == 15


def test_a_pause_holds_every_request_to_the_host(clock):
    """Retry-After holds for all of the host."""
    pace = Pace(0, 1000, clock)
    pace.pause("a", 30)
    assert pace.reserve("a") == 30
    assert pace.reserve("b") == 0


def test_too_many_slows_more_each_time_up_to_a_bound(clock):
    """Each 429 doubles the gap; it never exceeds some seconds, nor falls below the source's own."""
    pace = Pace(0, 1000, clock)
    gaps = []
    for _ in range(8):
        pace.slow_down("a")
        gaps.append(pace.reserve("a"))
        clock.now += 100
    assert gaps == sorted(gaps)
    assert gaps[0] > 0
    assert gaps[-1] == gaps[-2] == 5
    own = Pace(60, 10_000, clock)
    own.slow_down("a")
    own.reserve("a")
    assert own.reserve("a") == 120


def test_a_turn_after_the_end_is_refused(clock):
    """What cannot come before the crawl is over is not waited for."""
    pace = Pace(10, clock.now + 15, clock)
    pace.reserve("a")
    pace.reserve("a")
    with pytest.raises(OutOfTime, match="after the crawl's time"):
        pace.reserve("a")
    assert pace.left() == 15


def test_failures_in_a_row_close_a_host_and_an_answer_in_between_does_not(clock):
    """Five 429 in a row close it with that outcome and reason; ten lost connections do; other hosts stay open."""
    pace = Pace(0, 1000, clock)
    for _ in range(4):
        pace.failed("a", Outcome.BLOCKED, "429")
    pace.answered("a")
    for _ in range(4):
        pace.failed("a", Outcome.BLOCKED, "429")
    assert pace.closed("a") is None
    pace.failed("a", Outcome.BLOCKED, "429")
    closed = pace.closed("a")
    assert closed is not None
    assert closed[0] is Outcome.BLOCKED
    assert "5 times in a row" in closed[1]
    for _ in range(9):
        pace.failed("b", Outcome.NETWORK, "refused")
    assert pace.closed("b") is None
    pace.failed("b", Outcome.NETWORK, "refused")
    assert pace.closed("b") is not None
    assert pace.closed("c") is None
