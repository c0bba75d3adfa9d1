"""docs/sql.md: every statement and program works as it stands there, and every function is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.database import Connection
from tests.postgres import TestDatabase
from tests.story import Story, offer

PAGE = (Path(__file__).parents[2] / "docs" / "sql.md").read_text(encoding="utf-8")


@pytest.fixture
def base(db: Connection) -> Story:
    """A base of one offer."""
    story = Story(db)
    story.sync({"https://shop.test/oil": [offer("https://shop.test/oil", "Engine oil change", category=("oil",))]})
    return story


def test_statements_and_programs_work(
    base: Story, as_reader: Connection, database: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a bot."""
    del base
    statements = re.findall(r"^```sql\n(.*?)^```", PAGE, re.S | re.M)
    assert statements
    for statement in statements:
        as_reader.execute(statement.encode())
    monkeypatch.setenv("BOT_URL", database.url("reader"))
    for program in re.findall(r"^```python\n(.*?)^```", PAGE, re.S | re.M):
        exec(compile(program, "docs/sql.md", "exec"), {})


def test_every_function_and_its_parameters_are_named(db: Connection) -> None:
    """What is added to the contract is told here."""
    rows = db.execute(
        "select proname, proargnames[1:pronargs] from pg_proc where pronamespace = 'kb'::regnamespace"
    ).fetchall()
    for name, parameters in rows:
        (told,) = re.findall(rf"`kb\.{name}\(([^)]*)\)", PAGE)[:1] or ("",)
        assert re.search(rf"`kb\.{name}\(", PAGE), name
        if not name.endswith("_as_of"):
            assert [word.split(" = ")[0] for word in told.split(", ") if word] == (parameters or []), name
