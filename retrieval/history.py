"""What was believed of an entry and when, with the differences from version to version."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from psycopg.rows import dict_row

from pipelines.database import Connection
from pipelines.records import FreshetError
from pipelines.texts import clean

__all__ = ["differences", "versions_of"]

_COMPARED = (
    "url", "title", "description", "language", "category", "price", "price_before", "currency", "discount_percent",
    "code", "terms", "valid_from", "valid_until", "validity",
)  # fmt: skip


def versions_of(conn: Connection, what: str) -> list[dict[str, Any]]:
    """Entries with that number or URL, each with its versions, newest first, and how each differs from the one before;
    and with what persons decided of it.

    Reads tables: for `kb_writer` and `kb_owner`. Raises FreshetError when nothing has that number or URL.
    """
    what = clean(what)
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_VERSIONS, {"number": int(what) if what.isdecimal() else None, "url": what}).fetchall()
    if not rows:
        raise FreshetError(f"no entry {what}: give the number from a search, or the exact URL of a page or an offer")
    entries: dict[int, dict[str, Any]] = {}
    for row in rows:
        entry = {"entry_id": row.pop("entry_id"), "source": row.pop("source"), "kind": row.pop("kind"), "versions": []}
        entries.setdefault(entry["entry_id"], entry)["versions"].append(row)
    for entry in entries.values():
        entry["versions"] = _compared(entry["versions"])
        with conn.cursor(row_factory=dict_row) as cursor:
            entry["decisions"] = cursor.execute(_DECISIONS, (entry["entry_id"],)).fetchall()
    return list(entries.values())


_DECISIONS = """
select lower(period) as withdrawn_from, upper(period) as withdrawn_until, decided_by, upper(recorded) as revoked_at,
    revoked_by
from kb_store.withdrawal
where entry_id = %s
order by withdrawal_id desc
"""

_VERSIONS = """
select e.entry_id, s.name as source, e.kind, v.version_id, v.run_id, lower(v.recorded) as recorded_from,
    upper(v.recorded) as recorded_until, v.closed_by, v.closed_reason, v.url, v.title, v.description, v.language,
    v.category, v.price, v.price_before, v.currency, v.discount_percent, v.code, v.terms, lower(v.valid) as valid_from,
    upper(v.valid) as valid_until, v.validity,
    t.text
from kb_store.entry e
join kb_store.source s using (source_id)
join kb_store.version v using (entry_id)
cross join lateral (
    select string_agg(c.body, chr(10) order by c.ordinal) as text
    from kb_store.chunk c
    where c.version_id = v.version_id
) t
where e.entry_id = %(number)s or e.key = %(url)s
    or exists (select from kb_store.version u where u.entry_id = e.entry_id and u.url = %(url)s)
    or exists (
        select from kb_store.draft d
        join kb_store.page p using (reading_id)
        where d.entry_id = e.entry_id and p.url = %(url)s
    )
order by e.entry_id, v.version_id
"""


def _compared(versions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Oldest first in, newest first out, each with `differs`: field -> [before, after], text as changed lines."""
    versions[0]["differs"] = {}
    for before, after in pairwise(versions):
        after["differs"] = differences(before, after)
    return versions[::-1]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Field -> [before, after] where two versions of an entry differ; of `text` the lines that went and that came."""
    differs = {n: [before[n], after[n]] for n in _COMPARED if before[n] != after[n]}
    if before["text"] != after["text"]:
        differs["text"] = _changed_lines(before["text"] or "", after["text"] or "")
    return differs


def _changed_lines(before: str, after: str) -> list[str]:
    """The lines that went and the lines that came."""
    lines = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    return ["\n".join(line[2:] for line in lines if line.startswith(sign)) for sign in ("- ", "+ ")]
