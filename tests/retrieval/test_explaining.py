"""kb.explain: each check of an entry in order, and nothing that a bot could quote."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from pipelines.database import Connection
from pipelines.records import Evidence as Found
from pipelines.records import FreshetError, Outcome, Window
from pipelines.source_settings import Source
from retrieval.asking import BadQuestion
from retrieval.explaining import AmbiguousEntry, entry_meant
from tests.asking import explain, search
from tests.postgres import TestDatabase
from tests.story import Story, offer, page, stated

OIL, OLD, SOON, OPEN, NEVER, GONE, FAQ = (
    f"https://shop.test/{name}" for name in ("oil", "old", "soon", "open", "never", "gone", "faq")
)
DAY = timedelta(days=1)


def _until(end: datetime, words: str) -> Window:
    return Window(((None, end),), "stated", (Found("window", words, "text:until-date"),))


@pytest.fixture
def story(db: Connection) -> Story:
    """An entry in each state."""
    told = Story(db)
    now = told.clock
    told.sync(
        {
            OIL: [offer(OIL, "Engine oil change with filter", _until(now + DAY, "until tomorrow"), category=("oil",))],
            OLD: [
                offer(
                    OLD, "Winter wash for 49 SAR", _until(now - DAY, "until yesterday"),
                    title="Winter wash", description="Secret words", price=Decimal(49), code="WASH49",
                )
            ],
            SOON: [offer(SOON, window=stated(now + DAY, now + 2 * DAY))],
            OPEN: [offer(OPEN)],
            NEVER: [offer(NEVER, window=Window((), "ambiguous"))],
            GONE: [offer(GONE)],
            FAQ: [page(FAQ, "How long does an oil change take? Half an hour.")],
        }
    )  # fmt: skip
    told.sync({GONE: Outcome.GONE, FAQ: Outcome.NOT_MODIFIED})
    return told


def _failed(conn: Connection, number: int, query: str | None = None) -> dict[str, str]:
    return {row["rule"]: row["detail"] for row in explain(conn, number, query) if not row["passed"]}


def test_what_is_served_passes_every_check(story: Story, as_reader: Connection) -> None:
    """In order, from its existence to its being served, with the words its end was read from."""
    steps = explain(as_reader, entry_meant(story.conn, OIL))
    assert [row["step"] for row in steps] == list(range(1, 10))
    assert all(row["passed"] for row in steps)
    said = {row["rule"]: row["detail"] for row in steps}
    assert said["end"].endswith("(stated): «until tomorrow» (text:until-date)")
    assert said["exists"] == f"offer of shop, {OIL}"


@pytest.mark.parametrize(
    ("url", "failing", "words"),
    [
        (OLD, {"end", "served"}, ("end", "ended at")),
        (SOON, {"start", "served"}, ("start", "begins at")),
        (OPEN, set(), ("", "")),
        (NEVER, {"start", "end", "served"}, ("end", "agree on no instant")),
        (GONE, {"believed", "served"}, ("believed", "until run 2 closed it")),
        (FAQ, set(), ("", "")),
    ],
)
def test_what_fails_is_named(
    story: Story, as_reader: Connection, url: str, failing: set[str], words: tuple[str, str]
) -> None:
    """The check that keeps an entry from being served fails, and says by what it saw."""
    failed = _failed(as_reader, entry_meant(story.conn, url))
    assert set(failed) == failing
    assert words[1] in failed.get(words[0], "")


def test_a_lapsed_offer_names_when_it_was_verified(story: Story, as_reader: Connection) -> None:
    """ttl and freshness are steps of their own: one withholds, the other marks."""
    story.conn.execute("update kb_store.served_entry set verified_at = verified_at - interval '960 hours'")
    failed = _failed(as_reader, entry_meant(story.conn, OPEN))
    assert {"ttl", "freshness", "served"} <= set(failed)
    assert set(_failed(as_reader, entry_meant(story.conn, OIL))) == {"freshness"}


def test_a_query_shows_terms_scores_and_place(story: Story, as_reader: Connection) -> None:
    """What matched and how much, what did not, where it stands among the hits and whether they answer."""
    number = entry_meant(story.conn, OIL)
    said = {row["rule"]: row for row in explain(as_reader, number, "engine oil xylophone", embed=story.encoder.vector)}
    assert "engin" in said["terms"]["detail"].partition("not in its text")[0]
    assert "xylophon" in said["terms"]["detail"].partition("not in its text")[2]
    assert said["vector"]["detail"].startswith("cosine 0.")
    assert said["rank"]["detail"].startswith("hit 1 of ")
    assert said["threshold"]["passed"]
    assert "kind offer, source shop, language en, category oil" in said["filters"]["detail"]
    hit = as_reader.execute(
        "select score from kb.search('engine oil xylophone', %s) limit 1", (_vector(story),)
    ).fetchone()
    assert hit is not None
    assert f"score {hit[0]:.3f}" in said["threshold"]["detail"]


def _vector(story: Story) -> object:
    from pgvector import Vector

    return Vector(story.encoder.vector("engine oil xylophone"))


def test_a_query_that_finds_it_not_says_why(story: Story, as_reader: Connection) -> None:
    """No word in common; not served at all; no embedding: each in its own step."""
    assert {"terms", "vector", "rank", "threshold"} <= set(_failed(as_reader, entry_meant(story.conn, OIL), "zebra"))
    dead = _failed(as_reader, entry_meant(story.conn, OLD), "winter wash")
    assert "terms" not in dead
    assert dead["rank"] == "not served, so no hit"
    assert "words alone decide" in dead["vector"]


def test_nothing_of_a_dead_offer_can_be_quoted(story: Story, as_reader: Connection) -> None:
    """Dates, rules and its address; no title, text, price or code, whatever is asked."""
    steps = explain(as_reader, entry_meant(story.conn, OLD), "price of the wash", embed=story.encoder.vector)
    said = " ".join(row["detail"] for row in steps)
    for secret in ("Winter", "Secret", "49", "WASH"):
        assert secret not in said.replace("2049", "").replace(":49", "")


def test_what_is_not_granted_looks_like_what_does_not_exist(
    story: Story, database: TestDatabase, as_reader: Connection
) -> None:
    """The same single row, but for the number asked for."""
    Story(story.conn, source=Source(name="other", kind="site", start_urls=("https://other.test/",)))
    story.conn.execute(
        "insert into kb_store.source_grant select 'freshet_reader', source_id from kb_store.source where name = 'other'"
    )
    hidden, absent = explain(as_reader, 1, "oil"), explain(as_reader, 999, "oil")
    assert [{**row, "detail": row["detail"].replace("999", "1")} for row in absent] == hidden
    assert hidden == [{"step": 1, "rule": "exists", "passed": False, "detail": "there is no entry 1"}]


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_it_reads_the_same_in_every_session(story: Story, as_reader: Connection, zone: str) -> None:
    """Instants are told in the zone of the source."""
    before = explain(as_reader, 1)
    as_reader.execute("select set_config('timezone', %s, false)", (zone,))
    assert explain(as_reader, 1) == before


def test_a_query_too_long_is_refused(story: Story, as_reader: Connection) -> None:
    """The limit of every question."""
    with pytest.raises(BadQuestion, match="4001 characters"):
        explain(as_reader, 1, "x" * 4001)


def test_a_url_means_its_own_entry_before_those_that_stand_on_its_page(story: Story) -> None:
    """A number, a key, an address; several at one address are a choice for the person."""
    shelf = "https://shop.test/list"
    story.sync({shelf: [offer(f"{shelf}#one", url=shelf, title="One\x1b[2J"), offer(f"{shelf}#two", url=shelf)]})
    assert entry_meant(story.conn, "7") == 7
    assert entry_meant(story.conn, f"{shelf}#two") == entry_meant(story.conn, "#", [f"{shelf}#two"])
    with pytest.raises(AmbiguousEntry, match=r"2 entries stand at .*list") as several:
        entry_meant(story.conn, shelf)
    assert "\x1b" not in str(several.value)
    with pytest.raises(FreshetError, match="no entry stands at nowhere"):
        entry_meant(story.conn, "nowhere")
    story.sync({shelf: [*([offer(f"{shelf}#one", url=shelf)]), page(shelf, "All our offers")]})
    assert entry_meant(story.conn, shelf) == entry_meant(story.conn, shelf, [shelf])


@pytest.mark.parametrize("given", [True, False])
def test_an_explanation_has_the_numbers_of_the_search(story: Story, as_reader: Connection, given: bool) -> None:
    """One path: score, points of either leg and place, with an embedding given as with one made, or none."""
    query = "how long does an oil change take"
    embed = story.encoder.vector if given else None
    hits = search(as_reader, query, embed=embed)
    assert len(hits) > 1
    for place, hit in enumerate(hits, 1):
        told = {step["rule"]: step["detail"] for step in explain(as_reader, hit["entry_id"], query, embed=embed)}
        assert told["rank"].startswith(f"hit {place} of {len(hits)};")
        by_vector = "none" if hit["vector_score"] is None else f"{hit['vector_score']:.3f}"
        assert told["threshold"].startswith(
            f"score {hit['score']:.3f}, by words {hit['text_score']:.3f}, by vector {by_vector}; "
            f"the best hit has {hits[0]['score']:.3f}"
        )
