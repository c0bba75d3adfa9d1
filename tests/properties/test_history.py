"""K2: readers in every way while all goes on and writers are killed; no answer that was never true."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.postgres.checks import run_checks
from tests.postgres import TestDatabase
from tests.properties.base import TTL, TTL_PAGES
from tests.properties.history import Answer, History, State
from tests.properties.readers import asking
from tests.properties.truth import Page, Said, Truth
from tests.properties.world import world

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_k2_every_answer_was_true_at_an_instant_of_its_interval(database: TestDatabase, tmp_path: Path) -> None:
    """Ten readers during publications, expiries, decisions, switches of models, and kills of who writes."""
    with world(database, seed=1) as made:
        with asking(database, tmp_path) as readers:
            while made.publications < 25:
                made.go_on()
        assert readers.failures == []
        assert [answer for answer in readers.answers if made.history.untrue(answer)] == []
        told = {answer.reader for answer in readers.answers}
        assert len(told) == 10
        assert len({answer.shown for answer in readers.answers}) > 10
        assert all(check.holds for check in run_checks(made.conn))


# ---------------------------------------------------------------- the checker's own power


@pytest.fixture
def history() -> History:
    """Brakes until five seconds past noon; oil as well, since a publication between two and three seconds past."""
    brakes = Said("brakes", "b", 1, ((None, NOON + 5 * SECOND),))
    oil = Said("oil", "o", 1, ((None, None),))
    states = [(NOON, NOON, [brakes]), (NOON + 2 * SECOND, NOON + 3 * SECOND, [brakes, oil])]
    return History([State(began, done, _truth(*said)) for began, done, said in states])


def _truth(*said: Said) -> Truth:
    truth = Truth(TTL, TTL_PAGES, pages={"p": Page(said)})
    truth.believed = {one.name: one for one in said}
    truth.seen = dict.fromkeys(truth.believed, (NOON, NOON))
    return truth


@pytest.mark.parametrize(
    ("asked", "answered", "shown", "untrue"),
    [
        (1, 1.1, "b", False),
        (1, 1.1, "", True),  # an outage told as emptiness
        (1, 1.1, "bo", True),  # told before it was published
        (2.5, 2.6, "b", False),  # may not have been published by then
        (2.5, 2.6, "bo", False),
        (2.5, 2.6, "o", True),  # a mixture
        (3.5, 3.6, "b", True),  # a stale cache
        (4.9, 4.99, "bo", False),
        (5, 5.1, "bo", True),  # served after its end
        (4.9, 5, "bo", False),
        (4.9, 5, "o", False),  # its end lies in the interval
        (4.9, 4.99, "o", True),  # ended too soon
        (1, 9, "", True),  # true at no instant, however long it took
    ],
)
def test_the_checker_tells_what_was_never_true(
    history: History, asked: float, answered: float, shown: str, untrue: bool
) -> None:
    """Too early, too late, half, nothing: each is told apart from what was true at some instant."""
    answer = Answer("one", NOON + asked * SECOND, NOON + answered * SECOND, frozenset((url, 1) for url in shown))
    assert history.untrue(answer) is untrue
