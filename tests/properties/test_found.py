"""What the state machine has found, each as small as it could be made."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipelines.records import Outcome
from tests.postgres import Cluster
from tests.properties.clock import stepped_template
from tests.properties.machine import HOUR, ServedIsLive, machine_on


@pytest.fixture
def machine(migrated_cluster: Cluster) -> Iterator[ServedIsLive]:
    """The site was seen whole an hour ago."""
    with stepped_template(migrated_cluster) as template:
        made = machine_on(migrated_cluster, template)()
        made.sync(after=HOUR, faults={}, complete=True, asks=False, crash=0)
        made.wait(HOUR)
        yield made
        made.teardown()


def test_to_serve_again_what_no_page_carries_is_not_to_have_seen_it(machine: ServedIsLive) -> None:
    """A card missed once, then rolled back and forth: its ttl counts from when it was seen, not from the rollback."""
    machine.list_or_not("polish")
    machine.sync(after=HOUR, faults={}, complete=True, asks=False, crash=0)
    machine.rollback(back=2)
    machine.wait(HOUR)
    machine.rollback(back=1)
    machine.all_holds()


def test_a_clock_set_back_opens_no_version_before_the_last_was_closed(machine: ServedIsLive) -> None:
    """Removed, then restored by a clock that shows an earlier hour: at no instant were both believed."""
    machine.remove(sure=0)
    machine.set_back(HOUR / 2)
    machine.rollback(back=1)
    machine.all_holds()


def test_a_clock_set_back_restores_what_came_back_after_it_was_closed(machine: ServedIsLive) -> None:
    """The same by a sync that finds a page again."""
    machine.sync(after=HOUR, faults={2: Outcome.GONE}, complete=True, asks=False, crash=0)
    machine.set_back(HOUR * 2)
    machine.sync(after=HOUR, faults={}, complete=True, asks=False, crash=0)
    machine.all_holds()


@pytest.mark.parametrize("hours", [1, None])
def test_a_clock_set_back_takes_no_word_of_a_person_back(machine: ServedIsLive, hours: int | None) -> None:
    """Withdrawn by a clock that was ahead, and once more since: not served until then, whatever the clock shows."""
    machine.withdraw("brakes", None)
    machine.set_back(HOUR / 2)
    machine.all_holds()
    machine.withdraw("brakes", hours)
    machine.all_holds()


def test_a_clock_set_back_makes_no_lease_last(machine: ServedIsLive) -> None:
    """A run died, and then the clock was set back by a day: its lease is none that could have been given."""
    machine.sync(after=HOUR, faults={}, complete=True, asks=False, crash=3)
    machine.set_back(30 * HOUR)
    machine.sync(after=HOUR, faults={}, complete=True, asks=False, crash=0)
    machine.all_holds()


def test_the_feed_s_last_word_on_what_is_over_says_so(machine: ServedIsLive) -> None:
    """It lapsed, and is then found to have ended meanwhile: told to be over once, and nothing after that."""
    machine.wait(100 * HOUR)
    machine.sweep()
    machine.say("battery", ((-9, -7),), otherwise=False)
    machine.sync(after=HOUR, faults={}, complete=True, asks=False, crash=0)
    machine.all_holds()
