"""A page that could not be looked at, beside others that could: nothing of it is removed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipelines.database import Connection
from pipelines.records import FAILED_OUTCOMES, Outcome
from tests.story import Story, offer

_PAGES = tuple(f"https://shop.test/{name}" for name in "abcdefghijkl")
_DAY = timedelta(days=1)


@pytest.mark.hazard("N2")
@pytest.mark.parametrize("outcome", sorted(FAILED_OUTCOMES | {Outcome.ROBOTS_DENIED, Outcome.REFUSED_ADDRESS}))
def test_a_failed_look_beside_good_ones_removes_nothing(db: Connection, outcome: Outcome) -> None:
    """One of twelve, so that no guard of the run as a whole is in the way: its own failure proves nothing, ever."""
    story = Story(db)
    story.sync({url: [offer(url)] for url in _PAGES})
    for _ in range(3):
        story.sync({**dict.fromkeys(_PAGES, Outcome.NOT_MODIFIED), _PAGES[0]: outcome}, after=_DAY)
    assert set(story.served()) == set(_PAGES)
    assert story.count("version") == len(_PAGES)
