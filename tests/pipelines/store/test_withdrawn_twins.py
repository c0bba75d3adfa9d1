"""What a person withdrew stays so by whatever number it is known, and no longer than it is one offer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from pipelines.database import Connection
from pipelines.postgres.checks import run_checks
from pipelines.records import Draft
from pipelines.source_settings import GuardSettings, Source
from pipelines.store import deciding
from tests.postgres import TestDatabase
from tests.story import Story, offer, page

LIST = "https://shop.test/list"
OWN = "https://shop.test/brakes"
CARD = f"{LIST}#pads"
HOUR = timedelta(hours=1)
_OWN = offer(OWN, "Offer of the season")
_CARD = offer(CARD, "Brake pads and discs. 300 SAR", code="X")


@pytest.fixture
def story(db: Connection) -> Story:
    """Two offers, of which nobody knows yet that they are one."""
    told = Story(db, guard=GuardSettings(max_lost_percent=100, max_lost_count=99))
    told.sync(_apart())
    return told


def _apart() -> dict[str, list[Draft]]:
    return {OWN: [_OWN], LIST: [_CARD]}


def _one() -> dict[str, list[Draft]]:
    return {OWN: [replace(_OWN, identifier="sku:77")], LIST: [replace(_CARD, identifier="sku:77")]}


def _entry(story: Story, key: str) -> int:
    row = story.conn.execute("select entry_id from kb_store.entry where key = %s", (key,)).fetchone()
    assert row is not None
    return int(row[0])


def _sound(story: Story) -> None:
    assert [(result.name, result.offending) for result in run_checks(story.conn) if not result.holds] == []


def test_a_withdrawal_by_a_number_that_was_taken_in_holds_at_once(story: Story) -> None:
    """The offer has two numbers; who knows the other one withdraws it all the same, and restores it."""
    story.sync(_one(), after=HOUR)
    assert set(story.served()) == {OWN}
    deciding.withdraw(story.conn, _entry(story, CARD), None, "ann@desk")
    assert story.served() == {}
    assert story.changes()[-1] == ("withdrawn", OWN)
    _sound(story)
    deciding.restore(story.conn, _entry(story, CARD), "ann@desk")
    assert set(story.served()) == {OWN}
    assert story.changes()[-1] == ("restored", OWN)
    _sound(story)


def test_what_is_found_to_be_one_with_what_was_withdrawn_goes_by_that_word(story: Story) -> None:
    """The feed says so, and does not say that it ended."""
    deciding.withdraw(story.conn, _entry(story, CARD), None, "ann@desk")
    story.sync(_one(), after=HOUR)
    assert story.served() == {}
    assert story.changes()[-1] == ("withdrawn", OWN)
    _sound(story)


def test_a_withdrawal_outlives_a_second_joining(story: Story) -> None:
    """What the withdrawn offer became part of becomes part of a third."""
    third = "https://shop.test/first"
    deciding.withdraw(story.conn, _entry(story, CARD), None, "ann@desk")
    story.sync(_one(), after=HOUR)
    story.sync({third: [offer(third, "Something else. 1 SAR")]}, after=HOUR)
    story.conn.execute("update kb_store.entry set joined_into = %s where key = %s", (_entry(story, third), OWN))
    row = story.conn.execute("select kb_store.withheld(%s)::text", (_entry(story, third),)).fetchone()
    assert row is not None
    assert row[0] != "{}"


def test_what_is_no_longer_one_with_what_was_withdrawn_is_served_again(story: Story) -> None:
    """Also when it says just what it said."""
    deciding.withdraw(story.conn, _entry(story, CARD), None, "ann@desk")
    story.sync(_one(), after=HOUR)
    own = replace(_OWN, identifier="sku:77", code="X", category=())
    story.sync({OWN: [own], LIST: [_one()[LIST][0]]}, after=HOUR)
    story.sync({OWN: [own], LIST: [replace(_CARD, code="Y", title="Summer tyres", identifier="sku:78")]}, after=HOUR)
    assert set(story.served()) == {OWN}
    assert story.changes()[-1] == ("restored", OWN)
    _sound(story)


def test_a_card_filed_under_its_list_comes_back_with_another_link(story: Story) -> None:
    """It leads to a page about something else, then to another such page: the number it had is the number it gets."""
    about, contact = "https://shop.test/about", "https://shop.test/contact"
    pages = {about: [page(about, "About our company")], contact: [page(contact, "Ways to reach us")]}
    stays = [page(LIST, "All we have"), *(offer(f"{LIST}#{n}", f"Set of pads {n}") for n in ("one", "two"))]

    def card(leads_to: str) -> Draft:
        return offer(leads_to, "Winter grade. 5 litres", title="Oil change special")

    story.sync({LIST: [*stays, card(about)], **pages}, after=HOUR)
    number = _entry(story, f"{LIST}#oil-change-special")
    for _ in range(2):
        story.sync({LIST: stays, **pages}, after=HOUR)
    assert "Oil change special" not in story.served().values()
    story.sync({LIST: [*stays, card(contact)], **pages}, after=HOUR)
    assert "Oil change special" in story.served().values()
    assert _entry(story, f"{LIST}#oil-change-special") == number
    _sound(story)


@pytest.mark.hazard("T10")
def test_a_clock_set_back_stops_no_word_of_a_person(story: Story) -> None:
    """Withdrawn by a clock that was an hour ahead: another word replaces it, and it is taken back, as ever."""
    number = _entry(story, OWN)
    deciding.withdraw(story.conn, number, None, "ann@desk")
    ahead = "update kb_store.withdrawal set recorded = tstzrange({0}, null), period = tstzrange({0}, null)"
    story.conn.execute(ahead.format("clock_timestamp() + interval '1 hour'").encode())
    deciding.withdraw(story.conn, number, None, "bob@desk")
    deciding.restore(story.conn, number, "bob@desk")
    assert set(story.served()) == {OWN, CARD}
    _sound(story)


def test_no_sync_can_delete_what_a_person_said(as_writer: Connection) -> None:
    """A withdrawal is taken back by another word, never lost."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_writer.execute("delete from kb_store.withdrawal")


def test_an_explanation_does_not_tell_words_of_other_sources(story: Story, database: TestDatabase) -> None:
    """What is not in the entry's text reads alike, whether or not a source that is not granted says it."""
    other = Story(story.conn, source=Source(name="other", kind="site", start_urls=("https://other.test/",)))
    other.sync({"https://other.test/x": [offer("https://other.test/x", "Zebra deal")]})
    grant = (
        "insert into kb_store.source_grant select 'freshet_reader', source_id from kb_store.source where name = 'shop'"
    )
    story.conn.execute(grant)
    asked = "select detail from kb.explain(%s, %s) where rule = 'terms'"
    with database.connect("reader") as reader:
        said = [reader.execute(asked, (_entry(story, OWN), f"season {word}")).fetchone() for word in ("zebra", "gnu")]
    assert said[0] is not None
    assert said[1] is not None
    assert said[0][0].replace("zebra", "gnu") == said[1][0]


def _long_ago(story: Story) -> None:
    for table, column in (("page", "last_verified"), ("served_entry", "verified_at")):
        story.conn.execute(f"update kb_store.{table} set {column} = {column} - interval '60 days'".encode())


def test_the_feed_says_restored_only_of_what_is_served_again(story: Story) -> None:
    """What was not verified for longer than its limit is not: who follows the feed must not quote it."""
    deciding.withdraw(story.conn, _entry(story, OWN), None, "ann@desk")
    _long_ago(story)
    deciding.restore(story.conn, _entry(story, OWN), "ann@desk")
    assert OWN not in story.served()
    assert story.changes()[-1] == ("withdrawn", OWN)


def test_what_a_rollback_brings_back_too_late_is_told_to_be_over(story: Story) -> None:
    """The page was verified long before the run that is undone."""
    _long_ago(story)
    story.sync({**_apart(), OWN: [replace(_OWN, title="Offer of the year")]}, after=HOUR)
    assert story.served()[OWN] == "Offer of the year"
    last = story.conn.execute("select max(run_id) from kb_store.run").fetchone()
    assert last is not None
    deciding.rollback(story.conn, last[0], lambda versions: 0)
    assert OWN not in story.served()
    assert story.changes()[-1] == ("expired", OWN)
