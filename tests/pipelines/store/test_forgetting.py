"""The retention: what is closed is kept that long, then forgotten; what is believed stays, however old."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipelines.database import Connection
from pipelines.postgres.checks import run_checks
from pipelines.records import FreshetError, Outcome
from pipelines.store import deciding, forgetting
from tests.postgres import TestDatabase
from tests.story import Story, offer

A, B, C = (f"https://shop.test/{name}" for name in "abc")
HOUR = timedelta(hours=1)
YEAR = timedelta(days=365)
_GROWING = ("version", "chunk", "passage", "embedding", "change", "reading", "body", "page_before", "attempt")


@pytest.fixture
def story(db: Connection) -> Story:
    """One offer that never changed, one that changed twice, one that is gone: four runs."""
    told = Story(db)
    told.sync({A: [offer(A)], B: [offer(B)], C: [offer(C)]})
    told.sync({A: Outcome.NOT_MODIFIED, B: [offer(B, "Second text")], C: Outcome.GONE}, after=HOUR)
    told.sync({A: Outcome.NOT_MODIFIED, B: [offer(B, "Third text")]}, after=HOUR)
    told.sync({A: Outcome.NOT_MODIFIED, B: Outcome.NOT_MODIFIED}, after=HOUR)
    return told


def _age(story: Story, runs: int, by: timedelta) -> None:
    """Let the first so many runs have ended so long ago."""
    story.conn.execute(
        "update kb_store.run set started_at = started_at - %(by)s, finished_at = finished_at - %(by)s"
        " where run_id <= %(runs)s",
        {"by": by, "runs": runs},
    )


def _sizes(story: Story) -> dict[str, int]:
    return {table: story.count(table) for table in _GROWING}


def _none(_: object) -> int:
    return 0


def test_within_the_retention_nothing_is_deleted(story: Story) -> None:
    """Not a row, and every run can be undone."""
    before = _sizes(story)
    _age(story, 4, YEAR)
    assert forgetting.forget(story.conn, 2 * YEAR) == 0
    assert _sizes(story) == before
    deciding.rollback(story.conn, 2, _none)
    assert set(story.served()) == {A, B, C}


def test_what_was_closed_before_the_retention_is_forgotten_and_no_more(story: Story) -> None:
    """Run 2 closed two versions: they go with their texts, vectors and captures; what run 3 closed stays."""
    served = story.served()
    _age(story, 2, 3 * YEAR)
    assert forgetting.forget(story.conn, 2 * YEAR) == 2
    left = story.conn.execute("select title from kb_store.version order by version_id").fetchall()
    assert left == [("Offer a",), ("Second text",), ("Third text",)]
    assert story.conn.execute("select content from kb_store.passage where content like '%Offer c%'").fetchall() == []
    assert story.count("embedding") == story.count("passage") == 3
    assert story.served() == served
    assert [result.name for result in run_checks(story.conn) if not result.holds] == []
    assert forgetting.forget(story.conn, 2 * YEAR) == 0


def test_looks_older_than_the_retention_are_forgotten_but_the_last(story: Story) -> None:
    """What was known when the retention begins is still known; what is forgotten itself has no looks either."""
    _age(story, 2, 3 * YEAR)
    entries = story.conn.execute("select e.entry_id from kb_store.entry e order by e.key").fetchall()
    (a,), (b,), (c,) = entries
    story.conn.execute("delete from kb_store.verification")
    looks = [(entry, days) for entry in (a, b, c) for days in (1000, 900, 800, 700)]
    for entry, days in looks:
        at = story.clock - timedelta(days=days)
        story.conn.execute("insert into kb_store.verification values (%s, %s, %s)", (entry, at, at))
    forgetting.forget(story.conn, 2 * YEAR)
    asked = "select entry_id, extract(day from %s - known_at)::int from kb_store.verification order by 1, 2 desc"
    assert story.conn.execute(asked, (story.clock,)).fetchall() == [
        (a, 800), (a, 700), (b, 800), (b, 700), (c, 700)
    ]  # fmt: skip


def test_what_is_believed_is_never_forgotten(story: Story) -> None:
    """Its version, captures and reading stay for as long as it is believed; the next look still knows its page."""
    _age(story, 4, 9 * YEAR)
    assert forgetting.forget(story.conn, 2 * YEAR) == 3
    assert story.served() == {A: "Offer a", B: "Third text"}
    assert story.sync({A: Outcome.NOT_MODIFIED, B: Outcome.NOT_MODIFIED}, after=HOUR) == 0
    assert story.sync({A: [offer(A)], B: [offer(B, "Fourth text")]}, after=HOUR) == 1
    assert story.served() == {A: "Offer a", B: "Fourth text"}
    assert [result.name for result in run_checks(story.conn) if not result.holds] == []


def test_a_run_older_than_the_retention_is_not_undone_and_a_later_one_is(story: Story) -> None:
    """What was believed before it is partly gone: restoring the rest would withdraw what is true."""
    _age(story, 2, 3 * YEAR)
    forgetting.forget(story.conn, 2 * YEAR)
    with pytest.raises(FreshetError, match="older than"):
        deciding.rollback(story.conn, 2, _none)
    deciding.rollback(story.conn, 3, _none)
    assert story.served() == {A: "Offer a", B: "Second text"}


def test_a_writer_may_forget_by_this_word_alone(story: Story, database: TestDatabase) -> None:
    """The sweep runs as kb_writer, which may delete none of these rows itself."""
    _age(story, 2, 3 * YEAR)
    with database.connect("writer") as conn:
        assert forgetting.forget(conn, 2 * YEAR) == 2
