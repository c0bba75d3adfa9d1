"""Two versions of Freshet on one database (HAZARDS K4): what fits goes on, what does not is refused by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from numpy import float32
from numpy.typing import NDArray

from flows.texts import Texts
from pipelines.database import Connection
from tests.flows.conftest import Run

pytestmark = pytest.mark.hazard("K4")


@pytest.fixture
def docs(folder: Path) -> Path:
    """A document of the project; its file."""
    (folder / "docs").mkdir()
    (folder / "sources" / "docs.toml").write_text('kind = "files"\npaths = ["docs"]\n', encoding="utf-8")
    file = folder / "docs" / "hours.md"
    file.write_text("# Hours\n\nOpen from nine to nine.\n", encoding="utf-8")
    return file


@pytest.mark.usefixtures("docs")
def test_k4_a_worker_older_than_the_database_says_so_and_touches_nothing(run: Run, db: Connection) -> None:
    """It names the version it would need; the newer database stays as it is."""
    db.execute("insert into kb_store.migration (name, sha256) values ('9999_of_tomorrow', repeat('0', 64))")
    db.execute("update kb_store.deployment set schema_sha256 = sha256('tomorrow')")
    for command in (("sync",), ("status",), ("db", "migrate")):
        refused = run(*command)
        assert refused.code == 1
        assert "9999_of_tomorrow" in refused.err
        assert "Install the newer Freshet" in refused.err
    assert db.execute("select count(*) from kb_store.run").fetchone() == (0,)


@pytest.mark.usefixtures("docs")
def test_k4_a_worker_newer_than_the_database_asks_for_a_migration(run: Run, db: Connection) -> None:
    """Functions of an older release on a server of your own are replaced when a person says so, and then it works."""
    db.execute("update kb_store.deployment set schema_sha256 = sha256('yesterday')")
    refused = run("sync")
    assert refused.code == 1
    assert "freshet db migrate" in refused.err
    assert run("db", "migrate").code == 0
    assert run("sync").code == 0


def test_k4_a_migration_in_mid_run_keeps_the_run_from_publishing(
    run: Run, docs: Path, db: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it planned was planned for another schema: it fails in a sentence, and the next embeds nothing again."""
    assert run("sync").code == 0
    docs.write_text("# Hours\n\nOpen from eight to ten.\n", encoding="utf-8")
    real = Texts.encode

    def encode(self: Texts, texts: Sequence[str]) -> NDArray[float32]:
        db.execute("update kb_store.deployment set schema_sha256 = sha256('another')")
        return real(self, texts)

    with monkeypatch.context() as patched:
        patched.setattr(Texts, "encode", encode)
        ran = run("sync", "--json")
    (told,) = ran.document["runs"]
    assert (ran.code, told["state"]) == (1, "failed")
    assert "another version of Freshet" in told["problems"][0]["message"]
    assert "nine to nine" in _body(db)
    assert run("db", "migrate").code == 0
    again = run("sync", "--json")
    assert (again.code, again.document["runs"][0]["chunks"]["embedded"]) == (0, 0)
    assert "eight to ten" in _body(db)


def _body(db: Connection) -> str:
    (row,) = db.execute("select body from kb.search('open hours')").fetchall()
    return str(row[0])
