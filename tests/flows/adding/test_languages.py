"""The same page in the site's other languages."""

from __future__ import annotations

import pytest

from flows.adding.languages import other_languages
from pipelines.records import Outcome, Reading

ENGLISH = Reading(Outcome.OK, language="en")


def _found(url: str, links: list[str], reading: Reading = ENGLISH, labels: tuple[tuple[str, str], ...] = ()) -> object:
    host = "https://x.test"
    labelled = tuple((host + path, text) for path, text in labels)
    found = other_languages(host + url, reading, [host + link for link in links], labelled, ("en", "ar"))
    return {language: address.removeprefix(host) for language, address in found.items()}


@pytest.mark.parametrize(
    ("url", "links", "wanted"),
    [
        ("/en/offers", ["/en/about", "/ar/about", "/ar/offers"], "/ar/offers"),
        ("/en-sa/offers", ["/ar-sa/offers"], "/ar-sa/offers"),
        ("/offers", ["/ar/offers"], "/ar/offers"),
        ("/shop/en/offers", ["/shop/ar/offers"], "/shop/ar/offers"),
        ("/", ["/ar/"], "/ar/"),
        ("/offers?lang=en&page=1", ["/offers?lang=ar&page=2", "/offers?lang=ar&page=1"], "/offers?lang=ar&page=1"),
        ("/offers", ["/offers?lang=ar"], "/offers?lang=ar"),
        ("/en/offers", ["/fr/offers", "/ar/about", "/is/a-page"], None),
        ("/offers", ["/ar/about", "/"], None),
    ],
)
def test_an_address_that_differs_in_its_language_alone(url: str, links: list[str], wanted: str | None) -> None:
    """In a segment of the path or a parameter; other pages and languages nobody asked for are left."""
    assert _found(url, links) == ({"ar": wanted} if wanted else {})


def test_hreflang_speaks_first() -> None:
    """What the page declares goes before what links suggest; x-default and its own language are no other one."""
    alternates = (
        ("x-default", "https://x.test/"),
        ("en-us", "https://x.test/us/offers"),
        ("ar-sa", "https://x.test/ar/%D8%B9%D8%B1%D9%88%D8%B6"),
        ("fr", "https://x.test/fr/offres"),
    )
    reading = Reading(Outcome.OK, language="en", alternates=alternates)
    assert _found("/en/offers", ["/ar/offers"], reading) == {"ar": "/ar/%D8%B9%D8%B1%D9%88%D8%B6"}


def test_a_link_labelled_with_the_language() -> None:
    """The last way: a switcher says where the other language is."""
    labels = (("/en/x", "Contact"), ("/ar/y", "العربية"), ("/ar/z", "عربي"))
    assert _found("/en/offers", [], ENGLISH, labels) == {"ar": "/ar/y"}
