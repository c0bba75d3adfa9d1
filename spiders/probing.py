"""An address that cannot exist, asked for once a crawl: how the site says that there is no such page.

Many sites say so with 200, or send every such visitor to their start page. What any address answers is no page.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable
from string import ascii_lowercase
from urllib.parse import urlsplit

from pipelines.records import Capture, Outcome
from pipelines.urls import origin_of
from spiders.sniff import PAGES

__all__ = ["Places"]

_MOST_PLACES = 1000  # folders counted; memory stays flat on a site of a million
_LETTERS = 16  # 26 to the 16th: nobody has a page of that name
_TOLD = frozenset({Outcome.MOVED, Outcome.MOVED_OFF_SCOPE})


class Places:
    """Where a crawl's pages lay, counted by folder."""

    def __init__(self) -> None:
        self._pages: Counter[str] = Counter()

    def saw(self, capture: Capture) -> None:
        """Count a page that came anew, or was sent elsewhere; what is unchanged needs no comparison."""
        is_page = capture.outcome is Outcome.OK and capture.media_type in PAGES
        if not (is_page or capture.outcome in _TOLD):
            return
        folder = origin_of(capture.url) + urlsplit(capture.url).path.rpartition("/")[0] + "/"
        if folder in self._pages or len(self._pages) < _MOST_PLACES:
            self._pages[folder] += 1

    def address(self, belongs: Callable[[str], bool]) -> str | None:
        """A made-up address in the folder of most pages in which the source would hold one; None when there is none."""
        name = "no-such-page-" + "".join(secrets.choice(ascii_lowercase) for _ in range(_LETTERS))
        addresses = (f"{folder}{name}" for folder, _ in self._pages.most_common(20))
        return next(filter(belongs, addresses), None)
