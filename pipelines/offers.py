"""From what a page's readers found to drafts of offers: identity, window, categories, prices, text and evidence.

Identity (`Draft.key`) of an offer, the first that applies:

1. its own URL, on the page's origin, when no other offer of the page has the same;
2. the page's URL, when the page is the offer's own page;
3. its sku, product number or code, as `sku:…` or `code:…`;
4. the page's URL + "#" + a slug of its title.

So a card on a list page and the offer's own page give one key, and are one entry.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby

from pipelines.categories import categorise
from pipelines.declared import Declared, read_declared
from pipelines.language import language_of
from pipelines.prices import Price, read_discount, read_price
from pipelines.records import OPEN, Block, Draft, Evidence, Finding, Page, Window
from pipelines.regions import lies_within
from pipelines.selectors import SelectedOffer
from pipelines.structured import StructuredOffer
from pipelines.urls import BadUrl, normalise_url, origin_of
from pipelines.windows import read_window
from pipelines.windowsets import WindowReading, combine

__all__ = ["Candidate", "draft_offers", "from_selected", "from_structured", "join_candidates", "merge_drafts"]

_LONGEST_SLUG = 80


@dataclass(frozen=True)
class Candidate:
    """An offer as one reader found it, before it is known which text of the page is its own."""

    title: str
    description: str = ""
    url: str = ""  # normalised; empty when it has none that can be asked for
    image: str = ""
    identifier: str = ""  # sku:… or code:…
    code: str = ""
    tags: tuple[str, ...] = ()  # the site's own categories
    price: Price | None = None
    price_before: Decimal | None = None
    declared: tuple[Declared, ...] = ()
    validity: str = ""  # a text known to speak of its validity
    over: bool = False  # the page itself says that it is not to be had any more
    region: str = ""
    own_page: bool = False  # the page is this offer's own
    evidence: tuple[Evidence, ...] = ()


def from_structured(offer: StructuredOffer, page: Page, region: str) -> Candidate:
    """What schema.org data says, its URL normalised."""
    return Candidate(
        title=offer.title,
        description=offer.description,
        url=_normal(offer.url, page),
        image=_normal(offer.image, page),
        identifier=f"sku:{offer.identifier}" if offer.identifier and "/" not in offer.identifier else "",
        tags=offer.category,
        price=Price(offer.price, offer.currency) if offer.price is not None else None,
        price_before=offer.price_before,
        declared=offer.declared,
        over=offer.over,
        region=region,
        evidence=offer.evidence,
    )


def from_selected(offer: SelectedOffer, page: Page, fallback_title: str) -> Candidate:
    """What the source's selectors found; without a title of its own it takes the first heading of its region."""
    zone = page.rules.zone
    before = read_price(offer.price_before, zone)
    selectors = page.rules.selectors
    fields = ("title", "description", "price", "price_before", "validity", "code")
    return Candidate(
        title=offer.title or fallback_title,
        description=offer.description,
        url=_normal(offer.url, page),
        image=_normal(offer.image, page),
        identifier=f"code:{offer.code}" if offer.code else "",
        code=offer.code,
        tags=offer.category,
        price=read_price(offer.price, zone),
        price_before=before.amount if before else None,
        validity=offer.validity,
        region=offer.region,
        evidence=tuple(
            Evidence(field, text, f"selector:{getattr(selectors, field)}")
            for field in fields
            if (text := getattr(offer, field))
        ),
    )


def join_candidates(structured: Sequence[Candidate], selected: Sequence[Candidate]) -> list[Candidate]:
    """Both as one list: what two readers found of one offer, by title or by place, becomes one candidate."""
    joined = list(structured)
    for found in selected:
        at = next((at for at, known in enumerate(joined) if _is_same(known, found)), None)
        if at is None:
            joined.append(found)
        else:
            joined[at] = _lend(joined[at], found)
    return joined


def _is_same(one: Candidate, other: Candidate) -> bool:
    if one.title.casefold() == other.title.casefold():
        return True
    nested = lies_within(one.region, other.region) or lies_within(other.region, one.region)
    return nested and not one.own_page


def _lend(structured: Candidate, selected: Candidate) -> Candidate:
    """The declared offer with the place the selectors name, and whatever it does not declare itself."""
    fields = ("description", "url", "image", "identifier", "code", "price", "price_before")
    filled = {name: getattr(structured, name) or getattr(selected, name) for name in fields}
    return replace(
        structured,
        tags=tuple(dict.fromkeys((*structured.tags, *selected.tags))),
        validity=selected.validity,
        region="" if structured.own_page else selected.region,
        evidence=(*structured.evidence, *selected.evidence),
        **filled,
    )


def _normal(url: str, page: Page) -> str:
    try:
        return normalise_url(url, page.url) if url else ""
    except BadUrl:
        return ""


# ---------------------------------------------------------------- drafts


def draft_offers(
    candidates: Sequence[Candidate], texts: Sequence[tuple[Block, ...]], page: Page, page_url: str, language: str
) -> tuple[tuple[Draft, ...], tuple[Finding, ...]]:
    """A draft for each candidate, given the blocks that are its own; those with one key merged."""
    shared = Counter(candidate.url for candidate in candidates)
    drafts: list[Draft] = []
    findings: list[Finding] = []
    for candidate, blocks in zip(candidates, texts, strict=True):
        reading = _window(candidate, blocks, page)
        findings.extend(reading.findings)
        key = _key(candidate, page_url, alone=shared[candidate.url] == 1)
        drafts.append(_draft(candidate, key, blocks, reading.window, page, page_url, language))
        if page.rules.categories and not drafts[-1].category:
            findings.append(Finding("no-category", f"«{candidate.title}» fits none of the configured categories"))
    merged, conflicts = merge_drafts(drafts)
    return merged, (*findings, *conflicts)


def _key(candidate: Candidate, page_url: str, *, alone: bool) -> str:
    if candidate.own_page:
        return page_url
    if candidate.url and alone and candidate.url != page_url and origin_of(candidate.url) == origin_of(page_url):
        return candidate.url
    return candidate.identifier or f"{page_url}#{_slug(candidate.title)}"


def _slug(title: str) -> str:
    return re.sub(r"[\W_]+", "-", title.casefold()).strip("-")[:_LONGEST_SLUG] or "offer"


def _draft(
    candidate: Candidate, key: str, blocks: tuple[Block, ...], window: Window, page: Page, page_url: str, language: str
) -> Draft:
    text = "\n".join((candidate.title, candidate.description, *(block.text for block in blocks)))
    own_text = "\n".join((candidate.title, candidate.description))
    price = candidate.price
    return Draft(
        key=key,
        kind="offer",
        url=_shown_url(candidate, page_url),
        title=candidate.title,
        blocks=_whole(candidate, blocks),
        language=language_of(text, language),
        window=window,
        description=candidate.description,
        category=categorise(page.rules.categories, (own_text,), candidate.tags),
        price=price.amount if price else None,
        price_before=candidate.price_before,
        currency=price.currency if price else None,
        discount_percent=read_discount(own_text) or _saved(candidate),
        code=candidate.code or None,
        image_url=candidate.image or None,
        evidence=tuple(replace(found, url=page.url) for found in candidate.evidence),
        region=candidate.region,
    )


def _shown_url(candidate: Candidate, page_url: str) -> str:
    if candidate.own_page or not candidate.url:
        return page_url
    return candidate.url


def _whole(candidate: Candidate, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The offer's text; what it declares without showing it is put in front, so that it can be found and quoted."""
    shown = " ".join(block.text for block in blocks).casefold()
    missing = []
    if candidate.title.casefold() not in shown:
        missing.append(Block("heading", candidate.title, 2))
    if candidate.description and candidate.description.casefold()[:60] not in shown:
        missing.append(Block("paragraph", candidate.description))
    return (*missing, *blocks)


def _saved(candidate: Candidate) -> Decimal | None:
    """The percentage that the price before allows to reckon, rounded to a whole one."""
    if candidate.price is None or not candidate.price_before or candidate.price.amount >= candidate.price_before:
        return None
    return ((1 - candidate.price.amount / candidate.price_before) * 100).quantize(Decimal(1))


# ---------------------------------------------------------------- windows


def _window(candidate: Candidate, blocks: tuple[Block, ...], page: Page) -> WindowReading:
    """What is declared and what is stated together; sold out or withdrawn by the page itself: at no time."""
    readings = [found for found in (_declared(candidate, page), _stated(candidate, blocks, page)) if found]
    reading = combine(readings) if readings else WindowReading(OPEN)
    if candidate.over:
        why = tuple(found for found in candidate.evidence if found.field == "availability")
        reading = replace(reading, window=Window((), "declared", (*why, *reading.window.evidence)))
    evidence = tuple(replace(found, url=page.url) for found in reading.window.evidence)
    return replace(reading, window=replace(reading.window, evidence=evidence))


def _declared(candidate: Candidate, page: Page) -> WindowReading | None:
    return read_declared(candidate.declared, page.rules, page.observed_at)


def _stated(candidate: Candidate, blocks: tuple[Block, ...], page: Page) -> WindowReading | None:
    if candidate.validity:
        found = _read(candidate.validity, page, "validity")
        if found:
            return found
        note = Finding("validity-unread", f"no date could be read in «{candidate.validity[:200]}»", candidate.validity)
        return WindowReading(OPEN, (note,))
    if candidate.own_page:
        readings = [found for block in blocks if (found := _read(block.text, page, "text"))]
        return combine(readings) if readings else None
    return _read(
        "\n. ".join((candidate.title, candidate.description, *(block.text for block in blocks))), page, "offer"
    )


def _read(text: str, page: Page, context: str) -> WindowReading | None:
    rules = page.rules
    return read_window(
        text,
        observed_at=page.observed_at,
        zone=rules.zone,
        date_order=rules.date_order,
        languages=rules.languages,
        max_window=rules.max_window,
        context=context,  # type: ignore[arg-type]  # one of the three literals, by its callers above
    )


# ---------------------------------------------------------------- one offer found twice


def merge_drafts(drafts: Iterable[Draft]) -> tuple[tuple[Draft, ...], tuple[Finding, ...]]:
    """Drafts with one key made one, in order of first sight: the first speaks, the earlier end is served."""
    kept = list(drafts)
    order = dict.fromkeys(draft.key for draft in kept)
    groups = {key: list(group) for key, group in groupby(sorted(kept, key=lambda d: d.key), key=lambda d: d.key)}
    merged = [_merged(groups[key]) for key in order]
    return tuple(draft for draft, _ in merged), tuple(finding for _, found in merged for finding in found)


def _merged(drafts: Sequence[Draft]) -> tuple[Draft, tuple[Finding, ...]]:
    first, *others = drafts
    if not others:
        return first, ()
    window = combine([WindowReading(draft.window) for draft in drafts])
    filled = {
        name: next(
            (value for draft in drafts if (value := getattr(draft, name)) not in (None, "", ())), getattr(first, name)
        )
        for name in (
            "description",
            "category",
            "price",
            "price_before",
            "currency",
            "code",
            "image_url",
            "discount_percent",
        )
    }
    blocks = tuple(dict.fromkeys(block for draft in drafts for block in draft.blocks))
    evidence = tuple(dict.fromkeys(found for draft in drafts for found in draft.evidence))
    return replace(first, window=window.window, blocks=blocks, evidence=evidence, **filled), window.findings
