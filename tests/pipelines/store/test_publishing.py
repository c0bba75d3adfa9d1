"""From plan to what is served: nothing true is removed, nothing over is served, nothing is embedded twice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256

import pytest

from pipelines.database import Connection
from pipelines.records import Capture, Outcome, Page, Reading, Window
from pipelines.source_settings import GuardSettings
from pipelines.store import publishing, runs
from tests.postgres import TestDatabase
from tests.story import Story, Told, offer, page, stated

A, B, C, LIST = (f"https://shop.test/{name}" for name in ("a", "b", "c", "list"))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def story(db: Connection) -> Story:
    """A source in an empty base."""
    return Story(db)


def test_an_offer_is_served_and_a_second_look_costs_nothing(story: Story) -> None:
    """An unchanged page makes no version, no chunk and no embedding."""
    assert story.sync({A: [offer(A, "Oil change. 199 SAR")]}) == 1
    before = (story.count("version"), story.count("chunk"), story.count("reading"))
    assert story.sync({A: [offer(A, "Oil change. 199 SAR")]}, after=HOUR) == 0
    assert (story.count("version"), story.count("chunk"), story.count("reading")) == before
    assert story.served() == {A: "Oil change"}


def test_verification_is_stamped_without_a_new_version(story: Story) -> None:
    """Seeing a page again moves verified_at and nothing else."""
    story.sync({A: [offer(A)]})
    story.sync({A: Outcome.NOT_MODIFIED}, after=HOUR)
    (verified,) = story.conn.execute("select verified_at from kb.offers()").fetchall()
    assert verified == (story.clock,)


def test_a_price_changes_without_a_new_vector(story: Story) -> None:
    """What is published and what is embedded are hashed apart."""
    story.sync({A: [offer(A, "Oil change", price=Decimal(199))]})
    assert story.sync({A: [offer(A, "Oil change", price=Decimal(149))]}) == 0
    assert story.conn.execute("select price from kb.offers()").fetchall() == [(149,)]
    assert [change for change, _ in story.changes()] == ["added", "changed"]


@pytest.mark.parametrize("outcome", [Outcome.SERVER_ERROR, Outcome.NETWORK, Outcome.BLOCKED, Outcome.CHALLENGE,
                                     Outcome.TRUNCATED, Outcome.ROBOTS_UNREACHABLE, Outcome.ROBOTS_DENIED,
                                     Outcome.EMPTY_EXTRACTION, Outcome.PARSE_FAILED, Outcome.TOO_LARGE,
                                     Outcome.BAD_CONTENT, Outcome.QUARANTINED, Outcome.REFUSED_ADDRESS])  # fmt: skip
def test_a_failed_look_removes_nothing(story: Story, outcome: Outcome) -> None:
    """Gone and could not look are different facts, however often the look fails."""
    story.sync({A: [offer(A)]})
    for _ in range(3):
        story.sync({A: outcome}, after=DAY)
    assert story.count("served_entry") == 1
    assert story.count("version") == 1


@pytest.mark.hazard("H2")
@pytest.mark.parametrize("outcome", [Outcome.MISSING, Outcome.SOFT_404, Outcome.MOVED_OFF_SCOPE])
def test_one_404_is_not_proof_a_second_an_hour_later_is(story: Story, outcome: Outcome) -> None:
    """A 404 counts when another comes at least an hour after it; so does what sends its visitors out of the source."""
    story.sync({A: [offer(A)], B: [offer(B)], C: [offer(C)]})
    story.sync({A: outcome, B: Outcome.NOT_MODIFIED, C: Outcome.NOT_MODIFIED})
    assert A in story.served()
    story.sync({A: outcome, B: Outcome.NOT_MODIFIED, C: Outcome.NOT_MODIFIED}, after=HOUR / 2)
    assert A in story.served()
    story.sync({A: outcome, B: Outcome.NOT_MODIFIED, C: Outcome.NOT_MODIFIED}, after=HOUR)
    assert set(story.served()) == {B, C}
    assert story.changes()[-1] == ("withdrawn", A)


@pytest.mark.hazard("H5")
def test_a_page_that_was_sent_out_of_the_source_and_answers_again_has_lost_nothing(story: Story) -> None:
    """A domain that was parked for an hour: the next look that leads out of it is a first one again."""
    pages: dict[str, Told] = {A: [offer(A)], B: [offer(B)], C: [offer(C)]}
    away = {**dict.fromkeys(pages, Outcome.NOT_MODIFIED), A: Outcome.MOVED_OFF_SCOPE}
    for looks in (pages, away, dict.fromkeys(pages, Outcome.NOT_MODIFIED), away):
        story.sync(looks, after=2 * HOUR)
        assert set(story.served()) == {A, B, C}


@pytest.mark.hazard("H2")
def test_a_404_between_two_good_answers_is_forgotten(story: Story) -> None:
    """The count of missing begins anew when the page answers."""
    story.sync({A: [offer(A)], B: [offer(B)]})
    story.sync({A: Outcome.MISSING, B: Outcome.NOT_MODIFIED})
    story.sync({A: Outcome.NOT_MODIFIED, B: Outcome.NOT_MODIFIED}, after=HOUR)
    story.sync({A: Outcome.MISSING, B: Outcome.NOT_MODIFIED}, after=HOUR)
    assert A in story.served()


@pytest.mark.hazard("H2")
def test_a_410_is_proof_at_once(story: Story) -> None:
    """410 says so."""
    story.sync({A: [offer(A)], B: [offer(B)]})
    story.sync({A: Outcome.GONE, B: Outcome.NOT_MODIFIED})
    assert set(story.served()) == {B}


def test_what_comes_back_is_restored_and_not_embedded_again(story: Story) -> None:
    """A text that returns costs nothing; its entry keeps its number."""
    story.sync({A: [offer(A)], B: [offer(B)]})
    number = story.conn.execute("select entry_id from kb.offers() where url = %s", (A,)).fetchone()
    story.sync({A: Outcome.GONE, B: Outcome.NOT_MODIFIED})
    assert story.sync({A: [offer(A)], B: Outcome.NOT_MODIFIED}) == 0
    assert story.conn.execute("select entry_id from kb.offers() where url = %s", (A,)).fetchone() == number
    assert story.changes()[-1] == ("restored", A)


def test_absence_is_suspect_once_and_withdrawn_the_second_time(story: Story) -> None:
    """A card that left the list is withdrawn by two complete healthy runs, not by one."""
    story.sync({LIST: [offer(A), offer(B), offer(C)]})
    story.sync({LIST: [offer(B), offer(C)]})
    assert A in story.served()
    assert story.conn.execute("select suspect from kb.freshness()").fetchone() == (1,)
    story.sync({LIST: Outcome.NOT_MODIFIED})
    assert set(story.served()) == {B, C}
    assert story.conn.execute("select suspect from kb.freshness()").fetchone() == (0,)


def test_absence_from_an_incomplete_run_proves_nothing(story: Story) -> None:
    """A run out of time, or one whose pages failed, is no witness."""
    story.sync({LIST: [offer(A), offer(B), offer(C)]})
    for _ in range(3):
        story.sync({LIST: [offer(B), offer(C)]}, complete=False)
        story.sync({LIST: Outcome.NOT_MODIFIED, C: Outcome.SERVER_ERROR})
    assert A in story.served()


def test_an_entry_seen_again_is_no_longer_suspect(story: Story) -> None:
    """Absences count in a row."""
    story.sync({LIST: [offer(A), offer(B), offer(C)]})
    for _ in range(3):
        story.sync({LIST: [offer(B), offer(C)]})
        story.sync({LIST: [offer(A), offer(B), offer(C)]})
    assert A in story.served()


@pytest.mark.parametrize("proof", [Outcome.GONE, Outcome.MISSING])
def test_too_many_removals_are_held_and_additions_still_go_out(story: Story, proof: Outcome) -> None:
    """More than half would go: they wait for a person, though each is proven, by 410 or by a second 404."""
    story.sync({A: [offer(A)], B: [offer(B)], C: [offer(C)]})
    story.sync(dict.fromkeys((A, B, C), Outcome.MISSING))
    story.sync({A: proof, B: proof, C: proof, LIST: [offer(LIST, "New one")]}, after=2 * HOUR)
    assert set(story.served()) == {A, B, C, LIST}
    assert story.conn.execute("select count(*) from kb_store.plan_removal where held").fetchone() == (3,)


def test_a_run_that_finds_too_little_removes_nothing(db: Connection) -> None:
    """Below min_entries nothing is removed."""
    story = Story(db, guard=GuardSettings(min_entries=2))
    story.sync({A: [offer(A)], B: [offer(B)]})
    story.sync({A: Outcome.GONE, B: Outcome.NOT_MODIFIED})
    assert set(story.served()) == {A, B}


def test_a_page_that_moves_keeps_its_entry_and_is_not_embedded_again(story: Story) -> None:
    """A redirect to a new address renames the entry; no duplicate, no vector."""
    story.sync({A: [offer(A, "Oil change")], B: [offer(B)]})
    number = story.conn.execute("select entry_id from kb.offers() where url = %s", (A,)).fetchone()
    moved = Capture(A, Outcome.MOVED, story.clock, final_url=C, status=301)
    assert story.sync({A: moved, C: [offer(C, "Oil change")], B: Outcome.NOT_MODIFIED}) == 0
    assert set(story.served()) == {B, C}
    assert story.conn.execute("select entry_id from kb.offers() where url = %s", (C,)).fetchone() == number


def test_one_offer_on_two_pages_goes_when_the_last_of_them_does(story: Story) -> None:
    """All evidence must be gone; until then the other page carries it."""
    story.sync({LIST: [offer(A), offer(B)], A: [offer(A, "Oil change at its own page")]})
    assert story.count("entry") == 2
    story.sync({LIST: Outcome.NOT_MODIFIED, A: Outcome.GONE})
    assert A in story.served()
    story.sync({LIST: [offer(B)], A: Outcome.GONE})
    story.sync({LIST: Outcome.NOT_MODIFIED, A: Outcome.GONE})
    assert set(story.served()) == {B}


def test_the_earlier_of_two_ends_is_served(story: Story) -> None:
    """Two places that disagree: the earlier end, and the conflict is kept as evidence."""
    soon, later = story.clock + DAY, story.clock + 3 * DAY
    story.sync({LIST: [offer(A, window=stated(None, later))], A: [offer(A, window=stated(None, soon))]})
    assert story.conn.execute("select valid_until from kb.offers()").fetchall() == [(soon,)]
    (evidence,) = story.conn.execute("select evidence from kb.entry((select entry_id from kb.offers()))").fetchall()
    assert any(item["rule"] == "window-conflict" for item in evidence[0])


@pytest.mark.hazard("T9")
def test_over_before_it_was_seen_is_stored_and_never_served(story: Story) -> None:
    """An offer already over belongs to history alone."""
    story.sync({A: [offer(A, window=stated(None, story.clock - DAY))]})
    assert story.served() == {}
    assert story.count("version") == 1
    assert story.changes() == []


def test_upcoming_offers_come_only_when_asked_for(story: Story) -> None:
    """Before its start an offer is listed with upcoming => true and nowhere else."""
    story.sync({A: [offer(A, "Ramadan oil change", stated(story.clock + DAY, story.clock + 2 * DAY))]})
    assert story.served() == {}
    assert story.conn.execute("select url from kb.offers(upcoming => true)").fetchall() == [(A,)]
    assert story.conn.execute("select * from kb.search('Ramadan oil change')").fetchall() == []
    assert story.conn.execute("select live, upcoming from kb.freshness()").fetchone() == (0, 1)


def test_contradicting_readings_are_never_served(story: Story) -> None:
    """A window of no range is stored and served at no instant."""
    story.sync({A: [offer(A, window=Window((), "ambiguous"))]})
    assert story.served() == {}


@pytest.mark.hazard("T6")
def test_an_open_offer_lapses_without_verification_and_comes_back_with_it(story: Story) -> None:
    """No stated end: quoted for ttl after it was last verified, not longer."""
    story.clock -= 31 * DAY
    story.sync({A: [offer(A)]})
    assert story.served() == {}
    story.sync({A: Outcome.SERVER_ERROR}, after=30 * DAY)
    assert story.served() == {}
    story.sync({A: Outcome.NOT_MODIFIED}, after=HOUR)
    assert set(story.served()) == {A}


def test_expired_is_not_served_though_no_job_ran(story: Story) -> None:
    """The window stands in every answer; the sweep only tidies up."""
    end = story.clock + DAY
    story.sync({A: [offer(A, "Oil change", stated(None, end))]})
    over = "update kb_store.{} set valid = tstzmultirange(tstzrange(null, clock_timestamp()))"
    story.conn.execute(over.format("served_entry").encode())
    story.conn.execute(over.format("version").encode())
    assert story.served() == {}
    assert story.conn.execute("select * from kb.search('oil change')").fetchall() == []
    assert story.conn.execute("select * from kb.entry(1)").fetchall() == []
    assert publishing.expire(story.conn) == 1
    assert story.changes()[-1] == ("expired", A)
    assert (story.count("served_entry"), story.count("served_passage"), story.count("served_vector")) == (0, 0, 0)


@pytest.mark.hazard("T4")
@pytest.mark.parametrize("zone", ["UTC", "Asia/Riyadh", "America/New_York"])
def test_midnight_in_riyadh_is_the_same_in_every_session(db: Connection, zone: str) -> None:
    """The end of 31 March 2025 in Riyadh is 21:00 UTC, exclusive, whatever the session's zone."""
    db.execute("select set_config('timezone', %s, false)", (zone,))
    end = datetime(2025, 3, 31, 21, tzinfo=UTC)
    ask = "select kb_store.is_live(tstzmultirange(tstzrange(null, %s)), null, %s, %s)"
    assert db.execute(ask, (end, end, end - timedelta(milliseconds=1))).fetchone() == (True,)
    assert db.execute(ask, (end, end, end)).fetchone() == (False,)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_a_ttl_is_counted_in_hours_whatever_the_session(db: Connection, zone: str) -> None:
    """A day that is 23 or 25 hours long somewhere moves no ttl."""
    db.execute("select set_config('timezone', %s, false)", (zone,))
    seen = datetime(2025, 3, 8, 12, tzinfo=UTC)  # New York's clocks go forward the night after
    ask = "select kb_store.is_live('{(,)}', make_interval(secs => 86400), %s, %s)"
    assert db.execute(ask, (seen, seen + DAY - timedelta(seconds=1))).fetchone() == (True,)
    assert db.execute(ask, (seen, seen + DAY)).fetchone() == (False,)


def test_a_window_in_a_page_limits_its_chunk_alone(story: Story) -> None:
    """What a page says only until then is not quoted after; the rest of the page is."""
    story.sync({A: [page(A, "Our branches", "Ramadan hours until tomorrow")]})
    story.conn.execute(
        "update kb_store.served_chunk c set valid = '{(,2020-01-01)}' from kb_store.chunk k"
        " where k.chunk_id = c.chunk_id and k.body like 'Ramadan%'"
    )
    bodies = [row[0] for row in story.conn.execute("select body from kb.search('Ramadan hours branches')").fetchall()]
    assert bodies == ["Our branches"]
    assert story.conn.execute("select text from kb.entry(1)").fetchone() == ("Our branches",)


def test_publishing_is_all_or_nothing(story: Story) -> None:
    """A text without its vector stops the publication whole; the next run repairs it."""
    story.sync({A: [offer(A)]})
    run = story.plan({A: [offer(A, "Changed text")], B: [offer(B)]})
    with pytest.raises(Exception, match="no vector"):
        publishing.publish(story.conn, run)
    assert set(story.served()) == {A}
    assert story.count("entry") == 1
    runs.end_run(story.conn, run, "failed")
    story.sync({A: [offer(A, "Changed text")], B: [offer(B)]})
    assert set(story.served()) == {A, B}


@pytest.mark.hazard("K1")
def test_one_writer_a_source(story: Story, database: TestDatabase) -> None:
    """A second run is told which run holds the source."""
    run = runs.begin_run(story.conn, "shop")
    with database.connect("writer") as other, pytest.raises(runs.AlreadyRunning, match=f"run {run} "):
        runs.begin_run(other, "shop")


@pytest.mark.hazard("P3")
def test_a_worker_that_stood_still_past_its_lease_is_refused(story: Story, database: TestDatabase) -> None:
    """A lapsed lease goes to the next run; what the first writes after that is refused by the database."""
    story.sync({A: [offer(A, "Old")]})
    stale = story.plan({A: [offer(A, "Written by the sleeper")]})
    story.conn.execute("update kb_store.source set lease_until = clock_timestamp()")
    with database.connect("writer") as other:
        Story(other).sync({A: [offer(A, "Written by the second")]})
    with pytest.raises(runs.LeaseLost, match="lost its lease"):
        publishing.publish(story.conn, stale)
    assert story.served() == {A: "Written by the second"}


def test_a_base_served_by_another_model_is_refused_by_name(story: Story) -> None:
    """Vectors of two models are never compared, also when their dimensions agree."""
    from dataclasses import replace

    from tests.story import _MODEL

    with pytest.raises(publishing.OtherModelActive, match=r"counting.*another"):
        publishing.register_model(story.conn, replace(_MODEL, name="another", weights_sha256="1" * 64))


@pytest.mark.hazard("D3")
def test_bytes_that_fail_to_be_read_are_quarantined_at_the_third_strike(story: Story) -> None:
    """Three strikes by content; new bytes lift the quarantine, and what the page gave stays until then."""
    story.sync({A: [offer(A, "Before")]})
    poison = Capture(
        A, Outcome.OK, story.clock, A, 200, "text/html", body=b"poison", body_sha256=sha256(b"poison").hexdigest()
    )
    seen = []
    for _ in range(4):
        story.sync({A: poison}, after=HOUR)
        seen.append(story.conn.execute("select outcome from kb_store.attempt order by run_id desc limit 1").fetchone())
    assert seen == [("parse_failed",), ("parse_failed",), ("quarantined",), ("quarantined",)]
    assert story.reads[-1] == b"poison"
    assert story.reads.count(b"poison") == 3
    assert story.served() == {A: "Before"}
    story.sync({A: [offer(A, "After")]}, after=HOUR)
    assert story.served() == {A: "After"}


def test_offers_that_vanish_from_their_page_all_at_once_are_doubted(story: Story) -> None:
    """No offer from a page that gave some is an error a person reads; it is believed when it lasts a day.

    Then two looks a day apart have missed them, and they go.
    """
    story.sync({LIST: [offer(A), offer(B)]})
    changed = [page(LIST, "A new layout nobody can read offers from")]
    for after in (HOUR, HOUR):
        story.sync({LIST: changed}, after=after)
        (said,) = story.conn.execute("select message from kb_store.attempt order by run_id desc limit 1").fetchall()
        assert "(2 before)" in said[0]
    assert set(story.served()) == {A, B}
    assert story.conn.execute("select suspect from kb.freshness()").fetchone() == (0,)
    story.sync({LIST: changed, C: [offer(C)]}, after=DAY)
    assert set(story.served()) == {C}


def test_statements_merge_the_same_whatever_their_order() -> None:
    """A card and the offer's own page make one offer; an open card does not make a page's text standing for ever."""
    from datetime import datetime

    from pipelines.store.merging import Statement, merge

    now = datetime(2026, 11, 22, tzinfo=UTC)
    card, own = offer(A, price=Decimal(99)), page(A, "The offer's own page, read as a page, which says much more")
    both = [Statement(card, LIST, now), Statement(own, A, now)]
    assert merge(both) == merge(both[::-1])
    merged = merge(both).draft
    assert (merged.kind, merged.window.validity, merged.price) == ("offer", "open", Decimal(99))
    assert merged.blocks == own.blocks


def test_a_card_whose_link_leads_to_another_subject_takes_nothing_from_that_page(story: Story) -> None:
    """The page stays what it is, also when the card has ended; the card is an offer of the page it stands on."""
    ended = stated(None, story.clock - DAY)
    story.sync(
        {
            LIST: [offer(A, "Mirror fold SAR 9", title="Mirror fold"), offer(B, "Old wax", ended, title="Old wax")],
            A: [page(A, "Our branches in Riyadh")],
            B: [page(B, "Contact us by telephone")],
        }
    )
    assert set(story.served().values()) == {"Mirror fold"}
    pages = story.conn.execute("select url from kb.search('branches contact', kind => array['page'])").fetchall()
    assert {url for (url,) in pages} == {A, B}
    for _ in range(3):
        assert (
            story.sync({LIST: Outcome.NOT_MODIFIED, A: Outcome.NOT_MODIFIED, B: Outcome.NOT_MODIFIED}, after=HOUR) == 0
        )
    assert set(story.served().values()) == {"Mirror fold"}
    assert story.conn.execute("select suspect from kb.freshness()").fetchone() == (0,)


def test_a_move_that_a_list_has_not_heard_of_makes_no_second_entry_of_one(story: Story) -> None:
    """The list still names the old address: both stand, and no run fails for it."""
    story.sync({LIST: [offer(A)], A: [offer(A, "Oil change")]})
    moved = Capture(A, Outcome.MOVED, story.clock, final_url=C, status=301)
    story.sync({LIST: Outcome.NOT_MODIFIED, A: moved, C: [offer(C, "Oil change")]})
    assert C in story.served()


def test_a_list_that_moves_takes_its_offers_along(story: Story) -> None:
    """Keys that begin with the page's address follow it; nothing doubles."""
    keys = [f"{LIST}#{n}" for n in range(4)]
    story.sync({LIST: [offer(key, f"Deal {key[-1]}") for key in keys], B: [offer(B)]})
    moved = Capture(LIST, Outcome.MOVED, story.clock, final_url=C, status=301)
    deals = [offer(f"{C}#{n}", f"Deal {n}") for n in range(4)]
    assert story.sync({LIST: moved, C: deals, B: Outcome.NOT_MODIFIED}) == 0
    assert story.conn.execute("select count(*) from kb.offers()").fetchone() == (5,)
    assert story.count("plan_removal") == 0


@pytest.mark.hazard("B5")
def test_values_that_cannot_be_are_left_out() -> None:
    """A reader of one's own may yield anything; what cannot be stored or is no price stops no run."""
    import json

    from pipelines.store.readings import draft_from_json, draft_to_json
    from pipelines.store.soundness import sound

    wrong = offer(A, "Odd \\u0000 text\0 \udc80", price=Decimal("NaN"), discount_percent=Decimal(120))
    kept = draft_from_json(json.loads(draft_to_json(sound(wrong))))
    assert (kept.price, kept.discount_percent) == (None, None)
    assert kept.blocks[0].text == "Odd \\u0000 text ?"
    endless = [sound(offer("https://shop.test/" + "k" * length, price=Decimal("1e200000"))) for length in (6000, 6001)]
    assert len({draft.key for draft in endless}) == 2
    assert all(len(draft.key) < 500 and draft.price is None for draft in endless)


def test_a_forced_reading_that_fails_leaves_the_published_one(story: Story) -> None:
    """The reading a page stands for is never written over."""
    from pipelines.store import planning, readings, runs

    story.sync({A: [offer(A)], B: [offer(B)]})
    run = runs.begin_run(story.conn, "shop")
    from pipelines.store.captures import store_captures

    store_captures(story.conn, run, [Capture(A, Outcome.NOT_MODIFIED, story.clock)])

    def fails(pages: Iterable[Page]) -> Iterable[Reading]:
        for _ in pages:
            yield Reading(Outcome.PARSE_FAILED, message="told to fail")

    readings.read_missing(story.conn, run, story.source.rules(), "recipe", fails, force=True)
    assert planning.plan_entries(story.conn, run, story.chunker) == 0
    runs.end_run(story.conn, run, "failed")
    for _ in range(3):
        story.sync({A: Outcome.SERVER_ERROR, B: Outcome.NOT_MODIFIED}, after=HOUR)
    assert set(story.served()) == {A, B}
