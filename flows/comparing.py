"""What a run read, laid beside what is believed: the readings, the plan, and whether it may remove anything."""

from __future__ import annotations

from typing import Any

from flows.fetching import Seen
from flows.reading import reading_recipe, reading_session
from flows.running import Run
from flows.texts import Texts
from pipelines.records import FAILED_OUTCOMES, Outcome
from pipelines.store import planning, removing, runs
from pipelines.store.readings import read_missing

__all__ = ["plan", "read"]


def read(run: Run) -> None:
    """Read what of the run's captures was never read this way; with `full`, all of it. Raises LeaseLost."""
    with reading_session(run.source) as read_all, run.progress.stage(f"{run.source.name}: read") as advance:
        read_missing(
            run.conn, run.number, run.source.rules(), reading_recipe(run.source), read_all,
            force=run.options.full, starts=run.source.starts(), on_progress=advance,
        )  # fmt: skip


def plan(run: Run, texts: Texts, seen: Seen, pages: dict[str, Any]) -> list[str]:
    """Lay what was read beside what is believed; why the run may, or may not, remove anything."""
    with run.progress.stage(f"{run.source.name}: compare") as advance:
        planning.plan_entries(
            run.conn,
            run.number,
            texts.chunker(run.source.rules()),
            languages=run.source.languages,
            force=run.options.reindex,
            on_progress=advance,
        )
    planning.withhold_unchanged(run.conn, run.number)
    unseen = seen.incomplete_reason or _doubted_starts(run)
    verdict = removing.plan_removals(
        run.conn, run.number, run.source.guard,
        complete=seen.complete and not unseen, incomplete_reason=unseen,
        attempted=pages["requested"], failed=pages["failed"],
    )  # fmt: skip
    reasons = [*verdict.reasons, *seen.notes]
    runs.note(run.conn, run.number, complete=verdict.healthy, verdict=reasons)
    return reasons


def _doubted_starts(run: Run) -> str:
    """Start URLs, or where they lead, that answered and then could not be believed; empty: none.

    Without what stands behind them "no page leads there" cannot be known. The crawl itself tells those that failed; as
    there, a listed URL that is not to be found has answered.
    """
    doubts = FAILED_OUTCOMES if run.source.kind == "urls" else FAILED_OUTCOMES | {Outcome.SOFT_404}
    asked = {"run": run.number, "starts": list(run.source.starts()), "doubts": [doubt.value for doubt in doubts]}
    found = run.conn.execute(_DOUBTED, asked).fetchall()
    return "; ".join(f"start URL {url}: {outcome}" for url, outcome in found)


_DOUBTED = """
select a.url, a.outcome
from kb_store.attempt a
where a.run_id = %(run)s and a.outcome = any (%(doubts)s) and (
    a.url = any (%(starts)s)
    or exists (
        select from kb_store.attempt s where s.run_id = a.run_id and s.url = any (%(starts)s) and s.final_url = a.url
    )
)
order by a.url
"""
