"""Sites, sitemaps and documents: the pages looked at, and the settings of the source that watches them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flows.adding.files import Setting
from flows.adding.languages import other_languages
from flows.adding.looking import CouldNotLook, look_at_sitemap
from flows.adding.making import Adding, Preview, Proposal, made
from flows.adding.pages import Seen, labelled_links, looks_bare, must_read, read_look
from flows.adding.scope import allow_patterns
from flows.adding.suggesting import category_settings, date_order_settings, offer_settings, page_settings
from pipelines.records import Draft, FreshetError, OfferSelectors, Outcome
from pipelines.source_settings import Source
from pipelines.urls import shown

__all__ = ["propose_page", "propose_sitemap"]


def propose_page(adding: Adding, first: Seen) -> Proposal:
    """The source of a page, and of the same in the site's other languages; of a document, the document alone."""
    if not first.is_html:
        return _made(adding, "urls", [must_read(first)])
    if looks_bare(first):
        first = _rendered(adding, first)
    return _made(adding, "site", [must_read(first), *_in_other_languages(adding, first)])


def propose_sitemap(adding: Adding, url: str) -> Proposal:
    """The source of a sitemap, previewed by a few of its pages. Raises CouldNotLook when it is none."""
    looks = look_at_sitemap(url, allow_private=adding.private)
    source = adding.source({"kind": "urls", "start_urls": (url,)})
    pages = [seen for found in looks if (seen := read_look(found, source)).reading.outcome is Outcome.OK]
    if not pages:
        raise CouldNotLook(f"{shown(url)}: none of the first pages it lists could be read; add a page of the site")
    adding.notes.append(f"the preview is of {len(pages)} of the pages that the sitemap lists; allow narrows them")
    return _made(adding, "sitemap", pages, start=(url,))


def _rendered(adding: Adding, seen: Seen) -> Seen:
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


def _in_other_languages(adding: Adding, seen: Seen) -> Iterator[Seen]:
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


def _made(adding: Adding, kind: str, pages: Sequence[Seen], start: Sequence[str] = ()) -> Proposal:
    # a sitemap lists pages of every kind: on most of them selectors would find nothing, and say so
    selectors = _selectors(adding, pages) if kind == "site" else None
    title = pages[0].reading.title or pages[0].url

    def read(source: Source) -> Preview:
        seen = [read_look(page.look, source) for page in pages]
        readings = tuple((page.url, page.reading) for page in seen)
        return Preview(readings, tuple(offer for page in seen for offer in page.offers))

    return made(adding, tuple(_settings(adding, kind, pages, start, selectors)), title, read)


def _selectors(adding: Adding, pages: Sequence[Seen]) -> OfferSelectors | None:
    """Selectors, where offers were discovered by their look: what structured data declares needs none."""
    from pipelines.offers.selecting.proposing import propose_selectors

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
    adding: Adding, kind: str, pages: Sequence[Seen], start: Sequence[str], selectors: OfferSelectors | None
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
