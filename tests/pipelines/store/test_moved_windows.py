"""A window that is extended, shortened or moved: what was believed when has no gap and no overlap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.database import Connection
from tests.story import Story, offer, page, stated

URL, OTHER = "https://shop.test/a", "https://shop.test/other"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
_DAY = timedelta(days=1)

# first window, when the second was told, second window, the word of the feed; in days from the first telling
MOVES = {
    "extended before its end": ((None, 10), 5, (None, 20), "extended"),
    "extended after its end": ((None, 2), 5, (None, 9), "extended"),
    "shortened": ((None, 10), 5, (None, 6), "shortened"),
    "shortened to the past": ((None, 10), 5, (None, 4), "expired"),
    "start moved to the future": ((-1, 10), 5, (7, 12), "extended"),
}


def _at(days: float | None) -> datetime | None:
    return None if days is None else NOON + days * _DAY


@pytest.mark.hazard("T7")
@pytest.mark.parametrize("move", MOVES)
def test_t7_a_window_that_moves_leaves_no_gap_and_no_overlap(db: Connection, move: str) -> None:
    """Two versions, the second believed from the very instant at which the first no longer is; each its own window."""
    first, told, second, word = MOVES[move]
    story = Story(db, clock=NOON)
    at = NOON + told * _DAY
    for instant, (starts, ends) in ((NOON, first), (at, second)):
        window = stated(_at(starts), _at(ends))
        story.sync_at({URL: [offer(URL, "Oil change", window)], OTHER: [page(OTHER, "Our branches")]}, instant)
    rows = db.execute(
        "select lower(recorded), upper(recorded)"
        " from kb_store.version v join kb_store.entry e using (entry_id) where e.key = %s order by version_id",
        (URL,),
    ).fetchall()
    assert rows == [(NOON, at), (at, None)]
    for hours in range(24 * 13):
        instant = NOON + timedelta(hours=hours)
        starts, ends = first if instant < at else second
        meant = (starts is None or instant >= NOON + starts * _DAY) and instant < NOON + ends * _DAY
        assert _believed(db, instant) == [meant], instant
    assert word in [change for change, url in story.changes() if url == URL]


def _believed(db: Connection, instant: datetime) -> list[bool]:
    """Of each version believed at that instant, whether by it the offer was true then."""
    rows = db.execute(
        "select v.valid @> %(at)s from kb_store.version v join kb_store.entry e using (entry_id)"
        " where e.key = %(key)s and v.recorded @> %(at)s",
        {"at": instant, "key": URL},
    )
    return [true for (true,) in rows]
