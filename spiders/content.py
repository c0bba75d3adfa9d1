"""What a 200 answer holds: bytes undone from their encodings, judged, hashed, and the links on them."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import Message
from hashlib import sha256

from pipelines.records import CrawlJob, KnownPage, Outcome
from pipelines.urls import BadUrl, normalise_url
from spiders.fetch import Answer
from spiders.frontier import Entry
from spiders.inflate import BadEncoding, CutShort, Oversized, inflate
from spiders.links import PageLinks, read_links
from spiders.outcomes import judge_body, unavailable_after
from spiders.sitemaps import BadSitemap, Sitemap, read_sitemap
from spiders.sniff import PAGES

__all__ = ["Content", "read_content"]


@dataclass(frozen=True)
class Content:
    """What an answer is worth."""

    outcome: Outcome
    message: str = ""
    target: str | None = None  # where to go on to, as written; then the outcome is not final
    media_type: str | None = None
    charset: str | None = None
    body: bytes | None = None
    sha256: str | None = None
    etag: str | None = None  # the known one, when the answer has none
    last_modified: str | None = None
    unavailable_after: str | None = None
    found: PageLinks | None = None  # as written on the page, not yet chosen from
    links: tuple[str, ...] | None = None  # chosen: set by whoever knows the scope
    sitemap: Sitemap | None = None


def read_content(answer: Answer, job: CrawlJob, entry: Entry, known: KnownPage | None) -> Content:
    """Return what a 200 answer holds; a body that cannot be had whole, or is none, ends with its own outcome."""
    encodings = (answer.headers or {}).get("content-encoding", ())
    try:
        body = inflate(answer.body, encodings, job.limits.decompressed)
        if entry.sitemap:
            return Content(Outcome.OK, sitemap=read_sitemap(body, job.limits.decompressed))
    except Oversized as error:
        return Content(Outcome.TOO_LARGE, f"{error}; raise the limit if the page is worth it")
    except CutShort as error:
        return Content(Outcome.TRUNCATED, f"{error}; what arrived was thrown away")
    except (BadEncoding, BadSitemap) as error:
        return Content(Outcome.BAD_CONTENT, str(error))
    return _page(body, answer, job, known)


def _page(body: bytes, answer: Answer, job: CrawlJob, known: KnownPage | None) -> Content:
    digest = sha256(body).hexdigest()
    if known is not None and known.body_sha256 == digest:
        return Content(Outcome.NOT_MODIFIED, sha256=digest)
    declared = answer.header("content-type")
    judged = judge_body(body, declared, answer.url)
    if judged.outcome is not Outcome.OK:
        return Content(judged.outcome, judged.message, media_type=judged.media_type)
    charset = _charset(declared)
    found = read_links(body, answer.url, charset) if judged.media_type in PAGES else None
    if found and found.refresh and _leads_on(found.refresh, answer.url):
        return Content(Outcome.MOVED, target=found.refresh)
    robots_tag = (answer.headers or {}).get("x-robots-tag", ())
    return Content(
        Outcome.OK,
        media_type=judged.media_type,
        charset=charset,
        body=body,
        sha256=digest,
        unavailable_after=unavailable_after(robots_tag, "freshet"),
        found=found,
    )


def _leads_on(target: str, url: str) -> bool:
    """Whether a refresh leads to another page; one that reloads its own, or leads nowhere, is content."""
    try:
        return normalise_url(target, url) != normalise_url(url)
    except BadUrl:
        return False


def _charset(declared: str | None) -> str | None:
    if not declared:
        return None
    header = Message()
    header["content-type"] = declared
    charset = header.get_param("charset")
    return charset.strip().lower() or None if isinstance(charset, str) else None
