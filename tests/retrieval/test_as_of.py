"""What was true then, by what was known then: the same as was answered then, whatever happened since."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.database import Connection
from pipelines.records import FreshetError, Outcome
from pipelines.store import deciding, publishing, runs
from tests.postgres import Cluster, TestDatabase
from tests.story import Story, Told, offer, page, stated

OIL, TYRES, FAQ = (f"https://shop.test/{name}" for name in ("oil", "tyres", "faq"))
DAY = timedelta(days=1)
EVERYTHING = "oil tyres change price open"
_WORDS = ("oil", "filter", "change", "wheel", "alignment", "price", "tyres", "open", "daily", "branch", "battery")


def clock(conn: Connection) -> datetime:
    """The database's clock."""
    row = conn.execute("select clock_timestamp()").fetchone()
    assert row is not None
    instant: datetime = row[0]
    return instant


Answers = tuple[list[Any], list[Any], set[int]]


def told(conn: Connection) -> Answers:
    """What a bot is answered: offers, with those to come, and the entries that a search finds."""
    offers = conn.execute("select * from kb.offers()").fetchall()
    upcoming = conn.execute("select * from kb.offers(upcoming => true)").fetchall()
    found = conn.execute("select entry_id from kb.search(%s, max_results => 100)", (EVERYTHING,)).fetchall()
    return offers, upcoming, {entry for (entry,) in found}


def told_of(conn: Connection, as_of: datetime, known_at: datetime) -> Answers:
    """The same of that instant, by what was known at the other."""
    asked = {"as_of": as_of, "known_at": known_at, "query": EVERYTHING}
    offers = conn.execute("select * from kb.offers_as_of(%(as_of)s, %(known_at)s)", asked).fetchall()
    upcoming = conn.execute(
        "select * from kb.offers_as_of(%(as_of)s, %(known_at)s, upcoming => true)", asked
    ).fetchall()
    found = conn.execute(
        "select entry_id from kb.search_as_of(%(as_of)s, %(known_at)s, %(query)s, max_results => 100)", asked
    ).fetchall()
    return offers, upcoming, {entry for (entry,) in found}


# ---------------------------------------------------------------- every instant of a story

Pages = dict[str, Told]


@dataclass
class Life:
    """A base that lives: what happens to it is drawn, what it answered in between is kept."""

    story: Story
    pages: Pages = field(default_factory=dict)
    kept: list[tuple[datetime, Answers, datetime]] = field(default_factory=list)

    def happen(self, what: str, chance: random.Random) -> None:
        """One event, then what a bot is answered, between two instants."""
        with suppress(FreshetError):  # nothing to restore, nothing to undo
            getattr(self, f"_{what}")(chance)
        self.kept.append((clock(self.story.conn), told(self.story.conn), clock(self.story.conn)))

    def _sync(self, chance: random.Random) -> None:
        now = clock(self.story.conn)
        bounds = (None, now - DAY, now, now + timedelta(milliseconds=30), now + DAY, now + 40 * DAY)
        for url in (OIL, TYRES):
            ends = [chance.choice(bounds), chance.choice(bounds)]
            start, end = sorted(ends, key=lambda bound: bound or now) if None not in ends else (None, ends[1])
            text = f"{url.rsplit('/', 1)[-1]} change price {chance.randrange(3)}."
            self.pages[url] = [offer(url, text, stated(start, end))] if start is None or start != end else []
        self.pages[FAQ] = [page(FAQ, f"open {chance.randrange(2)}", "oil and tyres")]
        self._seen_again(chance)

    def _seen_again(self, chance: random.Random) -> None:
        # its pages were seen a while ago, so that limits pass
        self.story.clock = clock(self.story.conn) - chance.choice((timedelta(), DAY, 29 * DAY))
        self.story.sync(self.pages)

    def _gone(self, chance: random.Random) -> None:
        url = chance.choice((OIL, TYRES, FAQ))
        self.story.clock = clock(self.story.conn)
        self.story.sync({**self.pages, url: Outcome.GONE})
        self.pages.pop(url, None)

    def _limits(self, chance: random.Random) -> None:
        limits = {"ttl": chance.choice((DAY, 30 * DAY)), "freshness": chance.choice((timedelta(hours=1), DAY))}
        self.story.source = self.story.source.model_copy(update=limits)
        runs.register_source(self.story.conn, self.story.source)

    def _withdraw(self, chance: random.Random) -> None:
        entries = [entry for (entry,) in self.story.conn.execute("select entry_id from kb_store.entry order by 1")]
        until = clock(self.story.conn) + timedelta(milliseconds=20) if chance.random() < 0.5 else None
        deciding.withdraw(self.story.conn, chance.choice(entries), until, "somebody")

    def _restore(self, chance: random.Random) -> None:
        withdrawn = "select entry_id from kb_store.withdrawal where upper_inf(recorded) order by 1"
        for (entry,) in self.story.conn.execute(withdrawn).fetchall()[: chance.randint(1, 2)]:
            deciding.restore(self.story.conn, entry, "somebody")

    def _undone(self, chance: random.Random) -> None:
        ran = [
            run for (run,) in self.story.conn.execute("select run_id from kb_store.run where kind = 'sync' order by 1")
        ]
        try:
            deciding.rollback(self.story.conn, chance.choice(ran[-2:]), lambda _: 0)
        finally:
            deciding.resume(self.story.conn, "shop")

    def _sweep(self, chance: random.Random) -> None:
        del chance
        publishing.expire(self.story.conn)


EVENTS = ("sync", "seen_again", "gone", "limits", "withdraw", "restore", "undone", "sweep")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(EVENTS), min_size=1, max_size=9), st.integers(0, 2**32))
def test_what_was_answered_is_what_an_auditor_is_told(migrated_cluster: Cluster, events: list[str], seed: int) -> None:
    """At every instant of every story, column by column: kb.offers then is kb.offers_as_of(then, then) for ever."""
    chance = random.Random(seed)
    with migrated_cluster.database() as database, database.connect() as conn:
        life = Life(Story(conn))
        for event in ["sync", *events]:
            life.happen(event, chance)
        for before, answered, after in life.kept:
            # an end may have passed while the three were asked
            assert all(
                answer in either
                for answer, *either in zip(
                    answered, told_of(conn, before, before), told_of(conn, after, after), strict=True
                )
            ), (events, before)


# ---------------------------------------------------------------- two instants


def test_by_what_is_known_now_a_correction_holds_for_the_past(db: Connection) -> None:
    """What the site corrected is corrected for then, too; what it had said is told by what was known then."""
    story = Story(db)
    end, later = story.clock + 10 * DAY, story.clock + 20 * DAY
    story.sync({OIL: [offer(OIL, "Oil change 100", stated(None, end))]})
    then = clock(db)
    story.sync({OIL: [offer(OIL, "Oil change 100", stated(None, later))]})
    now = clock(db)
    (said,) = db.execute("select valid_until from kb.offers_as_of(%s, %s)", (then, then))
    (known,) = db.execute("select valid_until from kb.offers_as_of(%s, %s)", (then, now))
    assert (said, known) == ((end,), (later,))
    between = end + DAY
    assert told_of(db, between, then)[0] == []
    assert [row[0] for row in told_of(db, between, now)[0]] == [1]


def test_an_offer_that_was_over_when_first_seen_is_told_to_auditors(db: Connection) -> None:
    """No bot ever hears of it; who asks for its time does, by what is known since."""
    story = Story(db)
    end = story.clock - DAY
    story.sync({OIL: [offer(OIL, "Oil change", stated(None, end))]})
    now = clock(db)
    assert told(db) == ([], [], set())
    assert told_of(db, now, now) == ([], [], set())
    then = told_of(db, end - DAY, now)
    assert ([row[2] for row in then[0]], then[2]) == ([OIL], {1})
    assert told_of(db, end - DAY, end) == ([], [], set())


def test_words_that_nothing_served_holds_any_more_find_the_past(db: Connection) -> None:
    """What has left the index of words is found by them all the same."""
    story = Story(db)
    story.sync({OIL: [offer(OIL, "Winter wheel alignment")], TYRES: [offer(TYRES, "Tyres")]})
    then = clock(db)
    story.sync({OIL: Outcome.GONE, TYRES: [offer(TYRES, "Tyres")]})
    ask = "select url, score > 0 from kb.search_as_of(%s, %s, 'alignment')"
    assert db.execute(ask, (then, then)).fetchall() == [(OIL, True)]
    assert db.execute(ask, (then, clock(db))).fetchall() == []


@pytest.mark.parametrize(
    "query", ["oil filter", "wheel alignment price", "price of tyres and oil", "filter change open"]
)
def test_an_auditor_is_told_in_the_order_of_the_answer(db: Connection, query: str) -> None:
    """Ranked by the same measure, the text around a chunk included, as long as the words are as rare as they were."""
    said = random.Random(7)
    story = Story(db)
    story.sync(
        {
            url: [page(url, *(" ".join(said.choices(_WORDS, k=said.randint(3, 9))) for _ in range(said.randint(1, 6))))]
            for url in (f"https://shop.test/{number}" for number in range(30))
        }
    )
    answered = db.execute("select entry_id, chunk_id, score from kb.search(%s)", (query,)).fetchall()
    at = clock(db)
    audited = db.execute(
        "select entry_id, chunk_id, score from kb.search_as_of(%s, %s, %s)", (at, at, query)
    ).fetchall()
    assert [row[:2] for row in audited] == [row[:2] for row in answered]
    assert [row[2] for row in audited] == pytest.approx([row[2] for row in answered], abs=1e-4)


def test_looks_are_thinned_to_one_a_day_after_a_week(db: Connection) -> None:
    """The last week is known to the look, what was before to the day; nothing else changes by it."""
    story = Story(db)
    start = datetime.now(UTC).replace(hour=1) - 30 * DAY
    looks = [start + n * timedelta(hours=6) for n in range(4 * 30)]
    story.sync_at({OIL: [offer(OIL, "Oil change")]}, looks[0])
    for at in looks[1:]:
        db.execute("insert into kb_store.verification values (1, %s, %s)", (at, at))
    at = looks[-1] + timedelta(hours=1)
    db.execute("select kb_store.thin_verifications(%s)", (at,))
    kept = [row[0] for row in db.execute("select known_at from kb_store.verification order by 1")]
    week_ago = (at - 7 * DAY).replace(hour=0, minute=0, second=0, microsecond=0)
    assert kept == [look for look in looks if look >= week_ago or look.hour == 19]
    before = story.count("verification")
    db.execute("select kb_store.thin_verifications(%s)", (at,))
    assert story.count("verification") == before
    (verified,) = db.execute(
        "select verified_at from kb.offers_as_of(%(at)s, %(at)s)", {"at": looks[10]}
    ).fetchone() or (None,)
    assert verified == max(look for look in kept if look <= looks[10])


@pytest.mark.parametrize("role", ["reader", "writer"])
@pytest.mark.parametrize("call", ["offers_as_of(now(), now())", "search_as_of(now(), now(), 'oil')"])
def test_the_past_is_for_auditors(db: Connection, database: TestDatabase, role: Any, call: str) -> None:
    """Neither a bot nor a sync may ask what a person withdrew since."""
    Story(db)
    with database.connect(role) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute(f"select from kb.{call}".encode())
    with database.connect("auditor") as conn:
        assert conn.execute(f"select from kb.{call}".encode()).fetchall() == []


@pytest.mark.parametrize("instants", ["null, now()", "now(), null"])
def test_an_instant_left_out_is_an_error(as_auditor: Connection, instants: str) -> None:
    """A null is no instant; it must not mean what is served."""
    for call in (f"offers_as_of({instants})", f"search_as_of({instants}, 'oil')"):
        with pytest.raises(psycopg.errors.NullValueNotAllowed):
            as_auditor.execute(f"select from kb.{call}".encode())
