"""Which pages of a site a proposed source watches: the listings, and the offers' own pages where they lie together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from pipelines.urls import origin_of

__all__ = ["allow_patterns"]

_MOST = 0.8  # share of the offers whose pages must lie in one folder before that folder is watched too
_SPECIAL = re.compile(r"([.^$*+?{}\[\]\\|()])")
_FILE = re.compile(r"\.[A-Za-z0-9]{1,5}$")


def allow_patterns(listings: Sequence[str], offers: Iterable[str]) -> tuple[str, ...]:
    """Expressions on the path for `allow`; () means all below the listings' folders, for a site's first page.

    `listings` and `offers` are normalised addresses. The offers' pages that no listing's expression covers are
    included when most of them lie in one folder, other than the site's root.
    """
    paths = [urlsplit(url).path for url in listings]
    if any(path == "/" for path in paths):
        return ()
    patterns = list(map(_below, paths))
    origins = set(map(origin_of, listings))
    own_pages = {url for url in offers if origin_of(url) in origins and url not in listings}
    outside = [url for url in own_pages if not any(re.search(p, urlsplit(url).path) for p in patterns)]
    folders = _folders(outside, len(own_pages))
    listed = [p for p, path in zip(patterns, paths, strict=True) if not any(re.search(f, path) for f in folders)]
    return tuple(dict.fromkeys((*listed, *folders)))


def _below(path: str) -> str:
    bare = path.rstrip("/")
    return f"^{_escaped(bare)}$" if _FILE.search(bare) else f"^{_escaped(bare)}(/|$)"


def _folders(outside: Sequence[str], offers: int) -> list[str]:
    """The folders that hold most of the offers' pages: one a language, so as many as the first segment tells apart."""
    counts = Counter(urlsplit(url).path.rpartition("/")[0] for url in outside)
    told = {folder: count for folder, count in counts.items() if count > 1 and not _is_top(folder)}
    few = sorted(told, key=lambda folder: -told[folder])[:2]
    enough = outside and sum(told[folder] for folder in few) >= _MOST * offers
    return [f"^{_escaped(folder)}/" for folder in few] if enough else []


def _is_top(folder: str) -> bool:
    """Whether a folder is the site's root, or that of one of its languages: all of the site lies in it."""
    return re.fullmatch(r"(?:/[A-Za-z]{2}(?:[-_][A-Za-z]{2,4})?)?", folder) is not None


def _escaped(path: str) -> str:
    """The path as an expression that matches it and nothing else; `re.escape` would also escape hyphens and %."""
    return _SPECIAL.sub(r"\\\1", path)
