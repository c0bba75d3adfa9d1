"""Which entry a person means by a number or a URL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipelines.database import Connection
from pipelines.records import FreshetError
from pipelines.texts import clean

__all__ = ["AmbiguousEntry", "entry_meant"]

_SHOWN = 20


class AmbiguousEntry(FreshetError):
    """Several entries stand at that URL: give the number of one."""


def entry_meant(conn: Connection, what: str, urls: Sequence[str] = ()) -> int:
    """The number of the entry that `what` names: its number, its key or its URL, in any spelling of `urls`.

    Reads tables: for `kb_writer` and `kb_owner`. An entry whose own address it is comes before those that merely stand
    on that page. Raises AmbiguousEntry naming the numbers, FreshetError when nothing is there.
    """
    if what.isdecimal() and int(what) < 2**63:
        return int(what)
    found = conn.execute(_AT_URL, {"urls": [clean(url) for url in (what, *urls)]}).fetchall()
    best = [row for row in found if row[0] == found[0][0]]
    if not best:
        raise FreshetError(f"no entry stands at {what}: give its number from a search, or the exact URL of its page")
    if len(best) > 1:
        raise AmbiguousEntry(_choice(what, best))
    return int(best[0][1])


def _choice(what: str, found: Sequence[tuple[Any, ...]]) -> str:
    lines = [
        f"  {entry_id}  {kind} of {source}  {_printable(title)}" for _, entry_id, kind, source, title in found[:_SHOWN]
    ]
    more = [f"  and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    return "\n".join([f"{len(found)} entries stand at {what}; give the number of one:", *lines, *more])


def _printable(text: str) -> str:
    """A scraped title in a message that goes to a terminal."""
    return "".join(character for character in text if character.isprintable())[:80]


# First what has this address as its own, live before closed; then what stands there under another.
_AT_URL = """
select min(n.place), n.entry_id, e.kind, s.name, v.title
from (
    select 1 as place, e.entry_id from kb_store.entry e where e.key = any (%(urls)s)
    union all
    select 2, v.entry_id from kb_store.version v where v.url = any (%(urls)s) and upper_inf(v.recorded)
    union all
    select 3, v.entry_id from kb_store.version v where v.url = any (%(urls)s) and not upper_inf(v.recorded)
    union all
    select 4, e.entry_id
    from kb_store.page p
    join kb_store.draft d using (reading_id)
    join kb_store.entry e on e.entry_id = d.entry_id
    where p.url = any (%(urls)s) or p.final_url = any (%(urls)s)
) n
join kb_store.entry e on e.entry_id = n.entry_id
join kb_store.source s using (source_id)
join lateral (
    select l.title from kb_store.version l where l.entry_id = e.entry_id order by l.version_id desc limit 1
) v on true
group by n.entry_id, e.kind, s.name, v.title
order by 1, 2
"""
