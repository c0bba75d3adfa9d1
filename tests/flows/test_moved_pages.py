"""Pages that answer with another address, through real crawls: what moved is judged by what stands there (H6, C1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.database import Connection
from tests.badsite import BadSite, document, redirect, status
from tests.flows.conftest import Run
from tests.flows.disguised_pages import offer_page, shell
from tests.flows.scripted_source import OFFERS, Sync, age, offers, outcome, put, syncing

_PROMO = shell(
    "<h1>Season of care</h1><p>Our season of care begins. Come and see us; there is tea, and there are dates.</p>",
    title="Season",
)
_SELECTORS = """
[offers]
item = ".offer"
title = ".title"
price = ".price"
validity = ".validity"
"""


def _links(*paths: str) -> str:
    """A list that only leads to pages."""
    return shell("<h1>All offers</h1>" + "".join(f'<p><a href="{path}">{path}</a></p>' for path in paths))


def _redesigned(number: int) -> str:
    """That offer's page in a layout of which no offer is read."""
    return shell(f"<div class='x1'><div class='x2'>Deal {number} is in the app.</div></div>", title=f"Deal {number}")


@pytest.fixture
def bad() -> Iterator[BadSite]:
    """A list of links to four offers, each on a page of its own."""
    with BadSite() as site:
        put(site, OFFERS, _links(*(f"{OFFERS}/{n}" for n in range(4)), "/en/about"))
        for number in range(4):
            put(site, f"{OFFERS}/{number}", offer_page(number))
        put(site, "/en/about", shell("<h1>About</h1><p>We have looked after cars for thirty years.</p>", title="About"))
        yield site


@pytest.fixture
def sync(run: Run, folder: Path, bad: BadSite) -> Sync:
    """Syncs the source."""
    return syncing(run, folder, bad, "^/en/", _SELECTORS)


def said(db: Connection, bad: BadSite, path: str) -> str:
    """How the last attempt at a path ended."""
    return outcome(db, bad, path)[0]


def move(bad: BadSite, number: int, path: str, code: int = 301) -> None:
    """Let an offer's page send its visitors there."""
    bad.script(f"{OFFERS}/{number}", redirect(bad.url(path), code))


@pytest.mark.hazard("H6")
@pytest.mark.parametrize("code", [301, 302, 308])
def test_an_offer_sent_to_a_page_without_offers_is_no_offer_over(
    bad: BadSite, sync: Sync, db: Connection, code: int
) -> None:
    """A new page that has none of it is doubted along with it, for a day; then both are believed."""
    sync()
    before = offers(db)
    put(bad, "/en/season", _PROMO)
    move(bad, 0, "/en/season", code)
    told = sync()
    assert (told["state"], offers(db)) == ("partial", before)
    assert said(db, bad, f"{OFFERS}/0") == said(db, bad, "/en/season") == "empty_extraction"
    age(db, timedelta(hours=25))
    told = sync()
    assert (told["state"], told["entries"]["withdrawn"], told["entries"]["added"]) == ("published", 1, 1)
    assert set(offers(db)) == set(before) - {"Brake pads"}


def test_an_offer_sent_to_a_page_that_was_there_before_is_missing(bad: BadSite, sync: Sync, db: Connection) -> None:
    """H5: as with the start page, it has not moved there; two strikes an hour apart."""
    put(bad, "/en/about", _PROMO)
    sync()
    before = offers(db)
    move(bad, 0, "/en/about")
    sync()
    assert (said(db, bad, f"{OFFERS}/0"), offers(db)) == ("soft_404", before)
    db.execute("update kb_store.page set missing_since = missing_since - interval '2 hours'")
    sync()
    assert set(offers(db)) == set(before) - {"Brake pads"}


def _sent_by_meta(target: str) -> str:
    """A page that only sends its visitors on, by its own markup."""
    return f'<!doctype html><meta http-equiv="refresh" content="0; url={target}"><title>One moment</title>'


@pytest.mark.hazard("H6")
def test_an_offer_that_moves_by_meta_refresh_is_the_offer_it_was(bad: BadSite, sync: Sync, db: Connection) -> None:
    """As by 301: the entry keeps its number, none is withdrawn, none is added."""
    sync()
    before = offers(db)
    put(bad, f"{OFFERS}/renamed", offer_page(0))
    put(bad, f"{OFFERS}/0", _sent_by_meta(f"{OFFERS}/renamed"))
    told = sync()
    assert (said(db, bad, f"{OFFERS}/0"), said(db, bad, f"{OFFERS}/renamed")) == ("moved", "ok")
    assert (told["state"], told["entries"]["withdrawn"], told["entries"]["added"]) == ("published", 0, 0)
    assert (told["chunks"]["embedded"], offers(db)) == (0, before)


@pytest.mark.hazard("H6", "S1", "S2")
@pytest.mark.parametrize(
    ("target", "told"),
    [("/ar/offers", "moved_off_scope"), ("http://169.254.169.254/latest", "refused_address"), (OFFERS, "soft_404")],
)
def test_a_meta_refresh_is_judged_as_any_redirect(
    bad: BadSite, sync: Sync, db: Connection, target: str, told: str
) -> None:
    """Out of the source, to a forbidden address, to the list: nothing is over at once for it."""
    sync()
    before = offers(db)
    put(bad, f"{OFFERS}/0", _sent_by_meta(target))
    sync()
    assert (said(db, bad, f"{OFFERS}/0"), offers(db)) == (told, before)


@pytest.mark.hazard("H6")
def test_an_offer_sent_to_what_cannot_be_read_stays(bad: BadSite, sync: Sync, db: Connection) -> None:
    """What stands at the new address is not known, so nothing is known of what moved there."""
    sync()
    before = offers(db)
    bad.script("/en/season", document(b"%PDF-1.7 no document", "application/pdf"))
    move(bad, 0, "/en/season")
    told = sync()
    assert (told["state"], offers(db)) == ("partial", before)
    assert said(db, bad, f"{OFFERS}/0") == said(db, bad, "/en/season")


@pytest.mark.hazard("C1")
def test_a_redesign_with_new_addresses_is_loud_and_loses_nothing(bad: BadSite, sync: Sync, db: Connection) -> None:
    """All offers move to pages whose layout is not understood: nothing goes, nothing of them is taken or embedded."""
    sync()
    before = offers(db)
    for number in range(4):
        put(bad, f"/en/deals/{number}", _redesigned(number))
        move(bad, number, f"/en/deals/{number}")
    told = sync()
    assert (told["state"], offers(db)) == ("partial", before)
    assert (told["chunks"]["embedded"], told["entries"]["added"], told["entries"]["held"]) == (0, 0, 0)
    assert told["pages"]["outcomes"]["empty_extraction"] == 8
    for number in range(4):
        put(bad, f"/en/deals/{number}", offer_page(number))
    told = sync()
    assert (told["state"], offers(db), told["chunks"]["embedded"]) == ("published", before, 0), "understood again"


@pytest.mark.hazard("C1")
def test_new_pages_of_a_kind_that_gave_offers_are_doubted_when_none_gives_any(
    bad: BadSite, sync: Sync, db: Connection
) -> None:
    """The old addresses are not found, the new ones are not understood: none of it is taken until a day has passed."""
    sync()
    before = offers(db)
    fresh = [f"{OFFERS}/deal-{n}" for n in range(4)]
    put(bad, OFFERS, _links(*fresh))
    for number in range(4):
        put(bad, fresh[number], _redesigned(number))
        bad.script(f"{OFFERS}/{number}", status(404))
    told = sync()
    assert (told["state"], offers(db)) == ("partial", before)
    assert [said(db, bad, path) for path in fresh] == ["empty_extraction"] * 4
    age(db, timedelta(hours=25))
    told = sync()
    assert [said(db, bad, path) for path in fresh] == ["ok"] * 4
    assert (told["state"], told["entries"]["held"], offers(db)) == ("held", 4, before), "gone by the second 404"


def test_a_new_page_without_offers_is_believed_where_others_of_its_kind_still_give_them(
    bad: BadSite, sync: Sync, db: Connection
) -> None:
    """The layout is still understood, so the page has no offer."""
    sync()
    put(bad, f"{OFFERS}/tea", _PROMO)
    put(bad, OFFERS, _links(*(f"{OFFERS}/{n}" for n in range(4)), f"{OFFERS}/tea"))
    told = sync()
    assert (told["state"], said(db, bad, f"{OFFERS}/tea")) == ("published", "ok")


@pytest.mark.hazard("C1")
def test_pages_that_say_something_else_for_a_day_lose_their_offers_by_the_guard(
    bad: BadSite, sync: Sync, db: Connection
) -> None:
    """An offer does not turn into a page: it is missed, and when it is one of too many a person has the last word."""
    sync()
    before = offers(db)
    for number in range(4):
        put(bad, f"{OFFERS}/{number}", _PROMO.replace("tea", f"tea number {number}"))
    sync()
    age(db, timedelta(hours=25))
    told = sync()
    assert (told["state"], told["entries"]["held"], offers(db)) == ("held", 4, before)
    changes = db.execute("select change from kb.changes() where entry_id = any (%s)", (list(before.values()),))
    assert set(changes.fetchall()) == {("added",)}
