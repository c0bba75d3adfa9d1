"""What a run tells: the report that `--json` prints, `freshet runs` lists and the terminal shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from psycopg.rows import dict_row

from flows.plans import PlannedChange
from pipelines.database import Connection
from pipelines.records import FAILED_OUTCOMES

__all__ = [
    "Report",
    "count_chunks",
    "count_entries",
    "count_pages",
    "held_removals",
    "last_change",
    "problems",
    "source_states",
    "stored_runs",
    "titles_of",
]

_MOST_PROBLEMS = 200


@dataclass(frozen=True)
class Report:
    """What came of one run; counts are of pages, entries and chunks, times in seconds."""

    run: int
    source: str
    state: str
    pages: dict[str, Any] = field(default_factory=dict)
    entries: dict[str, int] = field(default_factory=dict)
    chunks: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    problems: list[dict[str, str]] = field(default_factory=list)
    verdict: list[str] = field(default_factory=list)
    plan: list[PlannedChange] | None = None  # with --dry-run

    def as_json(self) -> dict[str, Any]:
        """The report as `sync --json` prints it."""
        facts = asdict(self)
        if self.plan is None:
            del facts["plan"]
        return facts


def count_pages(conn: Connection, run: int) -> dict[str, Any]:
    """Pages requested, by outcome."""
    rows: list[tuple[str, int]] = conn.execute(
        "select outcome, count(*) from kb_store.attempt where run_id = %s group by 1 order by 1", (run,)
    ).fetchall()
    outcomes = dict(rows)
    return {
        "requested": sum(outcomes.values()),
        "ok": outcomes.get("ok", 0),
        "not_modified": outcomes.get("not_modified", 0),
        "failed": sum(outcomes.get(outcome, 0) for outcome in FAILED_OUTCOMES),
        "outcomes": outcomes,
    }


def problems(conn: Connection, run: int) -> list[dict[str, str]]:
    """Attempts that a person should look at, with what happened and the way out."""
    rows = conn.execute(
        """
        select a.url, a.outcome, a.message || case when w.url is null then '' else
            '; what it gave stays until it is missing at a look an hour or more after the first, too' end
        from kb_store.attempt a
        left join lateral (
            select p.url
            from kb_store.run r
            join kb_store.page p using (source_id)
            where r.run_id = a.run_id and p.url = a.url and p.reading_id is not null
                and a.outcome in ('missing', 'soft_404', 'moved_off_scope')
                and not kb_store.is_proven_gone(a.outcome, a.fetched_at, p.missing_since)
        ) w on true
        where a.run_id = %s and a.outcome not in ('ok', 'not_modified', 'moved') and a.message <> ''
        order by a.outcome = any (%s) desc, a.url
        limit %s
        """,
        (run, [outcome.value for outcome in FAILED_OUTCOMES], _MOST_PROBLEMS),
    )
    return [{"url": url, "outcome": outcome, "message": message} for url, outcome, message in rows]


def last_change(conn: Connection) -> int:
    """The number of the last change told, 0 before any."""
    row = conn.execute("select coalesce(max(change_id), 0) from kb_store.change").fetchone()
    assert row is not None
    return int(row[0])


def count_entries(conn: Connection, run: int, since_change: int) -> dict[str, int]:
    """Entries by what happened to them, once the run is published; `since_change`: last change before it.

    As in the plan and in the change feed an entry counts once: one whose end moved is extended or shortened, whatever
    else changed in it.
    """
    row = conn.execute(_ENTRIES, {"run": run, "since": since_change}).fetchone()
    assert row is not None
    names = ["added", "changed", "extended", "shortened", "expired", "withdrawn", "held", "suspect", "live"]
    return dict(zip([*names, "unchanged"], row, strict=True))


_ENTRIES = """
with mine as (
    select e.entry_id, e.absent_runs
    from kb_store.run r
    join kb_store.entry e using (source_id)
    where r.run_id = %(run)s
),
opened as (
    select v.entry_id, exists (select from kb_store.version o where o.entry_id = v.entry_id and o.closed_by = %(run)s
            and o.closed_reason = 'replaced') as replaced
    from kb_store.version v
    where v.run_id = %(run)s
),
said as (
    select c.entry_id, c.change from kb_store.change c join mine using (entry_id) where c.change_id > %(since)s
)
select
    (select count(*) from opened where not replaced),
    (select count(*) from opened o where replaced
        and not exists (select from said where entry_id = o.entry_id and change in ('extended', 'shortened'))),
    (select count(*) from said where change = 'extended'),
    (select count(*) from said where change = 'shortened'),
    (select count(*) from said where change = 'expired'),
    (select count(*) from kb_store.version where closed_by = %(run)s
        and closed_reason not in ('replaced', 'joined')),
    (select count(*) from kb_store.plan_removal where run_id = %(run)s and held),
    (select count(*) from mine where absent_runs > 0),
    (select count(*) from kb_store.served_entry s join mine using (entry_id)
        where kb_store.is_live(s.valid, s.ttl, s.verified_at, clock_timestamp())),
    (select count(*) from kb_store.version v join mine using (entry_id) where upper_inf(v.recorded)
        and v.run_id <> %(run)s)
"""


def count_chunks(conn: Connection, run: int, embedded: int) -> dict[str, int]:
    """Chunks of all that the source is believed to say, and how many texts had to be embedded."""
    row = conn.execute(
        """
        select count(*)
        from kb_store.run r
        join kb_store.entry e using (source_id)
        join kb_store.version v on v.entry_id = e.entry_id and upper_inf(v.recorded)
        join kb_store.chunk c using (version_id)
        where r.run_id = %s
        """,
        (run,),
    ).fetchone()
    assert row is not None
    return {"total": row[0], "embedded": embedded, "reused": max(row[0] - embedded, 0)}


def stored_runs(conn: Connection, *, source: str | None = None, number: int | None = None) -> list[dict[str, Any]]:
    """Runs as they were recorded, newest first: of one source, or the one of that number, or the last hundred."""
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            """
            select r.run_id as run, s.name as source, r.kind, r.state, r.started_at, r.finished_at, r.complete, r.pages,
                r.entries, r.chunks, r.seconds, r.verdict, r.judged, r.problems, r.permission
            from kb_store.run r
            join kb_store.source s using (source_id)
            where (%(source)s::text is null or s.name = %(source)s)
                and (%(number)s::bigint is null or r.run_id = %(number)s)
            order by r.run_id desc
            limit 100
            """,
            {"source": source, "number": number},
        ).fetchall()


def titles_of(conn: Connection, entries: Sequence[int]) -> dict[int, str]:
    """The last known titles of these entries, each with its URL."""
    rows = conn.execute(
        """
        select distinct on (v.entry_id) v.entry_id, v.title || '  ' || v.url
        from kb_store.version v
        where v.entry_id = any (%s)
        order by v.entry_id, v.version_id desc
        """,
        (list(entries),),
    ).fetchall()
    return dict(rows)


def held_removals(conn: Connection, run: int) -> list[dict[str, Any]]:
    """Removals that the run holds back for a person."""
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            """
            select x.entry_id, e.kind, v.title, v.url, x.reason
            from kb_store.plan_removal x
            join kb_store.entry e using (entry_id)
            join kb_store.version v on v.entry_id = e.entry_id and upper_inf(v.recorded)
            where x.run_id = %s and x.held
            order by v.url, x.entry_id
            """,
            (run,),
        ).fetchall()


def source_states(conn: Connection) -> dict[str, dict[str, Any]]:
    """What waits for a person, by source: why it is paused, how many removals are held and why, what was withdrawn;
    how many pages were missing once and wait for another look; and what came of the last one.
    """
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute("select * from kb_store.source_states()").fetchall()
    return {row.pop("source"): row for row in rows}
