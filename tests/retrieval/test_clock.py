"""Until when something is served: by the database's clock, read on entry of the call, the same in every session."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import LiteralString
from zoneinfo import ZoneInfo

import pytest

from pipelines.database import Connection
from pipelines.records import Window
from pipelines.store import publishing
from tests.postgres import TestDatabase
from tests.story import Story, offer, page, stated

OFFER, FAQ = "https://shop.test/offer", "https://shop.test/faq"
RIYADH = ZoneInfo("Asia/Riyadh")
ZONES = ("UTC", "Asia/Riyadh", "America/New_York")
MILLISECOND, HOUR, DAY = timedelta(milliseconds=1), timedelta(hours=1), timedelta(days=1)

# What every answer rests on, asked of the served rows at an instant.
_LIVE = """
select v.url
from kb_store.served_entry s
join kb_store.version v using (version_id)
where kb_store.is_live(s.valid, s.ttl, s.verified_at, %s)
"""


def live(conn: Connection, at: datetime) -> set[str]:
    """What is live at that instant by the predicate of all answers."""
    return {url for (url,) in conn.execute(_LIVE, (at,)).fetchall()}


# ---------------------------------------------------------------- the predicate, at any instant


@pytest.mark.hazard("T4")
@pytest.mark.parametrize("zone", ZONES)
def test_the_last_day_ends_at_midnight_in_riyadh_in_every_session(
    db: Connection, database: TestDatabase, zone: str
) -> None:
    """Served at 20:59:59.999Z, not at 21:00:00Z, also inside a transaction opened an hour before its end."""
    end = datetime.now(RIYADH).replace(hour=0, minute=0, second=0, microsecond=0) + 2 * DAY
    assert end.astimezone(UTC).hour == 21
    Story(db).sync({OFFER: [offer(OFFER, window=stated(None, end))]})
    with database.connect(autocommit=False) as conn:
        conn.execute("select set_config('timezone', %s, false)", (zone,))
        assert live(conn, end - HOUR) == {OFFER}  # the transaction is open from here on
        assert live(conn, end.astimezone(UTC) - MILLISECOND) == {OFFER}
        assert live(conn, end.astimezone(UTC)) == set()


@pytest.mark.hazard("T8")
def test_a_recurring_offer_is_live_on_its_days_alone(db: Connection) -> None:
    """Each Friday of Riyadh whole, over a month's and a year's end, and never after the last."""
    story = Story(db)
    first = datetime(2098, 12, 19, tzinfo=RIYADH)  # a Friday
    fridays = [(first + n * 7 * DAY, first + (n * 7 + 1) * DAY) for n in range(3)]
    story.sync({OFFER: [offer(OFFER, window=Window(tuple(fridays), "stated"))]})
    for hour in range(-30, 24 * 25):
        at = first + hour * HOUR
        friday = any(start <= at < end for start, end in fridays)
        assert live(db, at) == ({OFFER} if friday else set()), at
        assert friday == (at.weekday() == 4 and first <= at < fridays[-1][1])
    for start, end in fridays:
        assert [bool(live(db, at)) for at in (start - MILLISECOND, start, end - MILLISECOND, end)] == [0, 1, 1, 0]


def test_ttl_counts_from_the_last_look(db: Connection) -> None:
    """Open offers for ttl, pages for ttl_pages, whatever is stated for as long as it says."""
    story = Story(db)
    end = story.clock + 200 * DAY
    story.sync(
        {OFFER: [offer(OFFER)], FAQ: [page(FAQ, "We open at nine"), offer(f"{FAQ}#x", window=stated(None, end))]}
    )
    seen, ttl, ttl_pages = story.clock, story.source.ttl, story.source.ttl_pages
    assert OFFER in live(db, seen + ttl - MILLISECOND)
    assert OFFER not in live(db, seen + ttl)
    assert FAQ in live(db, seen + ttl_pages - MILLISECOND)
    assert live(db, seen + ttl_pages) == {f"{FAQ}#x"}


# ---------------------------------------------------------------- the functions themselves, around bounds

_LAST = "(select max(entry_id) from kb.changes())"
ASKED: dict[str, LiteralString] = {
    "offers": "select from kb.offers()",
    "search": "select from kb.search('engine oil')",
    "entry": f"select from kb.entry({_LAST})",
    "explain": f"select from kb.explain({_LAST}) where rule = 'served' and passed",
}


def _answers(conn: Connection, function: str) -> bool:
    return bool(conn.execute(ASKED[function]).fetchall())


def _watch(conn: Connection, function: str, bound: datetime) -> tuple[list[bool], list[bool]]:
    """What was answered by calls that ended before the bound, and by calls that began at it or after."""
    before: list[bool] = []
    after: list[bool] = []
    while len(after) < 2:
        began = _clock(conn)
        answer = _answers(conn, function)
        if _clock(conn) < bound:
            before.append(answer)
        elif began >= bound:
            after.append(answer)
    return before, after


def _clock(conn: Connection) -> datetime:
    row = conn.execute("select clock_timestamp()").fetchone()
    assert row is not None
    instant: datetime = row[0]
    return instant


@pytest.fixture
def opened(db: Connection, database: TestDatabase) -> Iterator[list[Connection]]:
    """Bots that opened their transactions before anything was published; one of them repeats what it reads."""
    made = []
    for isolation in ("read committed", "repeatable read"):
        conn = database.connect("reader", autocommit=False)
        conn.execute(f"set transaction isolation level {isolation}".encode())
        made.append(conn)
    yield made
    for conn in made:
        conn.close()


@pytest.mark.hazard("T4")
@pytest.mark.parametrize("zone", ZONES)
def test_an_end_passes_in_an_open_transaction(db: Connection, opened: list[Connection], zone: str) -> None:
    """No job runs, the transactions are old and idle: served until the end and not after, by every function."""
    end = _clock(db) + timedelta(seconds=1)
    Story(db).sync({OFFER: [offer(OFFER, "Engine oil change", stated(None, end))]})
    for conn in opened:
        conn.execute("select set_config('timezone', %s, false)", (zone,))
        _clock(conn)  # its transaction, and its snapshot, are of now
    before, after = _watch(opened[0], "offers", end)
    assert all(before)
    assert not any(after)
    assert not any(_answers(conn, function) for conn in opened for function in ASKED)


def test_a_start_passes_with_no_job_running(db: Connection, opened: list[Connection]) -> None:
    """Published early, listed as upcoming, live from its start on."""
    start = _clock(db) + timedelta(milliseconds=800)
    Story(db).sync({OFFER: [offer(OFFER, "Engine oil change", stated(start, start + DAY))]})
    assert db.execute("select url from kb.offers(upcoming => true)").fetchall() == [(OFFER,)]
    assert not any(_answers(opened[0], function) for function in ASKED)
    before, after = _watch(opened[0], "search", start)
    assert not any(before)
    assert all(after)
    assert all(_answers(conn, function) for conn in opened for function in ASKED)


@pytest.mark.hazard("T6")
def test_a_lapse_passes_with_no_job_running(db: Connection, as_reader: Connection) -> None:
    """An open offer last seen ttl ago is quoted up to that instant."""
    story = Story(db)
    lapse = _clock(db) + timedelta(milliseconds=800)
    story.clock = lapse - story.source.ttl
    story.sync({OFFER: [offer(OFFER, "Engine oil change")]})
    before, after = _watch(as_reader, "entry", lapse)
    assert all(before)
    assert not any(after)
    assert publishing.expire(db) == 0
    assert db.execute("select change, at from kb.changes() order by change_id desc limit 1").fetchone() == (
        "expired",
        lapse,
    )


# ---------------------------------------------------------------- how the clock is read

_FROZEN = r"\m(now\(\)|current_timestamp|current_time|current_date|localtimestamp|localtime|statement_timestamp|"
_FROZEN += r"transaction_timestamp|timeofday)"


def test_no_function_reads_a_clock_that_can_be_old(db: Connection) -> None:
    """now() is frozen in a transaction, statement_timestamp() in a message of several statements."""
    found = db.execute(
        """
        select p.oid::regprocedure::text
        from pg_proc p
        where p.pronamespace in ('kb'::regnamespace, 'kb_store'::regnamespace)
            and (p.prosrc ~ %(frozen)s or pg_get_functiondef(p.oid) ~ %(frozen)s)
        """,
        {"frozen": _FROZEN},
    ).fetchall()
    assert found == []


def test_what_a_bot_calls_reads_the_clock_once_on_entry(db: Connection) -> None:
    """Each function of kb that asks what is live declares one instant; what it calls is given that instant."""
    bodies: dict[str, str] = dict(
        db.execute("select proname, prosrc from pg_proc where pronamespace = 'kb'::regnamespace").fetchall()
    )
    reads = {name: body.count("clock_timestamp()") for name, body in bodies.items()}
    timeless = {"changes", "active_model"}
    assert {name for name, count in reads.items() if count == 0} <= timeless | {"search_as_of", "offers_as_of"}
    assert {count for name, count in reads.items() if count} == {1}
    assert all("at constant timestamptz := clock_timestamp()" in bodies[name] for name, count in reads.items() if count)
    called = ["is_live", "range_at", "visible_sources", "search_live", "query_terms"]
    called += ["explain_entry", "explain_query", "explain_state"]
    inner: dict[str, str] = dict(
        db.execute("select proname, prosrc from pg_proc where proname = any (%s)", (called,)).fetchall()
    )
    assert set(inner) == set(called)
    assert not [name for name, body in inner.items() if "clock_timestamp" in body]


def test_upcoming_offers_are_counted_whether_or_not_they_end(db: Connection) -> None:
    """One with an end, one without, and one between two of its days; next_expiry is of what is live."""
    story = Story(db)
    now = story.clock
    days = ((now - 2 * DAY, now - DAY), (now + DAY, now + 2 * DAY))
    windows = [
        stated(now + DAY, now + 2 * DAY),
        stated(now + DAY, None),
        Window(days, "stated"),
        stated(None, now + DAY),
    ]
    story.sync({FAQ: [offer(f"{FAQ}#{n}", window=window) for n, window in enumerate(windows)]})
    assert db.execute("select live, upcoming, next_expiry from kb.freshness()").fetchone() == (1, 3, now + DAY)
