"""Which drafts are one offer: by what marks, in what order of strength, and what speaks against it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.store.groups import Group, Node
from pipelines.store.identity import PageSaid, Said, after_move, key_mark, marks_of
from pipelines.store.joining import join
from pipelines.store.matching import Known, match

NOW = datetime(2026, 11, 22, tzinfo=UTC)
EN, AR, LIST = "https://shop.test/en/offers/oil", "https://shop.test/ar/offers/oil", "https://shop.test/en/offers"


def said(key: str = EN, ordinal: int = 0, **more: Any) -> Said:
    """An offer as identity sees it."""
    facts = {"kind": "offer", "url": key.partition("#")[0], "title": "Synthetic oil change", "language": "en", **more}
    return Said(ordinal, key, **facts)


def marks(draft: Said, *others: Said, page: str = EN, alternates: tuple[str, ...] = ()) -> set[str]:
    """The marks of the first of a page's drafts."""
    return set(marks_of(PageSaid((page,), alternates, (draft, *others)))[draft.ordinal])


@pytest.mark.parametrize(
    "same",
    ["http://shop.test/en/offers/oil", "https://www.shop.test/en/offers/oil", "https://shop.test/en/offers/oil/"],
)
def test_an_address_is_one_however_it_is_written(same: str) -> None:
    """Scheme, www and a closing slash are no part of identity."""
    assert key_mark(same) == key_mark(EN)


@pytest.mark.parametrize("other", [f"{EN}?size=2", f"{EN}#front", "https://shop.test:8443/en/offers/oil", f"{EN}s"])
def test_another_query_fragment_port_or_path_is_another_address(other: str) -> None:
    """Whatever may name something else is kept."""
    assert key_mark(other) != key_mark(EN)


def test_a_link_that_several_cards_have_is_the_address_of_none() -> None:
    """«Book now» under every card."""
    cards = [said(f"{LIST}#{n}", n, url=EN) for n in range(2)]
    assert key_mark(EN) not in marks(*cards, page=LIST)
    assert key_mark(EN) in marks(cards[0], page=LIST)


def test_a_link_to_another_site_is_no_identity_but_tells_cards_apart() -> None:
    """Partners have pages of their own."""
    found = marks(said(f"{LIST}#1", url="https://partner.test/x"), page=LIST)
    assert "link:partner.test/x" in found
    assert "key:partner.test/x" not in found


@pytest.mark.parametrize(
    ("title", "price", "percent", "count"),
    [
        ("Special offer", 99, None, 0),
        ("عرض خاص", 99, None, 0),
        ("Oil change", 99, None, 1),
        ("Oil change", None, 20, 1),
        ("Oil change", None, None, 0),
        ("Oil", None, 20, 0),
        ("Brake pads fitted free", None, None, 1),
        ("تغيير زيت المحرك", None, None, 1),
    ],
)
def test_a_title_says_as_much_as_its_words_and_amounts(
    title: str, price: int | None, percent: int | None, count: int
) -> None:
    """Words that stand on every offer say nothing; without an amount three others are needed."""
    price_, percent_ = (None if amount is None else Decimal(amount) for amount in (price, percent))
    found = {mark for mark in marks(said(title=title, price=price_, percent=percent_)) if mark.startswith("title:")}
    assert len(found) == count


def test_a_price_is_the_same_with_zeros_at_its_end() -> None:
    """99 and 99.00."""
    assert marks(said(price=Decimal("99.00"))) == marks(said(price=Decimal(99)))


def test_marks_of_endless_values_stay_short_and_distinct() -> None:
    """An index takes no key without end."""
    one, other = ("https://shop.test/" + "x" * n for n in (3000, 3001))
    assert key_mark(one) != key_mark(other)
    assert len(key_mark(one)) < 100


def test_a_moved_address_takes_its_cards_along() -> None:
    """What follows the # stays."""
    moves = {key_mark(LIST): key_mark(EN)}
    assert after_move(key_mark(f"{LIST}#oil"), moves) == key_mark(f"{EN}#oil")
    assert after_move(key_mark(AR), moves) is None


def node(number: int, key: str = EN, page: str = "", **more: Any) -> Node:
    """A draft on a page of its own, unless told otherwise."""
    page = page or key.partition("#")[0]
    draft = said(
        key, **{name: more.pop(name) for name in ("title", "language", "price", "url", "code") if name in more}
    )
    found = marks_of(PageSaid((page,), more.pop("alternates", ()), (draft,)))[0]
    facts = {"observed_at": NOW, "price": draft.price, **more}
    return Node((number, 0), page, key, draft.kind, draft.title, draft.language, found, **facts)


def parts(*nodes: Node) -> set[frozenset[int]]:
    """The groups, by the readings of their drafts."""
    return {frozenset(n.place[0] for n in group.nodes) for group in join(nodes)}


def test_a_stronger_mark_has_joined_before_a_weaker_one_is_asked() -> None:
    """The card is the page's by its address, so the leaflet may be either's by its title."""
    own = node(1, price=Decimal(9))
    card = node(2, EN, LIST, url=EN, price=Decimal(9))
    leaflet = node(3, "https://shop.test/f.pdf#o", price=Decimal(9))
    assert parts(own, card, leaflet) == {frozenset({1, 2, 3})}


@given(st.permutations(range(7)))
def test_joining_does_not_depend_on_order(order: list[int]) -> None:
    """A set of drafts has one partition."""
    nodes = [
        node(0, price=Decimal(9)),
        node(1, AR, title="زيت", language="ar"),
        node(2, LIST + "#oil", price=Decimal(9)),
        node(3, "https://www.shop.test/en/offers/oil", price=Decimal(12)),
        node(4, "https://shop.test/f.pdf#o", price=Decimal(9), span=(None, NOW + timedelta(days=3))),
        node(5, "https://shop.test/g.pdf#o", price=Decimal(9), span=(None, NOW - timedelta(days=3))),
        node(6, "https://shop.test/en/wax", title="Wax", price=Decimal(9)),
    ]
    assert parts(*(nodes[at] for at in order)) == parts(*nodes)


def test_a_former_place_holds_together_what_nothing_parts() -> None:
    """Marked so by what their entry was known by; another address in the same language speaks against it."""
    one, other = node(1, AR, language="ar", title="زيت"), node(2, "https://shop.test/f.pdf#o")
    kept = [replace(n, marks=(*n.marks, "former:7")) for n in (one, other)]
    assert parts(*kept) == {frozenset({1, 2})}
    third = node(3, "https://shop.test/ar/tyres", language="ar", title="كفرات")
    assert len(parts(*kept, replace(third, marks=(*third.marks, "former:7")))) == 3


# ---------------------------------------------------------------- which entry it is


def group(*nodes: Node) -> Group:
    """One group of all these."""
    made = Group.of(nodes[0], 0)
    for at, one in enumerate(nodes[1:], 1):
        made.absorb(Group.of(one, at))
    return made


def known(entry: int, key: str, *more: str, believed: bool = True) -> Known:
    """An offer known by its key and more marks."""
    return Known(entry, key, "offer", believed, frozenset({key_mark(key), *more}))


def test_the_lower_number_lives_on_and_the_other_becomes_part_of_it() -> None:
    """Two entries of one group."""
    both = group(node(1, AR, entry=4), node(2, entry=9))
    (found,) = match([both], [known(4, AR), known(9, EN)], {})
    assert (found.entry, found.joined, found.key) == (4, (9,), AR)


def test_parted_each_group_is_the_entry_filed_under_its_key() -> None:
    """The one that was taken in comes back."""
    here, there = group(node(1, AR, entry=4)), group(node(2, entry=4))
    entries = [known(4, AR, key_mark(EN)), known(9, EN, believed=False)]
    assert [(m.entry, m.key) for m in match([here, there], entries, {})] == [(4, AR), (9, EN)]
    assert [(m.entry, m.key) for m in match([there, here], entries, {})] == [(9, EN), (4, AR)]


def test_a_weak_mark_claims_only_what_is_believed() -> None:
    """A title of last year's offer does not bring it back."""
    new = node(1, price=Decimal(9))
    title = next(mark for mark in new.marks if mark.startswith("title:"))
    entries = [known(3, AR, title, believed=False)]
    assert [m.entry for m in match([group(new)], entries, {})] == [None]
    assert [m.entry for m in match([group(new)], [replace(entries[0], believed=True)], {})] == [3]


def test_a_new_entry_never_takes_the_key_of_another() -> None:
    """Keys are unique within a source."""
    here, there = group(node(1, AR)), group(node(2, AR))
    found = match([here, there], [], {})
    assert len({m.key for m in found}) == 2
