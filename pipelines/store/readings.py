"""Readings kept in the database: each page is read once for its bytes and the recipe, and never again.

A reading is missing when no row has its page, the hash of its bytes and the hash of its recipe; so a new
recipe makes every reading missing, and a page that comes back unchanged costs nothing. What failed to be read is
tried again, three times in all; then those bytes are quarantined, until they change or are read with `force`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb
from pydantic import TypeAdapter

from pipelines.database import Connection
from pipelines.records import Draft, Page, Reading, ReadingRules
from pipelines.store.captures import body_of
from pipelines.store.judging import features_to_json, judge_attempts
from pipelines.store.runs import fenced
from pipelines.store.soundness import sound
from pipelines.texts import clean

__all__ = ["draft_from_json", "draft_to_json", "read_missing"]

_DRAFT = TypeAdapter(Draft)
_BATCH = 50


@dataclass(frozen=True)
class _Wanted:
    """One capture that has not been read by this recipe."""

    page_id: int
    url: str
    final_url: str
    body_sha256: bytes
    media_type: str
    charset: str | None
    unavailable_after: str | None
    observed_at: datetime
    recipe: bytes  # hash of all that decides how the bytes are read


def read_missing(
    conn: Connection,
    run: int,
    rules: ReadingRules,
    recipe: str,
    read_all: Callable[[Iterable[Page]], Iterable[Reading]],
    *,
    force: bool = False,
    starts: Collection[str] = (),
    on_progress: Callable[[int], None] = lambda done: None,
) -> int:
    """Read every capture of the run that the recipe has not read yet and link attempts to readings; how many.

    `read_all` gives a reading a page, in order. `force` reads all of them again. What was read is judged beside what
    is believed (`pipelines.store.judging`); `starts` are the source's start URLs, normalised. Raises LeaseLost.
    """
    wanted = [_Wanted(*row) for row in conn.execute(_WANTED, {"run": run, "recipe": recipe, "force": force}).fetchall()]
    for start in range(0, len(wanted), _BATCH):
        batch = wanted[start : start + _BATCH]
        pages = [_page(conn, item, rules) for item in batch]
        readings = list(read_all(pages))
        with fenced(conn, run):
            for item, reading in zip(batch, readings, strict=True):
                _store(conn, run, item, reading)
        on_progress(len(batch))
    with fenced(conn, run):
        conn.execute(_LINK, {"run": run, "recipe": recipe})
        conn.execute(_BLAME, {"run": run})
        judge_attempts(conn, run, starts)
    return len(wanted)


def draft_to_json(draft: Draft) -> str:
    """The draft whole, as JSON that PostgreSQL can store."""
    return json.dumps(_cleaned(_DRAFT.dump_python(draft, mode="json")), ensure_ascii=False)


def _cleaned(value: Any) -> Any:
    """The same with every text cleaned."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {name: _cleaned(part) for name, part in value.items()}
    return [_cleaned(part) for part in value] if isinstance(value, list) else value


def draft_from_json(content: object) -> Draft:
    """The draft that `draft_to_json` wrote, from parsed JSON."""
    return _DRAFT.validate_python(content)


_WANTED = """
select c.page_id, c.url, c.final_url, c.body_sha256, c.media_type, c.charset, c.unavailable_after, c.observed_at,
    c.recipe
from kb_store.run_captures(%(run)s, %(recipe)s) c
left join kb_store.reading d using (page_id, body_sha256, recipe)
where %(force)s or d.reading_id is null
    -- one strike a run, however often the database went away while it read
    or (d.outcome = 'parse_failed' and d.run_id <> %(run)s)
    -- the same bytes at another time may mean another year: they are read by the clock they came back under
    or (c.new_bytes and d.outcome = 'ok')
order by c.page_id
"""

# A sound reading may be the one that is published: a new one of the same bytes gets a row of its own.
_RETIRE = """
update kb_store.reading
set recipe = sha256(recipe || int8send(reading_id))
where page_id = %s and body_sha256 = %s and recipe = %s and outcome = 'ok'
"""

_INSERT = """
insert into kb_store.reading (
    page_id, body_sha256, recipe, outcome, title, language, canonical, alternates, findings, message, run_id, features,
    strikes
) values (
    %(page)s, %(body)s, %(recipe)s, %(outcome)s, %(title)s, %(language)s, %(canonical)s, %(alternates)s, %(findings)s,
    %(message)s, %(run)s, %(features)s, (%(outcome)s = 'parse_failed')::int
)
on conflict (page_id, body_sha256, recipe) do update
set outcome = case
        when excluded.outcome = 'parse_failed' and reading.strikes >= 2 then 'quarantined'
        else excluded.outcome
    end,
    strikes = case when excluded.outcome = 'parse_failed' then reading.strikes + 1 else 0 end,
    title = excluded.title, language = excluded.language, canonical = excluded.canonical,
    alternates = excluded.alternates, findings = excluded.findings, message = excluded.message,
    run_id = excluded.run_id, features = excluded.features
returning reading_id
"""

_LINK = """
update kb_store.attempt a
set reading_id = d.reading_id
from kb_store.run_captures(%(run)s, %(recipe)s) c
join kb_store.reading d using (page_id, body_sha256, recipe)
where a.run_id = %(run)s and a.url = c.url
"""

_BLAME = """
update kb_store.attempt a
set outcome = d.outcome, message = d.message
from kb_store.reading d
where a.run_id = %(run)s and d.reading_id = a.reading_id and d.outcome <> 'ok'
"""


def _page(conn: Connection, wanted: _Wanted, rules: ReadingRules) -> Page:
    return Page(
        url=wanted.final_url,
        body=body_of(conn, wanted.body_sha256),
        media_type=wanted.media_type,
        observed_at=wanted.observed_at,
        rules=rules,
        charset=wanted.charset,
        unavailable_after=wanted.unavailable_after,
    )


def _store(conn: Connection, run: int, wanted: _Wanted, reading: Reading) -> None:
    conn.execute(_RETIRE, (wanted.page_id, wanted.body_sha256, wanted.recipe))
    row = conn.execute(
        _INSERT,
        {
            "run": run,
            "page": wanted.page_id,
            "body": wanted.body_sha256,
            "recipe": wanted.recipe,
            "outcome": reading.outcome.value,
            "title": clean(reading.title),
            "language": reading.language,
            "canonical": clean(reading.canonical),
            "alternates": Jsonb({clean(tag): clean(url) for tag, url in reading.alternates}),
            "findings": Jsonb([{k: clean(v) for k, v in asdict(f).items()} for f in reading.findings]),
            "message": clean(reading.message),
            "features": None if reading.features is None else Jsonb(features_to_json(reading.features)),
        },
    ).fetchone()
    assert row is not None
    conn.execute("delete from kb_store.draft where reading_id = %s", row)
    with conn.cursor() as cursor:
        cursor.executemany(
            "insert into kb_store.draft (reading_id, ordinal, key, content) values (%s, %s, %s, %s)",
            list(_draft_rows(row[0], reading)),
        )


def _draft_rows(reading_id: int, reading: Reading) -> Iterator[tuple[int, int, str, str]]:
    for ordinal, draft in enumerate(map(sound, reading.drafts)):
        yield reading_id, ordinal, clean(draft.key), draft_to_json(draft)
