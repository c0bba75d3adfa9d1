"""Windows reckoned from when a text was first seen: «today only» said yesterday is over today.

A page's bytes change without its words changing: tokens, counters, another offer beside this one. Then the text is not
new, and what was reckoned from its first sight stands: the believed window is kept for as long as the same words state
it in the same text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from psycopg.types.multirange import Multirange

from pipelines.database import Connection
from pipelines.records import Draft, Window
from pipelines.store.pieces import PlannedChunk
from pipelines.texts import clean

__all__ = ["keep_first_sight"]

_RELATIVE = ":relative"  # ends the rule of evidence that was reckoned from the observation


@dataclass(frozen=True)
class _Believed:
    """What is believed of an entry in its own language."""

    valid: Multirange[datetime]
    title: str
    description: str
    stated: frozenset[tuple[str, str]]  # text and rule of what its window was read from
    texts: tuple[str, ...]  # hex SHA-256 of its chunks' texts, in order
    windows: dict[str, Multirange[datetime]]  # the same -> what that text itself states


def keep_first_sight(
    conn: Connection, entry: int | None, draft: Draft, chunks: Sequence[PlannedChunk]
) -> tuple[Draft, list[PlannedChunk]]:
    """The draft and its chunks, with the windows that the same text had when it was first seen."""
    if entry is None or not (_is_relative(draft.window) or any(_is_relative(chunk.window) for chunk in chunks)):
        return draft, list(chunks)
    believed = _believed(conn, entry)
    if believed is None:
        return draft, list(chunks)
    if _is_relative(draft.window) and _is_said_anew(draft, chunks, believed):
        draft = replace(draft, window=replace(draft.window, ranges=_ranges(believed.valid)))
    return draft, [_kept(chunk, believed) for chunk in chunks]


def _is_relative(window: Window | None) -> bool:
    return window is not None and any(found.rule.endswith(_RELATIVE) for found in window.evidence)


def _is_said_anew(draft: Draft, chunks: Sequence[PlannedChunk], believed: _Believed) -> bool:
    """Whether it is word for word what is believed."""
    stated = {(clean(found.text), found.rule) for found in draft.window.evidence if found.field == "window"}
    own = (clean(draft.title), clean(draft.description), tuple(_digest(chunk) for chunk in chunks))
    return stated <= believed.stated and own == (believed.title, believed.description, believed.texts)


def _kept(chunk: PlannedChunk, believed: _Believed) -> PlannedChunk:
    if chunk.window is None or not _is_relative(chunk.window) or _digest(chunk) not in believed.windows:
        return chunk
    return replace(chunk, window=replace(chunk.window, ranges=_ranges(believed.windows[_digest(chunk)])))


def _digest(chunk: PlannedChunk) -> str:
    return hashlib.sha256(clean(chunk.content).encode()).hexdigest()


def _ranges(valid: Multirange[datetime]) -> tuple[tuple[datetime | None, datetime | None], ...]:
    return tuple((part.lower, part.upper) for part in valid)


def _believed(conn: Connection, entry: int) -> _Believed | None:
    row = conn.execute(_VERSION, (entry,)).fetchone()
    if row is None:
        return None
    version, valid, title, description, evidence = row
    stated = frozenset((found["text"], found["rule"]) for found in evidence if found["field"] == "window")
    chunks = conn.execute(_CHUNKS, (version,)).fetchall()
    windows = {digest: window for digest, window in chunks if window is not None}
    return _Believed(valid, title, description, stated, tuple(digest for digest, _ in chunks), windows)


_VERSION = """
select v.version_id, v.valid, v.title, v.description, v.evidence
from kb_store.version v
where v.entry_id = %s and upper_inf(v.recorded)
"""

_CHUNKS = """
select encode(p.passage_sha256, 'hex'), c.valid
from kb_store.chunk c
join kb_store.passage p using (passage_id)
where c.version_id = %s and c.language is null
order by c.ordinal
"""
