"""Checks say what holds, and name what does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.database import Connection, DatabaseError
from pipelines.postgres.checks import run_checks
from pipelines.postgres.migrations import SCHEMA


def test_a_freshly_migrated_database_passes_every_check(db: Connection) -> None:
    """All invariants hold before anything is written, and each says what it means."""
    results = run_checks(db)
    assert {"documented", "pinned_search_path"} <= {result.name for result in results}
    assert [(result.name, result.offending) for result in results if not result.holds] == []
    assert all(result.meaning and result.repair for result in results)


def test_a_check_begins_with_what_must_hold_and_what_mends_it() -> None:
    """Two lines of comment, whoever adds one; «freshet db check» quotes both."""
    for file in (SCHEMA / "checks").glob("*.sql"):
        meaning, way_out, *_ = file.read_text(encoding="utf-8").split("\n")
        assert meaning.startswith("-- "), file
        assert way_out.startswith("-- Repair: "), file


def test_what_breaks_an_invariant_is_named(db: Connection) -> None:
    """A table without a comment and a function that looks names up anywhere are found, each by its own check."""
    db.execute("set role kb_owner")
    db.execute("create table kb_store.unsaid (word text)")
    db.execute("create function kb_store.loose() returns int language sql security definer as 'select 1'")
    found = {result.name: result for result in run_checks(db) if not result.holds}
    assert set(found) == {"documented", "pinned_search_path"}
    assert {"missing": "column kb_store.unsaid.word"} in found["documented"].offending
    assert found["pinned_search_path"].offending == ({"function": "kb_store.loose()", "found": "no search_path set"},)


@pytest.mark.parametrize(
    ("path", "safe"),
    [
        ("pg_catalog, kb_store, pg_temp", True),
        ("pg_catalog, pg_temp", True),
        ("kb_store, pg_catalog, pg_temp", False),
        ("pg_catalog, kb_store", False),
        ("pg_catalog, pg_temp, kb_store", False),
    ],
)
def test_a_search_path_begins_with_the_catalog_and_ends_with_temp(db: Connection, path: str, safe: bool) -> None:
    """Left unsaid, pg_temp is searched first: it must be named, and last."""
    db.execute("set role kb_owner")
    db.execute(
        "create function kb_store.pinned() returns int language sql security definer "
        f"set search_path = {path} as 'select 1'"
    )
    found = {result.name: result.holds for result in run_checks(db)}
    assert found["pinned_search_path"] is safe


def test_a_check_shows_the_first_rows_counts_all_and_changes_nothing(db: Connection, tmp_path: Path) -> None:
    """Thousands of broken rows do not flood a terminal, and a check cannot write."""
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "many.sql").write_text(
        "-- None of these\n-- Repair: count less\nselect n from generate_series(1, 1000) as n;"
    )
    (result,) = run_checks(db, schema=tmp_path)
    assert (result.meaning, result.count, len(result.offending), result.holds) == ("None of these", 1000, 20, False)
    assert result.repair == "count less"
    (tmp_path / "checks" / "many.sql").write_text("-- Writes\n-- Repair: none\ncreate table kb_store.made (n int);")
    with pytest.raises(DatabaseError, match="check many could not run: cannot execute CREATE TABLE"):
        run_checks(db, schema=tmp_path)
