"""By which key an offer is known (`Draft.key`), the first of these that applies:

1. its own URL, on the page's origin, when no other offer of the page has the same;
2. the page's URL, when the page is the offer's own page;
3. its sku, product number or code, as `sku:…` or `code:…`, when no other offer of the page has the same;
4. the page's URL + "#" + a slug of its title, and of what else tells it from another of that title: where it leads,
   its description, its code, its price.

So a card on a list page and the offer's own page give one key, and are one entry.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from pipelines.offers.candidates import Candidate
from pipelines.urls import origin_of

__all__ = ["offer_keys"]

_LONGEST_SLUG = 80
_MOST_COMPARED = 50  # offers of one title that a further one is compared with; beyond, only what is wholly equal is one


def offer_keys(candidates: Sequence[Candidate], page_url: str) -> list[str]:
    """The key of each of a page's offers; those that are not one offer have keys of their own."""
    by_url = _sharing(candidates, lambda candidate: candidate.url)
    by_number = _sharing(candidates, lambda candidate: candidate.identifier)
    keys = [
        _key(c, page_url, alone=by_url[c.url] == 1, numbered=bool(c.identifier) and by_number[c.identifier] == 1)
        for c in candidates
    ]
    alike: dict[str, list[int]] = defaultdict(list)
    for at, key in enumerate(keys):
        if key.startswith(f"{page_url}#"):
            alike[key].append(at)
    for places in alike.values():
        for at, mark in zip(places, _marks_of([candidates[at] for at in places]), strict=True):
            keys[at] += f"-{mark}" if mark else ""
    return keys


def _key(candidate: Candidate, page_url: str, *, alone: bool, numbered: bool) -> str:
    if candidate.own_page:
        return page_url
    if candidate.url and alone and candidate.url != page_url and origin_of(candidate.url) == origin_of(page_url):
        return candidate.url
    # one code for all that a page offers names none of it
    return candidate.identifier if numbered else f"{page_url}#{_slug(candidate.title)}"


def _sharing(candidates: Iterable[Candidate], name: Callable[[Candidate], str]) -> dict[str, int]:
    """For each address or number how many offers of the page have it."""
    groups: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        groups[name(candidate)].append(candidate)
    return {value: len(_apart(group)) if value else 0 for value, group in groups.items()}


def _apart(candidates: Iterable[Candidate]) -> list[list[Candidate]]:
    """The candidates by offer: two of one title are one unless a fact that both state differs."""
    offers: dict[str, list[list[Candidate]]] = defaultdict(list)
    exact: dict[tuple[object, ...], list[Candidate]] = {}
    for candidate in candidates:
        known = offers[candidate.title.casefold()]
        facts = (candidate.title.casefold(), *_facts(candidate))
        same = exact.get(facts)
        same = same or next((offer for offer in known[:_MOST_COMPARED] if not _differ(candidate, offer[0])), None)
        if same is None:
            same = []
            known.append(same)
        same.append(candidate)
        exact.setdefault(facts, same)
    return [offer for known in offers.values() for offer in known]


def _differ(one: Candidate, other: Candidate) -> bool:
    if not (one.guessed and other.guessed):  # what is declared or selected under one title and address is one offer
        return False
    return any(a and b and a != b for a, b in zip(_facts(one), _facts(other), strict=True))


def _facts(candidate: Candidate) -> tuple[object, ...]:
    return (candidate.url, candidate.price, candidate.code, candidate.validity, candidate.description)


def _marks_of(candidates: Sequence[Candidate]) -> list[str]:
    """For each of several candidates of one title the slug of what tells its offer from others; "" for one offer."""
    offers = _apart(candidates)
    marks = _marks([offer[0] for offer in offers])
    known = {id(candidate): mark for offer, mark in zip(offers, marks, strict=True) for candidate in offer}
    return [known[id(candidate)] for candidate in candidates]


def _marks(offers: Sequence[Candidate]) -> list[str]:
    kinds = (
        [o.url for o in offers], [o.description for o in offers], [o.code for o in offers],
        [" ".join(o.tags) for o in offers], [str(o.price.amount) if o.price else "" for o in offers],
        [o.validity for o in offers], [o.image for o in offers],
    )  # fmt: skip
    telling = next((values for values in kinds if len(set(values)) == len(values) > 1), None)
    telling = telling or next((values for values in kinds if len(set(values)) > 1), None)
    return [_slug(_tail(value)) if value else "" for value in telling] if telling else [""] * len(offers)


def _tail(value: str) -> str:
    """Of an address its last segment and its query, which tell it from others; any other text whole."""
    return value.rstrip("/").rpartition("/")[2] if value.startswith(("http://", "https://")) else value


def _slug(title: str) -> str:
    return re.sub(r"[\W_]+", "-", title.casefold()).strip("-")[:_LONGEST_SLUG] or "offer"
