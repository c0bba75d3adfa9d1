"""`freshet db check`: what is wrong, how to mend it, and the mending."""

from __future__ import annotations

from pathlib import Path

from pipelines.database import Connection
from tests.flows.conftest import Run


def test_what_is_found_names_what_mends_it_and_that_does(folder: Path, run: Run, db: Connection) -> None:
    """Served rows and every vector are gone: exit 1 and the command; that embeds what is missing, and all holds."""
    (folder / "docs").mkdir()
    (folder / "docs" / "hours.md").write_text("# Hours\n\nThe workshop opens at nine.\n", encoding="utf-8")
    (folder / "sources" / "docs.toml").write_text('kind = "files"\npaths = ["docs"]\n', encoding="utf-8")
    assert run("sync").code == 0
    assert run("db", "check").code == 0
    db.execute("delete from kb_store.served_entry")
    db.execute("delete from kb_store.served_vector")
    db.execute("delete from kb_store.embedding")
    found = run("db", "check")
    assert found.code == 1
    assert "FAIL  believed_is_served" in found.out
    assert "to mend it: freshet db check --repair" in found.out
    told = {check["name"]: check for check in run("db", "check", "--json").document["checks"]}
    assert (told["believed_is_served"]["holds"], told["believed_is_served"]["repair"]) == (
        False, "freshet db check --repair",
    )  # fmt: skip
    assert run("db", "check", "--repair").code == 0
    (hit,) = run("search", "workshop opens", "--json").document["hits"]
    assert hit["url"] == "file:docs/hours.md"
    assert hit["vector_score"] is not None
