"""From an address to a proposed source: `propose`.

The proposal is proven before it is shown: its text is parsed again, the source is made of it, and the offers in the
preview are those that this very source reads from the bytes that were fetched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flows.adding.asked import Asked, check_name, source_file, source_of, wanted_address
from flows.adding.files import Setting, settings_of, source_text
from flows.adding.keeping import kept_settings
from flows.adding.languages import other_languages
from flows.adding.looking import CouldNotLook, host_and_port, look, look_at_sitemap, private_pair
from flows.adding.names import name_for
from flows.adding.pages import Seen, labelled_links, looks_bare, must_read, read_look
from flows.adding.scope import allow_patterns
from flows.adding.suggesting import category_settings, date_order_settings, offer_settings, page_settings
from flows.progress import Progress, silent
from pipelines.offers.drafting import merge_drafts
from pipelines.records import Draft, Finding, FreshetError, OfferSelectors, Outcome, Reading
from pipelines.source_settings import Source
from pipelines.urls import shown

if TYPE_CHECKING:
    from pipelines.settings import Project

__all__ = ["Proposal", "propose"]


@dataclass(frozen=True)
class Proposal:
    """A source that could be written."""

    source: Source  # as its file will load
    text: str  # of the file
    pages: tuple[tuple[str, Reading], ...]  # those looked at, as the source reads them
    offers: tuple[Draft, ...]  # each once
    notes: tuple[str, ...] = ()  # what a person should know about the proposal

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What reading the pages found worth saying, each once."""
        return tuple(dict.fromkeys(finding for _, reading in self.pages for finding in reading.findings))


@dataclass
class _Adding:
    """A proposal in the making."""

    project: Project
    name: str
    private: tuple[str, ...]  # host:port pairs
    render: bool = False
    notes: list[str] = field(default_factory=list)

    def see(self, url: str) -> Seen:
        """Look at one more page of the source."""
        found = look(url, allow_private=self.private, render=self.render)
        return read_look(found, self.source({"kind": "urls", "start_urls": (found.url,)}))

    def source(self, told: dict[str, object]) -> Source:
        """The source as a file with these settings would load, with what is kept of one of that name."""
        return source_of(self.project, self.name, {**settings_of(self.kept()), **told})

    def kept(self) -> tuple[Setting, ...]:
        """What stays of the file that is written anew."""
        return tuple(kept_settings(source_file(self.project, self.name)))


def propose(project: Project, asked: Asked, progress: Progress = silent) -> Proposal:
    """Look at the address and propose a source; nothing is written.

    Raises SettingsError for an address that is none and a name that is taken, CouldNotLook when nothing could be read
    there.
    """
    url = wanted_address(asked.url)
    name = asked.name or name_for(url)
    check_name(project, name, asked)
    pair = host_and_port(url) if asked.allow_private else private_pair(url)
    adding = _Adding(project, name, (pair,) if pair else ())
    with progress.stage(f"look at {shown(url)}") as advance:
        made = _sitemap(adding, url) if _is_named_sitemap(url) else _page(adding, url)
        advance(1)
    return made


# ---------------------------------------------------------------- what stands there


def _page(adding: _Adding, url: str) -> Proposal:
    first = adding.see(url)
    if first.url != url:
        adding.notes.append(f"{shown(url)} leads to {shown(first.url)}, which is what is watched")
    if not first.is_html:
        return _made(adding, "urls", [must_read(first)])
    if looks_bare(first):
        first = _rendered(adding, first)
    return _made(adding, "site", [must_read(first), *_in_other_languages(adding, first)])


def _is_named_sitemap(url: str) -> bool:
    name = url.partition("?")[0].rpartition("/")[2].lower()
    return "sitemap" in name and name.endswith((".xml", ".xml.gz", ".txt"))


def _sitemap(adding: _Adding, url: str) -> Proposal:
    looks = look_at_sitemap(url, allow_private=adding.private)
    source = adding.source({"kind": "urls", "start_urls": (url,)})
    pages = [seen for found in looks if (seen := read_look(found, source)).reading.outcome is Outcome.OK]
    if not pages:
        raise CouldNotLook(f"{shown(url)}: none of the first pages it lists could be read; add a page of the site")
    adding.notes.append(f"the preview is of {len(pages)} of the pages that the sitemap lists; allow narrows them")
    return _made(adding, "sitemap", pages, start=(url,))


def _rendered(adding: _Adding, seen: Seen) -> Seen:
    """The page as a browser shows it, where that shows more and a browser is there."""
    from spiders.render import BrowserMissing, require

    try:
        require()
        adding.render = True
        rendered = adding.see(seen.url)
    except BrowserMissing as error:
        adding.notes.append(f"the page shows little without its scripts; {error}")
        return seen
    except FreshetError as error:
        adding.notes.append(f"the page shows little without its scripts, and showing it in a browser failed: {error}")
        adding.render = False
        return seen
    adding.render = (len(rendered.offers), rendered.characters) > (len(seen.offers), 2 * seen.characters)
    return rendered if adding.render else seen


def _in_other_languages(adding: _Adding, seen: Seen) -> Iterator[Seen]:
    links = seen.look.capture.links or ()
    labelled = tuple(labelled_links(seen.page))
    for language, url in other_languages(seen.url, seen.reading, links, labelled, adding.project.languages).items():
        try:
            other = adding.see(url)
        except FreshetError as error:
            adding.notes.append(f"its page in language {language} was left out: {error}")
            continue
        if _is_partner(other, seen):
            yield other


def _is_partner(other: Seen, seen: Seen) -> bool:
    """Whether a page is the other's in another language: read well, not the same, and a listing when that is one."""
    if other.reading.outcome is not Outcome.OK or other.url == seen.url or other.page.body == seen.page.body:
        return False
    return bool(other.offers) == bool(seen.offers)


# ---------------------------------------------------------------- the source


def _made(adding: _Adding, kind: str, pages: Sequence[Seen], start: Sequence[str] = ()) -> Proposal:
    """The proposal, its offers those that the proposed source itself reads."""
    selectors = _selectors(adding, pages)
    proposed = tuple(_settings(adding, kind, pages, start, selectors))
    settings = _joined(proposed, adding.kept())
    source = adding.source(settings_of(settings))
    read = tuple(read_look(page.look, source) for page in pages)
    offers, _ = merge_drafts(offer for page in read for offer in page.offers)
    adding.notes.extend(_already_watched(adding.project, source))
    return Proposal(
        source,
        source_text(_heading(pages), settings),
        tuple((page.url, page.reading) for page in read),
        offers,
        tuple(dict.fromkeys(adding.notes)),
    )


def _selectors(adding: _Adding, pages: Sequence[Seen]) -> OfferSelectors | None:
    """Selectors, where offers were discovered by their look: what structured data declares needs none."""
    from pipelines.offers.proposing import propose_selectors

    discovered = [page.page for page in pages if any(map(_is_discovered, page.offers))]
    if not discovered or adding.source({"kind": "urls", "start_urls": (pages[0].url,)}).reader:
        return None
    proposed = propose_selectors(discovered[0], discovered[1:])
    if proposed.selectors is None:
        adding.notes.append(f"no [offers] written: {proposed.reason}; each sync finds the offers anew by their look")
    return proposed.selectors


def _is_discovered(offer: Draft) -> bool:
    return any(found.rule.startswith("card:") for found in offer.evidence)


def _settings(
    adding: _Adding, kind: str, pages: Sequence[Seen], start: Sequence[str], selectors: OfferSelectors | None
) -> Iterator[Setting]:
    urls = start or [page.url for page in pages]
    offers = [offer for page in pages for offer in page.offers]
    allow = allow_patterns(urls, (offer.url for offer in offers)) if kind == "site" else ()
    languages = tuple(dict.fromkeys(page.reading.language for page in pages if page.reading.language != "und"))
    yield from page_settings(
        kind, urls, allow, render=adding.render, private=adding.private, languages=languages, project=adding.project
    )
    yield from date_order_settings(
        (finding for page in pages for finding in page.reading.findings),
        (text for page in pages for text in page.texts),
    )
    yield from category_settings(offers)
    yield from offer_settings(selectors)


def _joined(proposed: Sequence[Setting], kept: Sequence[Setting]) -> tuple[Setting, ...]:
    """What is proposed and what is kept: the top first, then each table whole. What a person set goes before."""
    said = {(setting.table, setting.key) for setting in kept}
    filled = {setting.table for setting in kept if setting.table}
    left = [s for s in proposed if (s.table, s.key) not in said and (s.active or s.table not in filled)] + [*kept]
    tables = dict.fromkeys(["", *(setting.table for setting in left)])
    return tuple(setting for table in tables for setting in left if setting.table == table)


def _heading(pages: Sequence[Seen]) -> Iterator[str]:
    yield pages[0].reading.title or pages[0].url
    yield "Proposed by freshet add; every other key has its default: freshet init shows a commented example."


def _already_watched(project: Project, source: Source) -> Iterator[str]:
    for other in project.sources.values():
        if other.name != source.name and set(other.start_urls) & set(source.start_urls):
            yield f"sources/{other.file.name} begins at the same address: its offers would be found twice"
