"""What a run tells: the report that `--json` prints, `freshet runs` lists and the terminal shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from psycopg.rows import dict_row

from pipelines.database import Connection
from pipelines.records import FAILED_OUTCOMES

__all__ = [
    "PlannedChange",
    "Report",
    "count_chunks",
    "count_entries",
    "count_pages",
    "planned_changes",
    "problems",
    "stored_runs",
    "titles_of",
]

_MOST_PROBLEMS = 200


@dataclass(frozen=True)
class PlannedChange:
    """One line of a plan: what would become of an entry."""

    change: str  # added changed extended shortened restored, or the reason of a removal
    kind: str
    title: str
    url: str
    differs: dict[str, list[Any]] = field(default_factory=dict)  # field -> [before, after]


@dataclass(frozen=True)
class Report:
    """What came of one run; counts are of pages, entries and chunks, times in seconds."""

    run: int
    source: str
    state: str
    pages: dict[str, Any] = field(default_factory=dict)
    entries: dict[str, int] = field(default_factory=dict)
    chunks: dict[str, int] = field(default_factory=dict)
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
        select url, outcome, message
        from kb_store.attempt
        where run_id = %s and outcome not in ('ok', 'not_modified', 'moved') and message <> ''
        order by outcome = any (%s) desc, url
        limit %s
        """,
        (run, [outcome.value for outcome in FAILED_OUTCOMES], _MOST_PROBLEMS),
    )
    return [{"url": url, "outcome": outcome, "message": message} for url, outcome, message in rows]


def planned_changes(conn: Connection, run: int) -> list[PlannedChange]:
    """What publishing the run would do, entry by entry."""
    changes = conn.execute(_PLANNED, {"run": run, "compared": _COMPARED.split()}).fetchall()
    removals = conn.execute(_REMOVED, {"run": run}).fetchall()
    return [PlannedChange(*row) for row in changes] + [PlannedChange(*row) for row in removals]


_COMPARED = (
    "title url description price price_before currency discount_percent code terms category valid validity language"
)

_PLANNED = """
select p.action, p.kind, p.title, p.url,
    coalesce((
        select jsonb_object_agg(n.key, jsonb_build_array(o.value, n.value))
        from jsonb_each(to_jsonb(p)) n
        join jsonb_each(to_jsonb(v)) o using (key)
        where n.key = any (%(compared)s) and n.value is distinct from o.value
    ), '{}')
from kb_store.plan_entry p
left join kb_store.version v on v.entry_id = p.entry_id and upper_inf(v.recorded)
where p.run_id = %(run)s and p.action <> 'unchanged'
order by p.action, p.url, p.key
"""

_REMOVED = """
select x.reason, e.kind, v.title, v.url
from kb_store.plan_removal x
join kb_store.entry e using (entry_id)
join kb_store.version v on v.entry_id = e.entry_id and upper_inf(v.recorded)
where x.run_id = %(run)s
order by x.reason, v.url
"""


def count_entries(conn: Connection, run: int, since_change: int) -> dict[str, int]:
    """Entries by what happened to them, once the run is published; `since_change`: last change before it."""
    row = conn.execute(_ENTRIES, {"run": run, "since": since_change}).fetchone()
    assert row is not None
    names = ["added", "changed", "extended", "shortened", "expired", "withdrawn", "held", "suspect", "live", "open"]
    counts = dict(zip(names, row, strict=True))
    counts["unchanged"] = max(counts.pop("open") - counts["added"] - counts["changed"], 0)
    return counts


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
    select c.change from kb_store.change c join mine using (entry_id) where c.change_id > %(since)s
)
select
    (select count(*) from opened where not replaced),
    (select count(*) from opened where replaced),
    (select count(*) from said where change = 'extended'),
    (select count(*) from said where change = 'shortened'),
    (select count(*) from said where change = 'expired'),
    (select count(*) from kb_store.version where closed_by = %(run)s
        and closed_reason not in ('replaced', 'joined')),
    (select count(*) from kb_store.plan_removal where run_id = %(run)s and held),
    (select count(*) from mine where absent_runs > 0),
    (select count(*) from kb_store.served_entry s join mine using (entry_id)
        where kb_store.is_live(s.valid, s.ttl, s.verified_at, clock_timestamp())),
    (select count(*) from kb_store.version v join mine using (entry_id) where upper_inf(v.recorded))
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
                r.entries, r.chunks, r.seconds, r.verdict, r.problems, r.permission
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
