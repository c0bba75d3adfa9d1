"""Which drafts of a source speak of one entry: a pure function of what its pages say, whatever came first.

Marks (`pipelines.store.identity`) join drafts, the strongest kind first, one kind after the other:

- Two drafts of one page that are filed apart, in one language, are two offers whatever they share. A mark that would
  make them one is no identity: a code on every card, a title such as «Special offer».
- `key` joins always, but for cards that lead to a page about something else (each is an offer of the page it stands
  on), and for cards of different title and price that lead to one address nobody read: a button, no offer.
- `moved` and `alternate` join what they name. From here on pages join offers, never pages.
- `sku` joins unless in one language both title and price differ: a number left at its default.
- `path`, `named`, `code` and `place` join when nothing stronger speaks against it: in one language the titles and
  addresses that are known have one in common, and so have the sellers' numbers. A mark with a pair that this parts
  is no identity for any of its drafts.
- `title` joins under the same condition when besides no price is at odds and the windows fit: they overlap, and
  neither was over when the other was seen. A title alone, without price or percentage, joins only where both state
  the same end. Last month's leaflet is not this month's offer.
- `former` keeps together what a page that is gone had joined, until something speaks against it: an offer is not two
  because one of its places closes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from itertools import combinations

from pipelines.store.groups import Group, Node, Range
from pipelines.store.identity import LEVELS, key_mark, names, slug

__all__ = ["join"]

_Place = tuple[int, int]


def join(nodes: Iterable[Node]) -> list[Group]:
    """The drafts, grouped by the entry they speak of. Pure: the order of the nodes does not matter."""
    ordered = sorted(nodes, key=lambda node: (node.page_url, node.key, node.place))
    partition = _Partition(_without_strays(ordered))
    for level in LEVELS:
        partition.join_level(level)
    return partition.groups()


class _Partition:
    """Groups under way, and which group each draft is in."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._group = {node.place: Group.of(node, at) for at, node in enumerate(nodes)}
        self._holders: dict[str, dict[str, list[_Place]]] = defaultdict(lambda: defaultdict(list))
        for node in nodes:
            for mark in node.marks:
                self._holders[mark.partition(":")[0]][mark].append(node.place)

    def join_level(self, level: str) -> None:
        """Let every mark of one kind join what it may."""
        for mark, places in sorted(self._holders[level].items()):
            groups = self._distinct(places)
            if len(groups) > 1 and not _meet_on_a_page(groups):
                self._join(groups, mark)

    def groups(self) -> list[Group]:
        """Every group once, in the order of their first drafts."""
        return self._distinct(self._group)

    def _distinct(self, places: Iterable[_Place]) -> list[Group]:
        found = {id(group): group for group in (self._group[place] for place in places)}
        return sorted(found.values(), key=lambda group: group.first)

    def _join(self, groups: list[Group], mark: str) -> None:
        """Join groups that fit each other; none of them when any pair says that the mark is no identity."""
        credible, fits = _RULES[mark.partition(":")[0]]
        kinds = {group.looks: group for group in groups}.values()
        if not all(credible(one, other) for one, other in combinations(kinds, 2)):
            return
        fit = partial(fits, mark)
        homes: list[Group] = []
        for group in groups:
            home = next((home for home in homes if fit(home, group)), None)
            if home is None:
                homes.append(group)
                continue
            home.absorb(group)
            self._group.update((node.place, home) for node in group.nodes)


# ---------------------------------------------------------------- before any joining


def _without_strays(nodes: Sequence[Node]) -> list[Node]:
    """The drafts, cards that merely lead to a page about something else filed under the page they stand on."""
    about = {mark: node.title for node in nodes if node.kind != "offer" for mark in node.marks if node.own}
    taken: set[str] = set()
    return [_settled(node, about, taken) for node in nodes]


def _settled(node: Node, about: Mapping[str, str], taken: set[str]) -> Node:
    if node.kind != "offer" or node.own:
        return node
    astray = {m for m in node.marks if m.startswith("key:") and m in about and not names(about[m], node.title)}
    if not astray:
        return node
    key = f"{node.page_url}#{slug(node.title)[:200]}"
    if key in taken:  # a second card of that title: where it leads tells it from the first
        key = f"{key}-{slug(min(astray))[-80:]}"
    taken.add(key)
    marks = {mark for mark in node.marks if mark not in astray and not mark.startswith(("path:", "link:"))}
    return replace(node, key=key, marks=tuple(sorted(marks | {key_mark(key)})))


# ---------------------------------------------------------------- what may join


def _meet_on_a_page(groups: Sequence[Group]) -> bool:
    """Whether joining them would make two drafts of one page the same that are filed apart, in one language."""
    met: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for group in groups:
        for reading, cards in group.cards.items():
            met[reading] |= cards
    return any(_filed_apart(cards) for cards in met.values() if len(cards) > 1)


def _filed_apart(cards: Iterable[tuple[str, str]]) -> bool:
    filed: dict[str, set[str]] = defaultdict(set)
    for key, language in cards:
        filed[language].add(key)
    unknown = len(filed) > 1 and "und" in filed and len(set.union(*filed.values())) > 1
    return unknown or any(len(keys) > 1 for keys in filed.values())


def _credible(one: Group, other: Group) -> bool:
    del one, other
    return True


def _same_number(one: Group, other: Group) -> bool:
    return not (_apart(one.titles, other.titles) and _differ(one.prices, other.prices))


def _unopposed(one: Group, other: Group) -> bool:
    apart = _apart(one.titles, other.titles) or _apart(one.links, other.links)
    return not apart and not _differ(one.numbers, other.numbers)


def _by_key(mark: str, one: Group, other: Group) -> bool:
    read = mark.removeprefix("key:") in one.owned | other.owned
    return read or _same_number(one, other)


def _with_offer(mark: str, one: Group, other: Group) -> bool:
    del mark
    return one.is_offer or other.is_offer


def _as_offers(mark: str, one: Group, other: Group) -> bool:
    del mark
    return one.is_offer and other.is_offer


def _by_title(mark: str, one: Group, other: Group) -> bool:
    spans = [(a, b) for a in one.spans for b in other.spans]
    if _differ(one.prices, other.prices):
        return False
    if mark.rpartition(" ")[2].rstrip("%").replace(".", "").isdecimal():
        return all(_windows_fit(a, one.seen, b, other.seen) for a, b in spans)
    return all(a is not None and b is not None and a[1] == b[1] for a, b in spans)


# Of each kind of mark: what every pair of its holders must satisfy for it to be an identity at all, and which it joins.
_RULES: dict[str, tuple[Callable[[Group, Group], bool], Callable[[str, Group, Group], bool]]] = {
    "key": (_credible, _by_key),
    "moved": (_credible, _with_offer),
    "alternate": (_credible, _with_offer),
    "sku": (_same_number, _as_offers),
    "path": (_unopposed, _with_offer),
    "named": (_unopposed, _as_offers),
    "code": (_unopposed, _as_offers),
    "place": (_unopposed, _as_offers),
    "title": (_unopposed, _by_title),
    "former": (_unopposed, _as_offers),
}


def _apart(one: Mapping[str, set[str]], other: Mapping[str, set[str]]) -> bool:
    """Whether in some language both are known and have none in common."""
    return any(language != "und" and _differ(one[language], other[language]) for language in one.keys() & other.keys())


def _differ(one: set[str] | set[Decimal], other: set[str] | set[Decimal]) -> bool:
    return bool(one) and bool(other) and one.isdisjoint(other)


def _windows_fit(one: Range | None, one_seen: datetime, other: Range | None, other_seen: datetime) -> bool:
    if one is None or other is None or one[1] == other[1]:
        return True
    (start, end), (other_start, other_end) = one, other
    if (start and other_end and other_end <= start) or (other_start and end and end <= other_start):
        return False
    return _over(end, other_seen) == _over(other_end, one_seen)


def _over(end: datetime | None, seen: datetime) -> bool:
    return end is not None and end <= seen
