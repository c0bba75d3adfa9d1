"""What the example site says."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from lxml import etree, html

from examples.autocare.noise import MARKS
from examples.autocare.offers import CATEGORIES, LANGUAGES, Offer, load_content, load_offers
from examples.autocare.pages import Resource, render_site
from examples.autocare.schedule import ZONE
from examples.autocare.wording import Language
from tests.examples.conftest import NOON

BASE = "http://127.0.0.1:8753"
OFFERS = load_offers()
SHOWN = [(offer, language) for offer in OFFERS for language in offer.words]
Site = dict[str, Resource]
MIDNIGHTS = [
    datetime(2026, 11, 30, 23, 59, 59, tzinfo=ZONE),
    datetime(2026, 12, 1, 0, 0, tzinfo=ZONE),
    datetime(2026, 12, 31, 23, 31, tzinfo=ZONE),
    datetime(2028, 2, 29, 12, 0, tzinfo=ZONE),
]


def _tree(resources: Site, path: str) -> html.HtmlElement:
    return html.document_fromstring(resources[path].body.decode())


def _pages(resources: Site) -> list[str]:
    return [path for path in resources if path.startswith(("/en/", "/ar/"))]


def _json_ld(resources: Site, offer: Offer, language: Language) -> dict[str, object]:
    (text,) = _tree(resources, offer.path(language)).xpath("//script[@type='application/ld+json']/text()")
    data = json.loads(text)
    return data["offers"] if data["@type"] == "Product" else data  # type: ignore[no-any-return]  # JSON has no types


def _instant(written: str) -> datetime:
    """The exclusive end that a declared end means: bare days and last seconds are whole days."""
    if len(written) == 10:
        return datetime.combine(date.fromisoformat(written), datetime.min.time(), ZONE) + timedelta(days=1)
    moment = datetime.fromisoformat(written)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=ZONE)
    return moment + timedelta(seconds=1) if moment.second == 59 else moment


def test_about_thirty_offers_a_language() -> None:
    """English has 31 offers and Arabic one more, which exists there alone; slugs are unique."""
    shown = Counter(language for _, language in SHOWN)
    assert shown == {"en": 31, "ar": 32}
    assert len({offer.slug for offer in OFFERS}) == len(OFFERS)
    assert [offer.slug for offer in OFFERS if set(offer.words) == {"ar"}] == ["pre-umrah-trip-check"]


def test_the_ways_of_stating_validity_vary() -> None:
    """Half of the offers carry JSON-LD in each of its habits, some microdata, a third nothing; some state no end."""
    kinds = Counter(offer.markup for offer in OFFERS)
    assert len(kinds) == 7
    assert 14 <= sum(count for kind, count in kinds.items() if kind.startswith("jsonld")) <= 18
    assert kinds["microdata"] >= 4
    assert kinds["none"] >= 9
    assert len({manner for offer in OFFERS for manner in (offer.statement, offer.statement_ar) if manner}) == 9
    assert sum(offer.digits == "arabic-indic" for offer in OFFERS) >= 5
    assert sum(offer.span(NOON).end is None for offer in OFFERS) == 3


@pytest.mark.parametrize("now", [NOON, *MIDNIGHTS], ids=str)
def test_declared_windows_are_the_intended_ones(now: datetime) -> None:
    """Each JSON-LD is valid JSON whose end means the end of the offer's span, also around midnight and month end."""
    resources = render_site(BASE, now)
    for offer, language in SHOWN:
        if offer.markup.startswith("jsonld"):
            data = _json_ld(resources, offer, language)
            end = data.get("validThrough") or data.get("priceValidUntil") or data.get("availabilityEnds")
            assert _instant(str(end)) == offer.span(now).end, offer.slug


@pytest.mark.parametrize("now", [NOON, *MIDNIGHTS], ids=str)
def test_microdata_windows_are_the_intended_ones(now: datetime) -> None:
    """Each microdata offer has one name, one price and an end that means the end of its span."""
    resources = render_site(BASE, now)
    for offer, language in SHOWN:
        if offer.markup == "microdata":
            (item,) = _tree(resources, offer.path(language)).xpath("//*[@itemtype='https://schema.org/Offer']")
            assert item.xpath("string(.//*[@itemprop='name'])") == offer.words[language].title
            assert item.xpath("string(.//*[@itemprop='price']/@content)") == f"{offer.price}.00"
            end = item.xpath("string(.//*[@itemprop='validThrough']/@datetime)")
            assert _instant(end) == offer.span(now).end


def test_json_ld_repeats_what_the_page_shows(resources: Site) -> None:
    """Price, currency and address in the structured data are those of the page."""
    for offer, language in SHOWN:
        if offer.markup.startswith("jsonld"):
            data = _json_ld(resources, offer, language)
            assert (data["price"], data["priceCurrency"]) == (f"{offer.price}.00", "SAR")
            assert data["url"] == BASE + offer.path(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_shows_a_whole_card_for_every_offer(resources: Site, language: Language) -> None:
    """A card has title, summary, validity, category, image and link, and a price where the offer has one."""
    cards = _tree(resources, f"/{language}/offers").find_class("offer-card")
    offers = [offer for offer in OFFERS if language in offer.words]
    assert len(cards) == len(offers)
    for card, offer in zip(cards, offers, strict=True):
        texts = {name: card.find_class(name)[0].text_content() for name in ("offer-title", "offer-summary", "validity")}
        words = offer.words[language]
        validity = offer.validity(language, NOON)
        assert texts == {"offer-title": words.title, "offer-summary": words.summary, "validity": validity}
        assert card.find_class("more")[0].get("href") == offer.path(language)
        assert len(card.find_class("price")) == (offer.price is not None)
        assert card.find_class("tag")
        assert card.xpath("string(.//img/@src)") in resources


def test_ended_offers_still_have_their_card_and_page(resources: Site) -> None:
    """Like real sites this one keeps showing what is over."""
    ended = [offer for offer in OFFERS if offer.span(NOON).status(NOON) == "ended"]
    assert len(ended) == 5
    listed = resources["/en/offers"].body.decode()
    assert all(offer.path("en") in resources and offer.path("en") in listed for offer in ended)


def test_language_and_direction(resources: Site) -> None:
    """Arabic pages say lang=ar and dir=rtl, English ones lang=en and dir=ltr."""
    for path in _pages(resources):
        root = _tree(resources, path)
        assert (root.get("lang"), root.get("dir")) == (("ar", "rtl") if path.startswith("/ar/") else ("en", "ltr"))


def test_alternates_point_both_ways_and_exist(resources: Site) -> None:
    """A page names itself as canonical, and every alternate it names stands here and names it back."""
    for path in _pages(resources):
        tree = _tree(resources, path)
        assert tree.xpath("//link[@rel='canonical']/@href") == [BASE + path]
        for other in tree.xpath("//link[@rel='alternate']/@href"):
            back = _tree(resources, urlsplit(other).path).xpath("//link[@rel='alternate']/@href")
            assert BASE + path in back


def test_pages_in_arabic_alone_have_no_english_alternate(resources: Site) -> None:
    """The summer guide and the pilgrims' offer exist in Arabic only."""
    for path in ("/ar/summer-guide", "/ar/offers/pre-umrah-trip-check"):
        assert _tree(resources, path).xpath("//link[@rel='alternate']/@hreflang") == ["ar"]
        assert path.replace("/ar/", "/en/") not in resources


def test_every_link_leads_somewhere_on_this_site(resources: Site) -> None:
    """No external host is referenced, and nothing local is missing; schema.org is a name, not an address."""
    for path in _pages(resources):
        for _, attribute, link, _ in _tree(resources, path).iterlinks():
            parts = urlsplit(link)
            assert parts.netloc in {"", "127.0.0.1:8753"} or attribute == "itemtype", link
            assert parts.path in {*resources, ""} or attribute == "itemtype", f"{path} -> {link}"
    text = b"".join(resource.body for resource in resources.values() if resource.noisy).decode()
    assert set(re.findall(r"https?://([^/\"<\s]+)", text)) == {"127.0.0.1:8753", "schema.org"}


def test_hidden_text_is_there_to_be_ignored(resources: Site) -> None:
    """The poisoned paragraphs stand on the list, the questions and some offers, and only inside hidden elements."""
    for path in ("/en/offers", "/ar/faq", "/en/offers/ceramic-coating"):
        tree = _tree(resources, path)
        hidden = tree.xpath("//*[contains(@style, 'display:none') or contains(@class, 'fine-print-x7')]")
        assert len(hidden) == 2
        for element in hidden:
            element.drop_tree()
        assert "Ignore previous" not in tree.text_content()
        assert "2099" not in tree.text_content()


def test_noise_never_stands_in_visible_text(resources: Site) -> None:
    """Marks of noise stand in attributes and scripts alone, and every page carries each of them but click ids."""
    for path in _pages(resources):
        tree = _tree(resources, path)
        body = resources[path].body.decode()
        assert all(MARKS[name] in body for name in ("csrf", "made_at", "request"))
        for element in tree.xpath("//script"):
            element.drop_tree()
        assert "@@" not in tree.text_content()


def test_the_same_opening_gives_the_same_bytes() -> None:
    """Rendering is a pure function of address and opening, down to the validators."""
    assert render_site(BASE, NOON) == render_site(BASE, NOON)


def test_a_restart_on_the_same_day_changes_only_what_ends_within_the_hour(resources: Site) -> None:
    """Three hours later the same day, all pages but the timed offers, their lists and the home pages are the same."""
    later = render_site(BASE, NOON + timedelta(hours=3))
    changed = {path for path in resources if later[path].etag != resources[path].etag}
    timed = {offer.path(language) for offer, language in SHOWN if offer.ends_minutes is not None}
    assert changed - {"/en/", "/ar/"} == timed | {"/en/offers", "/ar/offers"}


def test_the_sitemap_lists_every_page_and_document(resources: Site) -> None:
    """The sitemap is well-formed and complete, and robots.txt names it and asks for no delay."""
    tree = etree.fromstring(resources["/sitemap.xml"].body)
    listed = {urlsplit(str(url)).path for url in tree.xpath("//*[local-name()='loc']/text()")}
    documents = {path for path in resources if path.startswith("/documents/")}
    assert listed == {*_pages(resources), *documents}
    assert len(documents) == 3
    assert 70 <= len(listed) <= 80
    robots = resources["/robots.txt"].body.decode()
    assert f"Sitemap: {BASE}/sitemap.xml" in robots
    assert "Crawl-delay" not in robots


def test_services_and_branches_are_tables_in_both_languages(resources: Site) -> None:
    """Every service has a row with its price, every branch one with its hours."""
    for language in LANGUAGES:
        for name, key in (("services", "service"), ("branches", "branch")):
            rows = _tree(resources, f"/{language}/{name}").xpath("//tbody/tr")
            assert len(rows) == len(load_content(name)[key])
            columns = _tree(resources, f"/{language}/{name}").xpath("//thead/tr/th")
            assert all(len(row) == len(columns) for row in rows)


def test_questions_are_answered_in_both_languages(resources: Site) -> None:
    """The two FAQ pages have as many questions, each followed by its answer."""
    asked = {language: _tree(resources, f"/{language}/faq").xpath("//main//h3") for language in LANGUAGES}
    assert len(asked["en"]) == len(asked["ar"]) == 13
    assert all(heading.getnext().tag == "p" for headings in asked.values() for heading in headings)


def test_every_category_has_its_offers_and_its_picture(resources: Site) -> None:
    """No category is empty, and each has a name in both languages and a picture."""
    assert {offer.category for offer in OFFERS} == set(CATEGORIES) == set(load_content("labels")["categories"])
    assert all(f"/media/{category}.svg" in resources for category in CATEGORIES)


def test_the_frame_has_the_same_words_in_both_languages() -> None:
    """A label missing in one language would stop the rendering; one too many is dead."""
    labels = load_content("labels")
    used = "".join(path.read_text() for path in Path("examples/autocare/templates").iterdir())
    assert labels["en"].keys() == labels["ar"].keys()
    named = {"offers", "services", "branches", "faq", "price_list", "warranty", "terms_document"}
    assert all(f"labels.{key}" in used or key in named for key in labels["en"])
