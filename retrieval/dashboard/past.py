"""What was believed of entries, and what became of them: versions, changes, how much was live."""

from __future__ import annotations

from datetime import datetime
from typing import LiteralString

from fastapi import Request

from retrieval.dashboard import store
from retrieval.http.callers import Caller

__all__ = ["changes", "earliest", "lately", "live_over_time", "versions"]


async def versions(request: Request, caller: Caller, entry_id: int) -> list[store.Row]:
    """What was believed of an entry, oldest first."""
    return await store.rows(request, caller, _VERSIONS, entry=entry_id)


_VERSIONS: LiteralString = """
select v.version_id, v.run_id, lower(v.recorded) as recorded_from, upper(v.recorded) as recorded_until,
    v.closed_reason, v.url, v.title, v.description, v.language, v.category, v.price, v.price_before, v.currency,
    v.discount_percent, v.code, v.terms, lower(v.valid) as valid_from, upper(v.valid) as valid_until, v.validity, t.text
from kb_store.version v
join kb_store.entry e using (entry_id)
cross join lateral (
    select string_agg(c.body, chr(10) order by c.ordinal) as text
    from kb_store.chunk c
    where c.version_id = v.version_id
) t
where v.entry_id = %(entry)s and e.source_id = any (kb_store.visible_sources())
order by v.version_id
"""


async def changes(request: Request, caller: Caller, before: int | None, most: int) -> list[store.Row]:
    """The change feed backwards, each change with the version it became and the one before, as JSON."""
    return await store.rows(request, caller, _CHANGES, before=before, most=most)


_CHANGES: LiteralString = """
select c.change_id, c.at, c.change, c.entry_id, c.run_id, e.kind, s.name as source, v.title, v.url, v.language,
    became.said as after, was.said as before
from kb_store.change c
join kb_store.entry e using (entry_id)
join kb_store.source s using (source_id)
join kb_store.version v using (version_id)
cross join lateral (
    select to_jsonb(v) || jsonb_build_object(
        'valid_from', lower(v.valid), 'valid_until', upper(v.valid),
        'text', (select string_agg(k.body, chr(10) order by k.ordinal) from kb_store.chunk k
            where k.version_id = v.version_id)
    ) as said
) became
left join lateral (
    select to_jsonb(o) || jsonb_build_object(
        'valid_from', lower(o.valid), 'valid_until', upper(o.valid),
        'text', (select string_agg(k.body, chr(10) order by k.ordinal) from kb_store.chunk k
            where k.version_id = o.version_id)
    ) as said
    from kb_store.version o
    where o.entry_id = c.entry_id and o.version_id < c.version_id
    order by o.version_id desc
    limit 1
) was on c.change in ('changed', 'extended', 'shortened')
where s.source_id = any (kb_store.visible_sources())
    and (%(before)s::bigint is null or c.change_id < %(before)s)
order by c.change_id desc
limit %(most)s
"""


async def lately(request: Request, caller: Caller) -> dict[str, int]:
    """Change -> how many offers it befell within a day."""
    return {row["change"]: row["offers"] for row in await store.rows(request, caller, _LATELY)}


_LATELY: LiteralString = """
select c.change, count(distinct c.entry_id) as offers
from kb_store.change c
join kb_store.entry e using (entry_id)
where c.at > clock_timestamp() - interval '24 hours' and e.kind = 'offer'
    and e.source_id = any (kb_store.visible_sources())
group by c.change
order by array_position(
    array['added', 'activated', 'restored', 'changed', 'extended', 'shortened', 'expired', 'withdrawn'], c.change
)
"""


async def live_over_time(request: Request, caller: Caller) -> list[tuple[datetime, int]]:
    """How many offers were live, by what was known then, at even steps of the last month."""
    return [(row["at"], row["live"]) for row in await store.rows(request, caller, _LIVE)]


# Each point is what kb.offers answered then.
_LIVE: LiteralString = """
with span as materialized (
    select clock_timestamp() as until,
        greatest(min(lower(v.recorded)), clock_timestamp() - interval '30 days') as since
    from kb_store.version v
    join kb_store.entry e using (entry_id)
    where e.source_id = any (kb_store.visible_sources())
)
select t.at, (
    select count(*)
    from kb_store.offers_at(t.at, t.at, false, 10000, kb_store.wanted_of(null, null, null, null, null, null))
) as live
from span
cross join lateral (select since + (until - since) * (n / 30.0) as at from generate_series(0, 30) n) t
where since is not null
order by t.at
"""


async def earliest(request: Request, caller: Caller) -> datetime | None:
    """Since when anything is known; None: nothing is."""
    found = await store.row(request, caller, _EARLIEST)
    since: datetime | None = found["since"] if found else None
    return since


_EARLIEST: LiteralString = """
select min(lower(v.recorded)) as since
from kb_store.version v
join kb_store.entry e using (entry_id)
where e.source_id = any (kb_store.visible_sources())
"""
