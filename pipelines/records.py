"""The records that pass between the parts of Freshet: frozen data, no behaviour beyond what describes it.

A capture is what a spider brings home, a reading is what one capture says, a draft is what
one reading offers for one entry. Everything here can be pickled and compared by value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pipelines.likeness import PageFeatures

__all__ = [
    "FAILED_OUTCOMES",
    "Block",
    "Capture",
    "CrawlJob",
    "CrawlLimits",
    "Draft",
    "Evidence",
    "Finding",
    "FreshetError",
    "KnownPage",
    "OfferSelectors",
    "Outcome",
    "Page",
    "Reading",
    "ReadingRules",
    "Window",
]


class FreshetError(Exception):
    """The base of every error Freshet raises: its message names the thing, the cause and the way out."""


class Outcome(StrEnum):
    """How one attempt at one URL ended; a closed list, exactly one an attempt."""

    OK = "ok"
    NOT_MODIFIED = "not_modified"
    GONE = "gone"
    MISSING = "missing"
    MOVED = "moved"
    MOVED_OFF_SCOPE = "moved_off_scope"
    BLOCKED = "blocked"
    CHALLENGE = "challenge"
    SERVER_ERROR = "server_error"
    NETWORK = "network"
    ROBOTS_DENIED = "robots_denied"
    ROBOTS_UNREACHABLE = "robots_unreachable"
    TRUNCATED = "truncated"
    TOO_LARGE = "too_large"
    BAD_CONTENT = "bad_content"
    PARSE_FAILED = "parse_failed"
    QUARANTINED = "quarantined"
    EMPTY_EXTRACTION = "empty_extraction"
    SOFT_404 = "soft_404"
    REFUSED_ADDRESS = "refused_address"


# Outcomes that make a run `partial`; every other outcome is a decision and leaves it `published`.
FAILED_OUTCOMES = frozenset(
    {
        Outcome.BLOCKED,
        Outcome.CHALLENGE,
        Outcome.SERVER_ERROR,
        Outcome.NETWORK,
        Outcome.ROBOTS_UNREACHABLE,
        Outcome.TRUNCATED,
        Outcome.TOO_LARGE,
        Outcome.BAD_CONTENT,
        Outcome.PARSE_FAILED,
        Outcome.QUARANTINED,
        Outcome.EMPTY_EXTRACTION,
    }
)


# ---------------------------------------------------------------- what is fetched


@dataclass(frozen=True)
class CrawlLimits:
    """Bounds on what one crawl may cost; every one of them is enforced while bytes arrive."""

    body: int = 20 * 2**20  # bytes as received, a page
    decompressed: int = 50 * 2**20  # bytes after inflating, a page
    page_seconds: float = 60.0  # from request to last byte, redirects included
    crawl_seconds: float = 3600.0  # the whole crawl; what was not attempted by then makes it incomplete
    redirects: int = 10
    depth: int = 8
    pages: int = 5000


@dataclass(frozen=True)
class CrawlJob:
    """All a crawl is told. It knows no database and no credentials but its own headers."""

    source: str
    kind: Literal["site", "sitemap", "urls", "feed"]  # feed: the only start URL, to disk and not to the spool
    start_urls: tuple[str, ...]
    directory: Path  # the run's own folder, made by the caller: spool of captures, known pages, log
    allow: tuple[str, ...] = ()  # regular expressions searched in the path; none: below the start URLs
    deny: tuple[str, ...] = ()
    documents: bool = True  # follow links to PDF, DOCX, …
    render: bool = False
    delay: float = 1.0  # seconds between requests to one host; robots.txt's Crawl-delay wins when longer
    user_agent: str = ""  # empty: the default, which names Freshet
    headers: Mapping[str, str] = field(default_factory=dict)  # may hold secrets: never logged, sent to start hosts only
    verify_tls: bool = True
    allow_private: tuple[str, ...] = ()  # exact host:port pairs exempt from the address guard
    full: bool = False  # ignore validators: ask for every page whole
    limits: CrawlLimits = CrawlLimits()


@dataclass(frozen=True)
class KnownPage:
    """What the last good capture of a URL left behind, so that it need not be fetched or followed again."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None  # hex; compared when a server answers 200 with the same bytes
    links: tuple[str, ...] = ()  # normalised, in scope; followed when the page answers 304


@dataclass(frozen=True)
class Capture:
    """One attempt at one URL: its outcome, and the bytes when there are new ones."""

    url: str  # normalised, as asked for
    outcome: Outcome
    fetched_at: datetime  # aware, UTC
    final_url: str | None = None  # where redirects led; None: not reached
    status: int | None = None  # HTTP status; None: no answer, or a file
    media_type: str | None = None  # sniffed from the bytes, lower case, no parameters
    charset: str | None = None  # as the transport declared it; readers check it against the bytes
    etag: str | None = None
    last_modified: str | None = None
    unavailable_after: str | None = None  # the X-Robots-Tag directive's raw value
    body: bytes | None = None  # decoded from transfer and content encodings; only with outcome ok
    body_sha256: str | None = None  # hex, of `body`; also with not_modified when known
    links: tuple[str, ...] | None = None  # normalised, in scope, in document order; None: not looked at
    linked: bool = True  # False: reached only because it was known, no page leads there now
    message: str = ""  # what happened and the way out, for a person; empty when ok
    seconds: float = 0.0  # from request to last byte
    probe: bool = False  # of an address made up to see how the site says that there is no such page


# ---------------------------------------------------------------- what is read


@dataclass(frozen=True)
class OfferSelectors:
    """CSS selectors of a source's `[offers]` table; `::attr(name)` and `::text` as in parsel."""

    item: str
    title: str | None = None
    description: str | None = None
    price: str | None = None
    price_before: str | None = None
    validity: str | None = None
    category: str | None = None
    code: str | None = None
    url: str | None = None
    image: str | None = None


@dataclass(frozen=True)
class ReadingRules:
    """What a source says about how its pages are to be read."""

    source: str
    zone: ZoneInfo
    date_order: Literal["DMY", "MDY", "YMD"] | None = None
    languages: tuple[str, ...] = ("en", "ar")
    max_window: timedelta = timedelta(days=400)  # a stated window longer than this is a finding, not a fact
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # category -> words that name it
    selectors: OfferSelectors | None = None
    empty_marker: str | None = None


@dataclass(frozen=True)
class Page:
    """What a reader is given: bytes and where they came from. It cannot fetch and has no clock."""

    url: str  # final URL, normalised
    body: bytes
    media_type: str
    observed_at: datetime  # aware; when the bytes were first seen
    rules: ReadingRules
    charset: str | None = None
    unavailable_after: str | None = None


@dataclass(frozen=True)
class Block:
    """One block element of a page or document, in reading order."""

    kind: Literal["heading", "paragraph", "list_item", "table_row", "preformatted"]
    text: str  # visible, white space folded (kept in preformatted); a table row reads «Header: cell | Header: cell»
    level: int = 0  # 1..6 for headings
    path: str = ""  # the element's path in the tree (lxml getpath); empty for documents
    page: int | None = None  # page or slide or sheet number, from 1
    line: int | None = None  # line or row number, from 1, where the format has one


@dataclass(frozen=True)
class Evidence:
    """Where a value comes from: the exact text, and the rule that read it."""

    field: str  # title, price, window, …
    text: str  # exactly as it stands in the source
    rule: str  # json-ld:validThrough, selector:.price, text:until-date, …
    url: str = ""
    page: int | None = None
    line: int | None = None


@dataclass(frozen=True)
class Finding:
    """Something a person should know about a page; never a reason to stop."""

    rule: str  # short and stable: nonsense-date, window-conflict, hidden-text, …
    message: str
    quote: str = ""


@dataclass(frozen=True)
class Window:
    """When something is true: half-open ranges in UTC, sorted and disjoint, and on what that rests.

    A single range with two unknown ends is written ((None, None),). No range at all, (), means never:
    readings that contradict each other.
    """

    ranges: tuple[tuple[datetime | None, datetime | None], ...]
    validity: Literal["declared", "stated", "feed", "open", "ambiguous", "standing"]
    evidence: tuple[Evidence, ...] = ()


STANDING = Window(((None, None),), "standing")
OPEN = Window(((None, None),), "open")


@dataclass(frozen=True)
class Draft:
    """What one page says about one entry."""

    key: str  # identity within the source: the offer's own URL, its sku or code, or page URL + "#" + slug of its title
    kind: Literal["offer", "page", "document", "record"]
    url: str
    title: str
    blocks: tuple[Block, ...]  # the text that belongs to this entry alone, in reading order
    language: str  # BCP 47 primary tag, "und" when unknown
    window: Window
    description: str = ""
    category: tuple[str, ...] = ()
    price: Decimal | None = None
    price_before: Decimal | None = None
    currency: str | None = None  # ISO 4217
    discount_percent: Decimal | None = None
    code: str | None = None
    image_url: str | None = None
    terms: str | None = None
    evidence: tuple[Evidence, ...] = ()
    region: str = ""  # path of the element the offer was read from: its blocks are cut from the page's own entry
    identifier: str = ""  # sku:… or code:… by which its seller knows it, also where the key is an address


@dataclass(frozen=True)
class Reading:
    """What one capture says, whole: a pure function of a Page."""

    outcome: Outcome  # ok, or why nothing was read: parse_failed bad_content empty_extraction too_large quarantined
    title: str = ""
    language: str = "und"
    canonical: str | None = None  # normalised
    alternates: tuple[tuple[str, str], ...] = ()  # (hreflang, normalised URL)
    drafts: tuple[Draft, ...] = ()
    findings: tuple[Finding, ...] = ()
    message: str = ""  # for a person, when the outcome is not ok
    features: PageFeatures | None = None  # of an HTML page: by what it is known as the source's own
