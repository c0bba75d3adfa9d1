"""One page read: `read_page` gives the entries a page carries, whatever the page is.

A pure function: it fetches nothing, reads no clock and raises for nothing that a page can contain.

An HTML page carries its offers (structured data first, then the source's selectors) and one entry of its own with
the text that is left. Text from which an offer was read is cut from that entry. A page that is one offer's own
page belongs to that offer wholly. A document carries its offers likewise (`pipelines.offers.flyers`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from pipelines.offers.candidates import regions_of
from pipelines.offers.drafting import draft_offers
from pipelines.offers.flyers.reading import find_document_offers
from pipelines.offers.page import HtmlPage, find_offers
from pipelines.offers.regions import outside
from pipelines.records import STANDING, Block, Draft, Finding, FreshetError, Outcome, Page, Reading, Window
from pipelines.urls import BadUrl, normalise_url, origin_of
from pipelines.web.decoding import BadContent, decode_html
from pipelines.web.features import page_features
from pipelines.web.html import HtmlContent, parse_html, read_html
from pipelines.web.language import language_of
from pipelines.windows.declared import read_unavailable_after
from pipelines.windows.sets import WindowReading, combine, end_of
from pipelines.windows.stated import read_window

if TYPE_CHECKING:
    from pipelines.documents.reading import DocumentReader

__all__ = ["READING_RECIPE", "CustomReader", "read_page"]

# Changes whenever the same bytes may read differently, so that stored readings are known to be out of date.
READING_RECIPE = "reading-3"

CustomReader = Callable[[Page], Iterable[Draft]]
_HTML = frozenset({"text/html", "application/xhtml+xml"})


def read_page(page: Page, *, documents: DocumentReader | None, custom: CustomReader | None = None) -> Reading:
    """Everything one page says.

    `documents` reads what is not HTML; `custom` is the source's own reader, whose drafts take the place of the
    offers that would be found here. A page that cannot be read is a Reading with its outcome and a message.
    """
    try:
        return _read_html_page(page, custom) if page.media_type in _HTML else _read_document(page, documents)
    except BadContent as error:
        return Reading(Outcome.BAD_CONTENT, message=f"{page.url}: {error}")
    except FreshetError as error:
        return Reading(Outcome.PARSE_FAILED, message=f"{page.url}: {error}")
    except Exception as error:  # whatever a hostile page makes a parser do, the run goes on
        way_out = "the other pages go on; report it with the page if it should be readable"
        return Reading(Outcome.PARSE_FAILED, message=f"{page.url}: {type(error).__name__}: {error!s:.300}; {way_out}")


# ---------------------------------------------------------------- documents


def _read_document(page: Page, documents: DocumentReader | None) -> Reading:
    from pipelines.documents.reading import DocumentError

    if documents is None:
        message = f"{page.url}: {page.media_type or 'unknown type'} is no HTML and no document reader was given"
        return Reading(Outcome.BAD_CONTENT, message=message)
    name = _name_of(page.url)
    try:
        content = documents.read(page.body, name=name, media_type=page.media_type)
    except DocumentError as error:
        return Reading(error.outcome, message=f"{page.url}: {error}")
    if not any(block.text.strip() for block in content.blocks):
        return Reading(Outcome.EMPTY_EXTRACTION, message=f"{page.url}: no text in the document")
    unavailable = _unavailable(page, None)
    language = language_of(_joined(content.blocks), content.language)
    title = content.title or name
    found = find_document_offers(title, content.blocks, page, language, content.findings)
    drafts = tuple(_limited(draft, unavailable, page.url) for draft in found.drafts)
    if not drafts or any(block.kind != "heading" for block in found.left):
        window = _window_of(title, page, unavailable)
        drafts = (*drafts, Draft(page.url, "document", page.url, title, found.left, language, window))
    findings = (*content.findings, *found.findings, *(unavailable.findings if unavailable else ()))
    return Reading(Outcome.OK, title, language, drafts=drafts, findings=findings)


def _name_of(url: str) -> str:
    parts = urlsplit(url)
    return unquote(parts.path.rstrip("/").rpartition("/")[2]) or parts.netloc or "document"


def _joined(blocks: Iterable[Block]) -> str:
    return "\n".join(block.text for block in blocks)


# ---------------------------------------------------------------- HTML


def _read_html_page(page: Page, custom: CustomReader | None) -> Reading:
    source = decode_html(page.body, page.charset)
    tree = parse_html(source)
    content = read_html(page, tree)
    features = page_features(source, tree, content)
    canonical, notes = _canonical(page, content)
    html = HtmlPage(page, canonical or page.url, tree, content)
    drafts, regions, found = _custom_drafts(html, custom) if custom else _offer_drafts(html)
    unavailable = _unavailable(page, content)
    drafts = tuple(_limited(draft, unavailable, html.url) for draft in drafts)
    own = _own_entry(html, drafts, regions, unavailable)
    findings = (*content.findings, *notes, *found, *(unavailable.findings if unavailable else ()))
    if not drafts:
        findings = (*findings, *_says_empty(html, findings))
    if not drafts and not own:
        return replace(_empty(html, findings), features=features)
    return Reading(
        Outcome.OK,
        content.title,
        content.language,
        canonical,
        _alternates(html),
        (*drafts, *([own] if own else [])),
        findings,
        features=features,
    )


def _says_empty(html: HtmlPage, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """A finding when a page without offers says in the source's words that it has none."""
    marker = html.page.rules.empty_marker
    if not marker or any(finding.rule == "listing-empty" for finding in findings):
        return ()
    shown = " ".join(" ".join(placed.block.text for placed in html.content.placed).split())
    if " ".join(marker.split()).casefold() not in shown.casefold():
        return ()
    return (Finding("listing-empty", f"the listing says that it is empty: «{marker}»", marker),)


def _empty(html: HtmlPage, findings: tuple[Finding, ...]) -> Reading:
    """Nothing read: an empty listing when the page says so in the source's words, else a failure to look into."""
    if any(finding.rule == "listing-empty" for finding in findings):
        return Reading(Outcome.OK, html.content.title, html.content.language, findings=findings)
    message = f"{html.page.url}: no offer and no text read; if the page is not empty it may need render = true"
    return Reading(Outcome.EMPTY_EXTRACTION, html.content.title, findings=findings, message=message)


def _canonical(page: Page, content: HtmlContent) -> tuple[str | None, tuple[Finding, ...]]:
    """The page's canonical URL where it is credible: same origin, and not the start page in place of an inner one."""
    if not content.canonical:
        return None, ()
    try:
        url = normalise_url(content.canonical, page.url)
    except BadUrl:
        url = ""
    astray = not url or origin_of(url) != origin_of(page.url) or (urlsplit(url).path == "/" != urlsplit(page.url).path)
    if astray:
        return None, (
            Finding("canonical-ignored", "names a canonical URL that cannot be this page's", content.canonical),
        )
    return url, ()


def _alternates(html: HtmlPage) -> tuple[tuple[str, str], ...]:
    found = []
    for language, url in html.content.alternates:
        try:
            found.append((language, normalise_url(url, html.page.url)))
        except BadUrl:
            continue
    return tuple(dict.fromkeys(found))


# ---------------------------------------------------------------- offers


_Found = tuple[tuple[Draft, ...], tuple[str, ...], tuple[Finding, ...]]  # drafts, their regions, findings


def _custom_drafts(html: HtmlPage, custom: CustomReader) -> _Found:
    drafts = tuple(custom(html.page))
    return drafts, tuple(draft.region for draft in drafts), ()


def _offer_drafts(html: HtmlPage) -> _Found:
    candidates, texts, findings = find_offers(html)
    drafts, found = draft_offers(candidates, texts, html.page, html.url, html.content.language)
    return drafts, tuple(region for c in candidates for region in regions_of(c)), (*findings, *found)


# ---------------------------------------------------------------- the page's own entry


def _own_entry(
    html: HtmlPage, offers: Sequence[Draft], regions: Iterable[str], unavailable: WindowReading | None
) -> Draft | None:
    """The page's entry: its text without that of its offers; None when no more than headings is left."""
    if any(draft.key == html.url for draft in offers):
        return None
    titles = {draft.title.casefold() for draft in offers}
    left = outside(html.content.blocks, regions)
    blocks = tuple(block for block in left if block.text.casefold() not in titles)
    if all(block.kind == "heading" for block in blocks):
        return None
    title = html.content.title or _name_of(html.url)
    return Draft(
        key=html.url,
        kind="page",
        url=html.url,
        title=title,
        blocks=blocks,
        language=language_of(_joined(blocks), html.content.language),
        window=_window_of(title, html.page, unavailable),
        description=_undated(html.content.description, html.page),
    )


def _undated(text: str, page: Page) -> str:
    """A description, unless it states until when it holds: it would be quoted after that."""
    return "" if _stated_end(text, page) else text


def _stated_end(text: str, page: Page) -> WindowReading | None:
    """The window that a text states, when it has an end."""
    rules = page.rules
    stated = read_window(
        text, observed_at=page.observed_at, zone=rules.zone, date_order=rules.date_order,
        languages=rules.languages, max_window=rules.max_window, context="text",
    )  # fmt: skip
    return stated if stated is not None and end_of(stated.window) else None


def _window_of(title: str, page: Page, unavailable: WindowReading | None) -> Window:
    """The window of a page or document as a whole: its title stands in every chunk, so what it states limits all."""
    ends = [unavailable if unavailable and end_of(unavailable.window) else None, _stated_end(title, page)]
    stated = [reading for reading in ends if reading is not None]
    return combine(stated).window if stated else STANDING


def _unavailable(page: Page, content: HtmlContent | None) -> WindowReading | None:
    values = [(page.unavailable_after, "x-robots-tag"), (content.unavailable_after if content else None, "meta-robots")]
    return read_unavailable_after([(v, where) for v, where in values if v], page.rules, page.observed_at)


def _limited(draft: Draft, unavailable: WindowReading | None, page_url: str) -> Draft:
    """The draft limited by the page's own end, when it is the page's or states no end itself."""
    if unavailable is None or not end_of(unavailable.window):
        return draft
    if draft.key != page_url and end_of(draft.window):
        return draft
    window: Window = combine([WindowReading(draft.window), unavailable]).window
    return replace(draft, window=window)
