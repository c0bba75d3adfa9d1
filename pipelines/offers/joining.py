"""What two readers found on a page, as one list: offers that are the same, by title, place or address, become one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from pipelines.offers.candidates import Candidate
from pipelines.offers.regions import around_path, lies_within, paths_of

__all__ = ["join_candidates"]

_Pairs = Iterator[tuple[int, int]]  # the places of a known and a found candidate that are one
_Numbered = Mapping[int, Candidate]


def join_candidates(known: Sequence[Candidate], found: Sequence[Candidate]) -> list[Candidate]:
    """The known ones, each with what was found of it, then what else was found; each found one joins at most one."""
    joined = list(known)
    open_known, left = dict(enumerate(known)), dict(enumerate(found))
    ways: tuple[Callable[[_Numbered, _Numbered], _Pairs], ...] = (_by_title, _by_place, _by_address)
    for way in ways:
        for at, other in list(way(open_known, left)):
            if at in open_known and other in left:
                joined[at] = _lend(open_known.pop(at), left.pop(other))
    return [*joined, *left.values()]


def _by_title(known: _Numbered, found: _Numbered) -> _Pairs:
    places: dict[str, list[int]] = {}
    for at, one in known.items():
        places.setdefault(one.title.casefold(), []).append(at)
    for other, one in found.items():
        if same := places.get(one.title.casefold()):
            yield same.pop(0) if len(same) > 1 else same[0], other


def _by_place(known: _Numbered, found: _Numbered) -> _Pairs:
    """One stands within the other; what stands around several of the found is no place of one."""
    pairs = [
        (at, other)
        for outer, inner, swapped in ((known, found, False), (found, known, True))
        for at, other in _nested(outer, inner, swapped=swapped)
        if not known[at].own_page
    ]
    held = Counter(at for at, other in pairs if lies_within(found[other].region, known[at].region))
    yield from ((at, other) for at, other in pairs if held[at] <= 1)


def _nested(outer: _Numbered, inner: _Numbered, *, swapped: bool) -> _Pairs:
    places = {path: at for at, one in reversed(list(outer.items())) for path in paths_of(one.region)}
    for other, one in inner.items():
        around = (path for part in paths_of(one.region) for path in around_path(part))
        holders = dict.fromkeys(places[path] for path in around if path in places)
        yield from ((other, at) if swapped else (at, other) for at in holders)


def _by_address(known: _Numbered, found: _Numbered) -> _Pairs:
    """They lead to one page, to which no other of either leads."""
    leading = Counter(one.url for one in known.values())
    other_leading = Counter(one.url for one in found.values())
    places = {one.url: at for at, one in known.items() if one.url and leading[one.url] == 1 and not one.own_page}
    for other, one in found.items():
        if one.url in places and other_leading[one.url] == 1:
            yield places[one.url], other


def _lend(known: Candidate, found: Candidate) -> Candidate:
    """The declared offer with the place where it is shown, and whatever it does not declare itself."""
    fields = ("description", "url", "image", "identifier", "code", "price", "price_before", "discount")
    filled = {name: getattr(known, name) or getattr(found, name) for name in fields}
    return replace(
        known,
        tags=tuple(dict.fromkeys((*known.tags, *found.tags))),
        declared=(*known.declared, *found.declared),
        validity=found.validity,
        guessed=found.guessed,
        over=known.over or found.over,
        region="" if known.own_page else found.region,
        copies=() if known.own_page else found.copies,
        evidence=(*known.evidence, *found.evidence),
        **filled,
    )
