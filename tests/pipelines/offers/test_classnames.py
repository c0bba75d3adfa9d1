"""Which class names last."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.offers.selecting.classnames import is_stable_name

CHOSEN = """
    offer-card offer-card__title--big card-title h3-title price old-price product_cat-oil promoItem MuiCard-root
    woocommerce-Price-amount views-field-title field--name-body elementor-widget-container swiper-slide btn btn-book
    priceBefore box__headline deal teaser entry-title offer_expiry badge
"""
GENERATED = """
    css-1x2y3z sc-bdVaJa bdVaJa jsx-123 svelte-abcdef kQHzFb Card_title__x7Gh2 OfferCard_title__aBxZq post-1234 item-17
    elementor-element-ab12cd _3kdXf data-v-abc emotion-abc xqzwvk astro-xyzabc col3
"""
LOOKS = """
    mt-4 px-2 text-center d-flex align-items-center justify-content-between col-md-4 row container active show hidden
    rounded-lg shadow-md bg-white w-full font-bold text-lg flex grid gap-4 lazyload md:w-1/2 hover:bg-red w-[32px]
    row-cols-md last odd clearfix position-relative
"""


@pytest.mark.parametrize("name", CHOSEN.split())
def test_names_that_say_what_something_is(name: str) -> None:
    """A person chose them; they outlive the next build."""
    assert is_stable_name(name)


@pytest.mark.parametrize("name", [*GENERATED.split(), *LOOKS.split(), "عرض", "a", "-x", "x" * 61, "a.b", 'x"y', "a{}"])
def test_names_that_do_not_last_or_say_nothing(name: str) -> None:
    """Made by a build, counting, of look and state, or in need of an escape."""
    assert not is_stable_name(name)


@given(st.text(max_size=40))
def test_a_stable_name_needs_no_escape(name: str) -> None:
    """Whatever stands in a page's class attribute, only letters, digits, hyphens and underscores reach a selector."""
    if is_stable_name(name):
        assert name.replace("-", "").replace("_", "").isalnum()
        assert name.isascii()
        assert name[0].isalpha()
