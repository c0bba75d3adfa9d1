"""What was asked and not, or weakly, answered: kept by day and language, without personal data (kb.note_demand)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, LiteralString

from psycopg.rows import dict_row

from pipelines.database import Connection

__all__ = ["QUESTIONS", "Demand", "demand", "keep_demand"]


@dataclass(frozen=True)
class Demand:
    """Unanswered questions of the last year."""

    enabled: bool
    questions: list[dict[str, Any]]  # question, language, asked, unanswered, best_score, first_day, last_day
    days: list[dict[str, Any]]  # day, language, asked, unanswered: of all, also those not kept in words
    seldom: int  # questions asked too seldom to be kept in words


def demand(conn: Connection) -> Demand:
    """What people wanted and did not find, the most asked first. Reads tables: for `kb_writer` and `kb_owner`."""
    with conn.cursor(row_factory=dict_row) as cursor:
        questions = cursor.execute(QUESTIONS).fetchall()
        days = cursor.execute(_DAYS).fetchall()
        state = cursor.execute(_STATE).fetchone() or {}
    return Demand(state["enabled"], questions, days, state["seldom"])


def keep_demand(conn: Connection, enabled: bool) -> None:
    """Make the database's copy of the setting equal to the project's."""
    # looked at first: to write is to wait for whoever writes
    conn.execute(
        "update kb_store.demand_setting set enabled = %(enabled)s"
        " where exists (select from kb_store.demand_setting where enabled <> %(enabled)s)",
        {"enabled": enabled},
    )


QUESTIONS: LiteralString = """
select (array_agg(d.question order by d.day desc) filter (where d.question is not null))[1] as question,
    d.language, sum(d.asked) as asked, sum(d.unanswered) as unanswered, max(d.best_score) as best_score,
    min(d.day) as first_day, max(d.day) as last_day
from kb_store.demand d
group by d.question_sha256, d.language
having bool_or(d.question is not null)
order by 3 desc, 1
"""

_DAYS = """
select d.day, d.language, sum(d.asked) as asked, sum(d.unanswered) as unanswered
from kb_store.demand d
group by d.day, d.language
order by 1 desc, 2
"""

_STATE = """
select (select s.enabled from kb_store.demand_setting s) as enabled, count(*) as seldom
from (
    select from kb_store.demand d group by d.question_sha256 having bool_and(d.question is null)
) q
"""
