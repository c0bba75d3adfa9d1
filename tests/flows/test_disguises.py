"""Pages that answer in the place of others, through real crawls: HAZARDS N5, H3, H4, H5, C1 and C2."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.database import Connection
from tests.badsite import BadSite, document, redirect, status
from tests.flows.conftest import Run
from tests.flows.disguised_pages import CHALLENGES, LEGITIMATE, listing, offer_page, shell
from tests.flows.scripted_source import OFFERS, Sync, age, offers, outcome, put, syncing

SELECTORS = """
[offers]
item = ".offer-card"
title = ".title"
price = ".price"
validity = ".validity"
url = "a::attr(href)"
"""


@pytest.fixture
def bad() -> Iterator[BadSite]:
    """The garage as it is on a good day: a list of twelve offers, four of their pages, and some others."""
    with BadSite() as site:
        put(site, OFFERS, shell(listing()))
        for number in range(4):
            put(site, f"/en/offers/{number}", offer_page(number))
        for name in ("branches", "about", "contact", "terms"):
            put(
                site,
                f"/en/{name}",
                shell(f"<h1>{name}</h1><p>What our {name} page says, in some words.</p>", title=name),
            )
        yield site


@pytest.fixture
def sync(run: Run, folder: Path, bad: BadSite) -> Sync:
    """Syncs the garage."""
    return syncing(run, folder, bad, "^/(en|ar)/", SELECTORS)


def served(db: Connection) -> set[str]:
    """Titles of the live offers."""
    return set(offers(db))


def everything_kept(db: Connection, told: Any, before: set[str]) -> None:
    """The run is partial, every offer is served, and nothing of a stranger is."""
    assert told["state"] == "partial"
    assert served(db) == before
    assert told["entries"]["withdrawn"] == told["entries"]["held"] == 0
    assert told["chunks"]["embedded"] == 0


@pytest.mark.hazard("H4")
def test_every_challenge_is_known_for_one(bad: BadSite, sync: Sync, db: Connection) -> None:
    """★ H4: a challenge or login told with 200 is not stored as content, not embedded, and overwrites nothing."""
    for name in CHALLENGES:
        put(
            bad,
            f"/en/page-{name}",
            shell(f"<h1>{name}</h1><p>{'Something this page says of its own. ' * 12}</p>", title=name),
        )
    put(bad, "/en/about", "".join(f'<a href="/en/page-{name}">{name}</a>' for name in CHALLENGES))
    sync()
    before = served(db)
    assert len(before) == 12
    for name, page in CHALLENGES.items():
        put(bad, f"/en/page-{name}", page)
    put(bad, OFFERS, CHALLENGES["cloudflare"])
    put(bad, "/en/offers/1", CHALLENGES["arabic-browser-check"])
    everything_kept(db, sync(), before)
    assert {name: outcome(db, bad, f"/en/page-{name}")[0] for name in CHALLENGES} == dict.fromkeys(
        CHALLENGES, "challenge"
    )
    assert outcome(db, bad, OFFERS)[0] == outcome(db, bad, "/en/offers/1")[0] == "challenge"
    texts = " ".join(
        text for (text,) in db.execute("select body from kb.search('browser human moment', max_results => 100)")
    )
    assert "Verifying you are human" not in texts


@pytest.mark.hazard("H4")
def test_a_first_look_takes_no_challenge_for_content(bad: BadSite, sync: Sync, db: Connection) -> None:
    """H4: of a source never read, known marks count where there is hardly any content; its own pages are read."""
    said = (
        "cloudflare",
        "arabic-browser-check",
        "akamai",
        "imperva",
        "datadome",
        "perimeterx",
        "aws-waf",
        "hcaptcha-arabic",
    )
    for name in said:
        put(bad, f"/en/page-{name}", CHALLENGES[name])
    put(bad, "/en/about", "".join(f'<a href="/en/page-{name}">{name}</a>' for name in said))
    told = sync()
    assert {name: outcome(db, bad, f"/en/page-{name}")[0] for name in said} == dict.fromkeys(said, "challenge")
    assert len(served(db)) == 12
    assert told["pages"]["outcomes"]["ok"] == 9


@pytest.mark.hazard("H4")
@pytest.mark.parametrize("first", [False, True], ids=["later", "first"])
def test_pages_that_only_look_alike_are_content(bad: BadSite, sync: Sync, db: Connection, first: bool) -> None:
    """★ H4: a page of the source's own is accepted, whatever script, widget or word of such pages it carries."""
    if not first:
        sync()
    for name, page in LEGITIMATE.items():
        put(bad, f"/en/page-{name}", page)
    put(bad, "/en/about", shell("".join(f'<a href="/en/page-{name}">{name}</a>' for name in LEGITIMATE), title="About"))
    told = sync()
    outcomes = {name: outcome(db, bad, f"/en/page-{name}") for name in LEGITIMATE}
    assert {name: end for name, end in outcomes.items() if end[0] != "ok"} == {}
    assert told["state"] == "published"


@pytest.mark.hazard("N5")
def test_a_page_cut_in_its_text_keeps_what_it_gave(bad: BadSite, sync: Sync, db: Connection) -> None:
    """★ N5: HTML that still parses with nine of twelve offers and has lost its end is truncated."""
    sync()
    before = served(db)
    whole = shell(listing())
    put(bad, OFFERS, whole[: whole.index(">Tyre rotation<")].rpartition("<article")[0])
    everything_kept(db, sync(), before)
    assert outcome(db, bad, OFFERS)[0] == "truncated"
    put(bad, OFFERS, whole[: whole.index(">Wiper blades<") - 20])
    everything_kept(db, sync(), before)
    put(bad, OFFERS, shell(listing(), end=False))
    assert sync()["state"] == "published", "a page that only closes no longer has lost nothing"


@pytest.mark.hazard("H5")
def test_a_dead_page_told_with_200_is_missing_by_the_second_strike(bad: BadSite, sync: Sync, db: Connection) -> None:
    """★ H5: «offer not found» with 200 overwrites nothing, and counts as a 404 does."""
    for number in range(3):
        put(bad, f"/en/offers/{number}", offer_page(number))
    sync()
    before = served(db)
    put(bad, OFFERS, shell(listing(range(2, 12))))
    put(bad, "/en/offers/0", shell("<h1>Offer not found</h1><p>Have a look at our other offers.</p>", title="Offers"))
    put(bad, "/en/offers/1", shell("<h1>العرض غير موجود</h1><p>ربما انتهى.</p>", title="Offers"))
    told = sync()
    assert (outcome(db, bad, "/en/offers/0")[0], outcome(db, bad, "/en/offers/1")[0]) == ("soft_404", "soft_404")
    assert served(db) == before
    assert told["state"] == "published"
    age(db, timedelta(hours=2))
    sync()
    assert served(db) == before - {"Brake pads", "Oil change"}


@pytest.mark.hazard("H5")
def test_what_any_address_answers_is_no_page(bad: BadSite, sync: Sync, db: Connection) -> None:
    """★ H5: one made-up address a crawl shows how the site says that there is no page, in whatever words."""
    sync()
    assert len(bad.probes()) == 1
    before = served(db)
    lost = shell("<h1>Well now</h1><p>The sand has taken this one; the menu above leads home.</p>", title="Hm")
    bad.otherwise(document(lost.encode(), "text/html; charset=utf-8"))
    put(bad, "/en/offers/2", lost)
    put(bad, OFFERS, shell(listing([0, 1, *range(3, 12)])))
    put(bad, "/robots.txt", "")
    bad.script("/robots.txt", status(404))
    sync()
    assert outcome(db, bad, "/en/offers/2")[0] == "soft_404"
    assert served(db) == before
    assert len(bad.probes()) == 2
    assert db.execute("select count(*) from kb_store.page where url like '%no-such-page%'").fetchone() == (0,)


@pytest.mark.hazard("H5")
@pytest.mark.parametrize("target", ["/", "/en/offers", "/en/login", "/ar/"])
def test_dead_pages_sent_home_or_to_a_login_are_missing_by_the_second_strike(
    bad: BadSite, sync: Sync, db: Connection, target: str
) -> None:
    """★ H5: a page that sends its visitors to a start page has not moved there."""
    sync()
    before = served(db)
    for path in ("/", "/en/login", "/ar/"):
        put(bad, path, shell("<h1>Welcome</h1><p>Everything for your car, and some things for you.</p>", title="Home"))
    put(bad, OFFERS, shell(listing(range(1, 12))))
    bad.script("/en/offers/0", redirect(bad.url(target)))
    sync()
    assert outcome(db, bad, "/en/offers/0")[0] == "soft_404"
    assert served(db) == before
    age(db, timedelta(hours=2))
    sync()
    assert served(db) == before - {"Brake pads"}


@pytest.mark.hazard("H5")
def test_a_login_in_the_place_of_every_page_is_no_proof_of_anything(bad: BadSite, sync: Sync, db: Connection) -> None:
    """H5: when most pages are sent to a login, nothing was looked at, and nothing is missing."""
    sync()
    before = served(db)
    put(bad, "/en/login", CHALLENGES["login"])
    for path in (
        OFFERS,
        *(f"/en/offers/{n}" for n in range(4)),
        *(f"/en/{n}" for n in ("branches", "about", "contact", "terms")),
    ):
        bad.script(path, redirect(bad.url("/en/login")))
    for _ in range(2):
        told = sync()
        assert served(db) == before
        age(db, timedelta(hours=2))
    assert told["pages"]["outcomes"]["challenge"] >= 8


@pytest.mark.hazard("H6")
def test_a_renamed_offer_keeps_its_identity(bad: BadSite, sync: Sync, db: Connection) -> None:
    """H6: a 301 to a page of its own is a move: the same entry, nothing embedded, nothing twice."""
    sync()
    before: dict[str, int] = dict(db.execute("select title, entry_id from kb.offers()").fetchall())
    put(bad, "/en/offers/brake-pads", offer_page(0))
    bad.script("/en/offers/0", redirect(bad.url("/en/offers/brake-pads"), 301))
    told = sync()
    assert outcome(db, bad, "/en/offers/0")[0] == "moved"
    assert dict(db.execute("select title, entry_id from kb.offers()").fetchall()) == before
    assert told["chunks"]["embedded"] == 0


@pytest.mark.hazard("C1")
@pytest.mark.parametrize("selectors", [SELECTORS, ""], ids=["selectors", "shape"])
def test_another_layout_is_loud_and_loses_nothing(bad: BadSite, sync: Sync, db: Connection, selectors: str) -> None:
    """★ C1: all classes renamed, so that no offer or three of twelve are read: the page is doubted, its offers stay."""
    sync(selectors=selectors)
    before = served(db)
    if selectors:
        put(bad, OFFERS, shell(listing(classes="x9-")))
    else:
        put(bad, OFFERS, shell("<h1>Offers</h1><div class='zz'>Our offers are in the app now, all of them.</div>"))
    told = sync(selectors=selectors)
    everything_kept(db, told, before)
    assert outcome(db, bad, OFFERS)[0] == "empty_extraction"
    assert "(12 before)" in outcome(db, bad, OFFERS)[1]
    if selectors:
        put(bad, OFFERS, shell(listing(range(3)) + listing(range(3, 12), classes="x9-")))
        everything_kept(db, sync(), before)
        assert "3 offers read" in outcome(db, bad, OFFERS)[1]


@pytest.mark.hazard("C1")
def test_fewer_offers_in_the_same_layout_are_believed(bad: BadSite, sync: Sync, db: Connection) -> None:
    """C1's opposite: a list that is shorter and otherwise the same is what it says; absence then goes its own way."""
    sync()
    put(bad, OFFERS, shell(listing(range(3))))
    sync()
    assert outcome(db, bad, OFFERS)[0] == "ok"


EMPTY = shell("<h1>Offers</h1><p>Come back soon.</p>")


def _empty(bad: BadSite, page: str = EMPTY) -> None:
    """The list and every page of an offer have nothing to offer any more."""
    put(bad, OFFERS, page)
    for number in range(4):
        put(bad, f"/en/offers/{number}", shell(f"<h1>Old offer {number}</h1><p>This one has ended.</p>"))


@pytest.mark.hazard("C2")
def test_an_empty_list_is_believed_on_its_second_day_and_its_offers_go(
    bad: BadSite, sync: Sync, db: Connection
) -> None:
    """C2: silence for less than a day proves nothing; two looks a day apart are two that missed what it gave."""
    sync()
    before = served(db)
    _empty(bad)
    told = sync()
    assert outcome(db, bad, OFFERS)[0] == "empty_extraction"
    assert (told["state"], served(db)) == ("partial", before)
    age(db, timedelta(hours=23))
    assert sync()["entries"]["held"] == 0
    assert served(db) == before
    age(db, timedelta(hours=2))
    told = sync()
    assert outcome(db, bad, OFFERS)[0] == "ok"
    # eight stood on the list alone; the other four entries are their own pages, which say something else now
    assert (told["state"], told["entries"]["withdrawn"], served(db)) == ("published", 8, set())


@pytest.mark.hazard("C2")
def test_an_empty_list_that_says_so_is_believed_at_once(bad: BadSite, sync: Sync, db: Connection) -> None:
    """C2: in the source's own words; a 410 of an offer's own page ends it, the rest goes by the second complete run."""
    sync()
    before = served(db)
    _empty(bad, shell("<h1>Offers</h1><p>No current offers, sorry.</p>"))
    marker = 'empty_marker = "no current offers"\n'
    for number in range(4):
        bad.script(f"/en/offers/{number}", status(410))
    told = sync(more=marker)
    assert outcome(db, bad, OFFERS)[0] == "ok"
    assert (told["entries"]["suspect"], told["entries"]["withdrawn"]) == (8, 4)
    assert len(served(db) & before) == 8
    told = sync(more=marker)
    assert (told["state"], told["entries"]["held"]) == ("held", 8), "more than half: a person has the last word"


def test_a_day_in_doubt_with_a_good_answer_between_counts_from_the_start(
    bad: BadSite, sync: Sync, db: Connection
) -> None:
    """C2: a list that was full meanwhile was not empty for a day."""
    sync()
    before = served(db)
    _empty(bad)
    sync()
    put(bad, OFFERS, shell(listing()))
    sync()
    put(bad, OFFERS, EMPTY)
    age(db, timedelta(hours=25))
    sync()
    assert (outcome(db, bad, OFFERS)[0], served(db)) == ("empty_extraction", before)


def test_a_start_that_is_doubted_makes_the_run_no_witness(bad: BadSite, sync: Sync, db: Connection) -> None:
    """What stands behind a start URL was not looked at: nothing is absent, and the source is not verified."""
    sync()
    before, verified = served(db), db.execute("select last_verified from kb.freshness()").fetchone()
    put(bad, "/en/about", shell("<h1>about</h1><p>Nothing leads to the branches any more.</p>", title="about"))
    put(bad, OFFERS, CHALLENGES["cloudflare"])
    for _ in range(2):
        assert sync()["verdict"][0].startswith(f"incomplete: start URL {bad.url(OFFERS)}: challenge")
    assert served(db) == before
    assert db.execute("select last_verified from kb.freshness()").fetchone() == verified


@pytest.mark.hazard("H3")
def test_a_challenge_told_with_its_own_status_is_named(bad: BadSite, sync: Sync, db: Connection) -> None:
    """H3: a guard service that refuses is a challenge; any other refusal stays what its status says."""
    sync()
    before = served(db)
    bad.script("/en/offers/0", status(403, CHALLENGES["cloudflare"].encode(), Content_Type="text/html"))
    bad.script("/en/offers/1", status(503, b"<p>wait</p>", Content_Type="text/html", cf_mitigated="challenge"))
    bad.script("/en/offers/2", status(403, b"<p>no</p>", Content_Type="text/html"))
    bad.script("/en/offers/3", status(202, b"", x_amzn_waf_action="challenge"))
    told = sync()
    assert [outcome(db, bad, f"/en/offers/{n}")[0] for n in range(4)] == [
        "challenge",
        "challenge",
        "blocked",
        "challenge",
    ]
    assert served(db) == before
    assert told["state"] == "partial"
