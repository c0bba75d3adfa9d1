"""Categories by the words that name them."""

from __future__ import annotations

import pytest

from pipelines.offers.categories import categorise

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
