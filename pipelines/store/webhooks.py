"""How far each webhook has been told, what it is to be told next, and what came of a try.

A webhook has a row, and the row is its queue: what waits is what the change feed and the runs hold beyond the numbers
in it. Whoever delivers holds the row locked (`held`) from the look at what is next to the note of what came of it. So
one process delivers at a time, and one that dies in between has noted nothing: the same message goes out again. A row,
not an advisory lock: that any login could hold.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from pipelines.database import Connection
from pipelines.texts import clean

__all__ = [
    "Message",
    "Standing",
    "changes_after",
    "ending_after",
    "held",
    "kept_reason",
    "move_on",
    "next_message",
    "note_delivered",
    "note_failed",
    "number_endings",
    "register",
    "states",
    "stop",
    "tidy",
]

_PAGE = 100  # changes looked at for the next one that is wanted
_LONGEST = 500  # characters of a reason that are kept

Row = dict[str, Any]


@dataclass(frozen=True)
class Standing:
    """How far a webhook is; its row is locked for as long as the transaction lasts."""

    name: str
    events: tuple[str, ...]
    told_change: int
    told_ending: int
    trying: str | None  # id of the message that was last tried in vain
    tries: int  # how often that was

    def tries_of(self, message: Message) -> int:
        """How often that message was tried in vain."""
        return self.tries if self.trying == message.id else 0


@dataclass(frozen=True)
class Message:
    """Something that happened, for one webhook."""

    id: str  # the same at each try; no two things that happen have the same
    event: str
    at: datetime
    data: Mapping[str, Any]
    change: int | None = None  # number of the change it tells of; None: it is of a run
    ending: int | None = None  # place of the run it tells of among those that ended


def register(conn: Connection, name: str, events: Sequence[str]) -> None:
    """Make the webhook known under its name, and to be tried again if it wanted no more; a new one starts from now."""
    number_endings(conn)
    conn.execute(_REGISTER, {"name": name, "events": list(events)})


def tidy(conn: Connection, name: str) -> None:
    """Note that the webhook is in use; forget those that have not been for thirty days, and letters of that age."""
    with conn.transaction():
        conn.execute("update kb_store.webhook set seen_at = clock_timestamp() where name = %s", (name,))
        conn.execute("delete from kb_store.webhook where seen_at < clock_timestamp() - interval '720 hours'")
        conn.execute("delete from kb_store.dead_letter where given_up_at < clock_timestamp() - interval '720 hours'")


def number_endings(conn: Connection) -> None:
    """Number the runs that ended held or failed since. Not inside `held`: who publishes would wait until that ends."""
    with conn.transaction():
        conn.execute("select kb_store.number_endings()")


@contextmanager
def held(conn: Connection, name: str) -> Iterator[Standing | None]:
    """A transaction that holds the webhook; None: another process does, it is left alone for now, or is not known."""
    with conn.transaction():
        row = conn.execute(_HOLD, (name,)).fetchone()
        yield None if row is None else Standing(name, tuple(row[0]), *row[1:])


def next_message(conn: Connection, standing: Standing) -> Message | None:
    """What it is to be told next; None: nothing waits. Of a change and a run that ended, the earlier."""
    ending = ending_after(conn, standing.told_ending, standing.events)
    change = _next_change(conn, standing)
    if change is None or (ending is not None and ending.at < change.at):
        return ending
    return change


def note_delivered(conn: Connection, standing: Standing, message: Message) -> None:
    """It has accepted the message."""
    conn.execute(_DELIVERED, _names(standing, message))


def note_failed(conn: Connection, standing: Standing, message: Message, tries: int, reason: str, pause: float) -> None:
    """It did not accept the message at that try, and is left alone for `pause` seconds."""
    told = {"tries": tries, "reason": kept_reason(reason), "pause": pause}
    conn.execute(_FAILED, {**_names(standing, message), **told})


def move_on(conn: Connection, standing: Standing, message: Message) -> None:
    """It is told the message no more; what comes after it may be tried at once."""
    conn.execute(_MOVE_ON, _names(standing, message))


def stop(conn: Connection, standing: Standing, reason: str) -> None:
    """It wants nothing more; the message stays the next one."""
    conn.execute(
        "update kb_store.webhook set stopped_at = clock_timestamp(), reason = %s,"
        " failing_since = coalesce(failing_since, clock_timestamp()) where name = %s",
        (kept_reason(reason), standing.name),
    )


def kept_reason(said: str) -> str:
    """Why a try failed, as it is kept."""
    return clean(said)[:_LONGEST]


def states(conn: Connection, names: Sequence[str]) -> list[Row]:
    """How each of these fares, in their order: columns of kb_store.webhook_states."""
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute("select * from kb_store.webhook_states(%s)", (list(names),)).fetchall()


def changes_after(conn: Connection, after: int, most: int) -> list[Message]:
    """What the feed tells after that number, wanted or not, in order."""
    return [_of_change(row) for row in _rows(conn, _CHANGES, {"after": after, "page": most})]


def ending_after(conn: Connection, after: int, wanted: Sequence[str]) -> Message | None:
    """The next run after that place among those that ended in such a way, and still ask for a person."""
    return next((_of_ending(row) for row in _rows(conn, _ENDINGS, {"after": after, "wanted": list(wanted)})), None)


def _next_change(conn: Connection, standing: Standing) -> Message | None:
    """The next change that is wanted; where there is none, those that are not are passed over for good."""
    after: int | None = standing.told_change
    while after is not None and (page := changes_after(conn, after, _PAGE)):
        for message in page:
            if message.event in standing.events:
                return message
        after = page[-1].change
        conn.execute("update kb_store.webhook set told_change = %s where name = %s", (after, standing.name))
    return None


def _of_change(row: Row) -> Message:
    name = _id("change", row["change_id"], row["change"], row["entry_id"], row["at"])
    return Message(name, row["change"], row["at"], row, change=row["change_id"])


def _of_ending(row: Row) -> Message:
    ending, at = row.pop("ending"), row.pop("at")
    return Message(_id("run", row["run_id"], row["state"], at), row["state"], at, row, ending=ending)


def _rows(conn: Connection, statement: str, named: Mapping[str, object]) -> list[Row]:
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(statement.encode(), named).fetchall()


def _id(*facts: object) -> str:
    """An id without a full stop, as signatures need. By the instant too: a restored base gives its numbers again."""
    return "msg_" + hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


def _names(standing: Standing, message: Message) -> dict[str, object]:
    return {
        "name": standing.name,
        "message": message.id,
        "told_change": standing.told_change if message.change is None else message.change,
        "told_ending": standing.told_ending if message.ending is None else message.ending,
    }


_REGISTER = """
insert into kb_store.webhook (name, event, told_change, told_ending)
select %(name)s, %(events)s, (select coalesce(max(change_id), 0) from kb_store.change),
    (select coalesce(max(ending), 0) from kb_store.run)
on conflict (name) do update set event = excluded.event, stopped_at = null
"""

# A next try far away was set by a clock that was set back since.
_HOLD = """
select w.event, w.told_change, w.told_ending, w.trying, w.tries
from kb_store.webhook w
where w.name = %s and w.stopped_at is null
    and not w.next_try between clock_timestamp() and clock_timestamp() + interval '25 hours'
for update skip locked
"""

_CHANGES = """
select k.*, v.language
from kb.changes(%(after)s, %(page)s) k
join kb_store.change c using (change_id)
join kb_store.version v using (version_id)
order by k.change_id
"""

# What was approved meanwhile waits for nobody any more.
_ENDINGS = """
select r.ending, r.finished_at as at, s.name as source, r.run_id, r.kind, r.state, coalesce(w.reasons, '{}') as reasons,
    (select count(*) from kb_store.plan_removal x where x.run_id = r.run_id and x.held) as held
from kb_store.run r
join kb_store.source s using (source_id)
cross join lateral (
    select array_agg(left(t.said, 300) order by t.place) as reasons
    from (
        select said, ordinality as place from jsonb_array_elements_text(r.verdict) with ordinality v (said, ordinality)
        union all
        select p.problem ->> 'message', 1000 + p.ordinality
        from jsonb_array_elements(r.problems) with ordinality p (problem, ordinality)
        where r.state = 'failed'
        order by 2
        limit 20
    ) t
) w
where r.ending > %(after)s and r.state = any (%(wanted)s)
order by r.ending
limit 1
"""

_DELIVERED = """
update kb_store.webhook
set told_change = %(told_change)s, told_ending = %(told_ending)s, trying = null, tries = 0, failing_since = null,
    reason = null, delivered = delivered + 1, delivered_at = clock_timestamp()
where name = %(name)s
"""

_FAILED = """
update kb_store.webhook
set trying = %(message)s, tries = %(tries)s, reason = %(reason)s,
    next_try = clock_timestamp() + make_interval(secs => %(pause)s),
    failing_since = coalesce(failing_since, clock_timestamp())
where name = %(name)s
"""

_MOVE_ON = """
update kb_store.webhook
set told_change = %(told_change)s, told_ending = %(told_ending)s, trying = null, tries = 0, next_try = clock_timestamp()
where name = %(name)s
"""
