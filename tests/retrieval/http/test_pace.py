"""How often one caller may ask."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.http.pace import Pace


@dataclass
class Clock:
    """Seconds that a test sets."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_admitted_and_then_the_rate() -> None:
    """So many at once; after that one more each time a token has come back."""
    clock = Clock()
    pace = Pace(2, 3, clock)
    assert [pace.wait("a") for _ in range(5)] == [0, 0, 0, 1, 1]
    clock.now = 0.5
    assert [pace.wait("a"), pace.wait("a")] == [0, 1]


def test_callers_do_not_share_a_bucket() -> None:
    """One that asks too often takes nothing from another."""
    pace = Pace(1, 1, Clock())
    assert [pace.wait("a"), pace.wait("a"), pace.wait("b")] == [0, 1, 0]


def test_silence_fills_no_more_than_the_burst() -> None:
    """Whoever was silent for a day may ask no more at once than anybody."""
    clock = Clock()
    pace = Pace(10, 2, clock)
    pace.wait("a")
    clock.now = 86_400
    assert [pace.wait("a") for _ in range(3)] == [0, 0, 1]


def test_the_number_of_callers_remembered_is_bounded() -> None:
    """Made-up callers cost bounded memory."""
    pace = Pace(1, 1, Clock())
    for number in range(10_050):
        pace.wait(str(number))
    assert len(pace._buckets) == 10_000
