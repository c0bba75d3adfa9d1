"""What a person should look at: each finding once, those of one kind and source together, the gravest first."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from psycopg.rows import dict_row

from pipelines.database import Connection

__all__ = ["FindingGroup", "findings"]

# By what a mistake costs: a wrong end first, what is merely untidy last. A rule that is not named comes between.
_GRAVEST = ("window-conflict", "ambiguous-date", "date-order-conflict", "nonsense-date", "sentinel-date", "yield-fell")
_LIGHTEST = ("no-end", "no-category", "repaired-json-ld", "canonical-ignored")


@dataclass(frozen=True)
class FindingGroup:
    """Findings of one rule in one source."""

    source: str
    rule: str
    items: tuple[dict[str, Any], ...]  # url, entry_id (None: of the page), message, quote


def findings(conn: Connection) -> list[FindingGroup]:
    """All there is to look at now, by source, the gravest first. Reads tables: for `kb_writer` and `kb_owner`."""
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute("select * from kb_store.findings(clock_timestamp())").fetchall()
    groups = [_group(source, rule, list(same)) for (source, rule), same in groupby(rows, _kind)]
    return sorted(groups, key=lambda group: (group.source, _gravity(group.rule), -len(group.items), group.rule))


def _kind(row: dict[str, Any]) -> tuple[str, str]:
    return row["source"], row["rule"]


def _group(source: str, rule: str, rows: list[dict[str, Any]]) -> FindingGroup:
    items = tuple({name: row[name] for name in ("url", "entry_id", "message", "quote")} for row in rows)
    return FindingGroup(source, rule, items)


def _gravity(rule: str) -> int:
    if rule in _GRAVEST:
        return _GRAVEST.index(rule)
    return len(_GRAVEST) + (1 + _LIGHTEST.index(rule) if rule in _LIGHTEST else 0)
