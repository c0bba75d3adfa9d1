"""Webhooks: what happens is told to the addresses that freshet.toml names, in order, at least once.

Messages are signed after Standard Webhooks 1.0.0 (standardwebhooks.com). Each webhook has a thread and a connection of
its own, so that one which hangs holds no other up; how far each is stands in the base (`pipelines.store.webhooks`), so
that nothing is missed while no process delivers, and any number of processes may.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING

import psycopg
from standardwebhooks import Webhook

from flows.posting import Poster, Reply
from pipelines.database import Connection, DatabaseError, connect_uri, explained, uri
from pipelines.failpoints import failpoint
from pipelines.store import dead_letters, publishing, webhooks
from pipelines.store.dead_letters import DeadLetter
from pipelines.store.webhooks import Message, Standing
from retrieval.as_json import document
from spiders.outcomes import retry_after

if TYPE_CHECKING:
    from pipelines.settings import Project, WebhookSettings

__all__ = ["MOST_TRIES", "Hook", "deliver_next", "delivering", "pause_after", "resend"]

_log = logging.getLogger(__name__)

MOST_TRIES = 10  # then it is a dead letter: some twenty hours after the first, with the pauses below
_FIRST_PAUSE, _FACTOR, _LONGEST_PAUSE = 5.0, 4.0, 6 * 3600.0  # seconds
_JITTER = (0.8, 1.2)  # times that, by chance: receivers that failed together are not asked together
_MOST_ASKED_FOR = 24 * 3600.0  # seconds of Retry-After that are granted
_LOOK_EVERY = 5.0  # seconds, whether or not the feed says that it grew
_SLICE = 0.5  # seconds within which a stop is noticed
_SWEEP_EVERY = 60.0  # seconds: what the clock ends is in the feed by then, also where no scheduler runs
_TIDY_EVERY = 86400.0
_AWAY = 5.0  # seconds before another try at a database that is away
_GRACE = 5.0  # seconds that messages on their way are given at a stop
_GONE = 410  # what a receiver says that wants no more

_BY_THE_CLOCK = {"activated", "expired"}


@dataclass(frozen=True)
class Hook:
    """A webhook as it is delivered to."""

    name: str
    url: str = field(repr=False)
    keys: tuple[bytes, ...] = field(repr=False)  # a message is signed by each
    events: tuple[str, ...]
    allow_private: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: WebhookSettings) -> Hook:
        """From a project's settings; raises SettingsError for a secret that cannot sign."""
        return cls(settings.known_as, settings.url, settings.signing_keys(), settings.events, settings.allow_private)


@contextmanager
def delivering(project: Project) -> Iterator[None]:
    """Deliver to the project's webhooks while the block runs; raises SettingsError for a secret that cannot sign.

    The database may be away meanwhile, also at the start.
    """
    hooks = [Hook.of(settings) for settings in project.webhooks]
    address = uri(project, "writer") if hooks else ""
    stop = threading.Event()
    threads = [
        threading.Thread(target=_deliver, args=(address, hook, stop), name=f"webhook {hook.name}", daemon=True)
        for hook in hooks
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        until = monotonic() + _GRACE
        for thread in threads:
            thread.join(max(0.0, until - monotonic()))


def _deliver(address: str, hook: Hook, stop: threading.Event) -> None:
    """Deliver until stopped, over a connection that is made anew whenever it is lost."""
    with Poster(hook.url, hook.allow_private) as poster:
        while not stop.is_set():
            try:
                with closing(connect_uri(address, autocommit=True, application="freshet webhooks")) as conn:
                    _follow(conn, hook, poster, stop)
            except (psycopg.Error, DatabaseError) as error:
                said = explained(error) if isinstance(error, psycopg.Error) else str(error)
                _log.warning("webhook %s: nothing is delivered for now: %s", hook.name, said)
                stop.wait(_AWAY)
            except Exception:  # a mistake of ours must not end the deliveries for good
                _log.exception("webhook %s: nothing is delivered for now", hook.name)
                stop.wait(_AWAY)


def _follow(conn: Connection, hook: Hook, poster: Poster, stop: threading.Event) -> None:
    """Deliver what waits, then what comes, for as long as the connection lasts."""
    webhooks.register(conn, hook.name, hook.events)
    conn.execute("listen kb_change")
    swept = tidied = -_TIDY_EVERY
    while not stop.is_set():
        if _BY_THE_CLOCK.intersection(hook.events) and monotonic() - swept >= _SWEEP_EVERY:
            publishing.expire(conn)
            swept = monotonic()
        if monotonic() - tidied >= _TIDY_EVERY:
            webhooks.tidy(conn, hook.name)
            tidied = monotonic()
        webhooks.number_endings(conn)
        while deliver_next(conn, hook, poster) and not stop.is_set():
            pass
        _wait(conn, stop)


def _wait(conn: Connection, stop: threading.Event) -> None:
    until = monotonic() + _LOOK_EVERY
    while monotonic() < until and not stop.is_set():
        for _ in conn.notifies(timeout=_SLICE, stop_after=1):
            return


def deliver_next(conn: Connection, hook: Hook, poster: Poster) -> bool:
    """Tell the webhook what comes next; whether another look is worth while at once."""
    with webhooks.held(conn, hook.name) as standing:
        message = None if standing is None else webhooks.next_message(conn, standing)
        if standing is None or message is None:
            return False
        now = datetime.now(UTC)
        reply = _sent(hook, poster, message, now)
        if reply.accepted:
            webhooks.note_delivered(conn, standing, message)
            return True
        if reply.status == _GONE:
            _log.error("webhook %s: %s: it is told nothing more until it is started anew", hook.name, reply.said)
            webhooks.stop(conn, standing, reply.said)
            return False
        return _note_failure(conn, standing, message, reply, now)


def resend(conn: Connection, hook: Hook, poster: Poster) -> Iterator[tuple[DeadLetter, Reply | None]]:
    """Tell the webhook its dead letters again, in their order, until one is not accepted; None: it cannot be told.

    Each by the id it had, so that a receiver which has it already can tell. It stays a letter until it is accepted.
    """
    for letter in dead_letters.letters(conn, hook.name):
        with dead_letters.held(conn, letter) as still_one:
            reply = _told_again(conn, hook, poster, letter) if still_one else None
        if still_one:
            yield letter, reply
        if reply is not None and not reply.accepted:
            return


def _told_again(conn: Connection, hook: Hook, poster: Poster, letter: DeadLetter) -> Reply | None:
    message = dead_letters.message_of(conn, letter)
    if message is None:
        return None
    reply = _sent(hook, poster, message, datetime.now(UTC))
    if reply.accepted:
        dead_letters.note_told(conn, letter)
    else:
        dead_letters.note_refused(conn, letter, reply.said)
    return reply


def _sent(hook: Hook, poster: Poster, message: Message, now: datetime) -> Reply:
    body = document({"type": message.event, "timestamp": message.at, "data": message.data})
    failpoint("webhook: send")
    reply = poster.post(
        body,
        {
            "webhook-id": message.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(Webhook(key).sign(message.id, now, body.decode()) for key in hook.keys),
        },
    )
    failpoint("webhook: sent")
    return reply


def _note_failure(conn: Connection, standing: Standing, message: Message, reply: Reply, now: datetime) -> bool:
    """Put the message off, or give it up; whether what comes after it may be tried at once."""
    tries = standing.tries_of(message) + 1
    webhooks.note_failed(conn, standing, message, tries, reply.said, pause_after(tries, reply.retry_after, now))
    told = (standing.name, message.event, message.id, reply.said)
    if tries < MOST_TRIES:
        _log.warning("webhook %s: %s %s: %s; try %d of %d", *told, tries, MOST_TRIES)
        return False
    dead_letters.lay_aside(conn, standing, message)
    _log.error("webhook %s: %s %s: %s; given up: freshet hooks resend tells it again", *told)
    return True


def pause_after(tries: int, asked_for: str | None, now: datetime) -> float:
    """Seconds until the next try after so many in vain; `asked_for`: a Retry-After header, which may make it longer."""
    pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * _FACTOR ** (tries - 1)) * random.uniform(*_JITTER)  # noqa: S311  # no secret
    return max(pause, min(retry_after(asked_for, now) or 0.0, _MOST_ASKED_FOR))
