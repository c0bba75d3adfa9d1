"""Whether a thing is to be had, as pages declare and say it."""

from __future__ import annotations

import pytest

from pipelines.offers.availability import declared_availability, is_over, stated_availability


@pytest.mark.parametrize(
    ("declared", "name"),
    [
        (["http://schema.org/InStock"], "InStock"),
        (["in stock"], "InStock"),
        (["OutOfStock", "https://schema.org/InStock"], "InStock"),
        (["SoldOut", "BackOrder"], "BackOrder"),
        (["oos"], "OutOfStock"),
        (["Ask us"], "Askus"),
        ([], ""),
    ],
)
def test_the_best_of_what_is_declared(declared: list[str], name: str) -> None:
    """A thing is to be had when one of its sizes or sellers has it."""
    assert declared_availability(declared)[0] == name


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("In stock", "InStock"),
        ("Only 3 left", "InStock"),
        ("Out of stock", "OutOfStock"),
        ("Currently unavailable.", "OutOfStock"),
        ("Sold out", "SoldOut"),
        ("متوفر", "InStock"),
        ("غير متوفر حالياً", "OutOfStock"),
        ("نفدت الكمية", "SoldOut"),
        ("Nicht auf Lager", "OutOfStock"),
        ("Our stock of ideas", None),
        ("We never want to hear that an item was out of stock, so our branches share what they have. " * 2, None),
    ],
)
def test_what_a_short_text_says(text: str, state: str | None) -> None:
    """English, Arabic and the languages of many shops; a long sentence is about something else."""
    assert stated_availability(text) == state


def test_what_comes_back_is_not_over() -> None:
    """Sold out and discontinued end an offer; out of stock does not."""
    assert [is_over(name) for name in ("SoldOut", "Discontinued", "OutOfStock", "InStock")] == [
        True,
        True,
        False,
        False,
    ]
