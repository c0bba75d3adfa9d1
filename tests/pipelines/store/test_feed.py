"""The change feed: every word once, at its true instant, whatever syncs and sweeps came in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipelines.database import Connection
from pipelines.records import Outcome, Window
from pipelines.source_settings import Source
from pipelines.store import publishing, runs
from tests.pipelines.store.feed_model import ExpectedFeed, Ranges
from tests.postgres import TestDatabase
from tests.story import Story, offer, page, stated

URL, OTHER = "https://shop.test/a", "https://shop.test/other"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TTL = 5 * HOUR


@dataclass
class Timed:
    """One offer on one page, told at instants of the test's own choosing, with what its feed should say."""

    conn: Connection
    name: str
    story: Story = field(init=False)
    expected: ExpectedFeed = field(default_factory=lambda: ExpectedFeed(TTL))

    def __post_init__(self) -> None:
        source = Source(name=self.name, kind="site", start_urls=(OTHER,), ttl=TTL)
        self.story = Story(self.conn, source=source, clock=NOON - DAY)
        self.story.sync_at({OTHER: [page(OTHER, "Our branches")]}, NOON - DAY)

    def say(self, at: datetime, seen: datetime, ranges: Ranges) -> None:
        """A run finds the offer with that window."""
        validity = "open" if ranges and ranges[-1][1] is None else "stated"
        window = Window(ranges, validity)  # type: ignore[arg-type]  # one of the literals
        self.story.sync_at({URL: [offer(URL, "Oil change", window)], OTHER: Outcome.NOT_MODIFIED}, at, seen=seen)
        self.expected.publish(at, seen, ranges)

    def see(self, at: datetime, seen: datetime) -> None:
        """A run sees the page unchanged."""
        if self.expected.window is None:
            return
        self.story.sync_at({URL: Outcome.NOT_MODIFIED, OTHER: Outcome.NOT_MODIFIED}, at, seen=seen)
        self.expected.see(at, seen)

    def withdraw(self, at: datetime) -> None:
        """A run finds the page gone."""
        self.story.sync_at({URL: Outcome.GONE, OTHER: Outcome.NOT_MODIFIED}, at)
        self.expected.withdraw(at)

    def sweep(self, at: datetime) -> None:
        """The sweep comes by."""
        self.conn.execute("select kb_store.sweep(%s)", (at,))

    def feed(self) -> list[tuple[str, datetime]]:
        """What the change feed says of the offer."""
        return self.conn.execute(
            """
            select c.change, c.at
            from kb_store.change c
            join kb_store.entry e using (entry_id)
            join kb_store.source s using (source_id)
            where s.name = %s and e.key = %s
            order by c.change_id
            """,
            (self.name, URL),
        ).fetchall()


@pytest.fixture
def timed(db: Connection) -> Timed:
    """An offer nobody has spoken of yet."""
    return Timed(db, "shop")


# ---------------------------------------------------------------- whatever comes


@dataclass(frozen=True)
class Step:
    """One thing that happens, so many minutes after the one before."""

    after: int
    what: str  # say, see, withdraw, sweep, sweep back
    window: tuple[tuple[int | None, int | None], ...] = ()  # minutes from that instant
    slow: int = 0  # minutes between seeing and publishing

    def ranges(self, at: datetime) -> Ranges:
        """The window, from the instant it is told at."""
        return tuple((_minutes(at, a), _minutes(at, b)) for a, b in self.window)


def _minutes(at: datetime, offset: int | None) -> datetime | None:
    return None if offset is None else at + offset * MINUTE


@st.composite
def _windows(draw: st.DrawFn) -> tuple[tuple[int | None, int | None], ...]:
    """None at all, open, bounded on either side, or up to three occasions."""
    bounds = sorted(draw(st.sets(st.integers(-300, 600), min_size=0, max_size=6)))
    bounds = bounds[: len(bounds) // 2 * 2]
    pairs: list[tuple[int | None, int | None]] = list(zip(bounds[::2], bounds[1::2], strict=True))
    if not pairs:
        return draw(st.sampled_from([(), ((None, None),)]))
    if draw(st.booleans()):
        pairs[0] = (None, pairs[0][1])
    if draw(st.integers(0, 3)) == 0:
        pairs[-1] = (pairs[-1][0], None)
    return tuple(pairs)


STEPS = st.lists(
    st.builds(
        Step,
        st.integers(1, 400),
        st.sampled_from(["say", "say", "see", "see", "withdraw", "sweep", "sweep", "sweep back"]),
        _windows(),
        st.one_of(st.integers(0, 30), st.just(350)),
    ),
    min_size=2,
    max_size=7,
)
_numbers = count()


@given(STEPS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@example([Step(1, "say", ((10, 20),)), Step(60, "say", ((10, 200),))])  # both bounds passed unnoticed, then extended
@example([Step(1, "say", ((10, 90),)), Step(60, "say", ((100, 200),))])  # its start moved away after it had begun
@example([Step(1, "say", ((10, 90),)), Step(60, "withdraw")])  # withdrawn before a sweep told that it had begun
@example([Step(1, "say", ((None, 90),)), Step(60, "say", ((None, -30),)), Step(9, "sweep")])  # over since half an hour
@example([Step(1, "say", ((0, 100),))])  # it begins as it is published
@example([Step(1, "say", ((None, 300), (600, None)))])  # a pause begins at the very instant of the lapse
@example(
    [Step(1, "say", ((None, None),)), Step(390, "sweep"), Step(300, "see", slow=350), Step(9, "sweep")]
)  # too late
@example([Step(1, "say", ((None, None),)), Step(399, "see", slow=30), Step(1, "sweep")])  # lapsed, and seen again
def test_the_feed_is_that_of_a_sweep_at_each_bound(db: Connection, steps: Sequence[Step]) -> None:
    """Whatever syncs, and whenever sweeps come: the same words, at the same instants, in the same order, each once."""
    told = Timed(db, f"shop-{next(_numbers)}")
    now = seen = NOON
    for step in steps:
        now += step.after * MINUTE
        if step.what.startswith("sweep"):
            told.sweep(now - 200 * MINUTE * step.what.endswith("back"))
            continue
        seen = max(seen + MINUTE / 2, now - step.slow * MINUTE)
        match step.what:
            case "say":
                told.say(now, seen, step.ranges(now))
            case "see":
                told.see(now, seen)
            case _:
                told.withdraw(now)
    told.sweep(now + DAY)
    told.expected.advance(now + DAY)
    assert told.feed() == told.expected.words
    assert len(set(told.feed())) == len(told.feed())


# ---------------------------------------------------------------- cases by name


def test_bounds_that_passed_while_no_sweep_ran_are_told_one_by_one(timed: Timed) -> None:
    """A recurring window begins and ends once each time, in order, at its own bounds."""
    fridays = tuple((NOON + n * 7 * DAY, NOON + (n * 7 + 1) * DAY) for n in range(1, 4))
    timed.say(NOON, NOON, fridays)
    timed.sweep(NOON + 30 * DAY)
    words = [word for start, end in fridays for word in (("activated", start), ("expired", end))]
    assert timed.feed() == [("added", NOON), *words]


def test_a_lapse_carries_the_instant_of_the_last_look_and_ttl(timed: Timed) -> None:
    """No end stated: over ttl after it was verified, restored by the run that sees it again."""
    timed.say(NOON, NOON - MINUTE, ((None, None),))
    timed.see(NOON + DAY, NOON + DAY - MINUTE)
    assert timed.feed() == [("added", NOON), ("expired", NOON - MINUTE + TTL), ("restored", NOON + DAY)]


def test_an_offer_over_when_first_seen_and_then_extended_is_added(timed: Timed) -> None:
    """The feed first hears of an entry by `added`, whatever the history knows of it."""
    timed.say(NOON, NOON, ((None, NOON - DAY),))
    timed.say(NOON + DAY, NOON + DAY, ((None, NOON + 3 * DAY),))
    assert timed.feed() == [("added", NOON + DAY)]


def test_a_window_that_contradicts_itself_ends_at_once(timed: Timed) -> None:
    """Without any bound the end is the instant of the run that says so."""
    timed.say(NOON, NOON, ((None, NOON + DAY),))
    timed.say(NOON + HOUR, NOON + HOUR, ())
    assert timed.feed() == [("added", NOON), ("shortened", NOON + HOUR), ("expired", NOON + HOUR)]


def test_a_row_of_the_feed_shows_the_occasion_it_is_about(timed: Timed) -> None:
    """valid_from and valid_until are those of the range that began or ended, not of all of them."""
    fridays = tuple((NOON + n * 7 * DAY, NOON + (n * 7 + 1) * DAY) for n in range(1, 3))
    timed.say(NOON, NOON, fridays)
    timed.sweep(NOON + 30 * DAY)
    shown = timed.conn.execute("select change, at, valid_from, valid_until from kb.changes() where kind = 'offer'")
    for change, at, start, end in shown.fetchall():
        assert (start, end) in fridays
        assert at == {"added": NOON, "activated": start, "expired": end}[change]


@pytest.mark.parametrize(("before", "after", "word"), [(9, 2, "expired"), (2, 9, "restored")])
def test_a_ttl_changed_in_the_settings_is_told(db: Connection, before: int, after: int, word: str) -> None:
    """What another ttl ends or brings back is in the feed at once, without a sweep, and once."""
    source = Source(name="shop", kind="site", start_urls=(OTHER,), ttl=before * DAY)
    story = Story(db, source=source)
    story.clock -= 5 * DAY
    story.sync({URL: [offer(URL)]})
    publishing.expire(db)
    for _ in range(2):
        runs.register_source(db, source.model_copy(update={"ttl": after * DAY}))
        publishing.expire(db)
    changes = [change for change, _ in story.changes()]
    assert changes == (["added", "expired"] if word == "expired" else ["added", "expired", "restored"])
    assert bool(story.served()) is (word == "restored")


# ---------------------------------------------------------------- readers of the feed


def test_numbers_become_visible_in_increasing_order(timed: Timed, database: TestDatabase) -> None:
    """Whoever writes the feed waits for the one before: a cursor never misses a number that comes later."""
    timed.say(NOON, NOON, ((None, NOON + HOUR),))
    with database.connect(autocommit=False) as first, database.connect("writer") as second:
        first.execute("select kb_store.expire()")
        second.execute("set lock_timeout = '50ms'")
        with pytest.raises(Exception, match="lock timeout"):
            second.execute("select kb_store.expire()")
        first.commit()


def test_one_word_wakes_listeners_with_the_last_number(timed: Timed, database: TestDatabase) -> None:
    """NOTIFY kb_change carries the change_id, once a transaction, and not at all when nothing was said."""
    with database.connect("reader") as listener:
        listener.execute("listen kb_change")
        story = Story(timed.conn, source=Source(name="other", kind="site", start_urls=(OTHER,)))
        story.sync({URL: [offer(URL), offer(OTHER)]})
        story.sync({URL: Outcome.NOT_MODIFIED})
        (last,) = timed.conn.execute("select max(change_id) from kb.changes()").fetchone() or (0,)
        assert [n.payload for n in listener.notifies(timeout=0.2)] == [str(last)]


def test_the_sweep_that_comes_late_tells_the_bound(db: Connection) -> None:
    """By the database's own clock too: `at` is the end, not the moment of the sweep."""
    story = Story(db)
    end = story.clock + timedelta(seconds=2)  # a slow machine has published by then
    story.sync({URL: [offer(URL, "Oil change", stated(None, end))]})
    while db.execute("select clock_timestamp() <= %s", (end,)).fetchone() == (True,):
        pass
    publishing.expire(db)
    assert db.execute("select change, at from kb.changes() order by change_id desc limit 1").fetchone() == (
        "expired",
        end,
    )
