"""A base most of whose offers are over, and which lost its indexes: whoever asks for five gets five."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pgvector import Vector

from pipelines.database import Connection
from pipelines.store import publishing
from tests.postgres import TestDatabase
from tests.story import Story, offer, stated

_LIVE = 8
_ALL = 160


@pytest.fixture
def base(db: Connection) -> Story:
    """A hundred and sixty offers much alike, of which eight are not over; no sweep came since."""
    story = Story(db)
    then = story.clock - timedelta(days=10)
    over, live = (stated(None, story.clock + timedelta(days=days)) for days in (-5, 30))
    windows = {_url(n): over if n % (_ALL // _LIVE) else live for n in range(_ALL)}
    story.sync_at(
        {url: [offer(url, f"Oil change number {url[18:]} at a branch", window)] for url, window in windows.items()},
        then,
    )
    return story


def _url(number: int) -> str:
    return f"https://shop.test/{number}"


def _asked(story: Story, most: int, bot: Connection | None = None) -> list[int]:
    """How many hits there are by words alone and with a vector."""
    question = "oil change at a branch"
    vector = Vector(story.encoder.vector(question))
    return [
        len((bot or story.conn).execute("select url from kb.search(%s, %s, %s)", (question, given, most)).fetchall())
        for given in (None, vector)
    ]


@pytest.mark.hazard("B6")
def test_b6_five_of_the_live_are_found_among_many_that_are_over(base: Story, database: TestDatabase) -> None:
    """Before any sweep, after it, after a vacuum, and without the vectors' indexes: as many as there are."""
    conn = base.conn
    assert _asked(base, 5) == [5, 5]
    assert _asked(base, 50) == [_LIVE, _LIVE]
    publishing.expire(conn)
    assert _asked(base, 50) == [_LIVE, _LIVE]
    conn.execute("vacuum analyze kb_store.served_vector")
    assert _asked(base, 5) == [5, 5]
    rows = conn.execute(
        "select c.oid::regclass::text from pg_index i join pg_class c on c.oid = i.indexrelid"
        " where i.indrelid = 'kb_store.served_vector'::regclass and not i.indisprimary"
    ).fetchall()
    for (index,) in rows:
        conn.execute(f"drop index {index}".encode())
    with database.connect("reader") as bot:
        assert _asked(base, 5, bot) == [5, 5]
        assert _asked(base, 50, bot) == [_LIVE, _LIVE]
