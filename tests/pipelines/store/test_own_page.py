"""An offer's own page says that it is over: that counts as soon as nothing else speaks for the offer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipelines.database import Connection
from pipelines.records import Outcome
from tests.story import Story, Told, offer

LIST, A, B, C = (f"https://shop.test/{name}" for name in ("list", "a", "b", "c"))
_HOUR = timedelta(hours=1)


@pytest.fixture
def story(db: Connection) -> Story:
    """A list of three offers, and a page of its own for each."""
    told = Story(db)
    told.sync({LIST: [offer(A), offer(B), offer(C)], **{url: [offer(url)] for url in (A, B, C)}})
    return told


@pytest.mark.hazard("H2", "C9")
def test_a_410_of_its_own_page_ends_what_its_list_has_dropped(story: Story) -> None:
    """The list, which was looked at, shows it no more: the two together are proof at once."""
    story.sync({LIST: [offer(B), offer(C)], A: Outcome.GONE, B: Outcome.NOT_MODIFIED, C: Outcome.NOT_MODIFIED})
    assert set(story.served()) == {B, C}
    assert story.changes()[-1] == ("withdrawn", A)


@pytest.mark.hazard("C9")
def test_a_410_of_its_own_page_ends_nothing_that_a_list_still_shows(story: Story) -> None:
    """All evidence must be gone."""
    story.sync({LIST: Outcome.NOT_MODIFIED, A: Outcome.GONE, B: Outcome.NOT_MODIFIED, C: Outcome.NOT_MODIFIED})
    assert set(story.served()) == {A, B, C}


@pytest.mark.hazard("H2")
def test_a_410_beside_a_list_that_could_not_be_looked_at_ends_nothing(story: Story) -> None:
    """What the list says now is not known."""
    story.sync({LIST: Outcome.SERVER_ERROR, A: Outcome.GONE, B: Outcome.NOT_MODIFIED, C: Outcome.NOT_MODIFIED})
    assert set(story.served()) == {A, B, C}


@pytest.mark.hazard("H2")
def test_one_404_of_its_own_page_is_no_proof_though_the_list_has_dropped_it(story: Story) -> None:
    """Suspect, as whatever is missed once; the second look, which misses it too, ends it."""
    look: dict[str, Told] = {LIST: [offer(B), offer(C)], A: Outcome.MISSING}
    look |= dict.fromkeys((B, C), Outcome.NOT_MODIFIED)
    story.sync(look)
    assert set(story.served()) == {A, B, C}
    story.sync({**look, LIST: Outcome.NOT_MODIFIED}, after=2 * _HOUR)
    assert set(story.served()) == {B, C}
