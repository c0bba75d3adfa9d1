"""Which entry a group of drafts is: the one it was, by what is left of it. Pure.

An entry is claimed, most strongly first, by drafts that spoke of it until now, by its key, by the marks it was last
known by, in their order of strength (`pipelines.store.identity`); weak marks claim only what is still believed. Where
several entries turn out to be one, the lower number lives on and the others become part of it. Where one turns out to
be several, it stays with what is filed under its key, and an entry that had been taken in comes back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.store.groups import Group
from pipelines.store.identity import LEVELS, after_move

__all__ = ["Known", "Match", "match"]

_HELD, _KEY, _MARK = 0, 1, 2  # strength of a claim; the level of the mark is added to the last
_LASTING = _MARK + LEVELS.index("sku")  # claims as strong as this one reach entries that were closed, and join


@dataclass(frozen=True)
class Known:
    """An entry as it is known."""

    entry: int
    key: str
    kind: str
    believed: bool  # it has an open version
    marks: frozenset[str]


@dataclass(frozen=True)
class Match:
    """What a group is."""

    group: Group
    key: str  # identity within the source, of no other entry
    entry: int | None  # None: a new one
    joined: tuple[int, ...] = ()  # believed entries that become part of it


@dataclass(frozen=True, order=True)
class _Claim:
    strength: int
    closed: bool
    entry: int
    other_key: bool  # the entry is filed under a key that is not of the group
    group: int


def match(groups: Sequence[Group], entries: Iterable[Known], moves: Mapping[str, str]) -> list[Match]:
    """Each group with its entry. `moves`: mark of an address -> mark of the one it moved to."""
    known = {entry.entry: entry for entry in entries}
    claims = sorted(_claims(groups, known, moves))
    chosen: dict[int, int] = {}
    given: set[int] = set()
    for claim in claims:
        if claim.group not in chosen and claim.entry not in given:
            chosen[claim.group] = claim.entry
            given.add(claim.entry)
    joined: dict[int, list[int]] = defaultdict(list)
    for claim in claims:
        if claim.entry not in given and not claim.closed and claim.strength <= _LASTING:
            joined[claim.group].append(claim.entry)
            given.add(claim.entry)
    taken = {entry.key for entry in known.values()}
    matches = []
    for at, group in enumerate(groups):
        key = _key(group, known.get(chosen.get(at, 0)), taken)
        taken.add(key)
        matches.append(Match(group, key, chosen.get(at), tuple(sorted(joined[at]))))
    return matches


def _claims(groups: Sequence[Group], known: Mapping[int, Known], moves: Mapping[str, str]) -> Iterable[_Claim]:
    filed, marked = _index(groups)
    for at, group in enumerate(groups):
        held = {node.entry for node in group.nodes if node.entry is not None}
        yield from (_claim(_HELD, known[number], at, group) for number in held if number in known)
    for entry in known.values():
        for at in filed.get(entry.key, ()):
            # a page may turn out to hold an offer; one that has none any more is no offer that changed, but one missed
            if groups[at].is_offer or entry.kind != "offer":
                yield _claim(_KEY, entry, at, groups[at])
        for mark in entry.marks:
            yield from _by_mark(entry, mark, mark, groups, marked)
            if (moved := after_move(mark, moves)) is not None:
                yield from _by_mark(entry, moved, "moved:", groups, marked)


def _by_mark(
    entry: Known, mark: str, kind: str, groups: Sequence[Group], marked: Mapping[str, int]
) -> Iterable[_Claim]:
    strength = _MARK + LEVELS.index(kind.partition(":")[0])
    if strength > _LASTING and not entry.believed:
        return
    at = marked.get(mark)
    if at is not None and groups[at].is_offer == (entry.kind == "offer"):
        yield _claim(strength, entry, at, groups[at])


def _index(groups: Sequence[Group]) -> tuple[Mapping[str, list[int]], Mapping[str, int]]:
    """The groups by what is filed in them, and by their marks; what several have is a mark of none."""
    filed: dict[str, list[int]] = defaultdict(list)
    marked: dict[str, list[int]] = defaultdict(list)
    for at, group in enumerate(groups):
        for key in group.keys:
            filed[key].append(at)
        for mark in group.marks:
            marked[mark].append(at)
    return filed, {mark: places[0] for mark, places in marked.items() if len(places) == 1}


def _claim(strength: int, entry: Known, at: int, group: Group) -> _Claim:
    return _Claim(strength, not entry.believed, entry.entry, entry.key not in group.keys, at)


def _key(group: Group, entry: Known | None, taken: Collection[str]) -> str:
    """What the entry is filed under: what it was, while that still stands for it; else a name nobody has."""
    if entry is not None and entry.key in group.keys:
        return entry.key
    free = next((key for key in group.keys if key not in taken), None)
    if free is not None:
        return free
    if entry is not None:
        return entry.key
    return next(name for n in range(2, len(taken) + 3) if (name := f"{group.keys[0]}~{n}") not in taken)
