"""What publishing a run would do, entry by entry, and what embedding for it would cost."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipelines.database import Connection

if TYPE_CHECKING:
    from flows.texts import Texts

__all__ = ["PlannedChange", "embedding_seconds", "planned_changes"]

_COMPARED = (
    "title", "url", "description", "language", "category", "price", "price_before", "currency", "discount_percent",
    "code", "image_url", "terms", "valid_from", "valid_until", "validity", "text",
)  # fmt: skip


@dataclass(frozen=True)
class PlannedChange:
    """One line of a plan: what would become of an entry."""

    change: str  # added changed extended shortened restored ended withdrawn held suspect joined
    kind: str
    title: str
    url: str
    entry_id: int | None = None  # None: new
    reason: str = ""  # of a removal, or of being a suspect
    differs: dict[str, list[Any]] = field(
        default_factory=dict
    )  # field -> [before, after]; text: lines gone, lines come


def planned_changes(conn: Connection, run: int) -> list[PlannedChange]:
    """What publishing the run would do, entry by entry."""
    changes = [_changed(*row) for row in conn.execute(_PLANNED, {"run": run}).fetchall()]
    removals = [PlannedChange(*row) for row in conn.execute(_REMOVED, {"run": run}).fetchall()]
    suspects = conn.execute(_SUSPECT, {"run": run}).fetchall()
    return [*changes, *removals, *(PlannedChange(*row) for row in suspects)]


def embedding_seconds(conn: Connection, texts: Texts, count: int) -> float | None:
    """How long so many texts take here: by the machine's calibration, else as long as they took in the latest runs.

    None: no text was ever embedded here.
    """
    if not count:
        return 0.0
    rate = texts.seconds_per_text
    if rate is None:
        rate = (conn.execute(_PAST_RATE).fetchone() or (None,))[0]
    return None if rate is None else round(count * rate, 1)


_PAST_RATE = """
select sum(r.seconds)::float8 / sum(r.texts)
from (
    select (r.seconds ->> 'embed')::numeric as seconds, (r.chunks ->> 'embedded')::numeric as texts
    from kb_store.run r
    where (r.chunks ->> 'embedded')::int > 0 and r.seconds ? 'embed'
    order by r.run_id desc
    limit 10
) r
having sum(r.texts) > 0
"""


def _changed(
    change: str, kind: str, title: str, url: str, entry: int | None, before: Mapping[str, Any], after: Mapping[str, Any]
) -> PlannedChange:
    differs = {} if not before else {n: [before[n], after[n]] for n in _COMPARED if before[n] != after[n]}
    if "text" in differs:
        differs["text"] = _changed_lines(*differs["text"])
    if before and _is_over(after) and not _is_over(before):
        change = "ended"
    return PlannedChange(change, kind, title, url, entry, "", differs)


def _is_over(said: Mapping[str, Any]) -> bool:
    return said["over"] is True


def _changed_lines(before: str | None, after: str | None) -> list[str]:
    """The lines that go and the lines that come."""
    lines = list(difflib.ndiff((before or "").splitlines(), (after or "").splitlines()))
    return ["\n".join(line[2:] for line in lines if line.startswith(sign)) for sign in ("- ", "+ ")]


_PLANNED = """
select p.action, p.kind, p.title, p.url, p.entry_id, coalesce(b.said, '{}'), a.said
from kb_store.plan_entry p
cross join lateral (
    select to_jsonb(p) || jsonb_build_object(
        'valid_from', lower(p.valid), 'valid_until', upper(p.valid),
        'over', isempty(p.valid) or coalesce(upper(p.valid) <= clock_timestamp(), false),
        'text', (
            select string_agg(c.body, chr(10) order by c.ordinal)
            from kb_store.plan_chunk c
            where c.run_id = p.run_id and c.key = p.key and c.language is null
        )
    ) as said
) a
left join lateral (
    select to_jsonb(v) || jsonb_build_object(
        'valid_from', lower(v.valid), 'valid_until', upper(v.valid),
        'over', isempty(v.valid) or coalesce(upper(v.valid) <= clock_timestamp(), false),
        'text', (
            select string_agg(c.body, chr(10) order by c.ordinal)
            from kb_store.chunk c
            where c.version_id = v.version_id and c.language is null
        )
    ) as said
    from kb_store.version v
    where v.entry_id = p.entry_id and upper_inf(v.recorded)
) b on true
where p.run_id = %(run)s and p.action <> 'unchanged'
order by p.action, p.url, p.key
"""

_REMOVED = """
select case when x.reason = 'joined' then 'joined' when x.held then 'held' else 'withdrawn' end, e.kind, v.title, v.url,
    x.entry_id, x.reason
from kb_store.plan_removal x
join kb_store.entry e using (entry_id)
join kb_store.version v on v.entry_id = e.entry_id and upper_inf(v.recorded)
where x.run_id = %(run)s
order by 1 desc, v.url
"""

# What is absent and not removed by this run: counted in a run that is a witness, else as often missed as before.
_SUSPECT = """
select 'suspect', e.kind, v.title, v.url, e.entry_id, case
        when r.complete then 'not found: withdrawn when the next complete run does not find it either'
        else 'not found, by a run that is no witness of it'
    end
from kb_store.absent_entries(%(run)s) a
join kb_store.run r on r.run_id = %(run)s
join kb_store.entry e using (entry_id)
join kb_store.version v on v.entry_id = e.entry_id and upper_inf(v.recorded)
where not exists (
    select from kb_store.plan_removal x where x.run_id = %(run)s and x.entry_id = e.entry_id
)
order by v.url
"""
