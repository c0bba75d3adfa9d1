"""Last week's dump is restored: what has ended since stays ended, and the next look makes up for the rest."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pytest

from pipelines.database import Connection
from pipelines.postgres import cluster as programs
from pipelines.records import Outcome
from pipelines.store import publishing
from tests.postgres import Cluster, TestDatabase
from tests.story import Story, Told, offer, page
from tests.torture.dump import canonical, difference

A, B, C, D, FAQ = (f"https://shop.test/{name}" for name in ("a", "b", "c", "d", "faq"))
_THEN: Mapping[str, Told] = {**{url: [offer(url)] for url in (A, B, C)}, FAQ: [page(FAQ, "Where do you stand?")]}
_NOW: Mapping[str, Told] = {
    **dict.fromkeys((B, FAQ), Outcome.NOT_MODIFIED),
    A: [offer(A, "Offer a with a filter")],
    C: Outcome.GONE,
    D: [offer(D)],
}


def _program(name: str, *arguments: str) -> None:
    subprocess.run([str(programs.program(name)), *arguments], check=True, capture_output=True, timeout=300)


def _end(conn: Connection, url: str, end: datetime) -> None:
    """Let that offer end at that instant, which is past by now, as if the days had gone by."""
    for table in ("version", "served_entry"):
        conn.execute(
            f"update kb_store.{table} set valid = tstzmultirange(tstzrange(null, %s))"
            " where entry_id = (select entry_id from kb_store.entry where key = %s)".encode(),
            (end, url),
        )


@pytest.mark.hazard("B7")
def test_b7_a_dump_of_last_week_brings_nothing_back(
    database: TestDatabase, migrated_cluster: Cluster, tmp_path: Path
) -> None:
    """Expired is not served for an instant, the next sync converges; restored a second time it does so again."""
    dump = str(tmp_path / "week.dump")
    with database.connect() as conn:
        story = Story(conn)
        story.sync(_THEN)
    _program("pg_dump", "--format=custom", f"--file={dump}", database.superuser_url())
    with database.connect() as conn:
        _end(conn, B, story.clock)
        Story(conn, clock=story.clock).sync(_NOW)
        publishing.expire(conn)
        wanted = canonical(conn)
    for _ in range(2):
        with migrated_cluster.database(template=None) as restored:
            _program("pg_restore", "--exit-on-error", f"--dbname={restored.superuser_url()}", dump)
            with restored.connect() as conn:
                _end(conn, B, story.clock)
                assert {url for (url,) in conn.execute("select url from kb.offers()")} == {A, C}
                again = Story(conn, clock=story.clock)
                assert again.sync(_NOW) == 2
                publishing.expire(conn)
                assert not difference(canonical(conn), wanted)
                assert ("activated", B) not in again.changes()
