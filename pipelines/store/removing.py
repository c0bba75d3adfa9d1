"""What a run means to remove, and whether it may: what is proven over, what was absent twice, and the verdict on it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.database import Connection
from pipelines.records import FAILED_OUTCOMES
from pipelines.store.runs import fenced, note
from pipelines.store.verdict import Sight, Verdict, Yield, judge

if TYPE_CHECKING:
    from pipelines.settings import GuardSettings

__all__ = ["plan_proven_removals", "plan_removals"]


def plan_removals(
    conn: Connection,
    run: int,
    guard: GuardSettings,
    *,
    complete: bool,
    incomplete_reason: str,
    attempted: int,
    failed: int,
) -> Verdict:
    """Judge the run and plan what it removes: what is proven over at once, what was merely absent the second time.

    The guard counts both: a site that by mistake answers 410 to everything is held as well.
    """
    with fenced(conn, run):
        found, live = _found_and_live(conn, run)
        in_a_row, yields = _rows_of_failures(conn, run), _yields(conn, run)
        sight = Sight(complete, incomplete_reason, attempted, failed, found, live, 0, in_a_row, yields)
        healthy = judge(sight, guard).healthy
        conn.execute("delete from kb_store.plan_removal where run_id = %s and reason <> 'joined'", (run,))
        conn.execute(_REMOVALS, {"run": run, "healthy": healthy})
        lost = [entry for (entry,) in conn.execute(_LOST, (run,)).fetchall()]
        verdict = judge(replace(sight, removals=len(lost)), guard)
        conn.execute(
            "update kb_store.plan_removal set held = %s where run_id = %s and entry_id = any (%s)",
            (verdict.held, run, lost),
        )
        note(conn, run, judged=verdict.as_json())
    return verdict


def plan_proven_removals(conn: Connection, run: int) -> None:
    """Plan what the run proves to be over and no more, unguarded: of a run that was told to end just that.

    Raises LeaseLost.
    """
    with fenced(conn, run):
        conn.execute(_REMOVALS, {"run": run, "healthy": False})


_REMOVALS = """
insert into kb_store.plan_removal (run_id, entry_id, reason)
select %(run)s, a.entry_id, a.reason
from kb_store.absent_entries(%(run)s) a
where a.reason <> 'absent' or (%(healthy)s and a.missed_before)
"""

# What is over by its own end is no loss, and its removal waits for nobody.
_LOST = """
select x.entry_id
from kb_store.plan_removal x
join kb_store.version v on v.entry_id = x.entry_id and upper_inf(v.recorded)
where x.run_id = %s and x.reason <> 'joined' and (upper_inf(v.valid) or upper(v.valid) > clock_timestamp())
"""

_IN_A_ROW = """
select coalesce(max(n.failures), 0)
from (
    select count(*) as failures
    from (
        select a.failed, row_number() over (order by a.fetched_at, a.url)
            - row_number() over (partition by a.failed order by a.fetched_at, a.url) as stretch
        from (
            select t.outcome = any (%(failed)s) as failed, t.fetched_at, t.url
            from kb_store.attempt t
            where t.run_id = %(run)s
        ) a
    ) a
    where a.failed
    group by a.stretch
) n
"""

_FOUND_AND_LIVE = """
select
    (select count(distinct coalesce(n.key, d.entry_id::text))
        from kb_store.effective_readings(%(run)s) e
        join kb_store.draft d using (reading_id)
        left join kb_store.plan_draft n on n.run_id = %(run)s and n.reading_id = d.reading_id and n.ordinal = d.ordinal
        where e.verified_at is not null),
    (select count(*)
        from kb_store.run r
        join kb_store.entry e using (source_id)
        join kb_store.version v on v.entry_id = e.entry_id and upper_inf(v.recorded)
        where r.run_id = %(run)s and (upper_inf(v.valid) or upper(v.valid) > clock_timestamp()))
"""


def _rows_of_failures(conn: Connection, run: int) -> int:
    """The longest row of pages that could not be looked at, as they were attempted."""
    failed = [outcome.value for outcome in FAILED_OUTCOMES]
    row = conn.execute(_IN_A_ROW, {"run": run, "failed": failed}).fetchone()
    assert row is not None
    return int(row[0])


def _yields(conn: Connection, run: int) -> tuple[Yield, ...]:
    rows = conn.execute("select pages, count, before, now from kb_store.yields(%s)", (run,)).fetchall()
    return tuple(Yield(*row) for row in rows)


def _found_and_live(conn: Connection, run: int) -> tuple[int, int]:
    row = conn.execute(_FOUND_AND_LIVE, {"run": run}).fetchone()
    assert row is not None
    return row[0], row[1]
