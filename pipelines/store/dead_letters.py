"""What a webhook did not accept in all its tries: laid aside, and told again when a person says so.

A letter holds nothing of the message but its number and what it tells of; that is looked up when it is told again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg.rows import class_row

from pipelines.database import Connection
from pipelines.store import webhooks
from pipelines.store.webhooks import Message, Standing

__all__ = ["DeadLetter", "held", "lay_aside", "letters", "message_of", "note_refused", "note_told"]


@dataclass(frozen=True)
class DeadLetter:
    """A message that was given up."""

    webhook: str
    message: str  # its id
    event: str
    change_id: int | None  # what it tells of: this, or a run
    run_id: int | None
    ending: int | None  # place of the run among those that ended


def lay_aside(conn: Connection, standing: Standing, message: Message) -> None:
    """Make it a dead letter, after `webhooks.note_failed`; what comes after it may be tried at once."""
    run = message.data["run_id"] if message.change is None else None
    conn.execute(_LAY_ASIDE, (message.event, message.at, message.change, run, standing.name))
    webhooks.move_on(conn, standing, message)


def letters(conn: Connection, name: str) -> list[DeadLetter]:
    """The webhook's letters in the order they were given up, which is that of what they tell."""
    with conn.cursor(row_factory=class_row(DeadLetter)) as cursor:
        return cursor.execute(_LETTERS, (name,)).fetchall()


@contextmanager
def held(conn: Connection, letter: DeadLetter) -> Iterator[bool]:
    """A transaction that holds the letter and its webhook, once nobody else does; False: it is a letter no more."""
    with conn.transaction():
        yield conn.execute(_HOLD, (letter.webhook, letter.message)).fetchone() is not None


def message_of(conn: Connection, letter: DeadLetter) -> Message | None:
    """The message as it was; None: the feed has forgotten it, or the run asks for nobody any more."""
    found: Message | None = None
    if letter.change_id is not None:
        found = next(iter(webhooks.changes_after(conn, letter.change_id - 1, 1)), None)
    elif letter.ending is not None:
        found = webhooks.ending_after(conn, letter.ending - 1, [letter.event])
    return found if found is not None and found.id == letter.message else None


def note_told(conn: Connection, letter: DeadLetter) -> None:
    """It was accepted."""
    conn.execute(_TOLD, (letter.webhook, letter.message))


def note_refused(conn: Connection, letter: DeadLetter, reason: str) -> None:
    """It was not, once more."""
    conn.execute(_REFUSED, (webhooks.kept_reason(reason), letter.webhook, letter.message))


_LAY_ASIDE = """
insert into kb_store.dead_letter (webhook, message, event, at, change_id, run_id, tries, reason)
select w.name, w.trying, %s, %s, %s, %s, w.tries, w.reason
from kb_store.webhook w
where w.name = %s
on conflict do nothing
"""

_LETTERS = """
select l.webhook, l.message, l.event, l.change_id, l.run_id, r.ending
from kb_store.dead_letter l
left join kb_store.run r using (run_id)
where l.webhook = %s
order by l.given_up_at, l.message
"""

_HOLD = """
select
from kb_store.webhook w
join kb_store.dead_letter l on l.webhook = w.name
where w.name = %s and l.message = %s
for update
"""

_TOLD = """
with told as (
    delete from kb_store.dead_letter where webhook = %s and message = %s returning webhook
)
update kb_store.webhook w
set delivered = delivered + 1, delivered_at = clock_timestamp()
from told
where w.name = told.webhook
"""

_REFUSED = """
update kb_store.dead_letter set tries = tries + 1, reason = %s where webhook = %s and message = %s
"""
