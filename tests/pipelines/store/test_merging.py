"""What several pages say of one entry, made one statement: who speaks for its title."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from pipelines.records import Block
from pipelines.store.merging import Statement, merge
from tests.story import offer, page

_NOW = datetime(2026, 11, 22, tzinfo=UTC)
_LIST, _OWN, _ARABIC = (f"https://shop.test/{path}" for path in ("en/offers", "en/brakes", "ar/brakes"))
_CARD = Statement(offer(_OWN, title="Brake service, front axle"), _LIST, _NOW)
_PAGE = replace(page(_OWN, "We look at every brake of the car"), title="Brake service | Garage Riyadh")
_WORDS = Block("paragraph", "نفحص الفرامل كلها")
_TITLE = "فحص الفرامل | كراج الرياض"


def test_an_offer_is_called_what_its_card_calls_it() -> None:
    """The title of its own page names the site, too."""
    merged = merge([_CARD, Statement(_PAGE, _OWN, _NOW, own=True)]).draft
    assert (merged.title, merged.blocks) == ("Brake service, front axle", _PAGE.blocks)


def test_its_own_page_speaks_first_where_that_was_read_as_the_offer() -> None:
    """Of two that call it something the better place is heard."""
    own = offer(_OWN, title="Brake service for the front axle")
    assert merge([_CARD, Statement(own, _OWN, _NOW, own=True)]).draft.title == own.title


def test_in_a_language_without_a_card_the_pages_heading_names_it() -> None:
    """The part of its title that stands on the page as its main heading."""
    blocks = (Block("heading", "كراج الرياض يرحب بكم", 1), Block("heading", "فحص الفرامل", 1), _WORDS)
    assert _arabic_title(*blocks) == "فحص الفرامل"


def test_without_a_heading_that_its_title_names_the_title_is_the_last_resort() -> None:
    """A heading of something else does not name the offer."""
    assert _arabic_title(_WORDS) == _TITLE
    assert _arabic_title(Block("heading", "مرحبا بكم", 1), _WORDS) == _TITLE
    assert _arabic_title(Block("heading", "فحص الفرامل", 3), _WORDS) == _TITLE


def test_a_page_that_nothing_calls_an_offer_keeps_its_title() -> None:
    """It is the page that is quoted."""
    headed = replace(_PAGE, blocks=(Block("heading", "Brake service", 1), *_PAGE.blocks))
    assert merge([Statement(headed, _OWN, _NOW, own=True)]).draft.title == _PAGE.title


def _arabic_title(*blocks: Block) -> str:
    """What the offer is called in Arabic when only a page of its own, with these blocks, says so."""
    arabic = replace(_PAGE, blocks=blocks, title=_TITLE, language="ar")
    (variant,) = merge([_CARD, Statement(arabic, _ARABIC, _NOW, own=True)], ("en", "ar")).variants
    return variant.draft.title
