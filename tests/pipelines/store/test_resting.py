"""How long a source that does not answer is left alone by the clock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from psycopg.types.json import Jsonb

from pipelines.database import Connection
from pipelines.store import runs
from pipelines.store.resting import rests_until
from tests.story import Story


def look(db: Connection, state: str = "failed", **pages: int) -> None:
    """A sync that ended so, with that many pages of each kind."""
    Story(db)
    run = runs.begin_run(db, "shop")
    runs.note(db, run, pages=pages)
    runs.end_run(db, run, state)


def pause(db: Connection) -> timedelta | None:
    """How long after its last run the source rests."""
    rest = rests_until(db, "shop")
    if rest is None:
        return None
    row = db.execute("select max(finished_at) from kb_store.run").fetchone()
    assert row is not None
    return rest[0] - row[0]


@pytest.mark.hazard("N1")
def test_each_look_in_vain_doubles_the_pause_and_an_answer_ends_it(db: Connection) -> None:
    """Five minutes, ten, twenty …; a page that is answered again sets it back."""
    look(db, "published", requested=1, ok=1)
    assert pause(db) is None
    for minutes in (5, 10, 20):
        look(db, requested=3, failed=3)
        assert pause(db) == timedelta(minutes=minutes)
    look(db, "published", requested=1, not_modified=1)
    assert pause(db) is None


def test_the_pause_has_an_end(db: Connection) -> None:
    """A site that was away for a week is found the day it is back; a pause that is over is none."""
    for _ in range(12):
        look(db, "partial", requested=1, failed=1)
    assert pause(db) == timedelta(hours=6)
    db.execute(
        "update kb_store.run set finished_at = finished_at - interval '7 hours', pages = %s", (Jsonb({"failed": 1}),)
    )
    assert pause(db) is None


@pytest.mark.parametrize("pages", [{"requested": 9, "ok": 1, "failed": 8}, {}])
def test_half_an_answer_is_one_and_trouble_of_our_own_is_no_silence(db: Connection, pages: dict[str, int]) -> None:
    """Some pages in trouble leave the others worth reading; a run that asked nobody says nothing of the site."""
    look(db, **pages)
    assert pause(db) is None
