"""Pages that were looked at, and how the source to be proposed reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flows.adding.looking import CouldNotLook, Look
from flows.reading import reading_session
from pipelines.records import Draft, Outcome, Page, Reading
from pipelines.source_settings import Source
from pipelines.urls import BadUrl, normalise_url, origin_of

__all__ = ["Seen", "labelled_links", "looks_bare", "must_read", "read_look"]

_LITTLE = 400  # characters of text; a page of scripts says «please enable JavaScript» and little more
# Where the usual frameworks put what their scripts build.
_EMPTY_ROOT = re.compile(
    rb"""<div\s[^>]{0,200}?id=["']?(?:root|app|__next|__nuxt|___gatsby|q-app)(?:["'\s][^>]{0,200})?>\s*</div>"""
)
_LONGEST_LABEL = 20
_HTML = frozenset({"text/html", "application/xhtml+xml"})


@dataclass(frozen=True)
class Seen:
    """A page that was looked at, and how it reads."""

    look: Look
    page: Page
    reading: Reading

    @property
    def url(self) -> str:
        """Where it stands, normalised."""
        return self.look.url

    @property
    def is_html(self) -> bool:
        """Whether it is a page of a site, and no document."""
        return self.page.media_type in _HTML

    @property
    def offers(self) -> tuple[Draft, ...]:
        """The offers on it."""
        return tuple(draft for draft in self.reading.drafts if draft.kind == "offer")

    @property
    def texts(self) -> tuple[str, ...]:
        """Every block of text on it."""
        return tuple(block.text for draft in self.reading.drafts for block in draft.blocks)

    @property
    def characters(self) -> int:
        """How much text it has."""
        return sum(map(len, self.texts))


def read_look(found: Look, source: Source) -> Seen:
    """The page as the source reads it, by its own reader where it has one."""
    capture = found.capture
    page = Page(
        url=found.url,
        body=capture.body or b"",
        media_type=capture.media_type or "",
        observed_at=capture.fetched_at,
        rules=source.rules(),
        charset=capture.charset,
        unavailable_after=capture.unavailable_after,
    )
    with reading_session(source) as read_all:
        (reading,) = read_all([page])
    return Seen(found, page, reading)


def must_read(seen: Seen) -> Seen:
    """The same page; raises CouldNotLook when nothing could be read from it."""
    if seen.reading.outcome is not Outcome.OK:
        raise CouldNotLook(seen.reading.message or f"{seen.url}: {seen.reading.outcome.value}", seen.look.capture)
    return seen


def looks_bare(seen: Seen) -> bool:
    """Whether the page says next to nothing, and scripts that could say more stand on it."""
    if seen.offers or b"<script" not in seen.page.body.lower():
        return False
    return seen.characters < _LITTLE or _EMPTY_ROOT.search(seen.page.body) is not None


def labelled_links(page: Page) -> Iterator[tuple[str, str]]:
    """The links of the page's own origin that have a short text, normalised."""
    from pipelines.web.html import decode_html, parse_html, read_html

    content = read_html(page, parse_html(decode_html(page.body, page.charset)))
    for reference, text in content.links:
        try:
            url = normalise_url(reference, page.url)
        except BadUrl:
            continue
        if origin_of(url) == origin_of(page.url) and len(text) <= _LONGEST_LABEL:
            yield url, text
