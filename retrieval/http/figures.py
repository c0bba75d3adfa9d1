"""The figures that /metrics tells, read from the base at one instant; two of them are probes.

`expired_served` asks kb.offers as a bot would, and holds each row against the versions it came from. `recall` compares
the index of vectors with comparing each.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from pipelines.database import DatabaseError
from retrieval.client import AsyncClient

__all__ = ["BASE_AWAY", "Base", "Reading", "Row"]

_AWAY = (DatabaseError, psycopg.Error, TimeoutError)

_LONGEST = 4.0  # seconds for all that is read; Prometheus gives up on a scrape after ten
_KEPT = 5.0  # seconds that a reading holds: several scrapers cost what one does
_RECALL_KEPT = 300.0  # the same for the comparison of the index with comparing each
_MOST_OFFERS = 10_000  # of the probe, those that end first: as many as one call of kb.offers returns

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Reading:
    """What one look at the base found."""

    up: bool  # False: it was away, and nothing else is known
    sources: tuple[Row, ...] = ()
    runs: tuple[Row, ...] = ()  # by source and state
    webhooks: tuple[Row, ...] = ()
    expired_served: int | None = None  # offers that were returned although over
    recall: float | None = None  # 0..1; None: there is no index, each text is compared


BASE_AWAY = Reading(up=False)


class Base:
    """Looks at the base, and no more often than is worth while."""

    def __init__(self, client: AsyncClient, webhooks: Sequence[str] = ()) -> None:
        """`client` asks as a reader; `webhooks` are the names of those that the project has."""
        self._client = client
        self._webhooks = list(webhooks)
        self._looking = asyncio.Lock()
        self._last = (-_KEPT, BASE_AWAY)
        self._recall: tuple[float, float | None] = (-_RECALL_KEPT, None)

    async def look(self, store: AsyncConnectionPool[Any]) -> Reading:
        """The figures now; `store` acts as kb_writer. `BASE_AWAY` when they cannot be had in time."""
        async with self._looking:
            at, last = self._last
            if not last.up or monotonic() - at >= _KEPT:
                last = await self._in_time(store)
                self._last = (monotonic(), last)
            return last

    async def _in_time(self, store: AsyncConnectionPool[Any]) -> Reading:
        try:
            async with asyncio.timeout(_LONGEST):
                return await self._looked(store)
        except _AWAY:
            return BASE_AWAY

    async def _looked(self, store: AsyncConnectionPool[Any]) -> Reading:
        served = await self._client.offers(max_results=_MOST_OFFERS)
        probed = {
            "at": served.at,
            "entry": [offer.entry_id for offer in served.offers],
            "verified": [offer.verified_at for offer in served.offers],
        }
        async with store.connection() as conn, conn.cursor(row_factory=dict_row) as cursor:
            sources = await (await cursor.execute(_SOURCES)).fetchall()
            runs = await (await cursor.execute(_RUNS)).fetchall()
            hooks = await (await cursor.execute(_WEBHOOKS, (self._webhooks,))).fetchall()
            over = await (await cursor.execute(_EXPIRED, probed)).fetchall()
            recall = await self._recalled(cursor)
        return Reading(True, tuple(sources), tuple(runs), tuple(hooks), over[0]["expired"], recall)

    async def _recalled(self, cursor: psycopg.AsyncCursor[Row]) -> float | None:
        at, recall = self._recall
        if monotonic() - at >= _RECALL_KEPT:
            (row,) = await (await cursor.execute(_RECALL)).fetchall()
            recall = row["recall"]
            self._recall = (monotonic(), recall)
        return recall


_SOURCES = """
select f.source, f.stale, f.live, f.upcoming, f.held_run is not null as held, s.paused is not null as paused,
    extract(epoch from clock_timestamp() - f.last_verified) as verified_age,
    extract(epoch from clock_timestamp() - f.last_attempt) as attempt_age,
    (
        select count(*) from kb_store.served_entry e
        where e.source_id = s.source_id and e.kind = 'offer'
            and kb_store.is_live(e.valid, e.ttl, e.verified_at, clock_timestamp())
    ) as live_offers
from kb.freshness() f
join kb_store.source s on s.name = f.source
"""

# The last run of a source counts however long ago it was.
_RUNS = """
with last as (
    select distinct on (r.source_id) r.source_id, r.run_id
    from kb_store.run r
    where r.finished_at is not null and r.state <> 'planned'
    order by r.source_id, r.run_id desc
)
select s.name as source, r.state,
    count(*) filter (where r.finished_at > clock_timestamp() - interval '24 hours') as runs,
    coalesce(sum((r.chunks->>'embedded')::bigint)
        filter (where r.finished_at > clock_timestamp() - interval '24 hours'), 0) as embedded,
    max((r.run_id = l.run_id)::int) as is_last
from last l
join kb_store.source s using (source_id)
join kb_store.run r on r.source_id = l.source_id
    and (r.run_id = l.run_id or r.finished_at > clock_timestamp() - interval '24 hours')
where r.state <> 'planned'
group by s.name, r.state
"""

# Of one that nothing has delivered to yet there is nothing to tell.
_WEBHOOKS = """
select w.name as webhook, w.waiting, w.dead_letters,
    coalesce(extract(epoch from clock_timestamp() - w.waiting_since), 0) as waiting_age
from kb_store.webhook_states(%s) w
where w.waiting is not null
"""

# By the versions, not by what is served. A version closed since the call was believed at its instant.
_EXPIRED = """
select count(*) as expired
from unnest(%(entry)s::bigint[], %(verified)s::timestamptz[]) o (entry_id, verified_at)
where not exists (
    select
    from kb_store.version v
    join kb_store.entry e using (entry_id)
    join kb_store.source s using (source_id)
    where v.entry_id = o.entry_id
        and coalesce(upper(v.recorded), 'infinity') > %(at)s - interval '1 minute'
        and v.valid @> %(at)s::timestamptz
        and (not upper_inf(v.valid) or o.verified_at + s.ttl > %(at)s)
)
"""

# Three texts drawn by chance stand for queries; nothing is walked but the primary key.
_RECALL = """
select avg(shared.share)::float8 as recall
from kb_store.model m
cross join lateral (
    select floor(random() * m.indexed_to)::bigint as passage_id from generate_series(1, 3)
) drawn
cross join lateral (
    select v.vector::vector as direction
    from kb_store.served_vector v
    where v.model_id = m.model_id and v.passage_id >= drawn.passage_id
    order by v.passage_id
    limit 1
) asked
cross join lateral (select kb_store.wanted_of(null, null, null, null, null, null) as wanted) everything
cross join lateral (
    select count(i.passage_id)::float8 / nullif(count(*), 0) as share
    from unnest((
        kb_store.exact_legs(clock_timestamp(), null, asked.direction, '{}', everything.wanted)
    ).vectors[:10]) x
    left join unnest((
        kb_store.nearest_vectors(clock_timestamp(), asked.direction, '{}', everything.wanted, 500)
    )[:10]) i using (passage_id)
) shared
where m.active and m.indexed_to > 0
"""
