"""Webhooks against a real receiver on loopback and a real base: what is told, in which order, and what is not lost."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from flows import posting
from flows.posting import Poster
from flows.webhooks import MOST_TRIES, Hook, deliver_next, pause_after, resend
from pipelines.database import Connection
from pipelines.failpoints import armed
from pipelines.records import Outcome
from pipelines.store import publishing, runs, webhooks
from tests.badsite import BadSite, Reply, endless, raw, silent_body
from tests.postgres import TestDatabase
from tests.receiver import KEY, SECRET, Answer, Receiver, hang, receiver, says
from tests.story import Story, offer

OIL, TYRES, WASH = (f"https://shop.test/{name}" for name in ("oil", "tyres", "wash"))
ALL = ("added", "changed", "expired", "withdrawn", "held", "failed")


@pytest.fixture
def story(db: Connection) -> Story:
    """A base with one offer."""
    story = Story(db)
    story.sync({OIL: [offer(OIL, "Oil change", category=("oil",))]})
    return story


@pytest.fixture
def bot() -> Iterator[Receiver]:
    with receiver() as started:
        yield started


@pytest.fixture
def hook(bot: Receiver, story: Story, as_writer: Connection) -> Hook:
    """A webhook that wants everything, known to the base after its first offer."""
    del story
    made = Hook("bot", bot.address + "/canary-path", (KEY,), ALL, (bot.pair,))
    webhooks.register(as_writer, made.name, made.events)
    return made


def deliver(conn: Connection, hook: Hook) -> None:
    """What a deliverer does between two waits."""
    webhooks.number_endings(conn)
    with Poster(hook.url, hook.allow_private) as poster:
        while deliver_next(conn, hook, poster):
            pass


def due(conn: Connection) -> None:
    """The pause after a failure has passed."""
    conn.execute("update kb_store.webhook set next_try = clock_timestamp()")


def state(conn: Connection, name: str = "bot") -> dict[str, Any]:
    """How the webhook fares."""
    (row,) = webhooks.states(conn, [name])
    return row


def add(story: Story, *urls: str) -> None:
    """A run that finds these offers, too."""
    story.sync({url: [offer(url, f"Offer {url[-4:]}", category=("oil",))] for url in urls}, complete=False)


def fail(story: Story, why: str = "the site is down") -> int:
    """A run that failed; its number."""
    number = runs.begin_run(story.conn, story.source.name)
    runs.note(story.conn, number, problems=[{"url": "", "outcome": "failed", "message": why}])
    runs.end_run(story.conn, number, "failed")
    return number


def hold(story: Story) -> int:
    """A run that holds removals back; its number."""
    number = story.plan({OIL: Outcome.GONE, TYRES: Outcome.GONE, WASH: Outcome.GONE})
    runs.note(story.conn, number, verdict=["3 of 3 offers would go"])
    publishing.publish(story.conn, number)
    runs.end_run(story.conn, number, "held")
    return number


def two_days_later(conn: Connection) -> None:
    """All that is served ended a day ago, and was looked at the day before."""
    conn.execute("""
        update kb_store.version set valid = tstzmultirange(tstzrange(null, clock_timestamp() - interval '1 day'));
        update kb_store.served_entry
        set valid = tstzmultirange(tstzrange(null, clock_timestamp() - interval '1 day')),
            told_until = clock_timestamp() - interval '2 days';
        """)


# ---------------------------------------------------------------- what is told


def test_a_new_offer_is_told_as_the_feed_tells_it(
    hook: Hook, bot: Receiver, story: Story, as_writer: Connection
) -> None:
    """The row of kb.changes and the language, signed so that the library of the specification takes it."""
    add(story, TYRES)
    deliver(as_writer, hook)
    (got,) = bot.came
    (row,) = (
        story.conn.execute("select to_jsonb(k) from kb.changes() k order by change_id desc limit 1").fetchone() or ()
    )
    told = got.told
    for name in ("at", "valid_from", "valid_until"):
        row[name] = row[name] and datetime.fromisoformat(row[name]).isoformat()
    assert told == {"type": "added", "timestamp": row["at"], "data": {**row, "language": "en"}}
    assert told["data"]["category"] == ["oil"]
    assert (got.path, got.headers["content-type"]) == ("/canary-path", "application/json")
    assert "." not in got.id


def test_while_a_secret_changes_a_message_is_signed_by_both(
    hook: Hook, bot: Receiver, story: Story, as_writer: Connection
) -> None:
    """Whichever of the two the receiver has, the library of the specification takes it; a third it does not."""
    new, other = b"another thirty-two bytes of them", b"and those that are not ours at a"
    add(story, TYRES)
    deliver(as_writer, dataclasses.replace(hook, keys=(new, KEY)))
    (got,) = bot.came
    assert len(got.headers["webhook-signature"].split()) == 2
    for key in (new, KEY):
        assert Webhook(key).verify(got.body, dict(got.headers))["type"] == "added"
    with pytest.raises(WebhookVerificationError):
        Webhook(other).verify(got.body, dict(got.headers))


def test_only_what_is_wanted_is_told_and_from_now_on(
    hook: Hook, bot: Receiver, story: Story, as_writer: Connection
) -> None:
    """What was before is not told, nor what the list of events leaves out; what is, in the order of the feed."""
    add(story, TYRES, WASH)
    story.sync({TYRES: [offer(TYRES, "Offer yres, now with balancing")]}, complete=False)
    quiet = Hook("quiet", hook.url, (KEY,), ("changed",), hook.allow_private)
    webhooks.register(as_writer, quiet.name, quiet.events)
    deliver(as_writer, quiet)
    assert bot.came == []
    deliver(as_writer, hook)
    assert bot.events() == [
        ("added", "Offer yres"), ("added", "Offer wash"), ("changed", "Offer yres, now with balancing")
    ]  # fmt: skip
    assert state(as_writer, "quiet")["waiting"] == 0


def test_what_the_clock_ends_is_told_without_a_run(
    hook: Hook, bot: Receiver, story: Story, as_writer: Connection
) -> None:
    """An offer's end passed and nobody looked: its own end is told, however late."""
    two_days_later(story.conn)
    publishing.expire(as_writer)
    deliver(as_writer, hook)
    (got,) = bot.came
    assert got.told["type"] == "expired"
    assert got.told["data"]["run_id"] is None
    assert datetime.fromisoformat(got.told["timestamp"]) < datetime.now(UTC) - timedelta(hours=23)


def test_runs_that_ask_for_a_person_are_told(hook: Hook, bot: Receiver, story: Story, as_writer: Connection) -> None:
    """Failed and held, each with source, run and reasons, in the order they ended; of what was approved, nothing."""
    add(story, TYRES, WASH)
    failed = fail(story)
    held = hold(story)
    deliver(as_writer, hook)
    told = [got.told for got in bot.came if "reasons" in got.told["data"]]
    assert [(one["type"], one["data"]["source"], one["data"]["run_id"]) for one in told] == [
        ("failed", "shop", failed), ("held", "shop", held)
    ]  # fmt: skip
    assert told[0]["data"]["reasons"] == ["the site is down"]
    assert told[1]["data"]["held"] == 3
    assert told[1]["data"]["reasons"] == ["3 of 3 offers would go"]
    again = hold(story)
    story.conn.execute("update kb_store.run set state = 'published' where run_id = %s", (again,))
    deliver(as_writer, hook)
    assert len(bot.came) == 4


def test_a_run_that_ends_late_is_told_all_the_same(
    hook: Hook, bot: Receiver, story: Story, as_writer: Connection
) -> None:
    """A run begun first may fail last: its number is behind, and it is not passed over."""
    other = Story(story.conn, source=story.source.model_copy(update={"name": "other"}))
    late = runs.begin_run(story.conn, "shop")
    fail(other)
    deliver(as_writer, hook)
    runs.end_run(story.conn, late, "failed")
    deliver(as_writer, hook)
    assert bot.events() == [("failed", "other"), ("failed", "shop")]


# ---------------------------------------------------------------- tries


_FAILURES: dict[str, tuple[Answer, str]] = {
    "refused": (says(500), "answered 500"),
    "busy": (says(503, Retry_After="7"), "answered 503"),
    "unknown": (says(404), "answered 404"),
    "moved": (says(301, Location="http://127.0.0.1:1/other"), "answered 301"),
    "hangs": (hang, "no answer within 0 s"),
}


@pytest.mark.parametrize("how", _FAILURES)
def test_what_is_not_accepted_is_told_again_in_its_place(
    hook: Hook, bot: Receiver, story: Story, as_writer: Connection, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever went wrong: after a pause, with the same id and a new signature, and nothing overtakes it."""
    monkeypatch.setattr(posting, "TIMEOUT", 0.4)
    answer, reason = _FAILURES[how]
    bot.answers.append(answer)
    add(story, TYRES, WASH)
    deliver(as_writer, hook)
    found = state(as_writer)
    assert (len(bot.came), found["waiting"], found["tries"], found["reason"]) == (1, 2, 1, reason)
    assert found["next_try"] > datetime.now(UTC)
    deliver(as_writer, hook)
    assert len(bot.came) == 1, "it was to be left alone"
    due(as_writer)
    deliver(as_writer, hook)
    assert [got.told["data"]["url"] for got in bot.came] == [TYRES, TYRES, WASH]
    assert bot.came[0].id == bot.came[1].id != bot.came[2].id
    found = state(as_writer)
    assert (found["waiting"], found["tries"], found["failing_since"], found["delivered"]) == (0, 0, None, 2)


_FLOOD = raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n")


@pytest.mark.parametrize("answer", [raw(b"no HTTP at all\r\n\r\n"), raw(b""), _FLOOD], ids=["noise", "end", "flood"])
def test_an_answer_that_is_none_is_a_failure(hook: Hook, story: Story, as_writer: Connection, answer: Reply) -> None:
    """A peer that speaks something else, or breaks off."""
    with BadSite() as site:
        site.script("/", answer)
        add(story, TYRES)
        deliver(as_writer, Hook(hook.name, site.url(), (KEY,), ALL, (site.pair,)))
    assert state(as_writer)["reason"].startswith("no answer: ")


@pytest.mark.parametrize("answer", [silent_body, endless()], ids=["silent", "endless"])
def test_the_status_decides_and_no_body_is_waited_for(
    hook: Hook, story: Story, as_writer: Connection, answer: Reply
) -> None:
    """200 is accepted, whatever comes behind it and however long."""
    with BadSite() as site:
        site.script("/", answer)
        add(story, TYRES)
        deliver(as_writer, Hook(hook.name, site.url(), (KEY,), ALL, (site.pair,)))
    assert state(as_writer)["delivered"] == 1


def test_a_redirect_is_not_followed(hook: Hook, bot: Receiver, story: Story, as_writer: Connection) -> None:
    """Where it leads, nobody hears of it: the address is to be corrected by a person."""
    with BadSite() as elsewhere:
        bot.answers.append(says(307, Location=elsewhere.url("/stolen")))
        add(story, TYRES)
        deliver(as_writer, hook)
        assert elsewhere.journal == []
    assert state(as_writer)["reason"] == "answered 307"


def test_who_is_gone_is_told_nothing_until_started_anew(
    hook: Hook, bot: Receiver, story: Story, as_writer: Connection
) -> None:
    """410 ends it at once, and is no reason to lose a message: what waits goes out when deliverers start again."""
    bot.answers.append(says(410))
    add(story, TYRES, WASH)
    deliver(as_writer, hook)
    due(as_writer)
    deliver(as_writer, hook)
    found = state(as_writer)
    assert (len(bot.came), found["waiting"], found["reason"]) == (1, 2, "answered 410")
    assert found["stopped_at"] is not None
    webhooks.register(as_writer, hook.name, hook.events)
    deliver(as_writer, hook)
    assert [got.told["data"]["url"] for got in bot.came] == [TYRES, TYRES, WASH]


def test_a_message_that_never_arrives_becomes_a_dead_letter(
    hook: Hook, bot: Receiver, story: Story, as_writer: Connection
) -> None:
    """After the stated number of tries it is laid aside and listed, and what comes after it is told."""
    bot.answers.extend([says(500)] * MOST_TRIES)
    add(story, TYRES, WASH)
    failed = fail(story)
    for _ in range(MOST_TRIES):
        deliver(as_writer, hook)
        due(as_writer)
    assert [got.id for got in bot.came[:MOST_TRIES]] == [bot.came[0].id] * MOST_TRIES
    assert bot.events()[MOST_TRIES:] == [("added", "Offer wash"), ("failed", "shop")]
    found = state(as_writer)
    (letter,) = found["last_dead"]
    assert (found["dead_letters"], found["waiting"], found["failing_since"]) == (1, 0, None)
    assert (letter["message"], letter["event"], letter["tries"]) == (bot.came[0].id, "added", MOST_TRIES)
    assert letter["reason"] == "answered 500"
    assert letter["run_id"] is None

    bot.answers.extend([says(500)] * MOST_TRIES)
    failed = fail(story)
    for _ in range(MOST_TRIES):
        deliver(as_writer, hook)
        due(as_writer)
    assert [one["run_id"] for one in state(as_writer)["last_dead"]] == [failed, None]


def test_letters_and_webhooks_that_nobody_has_any_more_are_forgotten(
    hook: Hook, bot: Receiver, story: Story, as_writer: Connection
) -> None:
    """After thirty days; one taken out of freshet.toml for less goes on where it stood, and costs one row meanwhile."""
    bot.answers.extend([says(500)] * MOST_TRIES)
    add(story, TYRES)
    for _ in range(MOST_TRIES):
        deliver(as_writer, hook)
        due(as_writer)
    webhooks.register(as_writer, "other", ALL)
    as_writer.execute("update kb_store.dead_letter set given_up_at = given_up_at - interval '29 days'")
    as_writer.execute("update kb_store.webhook set seen_at = seen_at - interval '29 days'")
    webhooks.tidy(as_writer, "other")
    assert state(as_writer)["dead_letters"] == 1
    add(story, WASH)
    webhooks.register(as_writer, hook.name, hook.events)
    deliver(as_writer, hook)
    assert bot.events()[-1] == ("added", "Offer wash")
    as_writer.execute("update kb_store.dead_letter set given_up_at = given_up_at - interval '2 days'")
    as_writer.execute("update kb_store.webhook set seen_at = seen_at - interval '31 days'")
    webhooks.tidy(as_writer, hook.name)
    assert state(as_writer)["dead_letters"] == 0
    assert state(as_writer, "other")["waiting"] is None


def give_up(conn: Connection, hook: Hook, bot: Receiver, number: int) -> None:
    """The receiver refuses so many messages in all their tries."""
    bot.answers.extend([says(500)] * (MOST_TRIES * number))
    for _ in range(MOST_TRIES * number):
        deliver(conn, hook)
        due(conn)


def told_again(conn: Connection, hook: Hook) -> list[tuple[str, bool | None]]:
    """What `freshet hooks resend` does: the messages, and whether each was accepted; None: it cannot be told."""
    with Poster(hook.url, hook.allow_private) as poster:
        return [
            (letter.message, None if reply is None else reply.accepted) for letter, reply in resend(conn, hook, poster)
        ]


def test_what_was_given_up_is_told_again_in_order_and_once(
    hook: Hook, bot: Receiver, story: Story, as_writer: Connection
) -> None:
    """The same messages by the same ids, newly signed; whoever asks again finds nothing to do."""
    add(story, TYRES)
    fail(story)
    add(story, WASH)
    give_up(as_writer, hook, bot, 3)
    lost = list(dict.fromkeys((got.id, got.body) for got in bot.came))
    bot.came.clear()
    assert told_again(as_writer, hook) == [(message, True) for message, _ in lost]
    assert [(got.id, got.body) for got in bot.came] == lost
    assert [got.told["type"] for got in bot.came] == ["added", "failed", "added"]
    found = state(as_writer)
    assert (found["dead_letters"], found["delivered"]) == (0, 3)
    assert told_again(as_writer, hook) == []
    assert len(bot.came) == 3


def test_one_that_is_refused_again_stays_and_so_does_what_comes_after_it(
    hook: Hook, bot: Receiver, story: Story, as_writer: Connection
) -> None:
    """In order or not at all; what waits besides is not held up by it."""
    add(story, OIL, TYRES, WASH)
    give_up(as_writer, hook, bot, 3)
    bot.answers.extend([says(200), says(503)])
    bot.came.clear()
    assert [accepted for _, accepted in told_again(as_writer, hook)] == [True, False]
    found = state(as_writer)
    after, letter = found["last_dead"]
    assert (letter["tries"], letter["reason"], letter["message"]) == (MOST_TRIES + 1, "answered 503", bot.came[1].id)
    assert (after["tries"], len(bot.came)) == (MOST_TRIES, 2)
    add(story, f"{OIL}/later")
    deliver(as_writer, hook)
    assert state(as_writer)["waiting"] == 0


def test_what_is_told_again_and_cut_off_is_told_once_more(
    hook: Hook, bot: Receiver, story: Story, as_writer: Connection
) -> None:
    """At least once, here too: it is a letter until its acceptance is noted."""
    add(story, TYRES)
    give_up(as_writer, hook, bot, 1)

    def cut(name: str) -> None:
        if name == "webhook: sent":
            raise _Cut

    with armed(cut), pytest.raises(_Cut):
        told_again(as_writer, hook)
    assert state(as_writer)["dead_letters"] == 1
    assert [accepted for _, accepted in told_again(as_writer, hook)] == [True]


def test_what_cannot_be_told_any_more_is_passed_over(
    hook: Hook, bot: Receiver, story: Story, as_writer: Connection
) -> None:
    """A run that was approved since asks for nobody, and of a forgotten change there is nothing to tell."""
    failed = fail(story)
    add(story, TYRES, WASH)
    give_up(as_writer, hook, bot, 3)
    story.conn.execute("update kb_store.run set state = 'published' where run_id = %s", (failed,))
    story.conn.execute(
        "delete from kb_store.change c using kb_store.version v where v.version_id = c.version_id and v.url = %s",
        (TYRES,),
    )
    bot.came.clear()
    assert [accepted for _, accepted in told_again(as_writer, hook)] == [None, None, True]
    assert [got.told["data"]["url"] for got in bot.came] == [WASH]


def test_two_who_tell_again_at_once_tell_each_message_once(
    hook: Hook, bot: Receiver, story: Story, as_writer: Connection, database: TestDatabase
) -> None:
    """What another has told meanwhile is a letter no more."""
    add(story, TYRES, WASH)
    give_up(as_writer, hook, bot, 2)
    bot.came.clear()
    with database.connect("writer") as second, Poster(hook.url, hook.allow_private) as poster:
        telling = resend(second, hook, poster)
        next(telling)
        assert [accepted for _, accepted in told_again(as_writer, hook)] == [True]
        assert list(telling) == []
    assert [got.told["data"]["url"] for got in bot.came] == [TYRES, WASH]


@given(st.integers(1, MOST_TRIES), st.text(max_size=40) | st.integers().map(str) | st.none())
def test_pauses_grow_and_end(tries: int, asked_for: str | None) -> None:
    """Whatever a receiver says: not under four seconds, not over a day; ten tries take about twenty hours."""
    now = datetime.now(UTC)
    assert 4 <= pause_after(tries, asked_for, now) <= 86400
    assert 15 * 3600 < sum(pause_after(n, None, now) for n in range(1, MOST_TRIES)) < 24 * 3600
    assert pause_after(1, "3600", now) == 3600


# ---------------------------------------------------------------- where it may go


@pytest.mark.hazard("S1")
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", "[::ffff:127.0.0.1]"])
def test_a_private_address_is_dialled_only_where_it_is_allowed(
    hook: Hook, bot: Receiver, story: Story, as_writer: Connection, host: str
) -> None:
    """Judged is the address dialled, in whatever spelling; an exemption is for that address and port alone."""
    add(story, TYRES)
    port = bot.pair.rpartition(":")[2]
    for exempt in ((), (f"127.0.0.1:{int(port) - 1}",)):
        deliver(as_writer, Hook(hook.name, f"http://{host}:{port}/", (KEY,), ALL, exempt))
        due(as_writer)
    assert bot.came == []
    assert "refused" in state(as_writer)["reason"]


def test_no_secret_and_no_payload_in_any_log(
    hook: Hook, bot: Receiver, story: Story, as_writer: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    """S7: neither the path of the address, nor the key, nor what is told; what failed is said with its id."""
    caplog.set_level(logging.DEBUG)
    bot.answers.extend([says(500), says(410)])
    story.sync({WASH: [offer(WASH, "canary-title")]}, complete=False)
    deliver(as_writer, hook)
    due(as_writer)
    deliver(as_writer, hook)
    with BadSite() as site:
        deliver(as_writer, Hook(hook.name, site.url("/canary"), (KEY,), ALL))
    assert bot.came[0].id in caplog.text
    for secret in ("canary", KEY.decode(), SECRET):
        assert secret not in caplog.text
        assert secret not in repr(hook)
        assert secret not in str(state(as_writer))


# ---------------------------------------------------------------- not lost


class _Cut(BaseException):
    """The process ends here."""


def test_a_crash_before_the_note_sends_the_same_again(
    hook: Hook, bot: Receiver, story: Story, as_writer: Connection
) -> None:
    """At least once, and known by its id: the receiver can tell."""
    add(story, TYRES)

    def cut(name: str) -> None:
        if name == "webhook: sent":
            raise _Cut

    with armed(cut), pytest.raises(_Cut):
        deliver(as_writer, hook)
    deliver(as_writer, hook)
    assert len(bot.came) == 2
    assert bot.came[0].id == bot.came[1].id


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(faults=st.lists(st.sampled_from(["none", "500", "410", "lost", "cut", "dead"]), max_size=14))
def test_whatever_goes_wrong_everything_is_told_in_order(
    hook: Hook, bot: Receiver, story: Story, as_writer: Connection, faults: list[str]
) -> None:
    """Refused, stopped, crashed before or after the request, given up: each is first heard of in its place."""
    bot.came.clear()
    began = len(story.changes())
    add(story, *(f"https://shop.test/{began + n:06}" for n in range(3)))
    for fault in faults:
        go_wrong(as_writer, hook, bot, fault)
    bot.answers.clear()
    webhooks.register(as_writer, hook.name, hook.events)
    due(as_writer)
    deliver(as_writer, hook)
    heard = list(dict.fromkeys(json.loads(got.body)["data"]["url"] for got in bot.came))
    assert heard == [url for _, url in story.changes()[began:]]


def go_wrong(conn: Connection, hook: Hook, bot: Receiver, fault: str) -> None:
    """One look of a deliverer to which that happens."""

    def cut(name: str) -> None:
        if (fault, name) in {("lost", "webhook: sent"), ("cut", "webhook: send")}:
            raise _Cut

    if fault in ("500", "410", "dead"):
        bot.answers.append(says(410 if fault == "410" else 500))
    if fault == "dead":
        conn.execute("update kb_store.webhook set tries = %s where trying is not null", (MOST_TRIES - 1,))
    due(conn)
    with armed(cut), suppress(_Cut), Poster(hook.url, hook.allow_private) as poster:
        deliver_next(conn, hook, poster)
    bot.answers.clear()


def test_what_is_being_told_stands_in_nobodys_way(
    hook: Hook, bot: Receiver, story: Story, as_writer: Connection, database: TestDatabase
) -> None:
    """While a receiver hangs a sync publishes, and a second deliverer leaves the message to the first."""
    add(story, TYRES)
    with database.connect("writer") as second:

        def meanwhile(name: str) -> None:
            if name == "webhook: sent":
                deliver(second, hook)
                add(story, WASH)

        with armed(meanwhile), Poster(hook.url, hook.allow_private) as poster:
            assert deliver_next(as_writer, hook, poster)
        assert len(bot.came) == 1
        deliver(second, hook)
    assert [got.told["data"]["url"] for got in bot.came] == [TYRES, WASH]
