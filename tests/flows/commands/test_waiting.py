"""What waits for another look is seen: a page not found once, in the run that missed it and in the status."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.database import Connection
from tests.flows.conftest import Run


@pytest.fixture
def docs(folder: Path) -> Path:
    """A folder of three documents, synced."""
    (folder / "docs").mkdir()
    for name in ("warranty", "towing", "hours"):
        (folder / "docs" / f"{name}.md").write_text(f"# {name}\n\nWhat is to say of {name}.\n", encoding="utf-8")
    (folder / "sources" / "docs.toml").write_text('kind = "files"\npaths = ["docs"]\n', encoding="utf-8")
    return folder / "docs"


def test_a_first_404_is_seen_to_wait_for_the_second(run: Run, docs: Path, db: Connection) -> None:
    """In `runs show` and `status` until a look an hour later agrees, or finds the page again."""
    run("sync")
    (docs / "towing.md").unlink()
    number = run("sync", "--json").document["runs"][0]["run"]
    assert "what it gave stays until it is missing at a look an hour or more after" in run("runs", "show", number).out
    assert "1 page was not found at the last look" in run("status").out
    assert run("status", "--json").document["sources"][0]["missing"] == 1
    assert run("search", "towing", "--json").document["hits"]

    db.execute("update kb_store.page set missing_since = missing_since - %s", (timedelta(hours=2),))
    number = run("sync", "--json").document["runs"][0]["run"]
    assert "what it gave stays" not in run("runs", "show", number).out
    assert run("status", "--json").document["sources"][0]["missing"] == 0
    titles = {hit["title"] for hit in run("search", "towing", "--json").document["hits"]}
    assert "towing" not in titles
