"""What a machine may lack: a home, files, a place to write, room for logs (P6)."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.database import Connection
from tests.mutants.mutant import ROOT
from tests.postgres import TestDatabase

_COMMAND = [sys.executable, "-m", "flows.cli", "sync", "--json"]


@pytest.fixture
def docs(folder: Path) -> Path:
    """A project of one file; its folder."""
    (folder / "docs").mkdir()
    (folder / "docs" / "hours.md").write_text("# Hours\n\nOpen from nine to six.\n", encoding="utf-8")
    (folder / "sources" / "docs.toml").write_text('kind = "files"\npaths = ["docs"]\n', encoding="utf-8")
    return folder


def _sync(folder: Path, database: TestDatabase, *, files: int = 0, log: str = "") -> subprocess.CompletedProcess[str]:
    """A sync in a process of its own that has no home, and so many files it may open."""
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATABASE_URL": database.url(),
        "FRESHET_PROJECT": str(folder), "FRESHET_EMBEDDING__BACKEND": "onnx",
    }  # fmt: skip

    def limited() -> None:
        if files:
            resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

    with open(log or os.devnull, "w") as full:
        return subprocess.run(
            _COMMAND, env=environment, cwd=folder, text=True, stdout=subprocess.PIPE,
            stderr=full if log else subprocess.PIPE, preexec_fn=limited, check=False, timeout=300,
        )  # fmt: skip


@pytest.mark.hazard("P6")
@pytest.mark.parametrize(("files", "log"), [(0, ""), (64, ""), (0, "/dev/full")], ids=["no home", "64 files", "no log"])
def test_p6_what_is_missing_is_no_obstacle(
    docs: Path, database: TestDatabase, db: Connection, files: int, log: str
) -> None:
    """Without a home, with 64 files, with a log that nobody can write: the sync is done and says so."""
    ran = _sync(docs, database, files=files, log=log)
    assert ran.returncode == 0, ran.stderr
    assert [run["state"] for run in json.loads(ran.stdout)["runs"]] == ["published"]
    assert "Traceback" not in (ran.stderr or "")
    assert db.execute("select count(*) from kb.search('open nine')").fetchone() == (1,)


@pytest.mark.hazard("P6")
def test_p6_a_place_that_cannot_be_written_is_named(docs: Path, database: TestDatabase, db: Connection) -> None:
    """Exit 1, the path in the message, no traceback; what was served is served, and with the place back all is done."""
    assert _sync(docs, database).returncode == 0
    (docs / "docs" / "more.md").write_text("# Towing\n\nWe tow at any hour of the night.\n", encoding="utf-8")
    place = docs / ".freshet" / "runs"
    for left in place.glob("*"):
        left.rmdir()
    place.rmdir()
    place.write_text("in the way")
    ran = _sync(docs, database)
    assert ran.returncode == 1
    assert str(place) in ran.stdout
    assert "Traceback" not in ran.stderr
    assert db.execute("select count(*) from kb.search('open nine')").fetchone() == (1,)
    place.unlink()
    assert _sync(docs, database).returncode == 0
    assert db.execute("select count(*) from kb.search('tow night')").fetchone() == (1,)
