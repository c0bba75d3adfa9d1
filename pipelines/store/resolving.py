"""What a run's pages say, entry by entry: drafts that hang together, joined, and each group matched to what it was.

Only what a run changes is looked at: the drafts that come and go, and all that shares a mark or an entry with them,
step by step until nothing is added. So an unchanged site costs one query, whatever its size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from pipelines.database import Connection
from pipelines.store.groups import Group, Node
from pipelines.store.identity import MARKING_RECIPE, PageSaid, Said, key_mark, marks_of
from pipelines.store.joining import join
from pipelines.store.matching import Known, Match, match
from pipelines.store.moves import moves_of, searchable, with_moves
from pipelines.store.runs import fenced

__all__ = ["resolve"]

_Place = tuple[int, int]


@dataclass(frozen=True)
class _Changed:
    """A draft by which the run changes what is said."""

    place: _Place
    page: int
    key: str
    entry: int | None
    goes: bool


def resolve(conn: Connection, run: int, *, everything: bool = False) -> list[Match]:
    """The entries whose statement on some page the run changes (`everything`: all that its pages carry).

    Raises LeaseLost.
    """
    rows = conn.execute(_CHANGED, {"run": run, "recipe": MARKING_RECIPE}).fetchall()
    changed = [_Changed((row[0], row[1]), *row[2:]) for row in rows]
    if not changed and not everything:
        return []
    with fenced(conn, run):
        # the reason stands in publish_at
        conn.execute("set local enable_nestloop = off")
        _mark_drafts(conn, run)
        moves = moves_of(conn, run)
        nodes = _nodes_concerned(conn, run, changed, moves, everything=everything)
        groups = join(_with_former(conn, with_moves(nodes.values(), moves)))
        matches = match(groups, _known(conn, run, groups, nodes, moves), moves)
    return matches if everything else list(_touched(matches, changed))


def _touched(matches: Iterable[Match], changed: Iterable[_Changed]) -> Iterator[Match]:
    """Those that are not just what they were: a draft came, went, or changed sides."""
    came = {draft.place for draft in changed if not draft.goes}
    lost = {draft.entry for draft in changed if draft.goes}
    for found in matches:
        stays = all(node.place not in came and node.entry == found.entry for node in found.group.nodes)
        if not stays or found.entry in lost or found.joined:
            yield found


# ---------------------------------------------------------------- marks


_UNMARKED = """
select e.reading_id, d.ordinal, d.key, d.content ->> 'kind', d.content ->> 'url', d.content ->> 'title',
    d.content ->> 'language', (d.content ->> 'price')::numeric, (d.content ->> 'discount_percent')::numeric,
    d.content ->> 'code', coalesce(d.content ->> 'identifier', ''), d.content ->> 'image_url',
    array_remove(array[r.canonical, a.final_url, p.final_url, e.url], null),
    array(select jsonb_each_text.value from jsonb_each_text(r.alternates))
from kb_store.effective_readings(%(run)s) e
join kb_store.reading r on r.reading_id = e.reading_id
join kb_store.page p on p.page_id = e.page_id
left join kb_store.attempt a on a.run_id = %(run)s and a.url = e.url
join kb_store.draft d on d.reading_id = e.reading_id
where exists (
    select from kb_store.draft u where u.reading_id = e.reading_id and u.identified_by is distinct from %(recipe)s
)
order by e.reading_id, d.ordinal
"""


def _mark_drafts(conn: Connection, run: int) -> None:
    """Make the marks of drafts that were never identified by this recipe."""
    rows = conn.execute(_UNMARKED, {"run": run, "recipe": MARKING_RECIPE}).fetchall()
    if not rows:
        return
    readings = [(reading, list(group)) for reading, group in groupby(rows, key=lambda row: row[0])]
    with conn.cursor() as cursor:
        cursor.execute("delete from kb_store.draft_mark where reading_id = any (%s)", ([r for r, _ in readings],))
        with cursor.copy("copy kb_store.draft_mark (reading_id, ordinal, mark) from stdin") as copy:
            for reading, drafts in readings:
                for ordinal, marks in marks_of(_page_said(drafts)).items():
                    for mark in marks:
                        copy.write_row((reading, ordinal, mark))


def _page_said(rows: list[tuple[Any, ...]]) -> PageSaid:
    urls, alternates = rows[0][-2:]
    return PageSaid(tuple(dict.fromkeys(urls)), tuple(alternates), tuple(Said(*row[1:-2]) for row in rows))


# ---------------------------------------------------------------- what hangs together


_CHANGED = "select reading_id, ordinal, page_id, key, entry_id, goes from kb_store.affected_drafts(%(run)s, %(recipe)s)"

_NODES = """
select d.reading_id, d.ordinal, e.page_id, e.url, d.key, d.content ->> 'kind', d.content ->> 'title',
    d.content ->> 'language', array(
        select m.mark from kb_store.draft_mark m where m.reading_id = d.reading_id and m.ordinal = d.ordinal order by 1
    ),
    case when a.reading_id = e.reading_id and a.body_sha256 is distinct from p.body_sha256 and a.body_sha256 is not null
        then a.fetched_at else coalesce(p.observed_at, a.fetched_at) end,
    (d.content ->> 'price')::numeric, d.content -> 'window' -> 'ranges', d.entry_id
from kb_store.effective_readings(%(run)s) e
join kb_store.draft d on d.reading_id = e.reading_id
join kb_store.page p on p.page_id = e.page_id
left join kb_store.attempt a on a.run_id = %(run)s and a.url = e.url
where %(everything)s or d.entry_id = any (%(entries)s) or (d.reading_id, d.ordinal) in (
    select m.reading_id, m.ordinal from kb_store.draft_mark m where m.mark = any (%(marks)s)
)
"""

_MARKS_OF = """
select m.mark
from unnest(%s::bigint[], %s::int[]) c(reading_id, ordinal)
join kb_store.draft_mark m using (reading_id, ordinal)
"""


def _nodes_concerned(
    conn: Connection, run: int, changed: list[_Changed], moves: Mapping[str, str], *, everything: bool
) -> dict[_Place, Node]:
    """All drafts that hang together with those changed; those of a page that said so before keep its entry."""
    before = {(draft.page, draft.key): draft.entry for draft in changed if draft.goes}
    entries = {draft.entry for draft in changed if draft.entry is not None}
    marks = _seeds(conn, changed, moves)
    if everything:
        return _load_nodes(conn, run, before, set(), set(), everything=True)
    found: dict[_Place, Node] = {}
    searched: set[str] = set()
    known: set[int] = set()
    while marks - searched or entries - known:
        loaded = _load_nodes(conn, run, before, entries - known, marks - searched)
        known |= entries
        searched |= marks
        found.update(loaded)
        entries |= {node.entry for node in loaded.values() if node.entry is not None}
        marks |= searchable({mark for node in loaded.values() for mark in node.marks}, moves)
    return found


def _seeds(conn: Connection, changed: list[_Changed], moves: Mapping[str, str]) -> set[str]:
    """Marks by which to begin: those of what changed, and both ends of every move."""
    places = [draft.place for draft in changed]
    rows = conn.execute(_MARKS_OF, ([reading for reading, _ in places], [ordinal for _, ordinal in places])).fetchall()
    unmarked = {key_mark(draft.key) for draft in changed}
    return searchable({mark for (mark,) in rows} | unmarked, moves)


def _load_nodes(
    conn: Connection,
    run: int,
    before: Mapping[tuple[int, str], int | None],
    entries: set[int],
    marks: set[str],
    *,
    everything: bool = False,
) -> dict[_Place, Node]:
    wanted = {"run": run, "entries": list(entries), "marks": list(marks), "everything": everything}
    rows = conn.execute(_NODES, wanted).fetchall()
    return {(row[0], row[1]): _node(before.get((row[2], row[4])), *row) for row in rows}


def _node(
    before: int | None,
    reading: int,
    ordinal: int,
    page: int,
    page_url: str,
    key: str,
    kind: str,
    title: str,
    language: str,
    marks: list[str],
    observed_at: datetime,
    price: Decimal | None,
    ranges: list[list[str | None]],
    entry: int | None,
) -> Node:
    del page
    span = _span(ranges)
    held = entry if entry is not None else before
    place = (reading, ordinal)
    return Node(place, page_url, key, kind, title, language, tuple(marks), observed_at, price, span, held)


def _span(ranges: list[list[str | None]]) -> tuple[datetime | None, datetime | None] | None:
    """From the first start to the last end; None without an end."""
    if not ranges or ranges[-1][1] is None:
        return None
    start = ranges[0][0]
    return (datetime.fromisoformat(start) if start else None), datetime.fromisoformat(ranges[-1][1])


# ---------------------------------------------------------------- entries as they are known


_FORMER = """
select m.entry_id, array_agg(m.mark)
from kb_store.entry_mark m
where m.former and m.entry_id = any (%s)
group by m.entry_id
"""


def _with_former(conn: Connection, nodes: list[Node]) -> list[Node]:
    """The drafts, those marked that share something with a place that is gone and spoke of the same entry."""
    entries = list({node.entry for node in nodes if node.entry is not None})
    former = {entry: set(marks) for entry, marks in conn.execute(_FORMER, (entries,)).fetchall()}
    return [
        replace(node, marks=(*node.marks, f"former:{node.entry}"))
        if node.entry is not None and not former.get(node.entry, set()).isdisjoint(node.marks)
        else node
        for node in nodes
    ]


_KNOWN = """
select e.entry_id, e.key, e.kind, exists (
        select from kb_store.version v where v.entry_id = e.entry_id and upper_inf(v.recorded)
    ),
    array(select m.mark from kb_store.entry_mark m where m.entry_id = e.entry_id)
from kb_store.run r
join kb_store.entry e using (source_id)
-- a second of one name is filed under it and a number: no name that somebody has may be given again
where r.run_id = %(run)s and (e.entry_id = any (%(entries)s) or regexp_replace(e.key, '~[0-9]+$', '') = any (%(keys)s)
    or e.key = any (%(keys)s) or e.entry_id in (
    select m.entry_id from kb_store.entry_mark m where m.mark = any (%(marks)s)
))
"""


def _known(
    conn: Connection, run: int, groups: Sequence[Group], nodes: Mapping[_Place, Node], moves: Mapping[str, str]
) -> list[Known]:
    """The entries that any of the drafts may be."""
    held = {node.entry for node in nodes.values() if node.entry is not None}
    # what leads to a page about something else is filed under where it stands: by another key than its draft's
    keys = {node.key for node in nodes.values()} | {key for group in groups for key in group.keys}
    marks = {mark for group in groups for mark in group.marks}
    wanted = {"run": run, "entries": list(held), "keys": list(keys), "marks": list(searchable(marks, moves))}
    rows = conn.execute(_KNOWN, wanted).fetchall()
    return [
        Known(entry, key, kind, believed, frozenset({*marks, key_mark(key)}))
        for entry, key, kind, believed, marks in rows
    ]
