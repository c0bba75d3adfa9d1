"""What a call is limited to: prices, languages, lists; and what of an entry stands for it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import psycopg
import pytest

from pipelines.database import Connection
from retrieval.asking import BadQuestion, Filters
from tests.asking import entry, offers, search
from tests.story import Story, offer, page

CHEAP, DEAR, UNPRICED = (f"https://shop.test/{name}" for name in ("cheap", "dear", "unpriced"))


@pytest.fixture
def story(db: Connection) -> Story:
    """Three offers of oil, one without a price."""
    told = Story(db)
    told.sync(
        {
            CHEAP: [offer(CHEAP, "Mineral oil change", price=Decimal("99.50"), currency="SAR")],
            DEAR: [offer(DEAR, "Synthetic oil change", price=Decimal(250), currency="SAR")],
            UNPRICED: [offer(UNPRICED, "Oil change while you wait")],
        }
    )
    return told


@pytest.mark.parametrize(
    ("least", "most", "expected"),
    [
        (None, None, {CHEAP, DEAR, UNPRICED}),
        (100, None, {DEAR}),
        (None, 100, {CHEAP}),
        (Decimal("99.50"), 250, {CHEAP, DEAR}),
        (0, None, {CHEAP, DEAR}),
        (300, 200, set()),
        (float("nan"), None, set()),
    ],
)
def test_a_price_range_holds_both_ends_and_leaves_out_what_has_no_price(
    story: Story, as_reader: Connection, least: Any, most: Any, expected: set[str]
) -> None:
    """Search and offers alike; a bound that nothing reaches matches nothing."""
    del story
    filters = Filters(min_price=least, max_price=most)
    assert {hit["url"] for hit in search(as_reader, "oil change", filters=filters)} == expected
    assert {row["url"] for row in offers(as_reader, filters=filters)} == expected


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        (Filters(category=["oil"] * 1001), "category has 1001 values"),
        (Filters(source=["x" * 1001]), "source has a value of 1001 characters"),
        (Filters(language="x" * 1001), "language has a value of 1001 characters"),
        (Filters(kind=["offer"] * 5000), "kind has 5000 values"),
    ],
)
def test_lists_have_an_end(story: Story, as_reader: Connection, filters: Filters, message: str) -> None:
    """More than a call may hold is an error that says so, from search and from offers where it has the filter."""
    del story
    with pytest.raises(BadQuestion, match=message):
        search(as_reader, "oil", filters=filters)
    if filters.kind is None:
        with pytest.raises(BadQuestion, match=message):
            offers(as_reader, filters=filters)


def test_a_list_that_holds_null_matches_what_else_it_names(story: Story, as_reader: Connection) -> None:
    """A null among the names is none."""
    del story
    rows = as_reader.execute("select url from kb.search('oil', source => array[null, 'shop'])").fetchall()
    assert len(rows) == 3


def test_an_entry_speaks_in_the_script_of_the_query(db: Connection, as_reader: Connection) -> None:
    """A code stands in either language of an offer: who writes Arabic is answered in Arabic, who does not, not."""
    story = Story(db)
    english, arabic = "https://shop.test/en/oil", "https://shop.test/ar/oil"
    story.alternates = {english: {"en": english, "ar": arabic}, arabic: {"en": english, "ar": arabic}}
    story.sync(
        {
            english: [offer(english, "Oil change with 5W30 for any Toyota", code="5W30")],
            arabic: [offer(arabic, "تغيير زيت 5W30 لجميع سيارات Toyota", language="ar", code="5W30")],
        }
    )
    assert [(hit["url"], hit["language"]) for hit in search(as_reader, "5W30 Toyota")] == [(english, "en")]
    assert [(hit["url"], hit["language"]) for hit in search(as_reader, "عندكم 5W30 Toyota")] == [(arabic, "ar")]
    assert [hit["url"] for hit in search(as_reader, "5W30", filters=Filters(language="ar"))] == [arabic]


def test_the_neighbours_of_a_hit_stand_in_its_entry(story: Story, as_reader: Connection) -> None:
    """One chunk an entry is a hit; what stands before and after it comes with kb.entry, by the chunk's number."""
    url = "https://shop.test/faq"
    story.sync({url: [page(url, "We open at nine.", "An oil change takes half an hour.", "Coffee is free.")]})
    (hit,) = (hit for hit in search(as_reader, "how long does it take") if hit["url"] == url)
    whole = entry(as_reader, hit["entry_id"])
    assert whole is not None
    chunks = whole["chunks"]
    place = [chunk["chunk_id"] for chunk in chunks].index(hit["chunk_id"])
    assert chunks[place]["body"] == hit["body"]
    assert [chunk["body"] for chunk in chunks[place - 1 : place + 2]] == [
        "We open at nine.", "An oil change takes half an hour.", "Coffee is free."
    ]  # fmt: skip


def test_an_embedding_in_a_base_without_a_model_is_refused(db: Connection) -> None:
    """Nothing was ever published: the error says that, and not that dimensions are null."""
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="no embedding model yet"):
        db.execute("select * from kb.search('oil', '[1,0]'::vector)")
    assert db.execute("select * from kb.search('oil')").fetchall() == []
