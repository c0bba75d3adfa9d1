"""How long a source that does not answer is left alone by the clock: twice as long after each look in vain."""

from __future__ import annotations

from datetime import datetime

from pipelines.database import Connection

__all__ = ["rests_until"]


def rests_until(conn: Connection, source: str) -> tuple[datetime, int] | None:
    """Until when the source is not to be looked at unasked, and after how many looks in vain; None: it may be now.

    In vain is a sync whose pages failed, every one. After the first the pause is five minutes, at most six
    hours: long enough for a site in trouble, short enough to be back the same day.
    """
    row = conn.execute(_REST, {"source": source}).fetchone()
    return None if row is None else (row[0], row[1])


_REST = """
with looked as (
    select r.run_id, r.finished_at,
        coalesce((r.pages ->> 'failed')::int, 0) = 0
            or coalesce((r.pages ->> 'ok')::int, 0) + coalesce((r.pages ->> 'not_modified')::int, 0) > 0 as answered
    from kb_store.run r
    join kb_store.source s using (source_id)
    where s.name = %(source)s and r.kind = 'sync' and r.state in ('published', 'partial', 'held', 'failed')
    order by r.run_id desc
    limit 20
),
vain as (
    select count(*) as looks, max(finished_at) as last
    from looked
    where run_id > coalesce((select max(l.run_id) from looked l where l.answered), 0)
)
select v.last + least(interval '5 minutes' * 2 ^ (v.looks - 1), interval '6 hours'), v.looks
from vain v
where v.looks > 0 and v.last + least(interval '5 minutes' * 2 ^ (v.looks - 1), interval '6 hours') > clock_timestamp()
"""
