"""Stamping entries as verified, or ending them, writes nothing to a vector index, however many they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.database import Connection
from pipelines.records import Outcome
from tests.story import DIMENSIONS, Story, offer, stated

_ENTRIES = 1000
_LIST = "https://shop.test/list"
_END = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def story(db: Connection) -> Story:
    """A shop of many offers in service, their vectors under an HNSW index."""
    story = Story(db)
    drafts = [
        offer(f"https://shop.test/{number}", f"Offer number {number}.", stated(None, _END))
        for number in range(_ENTRIES)
    ]
    story.sync({_LIST: drafts})
    db.execute(
        "create index by_nearness on kb_store.served_vector"
        f" using hnsw ((vector::halfvec({DIMENSIONS})) halfvec_cosine_ops)".encode()
    )
    assert story.count("served_vector") == _ENTRIES
    return story


def test_stamping_writes_no_vector(story: Story) -> None:
    """Every entry is verified anew, and not a row of the vectors or of their index is touched."""
    rows, blocks = _vectors(story.conn), _index_blocks(story.conn)
    stamped = _verified(story.conn)
    story.sync({_LIST: Outcome.NOT_MODIFIED}, after=timedelta(seconds=1))
    assert _verified(story.conn) == stamped + timedelta(seconds=1)
    assert _vectors(story.conn) == rows
    assert _index_blocks(story.conn) == blocks


def test_ending_writes_no_vector_index(story: Story) -> None:
    """Every entry ends by the clock and leaves service; not a block of the index is so much as read."""
    blocks = _index_blocks(story.conn)
    story.conn.execute("select kb_store.sweep(%s)", (_END,))
    assert (story.count("served_entry"), story.count("served_vector")) == (0, 0)
    assert story.count("embedding") == _ENTRIES  # if they return they cost nothing
    assert _index_blocks(story.conn) == blocks


def test_a_new_text_does_write_the_index(story: Story) -> None:
    """What the two tests above count is counted."""
    blocks = _index_blocks(story.conn)
    story.sync({"https://shop.test/new": [offer("https://shop.test/new", "An offer nobody made before.")]})
    assert _index_blocks(story.conn) > blocks


def _verified(conn: Connection) -> datetime:
    """The one instant at which all served entries were verified."""
    ((stamp, others),) = conn.execute("select min(verified_at), max(verified_at) from kb_store.served_entry").fetchall()
    assert stamp == others
    assert isinstance(stamp, datetime)
    return stamp


def _vectors(conn: Connection) -> list[tuple[object, ...]]:
    """Where each row of the vectors lies and which transactions wrote it."""
    return conn.execute("select passage_id, ctid, xmin, xmax from kb_store.served_vector order by 1").fetchall()


def _index_blocks(conn: Connection) -> int:
    """How many blocks of the index were ever asked for."""
    conn.execute("select pg_stat_force_next_flush()")
    conn.execute("select pg_stat_clear_snapshot()")
    row = conn.execute(
        "select idx_blks_hit + idx_blks_read from pg_statio_user_indexes where indexrelname = 'by_nearness'"
    ).fetchone()
    assert row is not None
    return int(row[0])
