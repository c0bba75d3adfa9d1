"""The change feed read from Python: whole, in order, and as it comes."""

from __future__ import annotations

from itertools import islice

import psycopg
import pytest

from pipelines.database import Connection, DatabaseError, connect_uri
from pipelines.records import Outcome
from retrieval import changes as feed
from tests.postgres import TestDatabase
from tests.story import Story, offer

URLS = [f"https://shop.test/{n}" for n in range(7)]


@pytest.fixture
def story(db: Connection) -> Story:
    """Seven offers, added."""
    told = Story(db)
    told.sync({url: [offer(url)] for url in URLS})
    return told


def test_all_of_it_comes_in_pages(story: Story, as_reader: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the feed: each change once, in order, from where one left off."""
    monkeypatch.setattr(feed, "_PAGE", 3)
    rows = list(feed.changes(as_reader))
    assert [row["url"] for row in rows] == URLS
    assert [row["url"] for row in feed.changes(as_reader, rows[4]["change_id"])] == URLS[5:]


def test_following_goes_on_where_the_feed_ends_and_survives_a_lost_connection(
    story: Story, database: TestDatabase
) -> None:
    """What is there, what comes, and what came while the connection was away: each once."""
    followed = feed.follow(lambda: connect_uri(database.url("reader"), autocommit=True, application="follower"))
    assert [row["url"] for row in islice(followed, 7)] == URLS
    story.sync({URLS[0]: [offer(URLS[0], "Another text")]})
    assert next(followed)["change"] == "changed"
    with psycopg.connect(database.superuser_url(), autocommit=True) as administrator:
        administrator.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = 'follower' and datname = current_database()"
        )
    story.sync({URLS[0]: Outcome.NOT_MODIFIED, URLS[1]: Outcome.GONE})
    last = next(followed)
    assert (last["change"], last["url"]) == ("withdrawn", URLS[1])
    followed.close()


def test_a_database_that_was_never_there_is_said_at_once() -> None:
    """Only what worked once is waited for."""
    with pytest.raises(DatabaseError, match="cannot be reached"):
        next(feed.follow(lambda: connect_uri("postgresql://nobody@/nothing?host=/nowhere", autocommit=True)))
