"""What a login that syncs cannot do, whatever its code is made to say: unmake history, or what was deployed."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql

from tests.postgres import TestDatabase
from tests.story import Story, offer

A = "https://shop.test/a"
_KEPT = (
    "source", "run", "page", "reading", "body", "passage", "entry", "version", "version_variant", "chunk", "change",
    "withdrawal", "page_before", "draft_before", "migration", "deployment", "source_grant", "api_key",
)  # fmt: skip


@pytest.mark.parametrize("table", _KEPT)
def test_a_writer_deletes_no_history(database: TestDatabase, table: str) -> None:
    """Versions, runs, captures and a person's word are closed or kept; only retention, asked for by name, ends them."""
    with database.connect("writer") as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute(sql.SQL("delete from kb_store.{}").format(sql.Identifier(table)))


@pytest.mark.parametrize("table", ["migration", "deployment", "source_grant", "api_key"])
def test_a_writer_does_not_say_what_was_deployed_or_granted(database: TestDatabase, table: str) -> None:
    """Else another version might take the schema for its own, or it could see what it was not granted."""
    with database.connect("writer") as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute(sql.SQL("insert into kb_store.{} default values").format(sql.Identifier(table)))


def test_a_writer_syncs(database: TestDatabase) -> None:
    """What is left to it is enough for all that a sync does."""
    with database.connect("writer") as conn:
        story = Story(conn)
        story.sync({A: [offer(A)]})
        story.sync({A: [offer(A, "Changed text")]})
        assert story.served() == {A: "Changed text"}
