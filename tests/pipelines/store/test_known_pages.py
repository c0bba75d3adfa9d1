"""What the next crawl is told of the pages of a source."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipelines.database import Connection
from pipelines.store import runs
from pipelines.store.captures import known_pages
from tests.story import Story, offer

A, B = "https://shop.test/a", "https://shop.test/b"
DAY = timedelta(days=1)


def test_a_run_that_failed_leaves_no_hash_behind(db: Connection) -> None:
    """What was fetched counts as known once what it says is published: the look after it asks for the page whole."""
    story = Story(db)
    story.sync({A: [offer(A)]})
    before = list(known_pages(db, "shop"))
    run = story.plan({A: [offer(A, "Changed text")], B: [offer(B)]})
    runs.end_run(db, run, "failed")
    assert list(known_pages(db, "shop")) == before


@pytest.mark.hazard("H9")
@pytest.mark.parametrize(
    ("first_seen", "verified", "validated"),
    [(3, 1, True), (8, 6, False), (8, 0.5, True), (30, 1, True), (30, 3, False), (30, 10, False)],
)
def test_validators_are_left_out_once_a_week(
    db: Connection, first_seen: float, verified: float, validated: bool
) -> None:
    """Each week from first sight, by the database's clock; the hash stays, so that equal bytes cost no reading."""
    Story(db).sync({A: [offer(A)]})
    db.execute(
        "update kb_store.page set etag = '1', last_modified = 'then', first_seen = clock_timestamp() - %s,"
        " last_verified = clock_timestamp() - %s",
        (first_seen * DAY, verified * DAY),
    )
    (known,) = known_pages(db, "shop")
    assert known.body_sha256 is not None
    assert (known.etag, known.last_modified) == (("1", "then") if validated else (None, None))
