"""Which pages of a site a proposed source watches."""

from __future__ import annotations

import pytest

from flows.adding.scope import allow_patterns
from pipelines.urls import Scope, normalise_url

HOST = "https://x.test"


def _scope(listings: list[str], offers: list[str]) -> Scope:
    starts = [normalise_url(HOST + path) for path in listings]
    own = [normalise_url(HOST + path) for path in offers]
    return Scope.of(starts, allow_patterns(starts, own))


@pytest.mark.parametrize(
    ("listings", "offers", "inside", "outside"),
    [
        (["/en/offers"], [], ["/en/offers", "/en/offers/oil", "/en/offers?page=2"], ["/en/about", "/en/offers-old"]),
        (["/en/offers/"], [], ["/en/offers/oil", "/en/offers"], ["/en/"]),
        (["/en/offers", "/ar/offers"], [], ["/ar/offers/oil"], ["/ar/about"]),
        (["/promos.html"], [], ["/promos.html"], ["/promos.html.bak", "/promosxhtml", "/about.html"]),
        (["/deals"], ["/promo/a", "/promo/b", "/promo/c"], ["/promo/a", "/promo/z"], ["/promotions", "/about"]),
        (["/en/o", "/ar/o"], ["/en/p/a", "/en/p/b", "/ar/p/a", "/ar/p/b"], ["/en/p/z", "/ar/p/z"], ["/en/about"]),
        (["/deals"], ["/a", "/b", "/c"], ["/deals"], ["/a", "/about"]),
        (["/deals"], ["/x/a", "/y/b", "/z/c", "/w/d"], ["/deals/1"], ["/x/a"]),
        (["/ph/deals"], ["/ph/a", "/ph/b", "/ph/c"], ["/ph/deals"], ["/ph/a"]),
        (["/promos/all"], ["/promos/a", "/promos/b"], ["/promos/all", "/promos/a"], ["/promo"]),
        (["/a+b(c)"], [], ["/a+b(c)", "/a+b(c)/d"], ["/aab(c)", "/a+bc"]),
        (["/ar/عروض"], [], ["/ar/عروض/زيت"], ["/ar/من-نحن"]),
        (["/"], ["/offers/a", "/offers/b"], ["/offers/a", "/about"], []),
    ],
)
def test_the_listing_and_the_offers_own_pages(
    listings: list[str], offers: list[str], inside: list[str], outside: list[str]
) -> None:
    """The listing and what lies below it; the offers' folder when most lie in one; a first page means the site."""
    scope = _scope(listings, offers)
    assert [path for path in inside if not scope.holds(normalise_url(HOST + path))] == []
    assert [path for path in outside if scope.holds(normalise_url(HOST + path))] == []


def test_offers_of_another_host_widen_nothing() -> None:
    """A card that leads elsewhere says nothing about this site."""
    assert allow_patterns([f"{HOST}/deals"], ["https://y.test/p/a", "https://y.test/p/b"]) == ("^/deals(/|$)",)
