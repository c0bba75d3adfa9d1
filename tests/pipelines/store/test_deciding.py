"""A person's word: approved, undone, withdrawn, restored, removed, and what syncs do to it, which is nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from pipelines.database import Connection
from pipelines.postgres.checks import run_checks
from pipelines.records import FreshetError, Outcome
from pipelines.source_settings import GuardSettings
from pipelines.store import deciding, runs
from tests.story import Story, offer, page, stated

A, B, C, D, E = (f"https://shop.test/{name}" for name in "abcde")
NEW = "https://shop.test/new"
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
_ALL = (A, B, C, D, E)


@pytest.fixture
def story(db: Connection) -> Story:
    """Five offers, each on its own page."""
    told = Story(db)
    told.sync({url: [offer(url)] for url in _ALL})
    return told


def _none(versions: Sequence[int]) -> int:
    assert isinstance(versions, list)
    return 0


def _entry(story: Story, url: str) -> int:
    row = story.conn.execute("select entry_id from kb_store.entry where key = %s", (url,)).fetchone()
    assert row is not None
    return int(row[0])


def _last_run(story: Story) -> int:
    row = story.conn.execute("select max(run_id) from kb_store.run").fetchone()
    assert row is not None
    return int(row[0])


def _sound(story: Story) -> None:
    assert [result.name for result in run_checks(story.conn) if not result.holds] == []


# ---------------------------------------------------------------- entries


def test_what_a_person_withdrew_no_sync_brings_back(story: Story) -> None:
    """Not when its page is seen again, not when it changes; what is believed of it goes on being kept."""
    deciding.withdraw(story.conn, _entry(story, A), None, "ann@desk")
    assert A not in story.served()
    assert story.changes()[-1] == ("withdrawn", A)
    story.sync({url: [offer(url)] for url in _ALL}, after=HOUR)
    story.sync({A: [offer(A, "Another text")], B: [offer(B)]}, after=HOUR)
    assert A not in story.served()
    assert story.changes()[-1] == ("withdrawn", A)
    _sound(story)


def test_what_is_restored_says_what_its_page_says_by_now_and_costs_nothing(story: Story) -> None:
    """The text that came meanwhile was embedded when it came."""
    number = _entry(story, A)
    deciding.withdraw(story.conn, number, None, "ann@desk")
    story.sync({A: [offer(A, "Another text")]}, after=HOUR)
    assert deciding.lacking_texts(story.conn, [], [number]) == []
    deciding.restore(story.conn, number, "ann@desk")
    assert story.served()[A] == "Another text"
    assert story.changes()[-1] == ("restored", A)
    with pytest.raises(FreshetError, match="not withdrawn"):
        deciding.restore(story.conn, number, "ann@desk")
    _sound(story)


def test_a_withdrawal_until_an_instant_ends_by_the_clock_alone(story: Story) -> None:
    """It is upcoming until then, and its own end still holds."""
    end = story.clock + 3 * DAY
    story.sync({A: [offer(A, window=stated(None, end))]}, after=HOUR)
    until = story.clock + DAY
    deciding.withdraw(story.conn, _entry(story, A), until, "ann@desk")
    assert A not in story.served()
    rows = story.conn.execute(
        "select valid_from, valid_until from kb.offers(upcoming => true) where url = %s", (A,)
    ).fetchall()
    assert rows == [(until, end)]
    _sound(story)
    with pytest.raises(FreshetError, match="past"):
        deciding.withdraw(story.conn, _entry(story, A), story.clock - 300 * DAY, "ann@desk")


def test_another_word_takes_the_place_of_the_first(story: Story) -> None:
    """One holds at a time, and all are kept with who said them."""
    number = _entry(story, A)
    deciding.withdraw(story.conn, number, story.clock + DAY, "ann@desk")
    deciding.withdraw(story.conn, number, None, "bob@desk")
    assert story.conn.execute(
        "select decided_by, revoked_by from kb_store.withdrawal order by withdrawal_id"
    ).fetchall() == [("ann@desk", "bob@desk"), ("bob@desk", None)]
    with pytest.raises(FreshetError, match="no entry 999"):
        deciding.withdraw(story.conn, 999, None, "ann@desk")


# ---------------------------------------------------------------- what a run holds


def _hold(story: Story, *, gone: Sequence[str] = (A, B, C)) -> int:
    """A run that finds these gone, which is more than half; its number."""
    story.sync({**{url: [offer(url)] for url in _ALL}, **dict.fromkeys(gone, Outcome.GONE)}, after=HOUR)
    return _last_run(story)


def test_more_than_half_waits_for_a_person_and_goes_when_approved(story: Story) -> None:
    """Held: all are served. Approved: those listed go, and nothing else."""
    held = _hold(story)
    assert set(story.served()) == set(_ALL)
    approval = deciding.approve(story.conn, held, "ann@desk")
    said = story.conn.execute("select verdict from kb_store.run where run_id = %s", (approval.run,)).fetchone()
    assert said == (["approved by ann@desk"],)
    assert approval.removed == tuple(sorted(_entry(story, url) for url in (A, B, C)))
    assert set(story.served()) == {D, E}
    assert sorted(story.changes()[-3:]) == [("withdrawn", url) for url in (A, B, C)]
    with pytest.raises(FreshetError, match="holds nothing"):
        deciding.approve(story.conn, held, "ann@desk")
    assert story.sync({url: [offer(url)] for url in (D, E)}, after=HOUR) == 0
    assert set(story.served()) == {D, E}
    _sound(story)


def test_a_refused_approval_leaves_no_run(story: Story) -> None:
    """A person who is told no has decided nothing: of a run that holds nothing, of a paused source, of one at work."""
    held = _hold(story)
    newest = _last_run(story)
    with pytest.raises(FreshetError, match="holds nothing"):
        deciding.approve(story.conn, held - 1, "ann@desk")
    story.conn.execute("update kb_store.source set paused = 'by a test'")
    with pytest.raises(deciding.Paused):
        deciding.approve(story.conn, held, "ann@desk")
    assert _last_run(story) == newest
    story.conn.execute("update kb_store.source set paused = null")
    at_work = runs.begin_run(story.conn, "shop")
    with pytest.raises(runs.AlreadyRunning):
        deciding.approve(story.conn, held, "ann@desk")
    assert _last_run(story) == at_work
    assert set(story.served()) == set(_ALL)


def test_an_approval_checks_again(story: Story) -> None:
    """What a look since then met, though it published nothing, stays."""
    held = _hold(story)
    story.clock += HOUR
    runs.end_run(story.conn, story.plan({A: [offer(A)]}), "cancelled")
    approval = deciding.approve(story.conn, held, "ann@desk")
    assert approval.stayed == (_entry(story, A),)
    assert set(story.served()) == {A, D, E}
    _sound(story)


def test_what_an_earlier_run_held_is_judged_anew_by_the_next(story: Story) -> None:
    """An approval of the earlier run is refused and names the one that holds now."""
    held = _hold(story)
    again = _hold(story)
    with pytest.raises(FreshetError, match=f"run {again} looked again"):
        deciding.approve(story.conn, held, "ann@desk")
    assert set(story.served()) == set(_ALL)
    assert len(deciding.approve(story.conn, again, "ann@desk").removed) == 3


def test_what_came_back_before_it_was_approved_is_held_no_more(story: Story) -> None:
    """The next look finds all five: nothing waits."""
    held = _hold(story)
    story.sync({url: [offer(url)] for url in _ALL}, after=HOUR)
    with pytest.raises(FreshetError, match="holds nothing"):
        deciding.approve(story.conn, held, "ann@desk")


# ---------------------------------------------------------------- what a run did


def test_a_rollback_restores_what_was_live_before_and_embeds_nothing(story: Story) -> None:
    """Changed, withdrawn and added entries are as they were; the source waits."""
    story.guard = GuardSettings(max_lost_percent=100, max_lost_count=100)
    before = story.served()
    story.sync(
        {A: [offer(A, "Spoilt")], B: Outcome.GONE, "https://shop.test/new": [offer("https://shop.test/new")]},
        after=HOUR,
    )
    bad = _last_run(story)
    texts = len(story.encoder.texts)
    undoing = deciding.rollback(story.conn, bad, _none)
    assert story.served() == before
    assert len(story.encoder.texts) == texts
    assert undoing.undone == (bad,)
    assert sorted(story.changes()[-3:]) == [
        ("changed", A), ("restored", B), ("withdrawn", NEW),
    ]  # fmt: skip
    assert str(bad) in str(deciding.paused(story.conn, "shop"))
    _sound(story)


def test_a_paused_source_publishes_nothing_until_it_is_resumed(story: Story) -> None:
    """The database refuses, whatever the run; after that the site's word counts again, and costs nothing anew."""
    story.sync({A: [offer(A, "Spoilt")]}, after=HOUR)
    deciding.rollback(story.conn, _last_run(story), _none)
    with pytest.raises(Exception, match="shop: paused, rolled back"):
        story.sync({A: [offer(A, "Spoilt")]}, after=HOUR)
    runs.end_run(story.conn, _last_run(story), "failed")
    assert story.served()[A] == "Offer a"
    assert deciding.resume(story.conn, "shop")
    assert deciding.resume(story.conn, "shop") is None
    assert story.sync({A: [offer(A, "Spoilt")]}, after=HOUR) == 0
    assert story.served()[A] == "Spoilt"
    _sound(story)


def test_an_undone_run_is_no_witness_that_something_is_gone(story: Story) -> None:
    """What it missed has to be missed twice more."""
    story.guard = GuardSettings(max_lost_percent=100, max_lost_count=100)
    missed = {url: [offer(url)] for url in _ALL if url != A} | {A: [page(A, "We are painting this page")]}
    story.sync(missed, after=HOUR)
    deciding.rollback(story.conn, _last_run(story), _none)
    deciding.resume(story.conn, "shop")
    story.sync(missed, after=DAY)
    assert A in story.served()
    story.sync(missed, after=DAY)
    assert A not in story.served()
    _sound(story)


def test_windows_hold_through_a_rollback(story: Story) -> None:
    """What is over by its own end is believed again and not served."""
    story.sync({A: [offer(A, window=stated(None, story.clock - DAY))]})
    story.sync({A: [offer(A, "Spoilt")]})
    assert A in story.served()
    deciding.rollback(story.conn, _last_run(story), _none)
    assert A not in story.served()
    _sound(story)


def test_a_rollback_can_be_rolled_back(story: Story) -> None:
    """The rollback is a run like others."""
    story.sync({A: [offer(A, "Right after all")]}, after=HOUR)
    undoing = deciding.rollback(story.conn, _last_run(story), _none)
    deciding.rollback(story.conn, undoing.run, _none)
    assert story.served()[A] == "Right after all"
    deciding.resume(story.conn, "shop")
    assert story.sync({A: [offer(A, "Right after all")]}, after=HOUR) == 0
    assert story.count("version") == 5 + 1 + 1 + 1
    _sound(story)


def test_all_runs_since_are_undone_with_it(story: Story) -> None:
    """And what a person withdrew stays withdrawn."""
    story.sync({A: [offer(A, "Second")], B: [offer(B, "Second")]}, after=HOUR)
    second = _last_run(story)
    deciding.withdraw(story.conn, _entry(story, C), None, "ann@desk")
    story.sync({A: [offer(A, "Third")], C: [offer(C, "Third")]}, after=HOUR)
    undoing = deciding.rollback(story.conn, second, _none)
    assert undoing.undone == (second, second + 1)
    assert story.served() == {url: f"Offer {url[-1]}" for url in (A, B, D, E)}
    _sound(story)


def test_an_approval_can_be_undone(story: Story) -> None:
    """The pages too: what they gave is served, verified when it was."""
    held = _hold(story)
    approval = deciding.approve(story.conn, held, "ann@desk")
    deciding.rollback(story.conn, approval.run, _none)
    assert set(story.served()) == set(_ALL)
    deciding.resume(story.conn, "shop")
    story.sync({url: [offer(url)] for url in _ALL}, after=HOUR)
    assert set(story.served()) == set(_ALL)
    _sound(story)


def test_two_offers_found_to_be_one_are_two_again_after_a_rollback(story: Story) -> None:
    """And the next look finds again that they are one."""
    card = "https://shop.test/list#a"
    story.sync({"https://shop.test/list": [offer(card, "Brake pads and discs. 300 SAR", code="X")]}, after=HOUR)
    before = story.served()
    one = offer(A, "Offer a", identifier="sku:77")
    same = offer(card, "Brake pads and discs. 300 SAR", identifier="sku:77", code="X")
    pages = {A: [one], "https://shop.test/list": [same]}
    story.sync(pages, after=HOUR)
    joined = story.served()
    assert len(joined) == len(before) - 1
    deciding.rollback(story.conn, _last_run(story), _none)
    assert story.served() == before
    _sound(story)
    deciding.resume(story.conn, "shop")
    assert story.sync(pages, after=HOUR) == 0
    assert story.served() == joined
    _sound(story)


def test_a_run_that_published_nothing_cannot_be_undone(story: Story) -> None:
    """Nor one that does not exist."""
    run = story.plan({A: [offer(A, "Other")]})
    runs.end_run(story.conn, run, "planned")
    with pytest.raises(FreshetError, match="published nothing"):
        deciding.rollback(story.conn, run, _none)
    with pytest.raises(FreshetError, match="no run 99"):
        deciding.rollback(story.conn, 99, _none)


# ---------------------------------------------------------------- sources


def test_a_removed_source_is_withdrawn_whole_and_no_sync_brings_it_back(story: Story) -> None:
    """Until it is resumed: then the next look restores what is still there, and embeds nothing."""
    removal = deciding.remove_source(story.conn, "shop")
    assert len(removal.entries) == 5
    assert story.served() == {}
    assert {change for change, _ in story.changes()[-5:]} == {"withdrawn"}
    reasons = story.conn.execute("select distinct closed_reason, closed_by from kb_store.version").fetchall()
    assert reasons == [("removed", removal.run)]
    _sound(story)
    deciding.resume(story.conn, "shop")
    assert story.sync({url: [offer(url)] for url in _ALL}, after=HOUR) == 0
    assert set(story.served()) == set(_ALL)
    _sound(story)


def test_a_removal_can_be_undone(story: Story) -> None:
    """By a rollback of its run."""
    removal = deciding.remove_source(story.conn, "shop")
    deciding.rollback(story.conn, removal.run, _none)
    assert set(story.served()) == set(_ALL)
    _sound(story)
    with pytest.raises(FreshetError, match="known: shop"):
        deciding.remove_source(story.conn, "nobody")


def test_a_person_waits_for_the_run_at_work(story: Story) -> None:
    """Its lease is the fence of all that changes versions."""
    number = runs.begin_run(story.conn, "shop")
    with pytest.raises(runs.AlreadyRunning, match=f"run {number} is at work"):
        deciding.remove_source(story.conn, "shop")
