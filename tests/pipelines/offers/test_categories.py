"""Categories by the words that name them."""

from __future__ import annotations

import lxml.html
import pytest

from pipelines.offers.breadcrumbs import read_trail, steps_above
from pipelines.offers.categories import address_words, categorise
from pipelines.offers.declared.linkeddata import read_nodes

CATEGORIES = {"oil": ("engine oil", "زيت"), "tyres": ("tyre", "إطارات"), "wash": ("wash",)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Engine  oil change", ("oil",)),
        ("Two TYRES for one, and a wash", ("tyres", "wash")),
        ("غيار الزيت وإطارات جديدة", ("oil", "tyres")),
        ("بالزيت الأصلي", ("oil",)),
        ("زيتون وخبز", ()),
        ("Whitewashed satyrs", ()),
    ],
)
def test_words_name_categories(text: str, found: tuple[str, ...]) -> None:
    """Whole words, English plurals, joined Arabic prefixes; never a part of another word."""
    assert categorise(CATEGORIES, [text]) == found


def test_the_site_s_own_names_are_matched_or_taken_as_they_stand() -> None:
    """With categories configured a tag is one more text; without, the tags are the categories."""
    assert categorise(CATEGORIES, [""], ["Tyres", "Summer"]) == ("tyres",)
    assert categorise({}, ["engine oil"], ["Engine Oil", "engine  oil", ""]) == ("engine oil",)


def test_the_page_speaks_only_where_the_offer_does_not() -> None:
    """The trail and the address of the page place an offer that names no category itself."""
    assert categorise(CATEGORIES, ["Summer deal"], (), ["Home", "Engine oil", "/en/offers"]) == ("oil",)
    assert categorise(CATEGORIES, ["Summer tyre deal"], (), ["Home", "Engine oil"]) == ("tyres",)
    assert categorise(CATEGORIES, ["عرض الصيف"], (), ["الرئيسية", "العروض", "الإطارات"]) == ("tyres",)


def test_an_address_names_categories() -> None:
    """Hyphens and percent-escapes are word breaks and letters."""
    assert categorise(CATEGORIES, [address_words("https://garage.example/en/offers/engine-oil")]) == ("oil",)
    escaped = "https://garage.example/ar/%D8%B9%D8%B1%D9%88%D8%B6/%D8%B2%D9%8A%D8%AA"
    assert categorise(CATEGORIES, [address_words(escaped)]) == ("oil",)


def test_without_configured_categories_the_trail_stands_in_for_tags() -> None:
    """Its start and its «Offers» are no categories, nor is an address."""
    steps = ["Home", "Our Offers", "Engine Oil", "/en/offers/oil"]
    assert categorise({}, [""], (), steps) == ("engine oil",)
    assert categorise({}, [""], ["Wash"], steps) == ("wash",)


@pytest.mark.parametrize(
    "body",
    [
        '<nav aria-label="Breadcrumb"><li><a href="/">Home</a></li><li><a href="/o">Oil</a></li><li>Change</li></nav>',
        '<div class="breadcrumbs"><a href="/">Home</a> &raquo; <a href="/o">Oil</a> &raquo; Change</div>',
        """<script type="application/ld+json">{"@type": "BreadcrumbList", "itemListElement": [
        {"@type": "ListItem", "position": 2, "item": {"@id": "/o", "name": "Oil"}},
        {"@type": "ListItem", "position": 1, "name": "Home"},
        {"@type": "ListItem", "position": 3, "name": "Change"}]}</script>""",
        """<script type="application/ld+json">{"@type": "WebPage", "breadcrumb": {"@type": "BreadcrumbList",
        "itemListElement": [{"position": "1", "name": "Home"}, {"position": "2", "name": "Oil"},
        {"position": "3", "name": "Change"}]}}</script>""",
    ],
)
def test_trails(body: str) -> None:
    """Declared or shown, in order; the step that is the offer itself is none of its categories."""
    tree = lxml.html.document_fromstring(f"<html><body>{body}</body></html>")
    trail = read_trail(read_nodes(tree, tree, "https://garage.example/o/c")[0], tree)
    assert trail == ("Home", "Oil", "Change")
    assert steps_above(trail, "Change") == ("Home", "Oil")
    assert read_trail((), lxml.html.document_fromstring("<html><body><ul><li>Home<li>Oil</ul></body></html>")) == ()
