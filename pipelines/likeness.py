"""What a page is like, apart from what it says: features small enough to keep, and how alike two pages are.

Features are taken from a page's tree when it is read (`pipelines.web.features`) and kept with its reading. What most
believed pages of a source share is its profile: the positive fingerprint by which a page is known as the source's own,
whatever script or mark of a guard service it carries.

Sets are kept as 32-bit hashes, the largest of them as the smallest K hashes, from which the share of two sets is
estimated (bottom-K sketch: Cohen and Kaplan, «Summarizing data using bottom-k sketches», 2007).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from zlib import crc32

__all__ = [
    "SKETCH",
    "PageFeatures",
    "Profile",
    "alike",
    "hashed",
    "is_accused",
    "profile_of",
    "recognised",
    "shared_profile",
    "sketch_of",
]

_Part = TypeVar("_Part", str, int)

SKETCH = 64  # hashes a sketch; the estimate's standard error is below 0.07
_KNOWN_BY = 0.5  # of what the source's pages share; a page with as much is one of them
_MOST_OF = 0.6  # of the pages; what so many have is the source's, as in kb_store.source_profiles
_FEWEST = 3  # shared things of a kind; fewer prove nothing


@dataclass(frozen=True)
class PageFeatures:
    """One HTML page's outer marks; hashes are CRC-32 of UTF-8."""

    titles: tuple[str, ...] = ()  # parts of the title between its separators, casefolded
    anchors: tuple[int, ...] = ()  # hashes of the first and last link targets
    classes: tuple[int, ...] = ()  # the smallest hashes of class names and ids
    types: tuple[str, ...] = ()  # schema.org types declared, sorted
    script: str = ""  # of most letters: arab, latn, other; empty when there are none
    words: int = 0  # of the main text
    links: int = 0  # targets, each once
    sketch: tuple[int, ...] = ()  # the smallest hashes of the main text's shingles of three words
    marks: tuple[str, ...] = ()  # guard services whose challenge the page's source names
    widgets: tuple[str, ...] = ()  # tests for humans that also stand in ordinary forms
    asks: str = ""  # words with which a visitor is checked or turned away, as found
    refuses: str = ""  # words that say that what was asked for is not there, as found
    password: bool = False  # a form asks for one
    ended: bool = False  # the source closes its html or body at its end
    cut: bool = False  # the source stops inside a tag, a comment or a script


@dataclass(frozen=True)
class Profile:
    """What most believed pages of a source in one language share."""

    pages: int = 0
    titles: frozenset[str] = frozenset()
    anchors: frozenset[int] = frozenset()
    classes: frozenset[int] = frozenset()
    types: frozenset[str] = frozenset()
    ended: float = 0.0  # share of them whose source is closed at its end


def hashed(parts: Iterable[str]) -> set[int]:
    """CRC-32 of each part."""
    return {crc32(part.encode("utf-8", "replace")) for part in parts}


def sketch_of(words: Sequence[str]) -> tuple[int, ...]:
    """The sketch of a text: the smallest hashes of its runs of three words; of a shorter text, the text's own."""
    shingles = (" ".join(words[at : at + 3]) for at in range(max(1, len(words) - 2)))
    return tuple(sorted(hashed(shingles))[:SKETCH]) if words else ()


def alike(one: Sequence[int], other: Sequence[int]) -> float:
    """The estimated share of what two sketches have in common of what either has, 0..1; nothing is like nothing."""
    mine, theirs = set(one), set(other)
    union = sorted(mine | theirs)[:SKETCH]
    return sum(h in mine and h in theirs for h in union) / len(union) if union else 0.0


def profile_of(page: PageFeatures) -> Profile:
    """The profile of a single page, for a source that has no more."""
    sets = Profile(1, frozenset(page.titles), frozenset(page.anchors), frozenset(page.classes), frozenset(page.types))
    return replace(sets, ended=float(page.ended))


def shared_profile(pages: Sequence[PageFeatures]) -> Profile | None:
    """What at least three of five pages share; None of so few that it would be those pages."""
    if len(pages) < _FEWEST:
        return None
    enough = len(pages) * _MOST_OF
    return Profile(
        len(pages),
        frozenset(_frequent((page.titles for page in pages), enough)),
        frozenset(_frequent((page.anchors for page in pages), enough)),
        frozenset(_frequent((page.classes for page in pages), enough)),
        frozenset(_frequent((page.types for page in pages), enough)),
        sum(page.ended for page in pages) / len(pages),
    )


def _frequent(parts: Iterable[Iterable[_Part]], enough: float) -> list[_Part]:
    counted = Counter(part for page in parts for part in set(page))
    return [part for part, count in counted.items() if count >= enough]


def is_accused(page: PageFeatures) -> bool:
    """Whether anything on the page is also found on pages that are not what was asked for."""
    return bool(page.marks or page.widgets or page.asks or page.refuses or page.password or page.cut)


def recognised(page: PageFeatures, profiles: Iterable[Profile]) -> bool:
    """Whether the page is known as one of the source's own by any of the profiles."""
    return any(_likeness(page, profile) >= _KNOWN_BY for profile in profiles)


def _likeness(page: PageFeatures, profile: Profile) -> float:
    """The mean share of the profile's anchors, classes and title parts that the page has too, 0..1."""
    shares = [_share(page.anchors, profile.anchors), _share(page.classes, profile.classes)]
    if profile.titles:
        shares.append(float(not profile.titles.isdisjoint(page.titles)))
    told = [share for share in shares if share is not None]
    return sum(told) / len(told) if told else 0.0


def _share(have: Iterable[int], shared: frozenset[int]) -> float | None:
    return len(shared.intersection(have)) / len(shared) if len(shared) >= _FEWEST else None
