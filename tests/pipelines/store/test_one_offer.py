"""One offer on many pages is one entry, wherever and in whatever language it stands, and stays the one it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from psycopg.rows import dict_row

from pipelines.database import Connection
from pipelines.postgres.checks import run_checks
from pipelines.records import Capture, Draft, Evidence, Outcome
from tests.story import Story, offer, page, stated

SITE = "https://shop.test"
EN, AR, LIST, LISTE, PDF, OTHER = (
    f"{SITE}/{path}"
    for path in ("en/offers/oil", "ar/offers/oil", "en/offers", "ar/offers", "files/flyer.pdf", "en/offers/tyres")
)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def story(db: Connection) -> Story:
    """A source in an empty base."""
    return Story(db)


def oil(key: str = EN, title: str = "Synthetic oil change", **more: Any) -> Draft:
    """The offer in English."""
    more.setdefault("price", Decimal(199))
    text = more.pop("text", f"{title} with filter")
    return offer(key, text, more.pop("window", stated(None, None)), title=title, **more)


def zait(key: str = AR, title: str = "تغيير زيت تخليقي", **more: Any) -> Draft:
    """The offer in Arabic."""
    return oil(key, title, language="ar", text=f"{title} مع الفلتر", **more)


def tyres(key: str = OTHER) -> Draft:
    """Another offer."""
    return offer(key, "Four tyres for the price of three", title="Four tyres for three", price=Decimal(900))


def rows(story: Story, **asked: object) -> list[dict[str, Any]]:
    """What kb.offers gives."""
    named = ", ".join(f"{name} => %({name})s" for name in asked)
    with story.conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(f"select * from kb.offers({named})".encode(), asked).fetchall()


def entry(story: Story, number: int, language: str | None = None) -> dict[str, Any]:
    """What kb.entry gives."""
    with story.conn.cursor(row_factory=dict_row) as cursor:
        (row,) = cursor.execute("select * from kb.entry(%s, %s)", (number, language)).fetchall()
        return row


def sound(story: Story) -> None:
    """No invariant of the database is broken."""
    assert [(r.name, r.offending) for r in run_checks(story.conn) if not r.holds] == []


# ---------------------------------------------------------------- one offer, many places


@pytest.mark.hazard("C9")
def test_one_offer_on_four_addresses_and_in_a_pdf_is_one_entry(story: Story) -> None:
    """Under www, http, a closing slash, in Arabic and in a PDF: one row, all places named, all evidence kept."""
    end = story.clock + 9 * DAY
    found = (Evidence("price", "199", "document:price", PDF, 2, 7),)
    leaflet = oil(f"{PDF}#oil", url=PDF, window=stated(None, end), evidence=found)
    places = {
        EN: [oil(window=stated(None, end))],
        EN.replace("//", "//www."): [oil(EN.replace("//", "//www."), window=stated(None, end))],
        EN.replace("https", "http"): [oil(EN.replace("https", "http"), window=stated(None, end))],
        f"{EN}/": [oil(f"{EN}/", window=stated(None, end))],
        AR: [zait(window=stated(None, end))],
        LIST: [oil(EN), tyres()],
        PDF: [leaflet],
    }
    story.sync(places)
    assert sorted(row["url"] for row in rows(story)) == [EN, OTHER]
    (row,) = (row for row in rows(story) if row["url"] == EN)
    whole = entry(story, row["entry_id"])
    assert set(whole["other_urls"]) == set(places) - {EN}
    assert {(c["url"], c["language"]) for c in whole["carriers"]} == {
        (url, "ar" if url == AR else "en") for url in places
    }
    assert {(e["page"], e["line"]) for e in whole["evidence"]} >= {(2, 7)}
    assert whole["languages"] == ["en", "ar"]
    sound(story)


@pytest.mark.hazard("C9")
def test_it_is_withdrawn_when_the_last_evidence_is_gone_and_not_before(story: Story) -> None:
    """Each page that goes takes only its own evidence along."""
    www = EN.replace("//", "//www.")
    places: dict[str, Any] = {
        EN: [oil()], www: [oil(www)], AR: [zait()], PDF: [oil(f"{PDF}#oil", url=PDF)], OTHER: [tyres()]
    }  # fmt: skip
    story.sync(places)
    (number,) = {row["entry_id"] for row in rows(story)} - {r["entry_id"] for r in rows(story) if r["url"] == OTHER}
    left = [EN, www, AR, PDF]
    while len(left) > 1:
        gone = left.pop(0)
        still: dict[str, Any] = dict.fromkeys((*left, OTHER), Outcome.NOT_MODIFIED)
        story.sync({gone: Outcome.GONE, **still}, after=HOUR)
        row = next(row for row in rows(story) if row["entry_id"] == number)
        assert row["url"] in left
        assert set(entry(story, number)["other_urls"]) == set(left) - {row["url"]}
        sound(story)
    story.sync({left[0]: Outcome.GONE, OTHER: Outcome.NOT_MODIFIED}, after=HOUR)
    assert {row["url"] for row in rows(story)} == {OTHER}
    assert story.changes()[-1][0] == "withdrawn"
    sound(story)


def test_it_is_verified_by_whatever_page_was_seen_last(story: Story) -> None:
    """One page that answers is enough."""
    story.sync({EN: [oil()], AR: [zait()]})
    story.sync({EN: Outcome.SERVER_ERROR, AR: Outcome.NOT_MODIFIED}, after=HOUR)
    assert [row["verified_at"] for row in rows(story)] == [story.clock]


def test_an_unchanged_site_costs_nothing_more(story: Story) -> None:
    """A second look compares nothing, writes no plan and no mark."""
    story.sync({EN: [oil()], AR: [zait()], LIST: [oil(EN), tyres()]})
    before = [story.count(table) for table in ("version", "chunk", "draft_mark", "entry_mark", "entry")]
    assert story.sync(dict.fromkeys((EN, AR, LIST), Outcome.NOT_MODIFIED), after=HOUR) == 0
    assert [story.count(table) for table in ("version", "chunk", "draft_mark", "entry_mark", "entry")] == before


# ---------------------------------------------------------------- languages


def test_an_offer_comes_once_in_the_language_asked(story: Story) -> None:
    """In Arabic title, text and address are the Arabic ones; the price is one; unasked the first language speaks."""
    story.sync({EN: [oil(code="OIL20")], AR: [zait(price=None)]})
    (row,) = rows(story)
    assert (row["title"], row["url"], row["language"]) == ("Synthetic oil change", EN, "en")
    (row,) = rows(story, language="ar")
    assert (row["title"], row["url"], row["language"]) == ("تغيير زيت تخليقي", AR, "ar")
    assert (row["price"], row["code"]) == (199, "OIL20")
    assert rows(story, language="fr") == []
    assert entry(story, row["entry_id"], "ar")["text"] == "تغيير زيت تخليقي مع الفلتر"
    assert entry(story, row["entry_id"])["text"] == "Synthetic oil change with filter"
    sound(story)


def test_search_finds_it_by_words_of_either_language_and_answers_in_that(story: Story) -> None:
    """One hit an entry; its chunk's language decides, or the one asked for."""
    story.sync({EN: [oil()], AR: [zait()], OTHER: [tyres()]})
    ask = "select url, title, language from kb.search(%s, language => %s)"
    assert story.conn.execute(ask, ("synthetic oil", None)).fetchall() == [(EN, "Synthetic oil change", "en")]
    assert story.conn.execute(ask, ("زيت", None)).fetchall() == [(AR, "تغيير زيت تخليقي", "ar")]
    assert story.conn.execute(ask, ("زيت synthetic", "ar")).fetchall() == [(AR, "تغيير زيت تخليقي", "ar")]
    assert story.conn.execute(ask, ("زيت", "en")).fetchall() == []


def test_the_first_language_of_the_source_speaks_for_an_entry(db: Connection) -> None:
    """The order stands in the source's settings."""
    story = Story(db)
    story.source = story.source.model_copy(update={"languages": ("ar", "en")})
    story.sync({EN: [oil()], AR: [zait()]})
    assert [row["url"] for row in rows(story)] == [AR]


def test_a_language_that_comes_later_joins_and_one_that_goes_leaves(story: Story) -> None:
    """The number stays; only the new text is embedded."""
    story.sync({EN: [oil()], OTHER: [tyres()]})
    number = next(row["entry_id"] for row in rows(story) if row["url"] == EN)
    assert story.sync({EN: Outcome.NOT_MODIFIED, OTHER: Outcome.NOT_MODIFIED, AR: [zait()]}, after=HOUR) == 1
    assert [row["entry_id"] for row in rows(story, language="ar")] == [number]
    story.sync({EN: Outcome.NOT_MODIFIED, OTHER: Outcome.NOT_MODIFIED, AR: Outcome.GONE}, after=HOUR)
    assert rows(story, language="ar") == []
    assert number in {row["entry_id"] for row in rows(story)}
    sound(story)


@pytest.mark.parametrize(
    ("english", "arabic"),
    [
        ("/en/offers/oil", "/ar/offers/oil"),
        ("/offers/oil", "/ar/offers/oil"),
        ("/offers/oil?lang=en", "/offers/oil?lang=ar"),
        ("/sa/en/oil", "/sa/ar/oil"),
        ("/en-sa/oil", "/ar-sa/oil"),
        ("/oil.html", "/oil-ar.html"),
        ("/oil_en.php", "/oil_ar.php"),
    ],
)
def test_an_address_that_differs_by_its_language_alone_is_one_offer(story: Story, english: str, arabic: str) -> None:
    """Wherever the language stands in it, whatever the titles are."""
    story.sync({SITE + english: [oil(SITE + english)], SITE + arabic: [zait(SITE + arabic, price=Decimal(180))]})
    assert [row["url"] for row in rows(story)] == [SITE + english]
    assert [row["url"] for row in rows(story, language="ar")] == [SITE + arabic]


def test_a_host_of_its_own_a_language(story: Story) -> None:
    """en.example and ar.example."""
    english, arabic = "https://en.shop.test/oil", "https://ar.shop.test/oil"
    story.sync({english: [oil(english)], arabic: [zait(arabic)]})
    assert [row["url"] for row in rows(story)] == [english]


@pytest.mark.parametrize(
    ("one", "other"), [("/en-sa/oil", "/ar-ae/oil"), ("/en/oil", "/ar/oil-riyadh"), ("/sa/oil", "/ae/oil")]
)
def test_another_region_or_path_is_another_offer(story: Story, one: str, other: str) -> None:
    """Only the language may differ."""
    story.sync({SITE + one: [oil(SITE + one)], SITE + other: [zait(SITE + other)]})
    assert len(rows(story)) == 2


def test_pages_that_name_each_other_are_one_offer_and_one_naming_many_is_not(story: Story) -> None:
    """hreflang counts when both say so; translated addresses are no obstacle."""
    arabic, home = f"{SITE}/ar/عروض/زيت", f"{SITE}/ar/"
    story.alternates = {EN: {"ar": arabic}, arabic: {"en": EN}, OTHER: {"ar": home}, home: {"en": f"{SITE}/en/"}}
    story.sync({EN: [oil()], arabic: [zait(arabic)], OTHER: [tyres()], home: [zait(home, title="بطارية مجانية")]})
    assert {row["url"] for row in rows(story, language="ar")} == {arabic, home}
    assert len(rows(story)) == 3


def test_an_alternate_that_is_not_returned_counts_when_it_is_the_only_one(story: Story) -> None:
    """A translation that forgets to name its original; but not the start page that every page names."""
    arabic = f"{SITE}/ar/zait"
    story.alternates = {EN: {"ar": arabic}}
    story.sync({EN: [oil()], arabic: [zait(arabic)]})
    assert len(rows(story)) == 1
    story.alternates[OTHER] = {"ar": arabic}
    story.sync({EN: Outcome.NOT_MODIFIED, arabic: Outcome.NOT_MODIFIED, OTHER: [tyres()]}, after=HOUR)
    assert len(rows(story)) == 3
    sound(story)


def test_lists_of_two_languages_whose_cards_have_no_address(story: Story) -> None:
    """One to one when the lists name each other and all prices and pictures agree; else they stay two."""

    def cards(where: str, language: str, prices: Sequence[int]) -> list[Draft]:
        return [
            offer(f"{where}#{language}-{n}", f"{language} {n}", url=where, language=language, price=Decimal(price),
                  image_url=f"{SITE}/img/{n}.jpg")
            for n, price in enumerate(prices)
        ]  # fmt: skip

    story.alternates = {LIST: {"ar": LISTE}, LISTE: {"en": LIST}}
    story.sync({LIST: cards(LIST, "en", (10, 20, 30)), LISTE: cards(LISTE, "ar", (10, 20, 30))})
    assert len(rows(story)) == 3
    assert len(rows(story, language="ar")) == 3
    story.sync({LIST: Outcome.NOT_MODIFIED, LISTE: cards(LISTE, "ar", (10, 30, 20))}, after=HOUR)
    assert len(rows(story)) == 6
    sound(story)
    story.sync({LIST: Outcome.NOT_MODIFIED, LISTE: cards(LISTE, "ar", (10, 20, 30))}, after=HOUR)
    assert len(rows(story)) == 3
    sound(story)


def test_pages_in_two_languages_stay_two_pages(story: Story) -> None:
    """Their texts may differ; only offers have variants."""
    story.alternates = {EN: {"ar": AR}, AR: {"en": EN}}
    story.sync({EN: [page(EN, "Our branches")], AR: [page(AR, "فروعنا", language="ar")]})
    assert story.count("served_entry") == 2


# ---------------------------------------------------------------- what is no identity


def test_a_code_on_all_cards_of_a_page_names_none_of_them(story: Story) -> None:
    """Nor across pages: one coupon stands on everything."""
    battery = offer(f"{LIST}#b", "Battery", url=LIST, title="New battery", price=Decimal(300), code="EID20")
    story.sync({LIST: [oil(f"{LIST}#o", url=LIST, code="EID20"), battery], PDF: [oil(PDF, "Tyres", code="EID20")]})
    assert len(rows(story)) == 3


def test_a_code_with_its_price_joins_two_languages(story: Story) -> None:
    """Cards without an address, one of a kind in each language."""
    cards = {LIST: [oil(f"{LIST}#o", url=LIST, code="OIL20")], LISTE: [zait(f"{LISTE}#z", url=LISTE, code="oil20")]}
    story.sync(cards)
    assert len(rows(story)) == 1
    sound(story)


def test_the_same_title_at_another_price_is_another_offer(story: Story) -> None:
    """«Special offer» says nothing; nor does any title when the price is another."""
    there = f"{SITE}/en/branches/jeddah"
    story.sync({LIST: [oil(f"{LIST}#o", url=LIST)], there: [oil(f"{there}#o", url=there, price=Decimal(249))]})
    assert len(rows(story)) == 2
    special = [offer(f"{url}#s", "x", url=url, title="Special offer", price=Decimal(9)) for url in (LIST, there)]
    story.sync({LIST: [special[0]], there: [special[1]]}, after=HOUR)
    assert len({row["entry_id"] for row in rows(story) if row["title"] == "Special offer"}) == 2


def test_two_pages_of_one_title_and_price_are_two_offers(story: Story) -> None:
    """An offer has one address a language; a leaflet that could be of either is neither."""
    riyadh, jeddah = f"{SITE}/en/offers/oil-riyadh", f"{SITE}/en/offers/oil-jeddah"
    story.sync({riyadh: [oil(riyadh)], jeddah: [oil(jeddah)], PDF: [oil(f"{PDF}#oil", url=PDF)]})
    assert len(rows(story)) == 3


def test_last_months_leaflet_is_not_this_months_offer(story: Story) -> None:
    """What was over when the other was seen, or ends before it begins, is another campaign."""
    now = story.clock
    old = oil(f"{PDF}#oil", url=PDF, window=stated(None, now - DAY))
    story.sync({EN: [oil(window=stated(None, now + 20 * DAY))], PDF: [old]})
    assert [row["valid_until"] for row in rows(story)] == [now + 20 * DAY]
    later = oil(f"{PDF}#oil", url=PDF, window=stated(now + 21 * DAY, now + 30 * DAY))
    story.sync({EN: Outcome.NOT_MODIFIED, PDF: [later]}, after=HOUR)
    assert len(rows(story, upcoming=True)) == 2


def test_two_cards_of_one_page_are_two_offers_whatever_they_share(story: Story) -> None:
    """Same title, price, number and code; and the number then says nothing elsewhere either."""
    cards = [oil(f"{LIST}#{n}", url=LIST, code="X1", identifier="sku:1") for n in (1, 2)]
    story.sync({LIST: cards, EN: [oil(code="X1", identifier="sku:1")]})
    assert len(rows(story)) == 3
    sound(story)


def test_a_button_that_every_card_has_is_no_offer_of_its_own(story: Story) -> None:
    """Cards of other title and price that lead to one address nobody read are apart; the same card is one."""
    book = f"{SITE}/book"
    story.sync({LIST: [oil(book)], LISTE: [offer(book, "Wax", title="Wax", price=Decimal(50))], PDF: [oil(book)]})
    assert sorted(row["title"] for row in rows(story)) == ["Synthetic oil change", "Wax"]
    sound(story)


# ---------------------------------------------------------------- what stays the same


def test_the_seller_s_number_keeps_an_offer_at_a_new_address(story: Story) -> None:
    """Renamed without a redirect; its number, or its old address on a list, says that it is the one."""
    story.sync({EN: [oil(identifier="sku:A-7")], OTHER: [tyres()]})
    number = next(row["entry_id"] for row in rows(story) if row["url"] == EN)
    new = f"{SITE}/en/promo/oil-2026"
    moved = oil(new, "Engine oil week", price=Decimal(149), identifier="sku:a-7")
    story.sync({EN: Outcome.GONE, new: [moved], OTHER: Outcome.NOT_MODIFIED}, after=HOUR)
    row = next(row for row in rows(story) if row["url"] == new)
    assert (row["entry_id"], row["title"]) == (number, "Engine oil week")
    assert [change for change, _ in story.changes()] == ["added", "added", "changed"]
    sound(story)


def test_a_redirect_that_the_list_has_not_heard_of_leaves_one_entry(story: Story) -> None:
    """The list goes on naming the old address."""
    new = f"{SITE}/en/promo/oil"
    story.sync({LIST: [oil(EN, text="Card"), tyres()], EN: [oil()]})
    number = next(row["entry_id"] for row in rows(story) if row["url"] == EN)
    moved = Capture(EN, Outcome.MOVED, story.clock, final_url=new, status=301)
    assert story.sync({LIST: Outcome.NOT_MODIFIED, EN: moved, new: [oil(new)]}, after=HOUR) == 0
    assert {row["url"]: row["entry_id"] for row in rows(story)}[new] == number
    assert len(rows(story)) == 2
    again: dict[str, Any] = {LIST: Outcome.NOT_MODIFIED, EN: moved, new: Outcome.NOT_MODIFIED}
    story.sync(again, after=HOUR)
    story.sync({**again, LIST: [oil(EN, text="Card"), tyres(), offer(f"{LIST}#w", "Wax")]}, after=HOUR)
    assert {row["url"]: row["entry_id"] for row in rows(story)}[new] == number
    assert len(rows(story)) == 3
    sound(story)


def test_a_new_title_and_price_at_the_same_address_keeps_the_entry(story: Story) -> None:
    """In both languages, one after the other."""
    story.sync({EN: [oil()], AR: [zait()]})
    (before,) = rows(story)
    story.sync({EN: [oil(title="Premium oil service", price=Decimal(150))], AR: Outcome.NOT_MODIFIED}, after=HOUR)
    story.sync({EN: Outcome.NOT_MODIFIED, AR: [zait(title="خدمة زيت ممتازة", price=Decimal(150))]}, after=HOUR)
    (after,) = rows(story)
    assert after["entry_id"] == before["entry_id"]
    assert (after["title"], after["price"]) == ("Premium oil service", 150)
    assert story.count("entry") == 1


def test_two_entries_found_to_be_one_and_parted_again(story: Story) -> None:
    """The lower number lives on, the other closes saying why; parted, each is what it was and nothing is embedded."""
    arabic = f"{SITE}/ar/zait"
    told: dict[str, Any] = {EN: [oil()], arabic: [zait(arabic)], OTHER: [tyres()]}
    story.sync(told)
    before = {row["url"]: row["entry_id"] for row in rows(story)}
    assert len(before) == 3
    story.alternates = {EN: {"ar": arabic}, arabic: {"en": EN}}
    assert story.sync(told, after=HOUR) == 0
    low, high = sorted((before[EN], before[arabic]))
    assert {row["url"]: row["entry_id"] for row in rows(story)} == {EN: low, OTHER: before[OTHER]}
    closed = "select closed_reason from kb_store.version where entry_id = %s order by version_id desc limit 1"
    assert story.conn.execute(closed, (high,)).fetchone() == ("joined",)
    sound(story)
    story.alternates = {}
    assert story.sync(told, after=HOUR) == 0
    assert {row["url"]: row["entry_id"] for row in rows(story)} == before
    assert [c for c, _ in story.changes()] == ["added"] * 3 + ["changed", "withdrawn"] + ["changed", "restored"]
    sound(story)


def test_joining_is_no_removal_that_a_guard_would_hold(story: Story) -> None:
    """Most of the entries become part of others at once: nothing is lost, nothing waits."""
    pairs = [(f"{SITE}/en/{n}", f"{SITE}/ar/zait-{n}") for n in range(6)]
    told = {url: [offer(url, url[-6:], language=url[18:20])] for pair in pairs for url in pair}
    story.sync(told)
    assert story.count("served_entry") == 12
    story.alternates = {english: {"ar": arabic} for english, arabic in pairs}
    story.alternates |= {arabic: {"en": english} for english, arabic in pairs}
    story.sync(told, after=HOUR)
    assert story.count("served_entry") == 6
    assert story.conn.execute("select count(*) from kb_store.plan_removal where held").fetchone() == (0,)
    sound(story)


# ---------------------------------------------------------------- windows


@pytest.mark.hazard("C10")
def test_the_earlier_end_is_served_when_languages_disagree(story: Story) -> None:
    """Arabic says one day, English another: the earlier one, and the conflict is reported."""
    soon, later = story.clock + DAY, story.clock + 4 * DAY
    story.sync({EN: [oil(window=stated(None, later))], AR: [zait(window=stated(None, soon))]})
    (row,) = rows(story)
    assert row["valid_until"] == soon
    assert any(e["rule"] == "window-conflict" for e in entry(story, row["entry_id"])["evidence"])


def test_a_conflict_that_comes_later_is_reported_without_a_new_version(story: Story) -> None:
    """A second place that names a later end changes nothing served; it is evidence all the same."""
    soon, later = story.clock + DAY, story.clock + 4 * DAY
    story.sync({EN: [oil(window=stated(None, soon))]})
    story.sync({EN: Outcome.NOT_MODIFIED, PDF: [oil(f"{PDF}#o", url=PDF, window=stated(None, later))]}, after=HOUR)
    (row,) = rows(story)
    assert row["valid_until"] == soon
    assert any(e["rule"] == "window-conflict" for e in entry(story, row["entry_id"])["evidence"])
    assert story.count("version") == 1


def test_a_plan_that_is_dropped_leaves_no_trace(story: Story) -> None:
    """A dry run finds two entries to be one and publishes nothing; the next run is as if it had not been."""
    from pipelines.store import runs

    story.sync({EN: [oil()], OTHER: [tyres()]})
    run = story.plan({EN: [oil()], AR: [zait()], OTHER: Outcome.GONE})
    story.conn.execute("delete from kb_store.plan_entry where run_id = %s", (run,))
    story.conn.execute("delete from kb_store.plan_removal where run_id = %s", (run,))
    runs.end_run(story.conn, run, "planned")
    assert len(rows(story)) == 2
    sound(story)
    story.sync({EN: [oil()], AR: [zait()], OTHER: Outcome.NOT_MODIFIED}, after=HOUR)
    assert len(rows(story)) == 2
    assert len(rows(story, language="ar")) == 1
    sound(story)


def test_a_fact_lasts_as_long_as_a_page_that_states_it_was_not_seen_without_it(story: Story) -> None:
    """A look that failed takes nothing from what is merged; a page that was read and says it no more does at once.

    Absence is doubted of an entry, whose page may merely not have been found. A page that was found speaks for itself.
    """
    said = offer(EN, category=("oil",))
    story.sync({LIST: [said], EN: [offer(EN, category=("summer",))]})
    categories = "select unnest(category) from kb.offers() order by 1"
    assert story.conn.execute(categories).fetchall() == [("oil",), ("summer",)]
    story.sync({LIST: [offer(EN, "Another text", category=("oil",))], EN: Outcome.SERVER_ERROR}, after=HOUR)
    assert story.conn.execute(categories).fetchall() == [("oil",), ("summer",)]
    story.sync({LIST: Outcome.NOT_MODIFIED, EN: [offer(EN, category=())]}, after=HOUR)
    assert story.conn.execute(categories).fetchall() == [("oil",)]
