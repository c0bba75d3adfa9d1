"""A base copied into another database answers as the first, goes on counting, and arrives whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import psycopg
import pytest

from pipelines.database import Connection
from pipelines.postgres.checks import run_checks
from pipelines.postgres.copying import CopyError, copy_base
from pipelines.postgres.migrations import migrate
from pipelines.store import vector_index
from retrieval.keys import create_key, keys
from tests.postgres import TestDatabase
from tests.story import Story, offer, page, stated

OIL, OVER, FAQ = (f"https://shop.test/{name}" for name in ("oil", "over", "faq"))


@pytest.fixture
def target(empty_database: TestDatabase) -> Iterator[Connection]:
    """The owner's connection to another database, migrated and empty."""
    with psycopg.connect(empty_database.superuser_url(), autocommit=True) as administrator:
        administrator.execute("create extension vector")
    with empty_database.connect() as conn:
        migrate(conn)
        yield conn


@pytest.fixture
def story(db: Connection) -> Story:
    """A base with an offer, a text, one offer that ended since it was published, a decision and a key."""
    told = Story(db)
    ends = told.clock - timedelta(minutes=1)
    pages = {
        OIL: [offer(OIL, "Engine oil change with filter", category=("oil",), price=Decimal(99), currency="SAR")],
        OVER: [offer(OVER, "Weekend wash", window=stated(None, ends))],
        FAQ: [page(FAQ, "How long does an oil change take? Half an hour.", "We open at nine.")],
    }
    told.sync_at(pages, told.clock - timedelta(hours=1))
    create_key(db, "bot", ["read"], ["shop"])
    return told


def test_the_copy_answers_as_the_first(story: Story, target: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers, feed, keys, schema and indexes are equal, every check holds, and what ended since is not served."""
    monkeypatch.setattr(vector_index, "FEWEST", 2)
    vector_index.keep_vector_index(story.conn, story.model_id)
    counts = copy_base(story.conn, target)
    assert (counts["served_entry"], counts["api_key"]) == (3, 1)
    for question in (
        "select * from kb.offers()",
        "select * from kb.changes()",
        "select entry_id, chunk_id, body, score from kb.search('engine oil change')",
        "select source, last_verified, live from kb.freshness()",
        "select indexdef from pg_indexes where schemaname = 'kb_store' order by 1",
        "select conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated from pg_constraint"
        " where connamespace = 'kb_store'::regnamespace order by 1, 2",
    ):
        asked = question.encode()
        assert target.execute(asked).fetchall() == story.conn.execute(asked).fetchall()
    assert keys(target) == keys(story.conn)
    assert [url for (url,) in target.execute("select url from kb.offers()")] == [OIL]
    assert [check.name for check in run_checks(target) if not check.holds] == []


def test_the_copy_goes_on_where_the_first_stood(story: Story, target: Connection) -> None:
    """Numbers are never given twice: a sync there is the next run, a new offer the next entry."""
    copy_base(story.conn, target)
    there = Story(target, clock=story.clock)
    new = "https://shop.test/new"
    there.sync({OIL: [offer(OIL, "Engine oil change with filter")], new: [offer(new, "Battery check")]})
    row = target.execute("select max(run_id), max(entry_id) from kb_store.run, kb_store.entry").fetchone()
    assert row == (story.count("run") + 1, story.count("entry") + 1)
    assert new in there.served()


def test_a_base_with_anything_in_it_is_left_alone(story: Story, target: Connection) -> None:
    """Two bases are never mixed."""
    other = Story(target)
    other.sync({FAQ: [page(FAQ, "Another base.")]})
    with pytest.raises(CopyError, match="holds a base already"):
        copy_base(story.conn, target)
    assert other.count("entry") == 1


def test_a_copy_that_fails_leaves_an_empty_base(story: Story, target: Connection) -> None:
    """All or nothing: what arrived before is gone, keys and indexes stand, and the next attempt goes well."""
    target.execute("alter table kb_store.version add constraint never check (false)")
    with pytest.raises(CopyError, match="nothing was copied"):
        copy_base(story.conn, target)
    assert target.execute("select count(*) from kb_store.source").fetchone() == (0,)
    target.execute("alter table kb_store.version drop constraint never")
    assert copy_base(story.conn, target)["version"] == 3


def test_a_run_at_work_is_not_copied_half_done(story: Story, target: Connection) -> None:
    """The way out is said."""
    story.plan({OIL: [offer(OIL)]})
    with pytest.raises(CopyError, match="a run is at work"):
        copy_base(story.conn, target)
