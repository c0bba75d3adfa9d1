"""What kb.search and its kin answer, to whom, and within which limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from pgvector import Vector

from pipelines.database import Connection
from pipelines.postgres.checks import run_checks
from pipelines.records import Outcome
from retrieval.asking import BadQuestion, Filters
from tests.asking import offers, search
from tests.postgres import TestDatabase
from tests.story import Story, offer, page

OIL, TYRES, FAQ, ZAIT = (f"https://shop.test/{name}" for name in ("oil", "tyres", "faq", "ar/zait"))


@pytest.fixture
def story(db: Connection) -> Story:
    """A base of four entries, two languages."""
    told = Story(db)
    told.sync(
        {
            OIL: [offer(OIL, "Engine oil change with filter for sedans", category=("oil",))],
            TYRES: [offer(TYRES, "Four tyres for the price of three", category=("tyres",))],
            FAQ: [page(FAQ, "How long does an oil change take? Half an hour.", "We open at nine.")],
            ZAIT: [offer(ZAIT, "تغيير زيت المحرك مع الفلتر", category=("oil",), language="ar")],
        }
    )
    return told


@pytest.fixture
def reader(story: Story, as_reader: Connection) -> Connection:
    """A bot that asks that base."""
    del story
    return as_reader


def test_words_alone_find_the_right_entry_first(reader: Connection) -> None:
    """Without an embedding BM25 decides, and the answer says that it is degraded."""
    hits = search(reader, "tyres")
    assert [hit["url"] for hit in hits] == [TYRES]
    assert hits[0]["degraded"]
    assert hits[0]["answerable"]
    assert hits[0]["vector_score"] is None


def test_words_are_found_in_another_form(reader: Connection) -> None:
    """English and Arabic are stemmed in one column; Arabic diacritics do not matter."""
    assert search(reader, "changing oils")[0]["url"] in (OIL, FAQ)
    assert search(reader, "زَيْت")[0]["url"] == ZAIT


def test_vectors_and_words_are_fused(story: Story, reader: Connection) -> None:
    """With an embedding both legs vote and each score is shown."""
    hits = search(reader, "engine oil filter", embed=story.encoder.vector)
    assert hits[0]["url"] == OIL
    assert not hits[0]["degraded"]
    assert 0 < hits[0]["vector_score"] <= 1
    assert 0 < hits[0]["text_score"] <= 1
    assert all(0 <= hit["score"] <= 1 for hit in hits)
    assert [hit["score"] for hit in hits] == sorted((hit["score"] for hit in hits), reverse=True)


def test_one_entry_comes_once(reader: Connection) -> None:
    """The best chunk of an entry stands for it."""
    urls = [hit["url"] for hit in search(reader, "open oil change hour")]
    assert len(urls) == len(set(urls))


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), {OIL, FAQ}),
        (Filters(category=["oil"]), {OIL}),
        (Filters(category=["tyres"]), set()),
        (Filters(category=[]), set()),
        (Filters(language="en"), {OIL, FAQ}),
        (Filters(language="ar"), set()),
        (Filters(kind=["page"]), {FAQ}),
        (Filters(kind=[]), set()),
        (Filters(source=["shop"]), {OIL, FAQ}),
        (Filters(source=["another", "'; drop schema kb cascade; --"]), set()),
    ],
)
def test_filters_limit_and_an_empty_one_matches_nothing(
    reader: Connection, filters: Filters, expected: set[str]
) -> None:
    """A filter left out means no filter, an empty array matches nothing, an unknown name nothing."""
    assert {hit["url"] for hit in search(reader, "oil change", filters=filters)} == expected


def test_a_query_of_no_known_word_finds_nothing(reader: Connection) -> None:
    """Nothing is made up."""
    assert search(reader, "xylophone") == []
    assert search(reader, "") == []
    assert search(reader, "the of and") == []


def test_min_score_drops_what_is_weaker(reader: Connection) -> None:
    """Rows come back although they are weak, unless min_score says otherwise."""
    assert search(reader, "tyres xylophone quintet zeppelin")
    assert search(reader, "tyres xylophone quintet zeppelin", min_score=0.9) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"query": "x" * 4001}, "4001 characters"),
        ({"query": "oil", "max_results": 101}, "the most is 100"),
        ({"query": "oil", "max_results": 0}, "at least 1"),
        ({"query": "oil", "max_results": -5}, "at least 1"),
    ],
)
def test_more_than_one_call_may_ask_is_an_error_that_says_so(
    reader: Connection, arguments: dict[str, Any], message: str
) -> None:
    """Limits are errors, never silent cuts."""
    with pytest.raises(BadQuestion, match=message):
        search(reader, **arguments)


def test_more_offers_than_the_limit_is_an_error(reader: Connection) -> None:
    """Ten thousand offers a call."""
    with pytest.raises(BadQuestion, match="the most is 10000"):
        offers(reader, max_results=10_001)


@pytest.mark.hazard("B5")
def test_a_vector_of_another_length_is_refused(reader: Connection) -> None:
    """Vectors of two models are never compared."""
    with pytest.raises(psycopg.errors.InvalidParameterValue, match=r"3 dimensions; the active model's have 16"):
        reader.execute("select * from kb.search('oil', %s)", (Vector([1, 0, 0]),))


@pytest.mark.hazard("S5")
@pytest.mark.parametrize(
    "statement",
    [
        "select * from kb_store.version",
        "select kb_store.publish(1)",
        "select kb_store.search_live(now(), 'oil', null, 8, null, null, null, null)",
        "create table kb.mine (a int)",
        "create table public.mine (a int)",
        "set role kb_owner",
        "set role kb_writer",
        "copy kb_store.entry to stdout",
        "select pg_read_file('/etc/passwd')",
        "create function public.length(text) returns int language sql as 'select 1'",
    ],
)
def test_a_reader_may_call_kb_and_nothing_else(reader: Connection, statement: str) -> None:
    """A bot's role reads no table, makes nothing and becomes nobody."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute(statement.encode())


@pytest.mark.hazard("S5")
def test_what_a_reader_sets_changes_no_answer(reader: Connection) -> None:
    """search_path, settings and temporary objects of the session cannot mask Freshet's or widen what is seen."""
    before = offers(reader)
    # a database of Freshet's own takes TEMP away; even where it may not, nothing can be masked
    reader.execute("create temporary table served_entry (entry_id bigint)")
    reader.execute("create temporary table source (name text)")
    reader.execute("create function pg_temp.upper(tstzrange) returns timestamptz language sql return null::timestamptz")
    reader.execute("set search_path = pg_temp, public")
    reader.execute("set kb.sources = ''")
    assert offers(reader) == before


@pytest.fixture
def limited(story: Story, database: TestDatabase) -> Iterator[Connection]:
    """A login limited to another source than the one that is filled."""
    other = Story(story.conn, source=story.source.model_copy(update={"name": "other"}))
    other.sync({"https://other.test/": [offer("https://other.test/", "Oil change elsewhere")]})
    story.conn.execute(
        "insert into kb_store.source_grant select 'freshet_reader', source_id from kb_store.source where name = 'other'"
    )
    with database.connect("reader") as conn:
        yield conn


@pytest.mark.hazard("S6")
@pytest.mark.parametrize("source", [None, [], ["shop"], ["shop", "other"], ["other"]])
def test_a_grant_is_no_filter(limited: Connection, source: list[str] | None) -> None:
    """Whatever is asked, only the granted source answers; another's entry looks like one that is not there."""
    allowed = {"https://other.test/"} if source is None or "other" in source else set()
    assert {hit["url"] for hit in search(limited, "oil change", filters=Filters(source=source))} == allowed
    assert {row["url"] for row in offers(limited, filters=Filters(source=source))} == allowed


@pytest.mark.hazard("S6")
def test_a_grant_holds_in_every_function(limited: Connection) -> None:
    """entry, changes and freshness show the granted source alone, whatever kb.sources says."""
    limited.execute("set kb.sources = 'shop,other'")
    assert [row[0] for row in limited.execute("select source from kb.freshness()").fetchall()] == ["other"]
    assert {row[0] for row in limited.execute("select source from kb.changes()").fetchall()} == {"other"}
    seen = [n for n in range(1, 10) if limited.execute("select from kb.entry(%s)", (n,)).fetchall()]
    assert len(seen) == 1
    limited.execute("set kb.sources = 'shop'")
    assert limited.execute("select * from kb.offers()").fetchall() == []


def test_every_invariant_of_the_database_holds(story: Story) -> None:
    """What `freshet db check` asks holds after syncs, changes and removals."""
    story.sync({OIL: [offer(OIL, "Synthetic oil change")], TYRES: Outcome.GONE, FAQ: [page(FAQ, "We open at ten.")]})
    broken = [(r.name, r.offending) for r in run_checks(story.conn) if not r.holds]
    assert broken == []


def test_a_chunk_limited_by_its_own_words_shows_until_when(story: Story, as_reader: Connection) -> None:
    """The window of a hit is that of the chunk quoted, and says that it was stated."""
    end = "2099-12-05 00:00+00"
    story.conn.execute(
        "update kb_store.chunk set valid = tstzmultirange(tstzrange(null, %s)) where body like 'We open%%'", (end,)
    )
    (hit,) = (h for h in search(as_reader, "when do you open at nine") if h["body"].startswith("We open"))
    assert (hit["validity"], f"{hit['valid_until']:%Y-%m-%d}") == ("stated", "2099-12-05")


@pytest.mark.hazard("B5")
def test_a_vector_that_points_nowhere_is_refused(reader: Connection) -> None:
    """All zeros have no direction: every text would be as near as any other."""
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="all zeros"):
        reader.execute("select * from kb.search('oil', %s)", (Vector([0.0] * 16),))
