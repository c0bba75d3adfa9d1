"""Web addresses in a text: their host says something, the rest of them is noise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.shown_urls import short_urls


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("Book at https://www.shop.example/offers/brakes?utm_source=mail#top today.", "Book at shop.example today."),
        ("the site www.Shop.example/a, and more", "the site shop.example, and more"),
        ("(see http://shop.example:8080/terms.pdf).", "(see shop.example:8080)."),
        ("https://name:word@shop.example/", "shop.example"),
        ("زوروا https://متجر.السعودية/عروض?x=1، ثم اتصلوا", "زوروا متجر.السعودية، ثم اتصلوا"),
        ("رابطhttps://shop.example/a", "رابطshop.example"),
        ("«https://shop.example/عرض»", "«shop.example»"),
        ("write to service@shop.example", "write to service@shop.example"),
        ("and/or 24/7 at 3.50/litre", "and/or 24/7 at 3.50/litre"),
        ("http:// alone, www. alone", "http:// alone, www. alone"),
    ],
)
def test_an_address_becomes_its_host_and_its_sentence_stays(text: str, short: str) -> None:
    """Scheme, name, «www.», path, query and fragment go; the sentence's own signs stay; nothing else is touched."""
    assert short_urls(text) == short


@given(st.text(alphabet="ab /?#&=.%-_", max_size=40), st.text(alphabet="cd/?#&=.%-_", max_size=40))
def test_where_an_address_leads_on_its_host_never_matters(one: str, other: str) -> None:
    """Two texts that differ only behind the host are one text to the model."""
    rest, rest_of_other = one.replace(" ", "").rstrip("."), other.rstrip(".")
    said = [f"Until Friday: https://shop.example/x{path}x at every branch" for path in (rest, rest_of_other)]
    assert short_urls(said[0]) == short_urls(said[1]) == "Until Friday: shop.example at every branch"


@given(st.text(alphabet="htps:/w.@ab ()", max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    """Whatever stands there, the result is no longer than the text."""
    assert len(short_urls(text)) <= len(text)
