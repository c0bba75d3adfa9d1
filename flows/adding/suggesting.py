"""What the proposed file of a source says: the few settings it needs, and suggestions a person may take up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from flows.adding.files import Setting
from flows.adding.looking import is_loopback
from pipelines.records import Draft, Finding, OfferSelectors

if TYPE_CHECKING:
    from pipelines.settings import Project

__all__ = ["SCHEDULE", "category_settings", "date_order_settings", "manner_settings", "offer_settings", "page_settings"]

SCHEDULE = "*/30 * * * *"
_MOST_CATEGORIES = 8
_NUMERIC_DATE = re.compile(r"(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2(?:\d{4}|\d{2})(?![\d./-])")


def page_settings(
    kind: str,
    start_urls: Sequence[str],
    allow: Sequence[str],
    *,
    render: bool,
    private: Sequence[str],
    languages: Sequence[str],
    project: Project,
) -> Iterator[Setting]:
    """The settings at the top of a source that is crawled."""
    yield Setting("kind", kind)
    yield Setting("start_urls", tuple(start_urls), _spoken(start_urls))
    if kind == "site" and allow:
        yield Setting("allow", tuple(allow), "expressions on the path: the pages that belong to this source")
    elif kind == "site":
        yield Setting("allow", ("^/offers(/|$)",), "narrows the source; now it is the whole site", active=False)
    if render:
        yield Setting("render", True, "without its scripts the page shows nothing")
    yield from manner_settings(start_urls, private=private, languages=languages, project=project)


def manner_settings(
    urls: Sequence[str], *, private: Sequence[str], languages: Sequence[str], project: Project
) -> Iterator[Setting]:
    """How often and by what leave the source is looked at, and in which languages it speaks."""
    if private:
        yield Setting("allow_private", tuple(private), "not a public address: exempt, because you named it")
    if private and all(is_loopback(url) for url in urls):
        yield Setting("delay", 0.0, "this machine's own server")
    if set(languages) - set(project.languages):
        yield Setting("languages", tuple(languages), "as seen on the page")
    yield Setting("schedule", SCHEDULE, "cron, used by freshet schedule")
    yield Setting("permission", "own site", "own site | contract | public: recorded with each run", active=False)


def date_order_settings(findings: Iterable[Finding], texts: Iterable[str]) -> Iterator[Setting]:
    """A suggestion of `date_order` when a date on the page can be read in two ways, with what was seen."""
    doubtful = next((finding.quote for finding in findings if finding.rule == "ambiguous-date"), None)
    if doubtful is None:
        return
    order, sure = _order_seen(texts)
    why = f"because of «{sure}»" if sure else "or MDY"
    yield Setting("date_order", order, f"seen: «{doubtful[:60]}»; say how it is meant, {why}", active=False)


def category_settings(offers: Iterable[Draft]) -> Iterator[Setting]:
    """Suggestions of `[categories]`: what the site itself calls its offers' categories."""
    names = list(dict.fromkeys(name for offer in offers for name in offer.category))
    for at, name in enumerate(names[:_MOST_CATEGORIES]):
        told = "the site's own names; once you set this, yours alone count, each with its words in any language"
        yield Setting(name, (name,), "" if at else told, table="categories", active=False)


def offer_settings(selectors: OfferSelectors | None) -> Iterator[Setting]:
    """`[offers]`, when there are selectors that read the same offers as discovery."""
    if selectors is None:
        return
    for name, css in vars(selectors).items():
        if css is not None:
            yield Setting(name, css, table="offers")


def _order_seen(texts: Iterable[str]) -> tuple[str, str]:
    """How the page's numeric dates that leave no doubt are ordered, and one of them; day first when there is none."""
    for text in texts:
        for date in _NUMERIC_DATE.finditer(text):
            first, second = int(date[1]), int(date[3])
            if 12 < first <= 31 and 1 <= second <= 12:
                return "DMY", date[0]
            if 12 < second <= 31 and 1 <= first <= 12:
                return "MDY", date[0]
    return "DMY", ""


def _spoken(urls: Sequence[str]) -> str:
    """The paths as people write them, where they are escaped in the address."""
    spoken = [unquote(urlsplit(url).path) for url in urls if "%" in url]
    return ", ".join(path for path in spoken if not path.isascii())
