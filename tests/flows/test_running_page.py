"""docs/running.md: its commands work as they stand there, in the order they stand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from pipelines.postgres.cluster import program
from tests.postgres import Cluster, TestDatabase

_PAGE = (Path(__file__).parents[2] / "docs" / "running.md").read_text(encoding="utf-8")


@pytest.mark.usefixtures("few_offers")
def test_the_commands_of_the_page_work(cluster: Cluster, database: TestDatabase, tmp_path: Path) -> None:
    """Upgraded, saved, synced, and copied into a database that an administrator made."""
    commands = [line for block in re.findall(r"^```sh\n(.*?)^```", _PAGE, re.S | re.M) for line in block.splitlines()]
    assert any(line.startswith("pg_dump ") for line in commands)
    with cluster.database(template=None) as other:
        with psycopg.connect(other.superuser_url(), autocommit=True) as administrator:
            administrator.execute("create extension vector")
        path = os.pathsep.join((str(program("pg_dump").parent), str(Path(sys.executable).parent), os.environ["PATH"]))
        environment = {**os.environ, "PATH": path, "NEW_URL": other.url()}
        for command in commands:
            done = subprocess.run(
                ["bash", "-c", command], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        with other.connect("reader") as conn:
            there = conn.execute("select url, title, price from kb.offers()").fetchall()
        with database.connect("reader") as conn:
            assert conn.execute("select url, title, price from kb.offers()").fetchall() == there
            assert there
