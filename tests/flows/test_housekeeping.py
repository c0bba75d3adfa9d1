"""What is done for the answers after a sync: done without being asked, and no harm when it fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.database import Connection
from pipelines.records import FreshetError
from pipelines.store import query_tables
from tests.flows.conftest import Run
from tests.pipelines.vectors.tiny_models import tiny_model


@pytest.fixture
def project(folder: Path) -> Path:
    """A project of two documents, with a small model of its own."""
    tiny_model(folder / "tiny", positions=264)
    (folder / "freshet.toml").write_text('[embedding]\nmodel = "tiny"\n', encoding="utf-8")
    (folder / "docs").mkdir()
    for name, text in {"hours": "We open at nine.", "oil": "An oil change takes half an hour."}.items():
        (folder / "docs" / f"{name}.md").write_text(f"# About {name}\n\n{text}\n", encoding="utf-8")
    (folder / "sources" / "docs.toml").write_text('kind = "files"\npaths = ["docs"]\n', encoding="utf-8")
    return folder


def _degraded(db: Connection) -> bool:
    """What the first hit of a query without an embedding says."""
    row = db.execute("select degraded from kb.search('oil change')").fetchone()
    assert row is not None
    return bool(row[0])


def test_a_sync_makes_the_database_embed_queries_itself(run: Run, project: Path, db: Connection) -> None:
    """A bot that speaks SQL alone is answered by words and vectors; a sync that only looks fits nothing."""
    assert run("sync", "--dry-run").code == 0
    assert db.execute("select * from kb_store.query_table").fetchone() is None
    assert run("sync").code == 0
    assert not _degraded(db)


@pytest.mark.parametrize("error", [FreshetError("no memory for the fit"), MemoryError("no memory for the fit")])
def test_a_fit_that_fails_fails_no_sync(
    run: Run,
    project: Path,
    db: Connection,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    """It is said with the way out, queries go on by their words, and the next sync mends it."""

    def fail(*arguments: object) -> int:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(query_tables, "fit_query_table", fail)
        ran = run("sync")
    assert ran.code == 0
    assert "no memory for the fit" in caplog.text
    assert "freshet reindex" in caplog.text
    assert _degraded(db)
    assert run("status", "--json").document["due"] == ["query_table"]
    assert "the table by which the database embeds their questions is missing" in run("status").out
    assert run("sync").code == 0
    assert not _degraded(db)
    assert run("status", "--json").document["due"] == []


def test_status_tells_that_answers_are_judged_by_an_older_base(run: Run, project: Path, db: Connection) -> None:
    """With the way out; a base without a model, and one too small to be calibrated, has nothing due."""
    assert run("status", "--json").document["due"] == []
    assert run("sync").code == 0
    assert run("status", "--json").document["due"] == []
    db.execute("update kb_store.lexical_statistic set passages = 60")
    assert run("status", "--json").document["due"] == ["calibration"]
    assert "freshet reindex" in run("status").out


def test_reindexing_fits_anew(run: Run, project: Path, db: Connection) -> None:
    """Whether it is due or not."""
    assert run("sync").code == 0
    before = db.execute("select fitted_at from kb_store.query_table").fetchone()
    assert run("sync").code == 0
    assert db.execute("select fitted_at from kb_store.query_table").fetchone() == before
    assert run("reindex").code == 0
    assert db.execute("select fitted_at from kb_store.query_table").fetchone() != before
