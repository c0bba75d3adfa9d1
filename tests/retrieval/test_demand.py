"""What was asked and not answered is kept, and nothing of who asked."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.database import Connection
from pipelines.store import publishing
from retrieval.client import AsyncClient, Client
from retrieval.demand import demand, keep_demand
from tests.postgres import TestDatabase
from tests.story import Story, offer

OIL = "https://shop.test/oil"


@pytest.fixture
def story(db: Connection) -> Story:
    """A base that knows of oil alone."""
    told = Story(db)
    told.sync({OIL: [offer(OIL, "Engine oil change with filter")]})
    return told


def test_what_is_asked_often_is_told_in_words(story: Story, database: TestDatabase) -> None:
    """The same words in another order and form are the same question; asked once or twice it is a number."""
    with Client(database.url("reader")) as kb:
        kb.search("Do you sell windscreens?")
        kb.search("sell you windscreens")
        seen = demand(story.conn)
        assert (seen.questions, seen.seldom) == ([], 1)
        assert [(day["language"], day["asked"]) for day in seen.days] == [("en", 2)]
        kb.search("do you sell a windscreen")
        kb.search("هل تبيعون زجاج السيارات؟")
    seen = demand(story.conn)
    (question,) = seen.questions
    assert (question["question"], question["asked"], question["unanswered"]) == ("do you sell a windscreen", 3, 3)
    assert (question["language"], question["best_score"], seen.seldom) == ("en", 0, 1)


def test_no_answer_waits_for_the_note(story: Story, database: TestDatabase) -> None:
    """The client that awaits answers while nothing can be noted, and notes it before it is closed."""

    async def ask() -> None:
        async with AsyncClient(database.url("reader")) as kb:
            with database.connect() as other, other.transaction():
                other.execute("lock table kb_store.demand")
                assert not (await kb.search("Do you sell windscreens?")).answerable

    asyncio.run(asyncio.wait_for(ask(), 60))
    assert demand(story.conn).seldom == 1


def test_what_is_answered_is_no_demand(story: Story, database: TestDatabase) -> None:
    """Nor is a question without words, nor one about the past."""
    with Client(database.url("auditor")) as kb:
        assert kb.search("engine oil change").answerable
        kb.search("  ?! ")
        kb.search("windscreens", as_of=story.clock)
    assert story.count("demand") == 0


def test_a_weak_answer_keeps_its_score(story: Story) -> None:
    """The best that there was tells whether something near is there."""
    for score in (0.1, 0.2, None):
        story.conn.execute("select kb.note_demand('windscreens', null, %s::real)", (score,))
    (question,) = demand(story.conn).questions
    assert (question["asked"], question["unanswered"]) == (3, 1)
    assert question["best_score"] == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Call me at +966 55 123 4567 please", "call me at # please"),
        ("رقمي ٠٥٥١٢٣٤٥٦٧ اتصل", "رقمي # اتصل"),
        ("mail me: Someone.Else+x@example.co.uk now", "mail me: now"),
        ("I am @some_body on it", "i am on it"),
        ("see https://example.com/u?id=7 and www.example.org/me", "see and"),
        ("plate ABC 1234 or أ ب ج 1234", "plate abc # or أ ب ج #"),
        ("card 4111-1111-1111-1111", "card #"),
        ("(055) 123.4567", "(#"),
        ("5W-30 or R134a in 205/55R16 at 10,000 km", "5w-30 or r134a in 205/55r16 at 10,000 km"),
        ("a\u202eb\u200fc\x07d", "a b c d"),
    ],
)
def test_particulars_are_left_out(db: Connection, said: str, kept: str) -> None:
    """Numbers that tell a person, addresses, names of accounts; what names a product stays."""
    assert db.execute("select kb_store.without_particulars(%s)", (said,)).fetchone() == (kept,)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=300))
def test_no_long_number_and_no_address_is_ever_kept(db: Connection, said: str) -> None:
    """Whatever stands around them."""
    row = db.execute("select kb_store.without_particulars(%s)", (said + "x@y.z 055-123-45 67",)).fetchone()
    assert row is not None
    assert "@" not in row[0]
    assert "55" not in row[0] or "55" in said
    assert len(row[0]) <= 200


def test_it_is_off_by_a_setting(story: Story, database: TestDatabase) -> None:
    """Nothing is noted then; what was stays until it is forgotten."""
    keep_demand(story.conn, False)
    with Client(database.url("reader")) as kb:
        kb.search("windscreens")
    assert (demand(story.conn).enabled, story.count("demand")) == (False, 0)
    keep_demand(story.conn, True)
    with Client(database.url("reader")) as kb:
        kb.search("windscreens")
    assert (demand(story.conn).enabled, story.count("demand")) == (True, 1)


def test_it_is_forgotten(story: Story) -> None:
    """After a year, and after a month what is not kept in words; the sweep does it."""
    for ago, words in ((10, None), (40, None), (40, "windscreens"), (400, "windscreens")):
        story.conn.execute(
            "insert into kb_store.demand values (current_date - %s, 'en', sha256(%s), 1, 1, 0, %s)",
            (ago, f"{ago} {words}".encode(), words),
        )
    publishing.expire(story.conn)
    kept = story.conn.execute("select current_date - day, question from kb_store.demand order by 1").fetchall()
    assert kept == [(10, None), (40, "windscreens")]


def test_a_day_has_a_limit(story: Story) -> None:
    """Whoever asks at random cannot fill the disk; the day after counts anew."""
    story.conn.execute(
        "insert into kb_store.demand select current_date, 'en', sha256(n::text::bytea), 1, 1, 0"
        " from generate_series(0, 10000) n"
    )
    story.conn.execute("select kb.note_demand('windscreens')")
    assert story.count("demand") == 10001
    story.conn.execute("update kb_store.demand set day = day - %s", (1,))
    story.conn.execute("select kb.note_demand('windscreens')")
    assert story.count("demand") == 10002


def test_a_replica_is_asked_like_any_other(story: Story, database: TestDatabase) -> None:
    """Where nothing can be written, the question is answered and not noted."""
    with Client(database.url("reader") + "&options=-c%20default_transaction_read_only%3Don") as kb:
        assert kb.search("windscreens").hits == []
    assert story.count("demand") == 0
