"""`freshet db copy`: from a project's database to another; then the project is served from there."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from tests.flows.conftest import Run
from tests.postgres import Cluster


@pytest.mark.usefixtures("few_offers")
def test_a_project_moves_to_another_database(
    run: Run, cluster: Cluster, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One command; then DATABASE_URL names the other, and every answer is the same. A second copy is refused."""
    assert run("sync").code == 0
    questions = [("offers", "--json"), ("search", "towing in the city", "--json"), ("changes", "--json")]
    before = [run(*question).document for question in questions]
    with cluster.database(template=None) as other:
        with psycopg.connect(other.superuser_url(), autocommit=True) as administrator:
            administrator.execute("create extension vector")
        copied = run("db", "copy", other.url(), "--json")
        assert (copied.code, copied.document["tables"]["source"]) == (0, 1), copied.err
        again = run("db", "copy", other.url())
        assert (again.code, "holds a base already" in again.err) == (1, True)
        monkeypatch.setenv("DATABASE_URL", other.url())
        assert [run(*question).document for question in questions] == before
        assert run("db", "check").code == 0
        synced = run("sync", "--json").document["runs"][0]
        assert (synced["state"], synced["entries"]["added"], synced["chunks"]["embedded"]) == ("published", 0, 0)


def test_an_address_that_leads_nowhere_is_told_without_its_password(run: Run, folder: Path) -> None:
    """The password of the target is never shown."""
    ran = run("db", "copy", "postgresql://freshet:canary-4711@127.0.0.1:1/freshet")
    assert (ran.code, "canary" in ran.out + ran.err, "cannot be reached" in ran.err) == (1, False, True)
