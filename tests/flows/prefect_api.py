"""A real Prefect server for tests, with what this very process needs to speak to it."""

from __future__ import annotations

import atexit
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

import pytest
from prefect.settings import temporary_settings

from flows.prefect_server import OwnServer, prefect_api
from pipelines.settings import load_project

__all__ = ["furnish", "limit_to", "running_prefect"]


@contextmanager
def running_prefect(directory: Path, *, furnished: bool = True) -> Iterator[OwnServer]:
    """The own server of a project made in `directory`; this process's Prefect, imported long ago, is told of it."""
    (directory / "sources").mkdir(parents=True)
    if furnished:
        furnish(directory)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PREFECT_API_URL", raising=False)
        with prefect_api(load_project(directory), light=True) as server:
            assert server is not None
            server.wait_until_healthy()
            told = server.client_environment()
            with temporary_settings(
                {
                    "api.url": told["PREFECT_API_URL"],
                    "api.auth_string": told["PREFECT_API_AUTH_STRING"],
                    "home": server.home,
                    "logging.to_api.enabled": True,  # so that what a log may leak is looked for, too
                    "flows.heartbeat_frequency": None,
                }
            ):
                yield server


def furnish(directory: Path) -> None:
    """Give the project Prefect's database in its newest form: making one takes as long as all else."""
    home = directory / ".freshet" / "prefect"
    home.mkdir(parents=True, mode=0o700)
    shutil.copy(_database(), home / "prefect.db")


@cache
def _database() -> Path:
    """Prefect's database, made once a test process by a server's first start."""
    root = Path(tempfile.mkdtemp(prefix="freshet-test-"))
    with running_prefect(root / "project", furnished=False) as server:
        made = server.home / "prefect.db"
    kept = root / "prefect.db"
    with closing(sqlite3.connect(made)) as source, closing(sqlite3.connect(kept)) as target:
        source.backup(target)  # with what its log has not yet merged
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    return kept


def limit_to(source: Path, *paths: str) -> None:
    """Have a source look at those pages of its site and at nothing else: every further offer costs its embedding."""
    text = source.read_text(encoding="utf-8")
    found = re.search(r"http://127\.0\.0\.1:\d+", text)
    assert found is not None
    starts = ", ".join(f'"{found[0]}{path}"' for path in paths)
    text = re.sub(r"^kind = .*$", 'kind = "urls"', text, flags=re.MULTILINE)
    text = re.sub(r"^allow = .*$", "", text, flags=re.MULTILINE)
    source.write_text(re.sub(r"^start_urls = .*$", f"start_urls = [{starts}]", text, flags=re.MULTILINE))
