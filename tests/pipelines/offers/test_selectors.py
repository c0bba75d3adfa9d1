"""Offers by a source's own selectors."""

from __future__ import annotations

import lxml.html
import pytest

from pipelines.offers.selecting.selectors import BadSelector, check_selectors, read_selected
from pipelines.records import OfferSelectors

TREE = lxml.html.document_fromstring(
    """
<div class="deal"><h2>First  deal</h2><a class="go" href="one"><img data-src="/1.png"></a>
<p>Part one.</p><p>Part two.</p><i class="tag">Oil</i><i class="tag">Wash</i><time datetime="2026-06-30"></time></div>
<div class="deal"><h2></h2><div class="deal"><h2>Inner deal</h2></div></div>
"""
)


def test_texts_attributes_and_links() -> None:
    """Text is folded, `::attr` and `::text` work, links are absolute, an empty time gives its datetime."""
    selectors = OfferSelectors(
        item=".deal",
        title="h2::text",
        description="p",
        category=".tag",
        url="a.go",
        image="img::attr(data-src)",
        validity="time",
    )
    first, second = read_selected(TREE, selectors, "https://garage.example/offers/")
    assert (first.title, first.description, first.category) == ("First deal", "Part one. Part two.", ("Oil", "Wash"))
    assert (first.url, first.image) == ("https://garage.example/offers/one", "https://garage.example/1.png")
    assert (first.validity, first.region) == ("2026-06-30", "/html/body/div[1]")
    assert (second.title, second.price) == ("Inner deal", "")


def test_an_item_inside_an_item_is_part_of_it() -> None:
    """The outer element is the card."""
    assert len(read_selected(TREE, OfferSelectors(item=".deal"), "https://garage.example/")) == 2


def test_what_is_no_css_is_named() -> None:
    """The field and the selector, before any crawl."""
    check_selectors(OfferSelectors(item=".deal", url="a::attr(href)"))
    with pytest.raises(BadSelector, match=r"\[offers\] price = '\.\.p' is not a CSS selector"):
        check_selectors(OfferSelectors(item=".deal", price="..p"))
