"""Addresses that moved: where a run's redirects lead, and by which marks a draft is found at both ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from pipelines.database import Connection
from pipelines.store.groups import Node
from pipelines.store.identity import after_move, key_mark

__all__ = ["moves_of", "searchable", "with_moves"]

_MOVES = """
select p.url, case when a.outcome = 'moved' then a.final_url else p.moved_to end
from kb_store.run r
join kb_store.page p using (source_id)
left join kb_store.attempt a on a.run_id = r.run_id and a.url = p.url
where r.run_id = %(run)s and (a.outcome = 'moved' or (p.moved_to is not null and a.outcome is distinct from 'ok'))
"""


def moves_of(conn: Connection, run: int) -> dict[str, str]:
    """Mark of an address -> mark of the one to which its redirects lead in the end."""
    rows = conn.execute(_MOVES, {"run": run}).fetchall()
    steps = {key_mark(url): key_mark(to) for url, to in rows if to and key_mark(url) != key_mark(to)}
    return {mark: _followed(mark, steps) for mark in steps}


def _followed(mark: str, steps: Mapping[str, str]) -> str:
    seen = {mark}
    while (following := steps.get(mark)) is not None and following not in seen:
        seen.add(following)
        mark = following
    return mark


def with_moves(nodes: Iterable[Node], moves: Mapping[str, str]) -> list[Node]:
    """The drafts, those under an address that moved or to which one moved marked with where it leads."""
    if not moves:
        return list(nodes)
    targets = set(moves.values())
    return [replace(node, marks=tuple(sorted({*node.marks, *_moved(node, moves, targets)}))) for node in nodes]


def _moved(node: Node, moves: Mapping[str, str], targets: set[str]) -> Iterator[str]:
    for mark in node.marks:
        if (moved := after_move(mark, moves)) is not None:
            yield moved.replace("key:", "moved:", 1)
        if mark.partition("#")[0] in targets:
            yield mark.replace("key:", "moved:", 1)


def searchable(marks: set[str], moves: Mapping[str, str]) -> set[str]:
    """The marks that may join, and those they have moved to or from."""
    joining = {mark for mark in marks if not mark.startswith(("own:", "link:"))}
    if not moves:
        return joining
    back: dict[str, list[str]] = {}
    for before, after in moves.items():
        back.setdefault(after, []).append(before)
    ahead = {moved for mark in joining if (moved := after_move(mark, moves)) is not None}
    return joining | ahead | {moved for mark in joining | ahead for moved in _before_move(mark, back)}


def _before_move(mark: str, back: Mapping[str, list[str]]) -> Iterator[str]:
    address, hash_, card = mark.partition("#")
    yield from (before + hash_ + card for before in back.get(address, ()))
