"""From what a page's readers found to drafts of offers: window, categories, prices, text and evidence.

What an offer is known by is `identity`'s part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby

from pipelines.offers.candidates import Candidate
from pipelines.offers.categories import address_words, categorise
from pipelines.offers.identity import offer_keys
from pipelines.offers.prices.reading import Price, read_discount, read_prices
from pipelines.records import OPEN, Block, Draft, Finding, Page, Window
from pipelines.web.language import language_of
from pipelines.windows.declared import read_declared
from pipelines.windows.sets import WindowReading, combine, end_of
from pipelines.windows.stated import read_window

__all__ = ["draft_offers", "merge_drafts"]

_FEW_WORDS = 8  # of a line that says nothing but until when

# ---------------------------------------------------------------- drafts


def draft_offers(
    candidates: Sequence[Candidate], texts: Sequence[tuple[Block, ...]], page: Page, page_url: str, language: str
) -> tuple[tuple[Draft, ...], tuple[Finding, ...]]:
    """A draft for each candidate, given the blocks that are its own; those with one key merged."""
    drafts: list[Draft] = []
    findings: list[Finding] = []
    for candidate, blocks, key in zip(candidates, texts, offer_keys(candidates, page_url), strict=True):
        reading = _window(candidate, blocks, page)
        findings.extend(reading.findings)
        drafts.append(_draft(candidate, key, blocks, reading.window, page, page_url, language))
        if page.rules.categories and not drafts[-1].category:
            findings.append(Finding("no-category", f"«{candidate.title}» fits none of the configured categories"))
    merged, conflicts = merge_drafts(drafts)
    return merged, (*findings, *conflicts)


def _draft(
    candidate: Candidate, key: str, blocks: tuple[Block, ...], window: Window, page: Page, page_url: str, language: str
) -> Draft:
    text = "\n".join((candidate.title, candidate.description, *(block.text for block in blocks)))
    own_text = "\n".join((candidate.title, candidate.description))
    price = candidate.price
    before = candidate.price_before or _before_shown(price, blocks, page)
    return Draft(
        key=key,
        kind="offer",
        url=_shown_url(candidate, page_url),
        title=candidate.title,
        blocks=_whole(candidate, blocks),
        language=language_of(text, language),
        window=window,
        description=candidate.description,
        category=_categories(candidate, own_text, page),
        price=_plain(price.amount) if price else None,
        price_before=_plain(before) if before is not None else None,
        currency=price.currency if price else None,
        discount_percent=read_discount(own_text) or candidate.discount or _saved(price, before),
        code=candidate.code or None,
        image_url=candidate.image or None,
        evidence=tuple(replace(found, url=page.url) for found in candidate.evidence),
        region=candidate.region,
        identifier=candidate.identifier,
    )


def _categories(candidate: Candidate, own_text: str, page: Page) -> tuple[str, ...]:
    """By its tags, text and own address; where these name none, by the page's trail and address."""
    own_url = address_words(candidate.url) if candidate.url else ""
    around = (*candidate.context, address_words(page.url))
    return categorise(page.rules.categories, (own_text, own_url), candidate.tags, around)


def _plain(amount: Decimal) -> Decimal:
    """The amount without zeros at its end: «99.00» on one page and «99» on another are one price."""
    return Decimal(f"{amount.normalize():f}")


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


def _before_shown(price: Price | None, blocks: Iterable[Block], page: Page) -> Decimal | None:
    """What it cost before, when the offer's text gives it beside the very price: «SAR 189 instead of SAR 249»."""
    for block in blocks if price else ():
        now, before = read_prices(block.text, page.rules.zone)
        if now and before and price and now.amount == price.amount < before.amount:
            return before.amount
    return None


def _saved(price: Price | None, before: Decimal | None) -> Decimal | None:
    """The percentage that the price before allows to reckon, rounded to a whole one."""
    if price is None or not before or price.amount >= before:
        return None
    return ((1 - price.amount / before) * 100).quantize(Decimal(1))


# ---------------------------------------------------------------- windows


def _window(candidate: Candidate, blocks: tuple[Block, ...], page: Page) -> WindowReading:
    """What is declared and what is stated together; sold out or withdrawn by the page itself: at no time."""
    readings = [found for found in (_declared(candidate, page), _stated(candidate, blocks, page)) if found]
    reading = combine(readings) if readings else WindowReading(OPEN)
    if candidate.terms and end_of(reading.window) is None:
        reading = _limited(reading, candidate.terms, page)
    if candidate.over:
        why = tuple(found for found in candidate.evidence if found.field == "availability")
        reading = replace(reading, window=Window((), "declared", (*why, *reading.window.evidence)))
    evidence = tuple(replace(found, url=page.url) for found in reading.window.evidence)
    return replace(reading, window=replace(reading.window, evidence=evidence))


def _limited(reading: WindowReading, terms: Sequence[str], page: Page) -> WindowReading:
    """A reading without an end, limited by what the page says of all its offers or of those of the section."""
    found = [stated for text in terms if (stated := _read(text, page, _term(text))) and end_of(stated.window)]
    return combine([reading, *found] if reading.window != OPEN else found) if found else reading


def _term(text: str) -> str:
    """How a line around offers is read: a few words, «1 – 15 June 2026», are a validity and nothing else."""
    return "validity" if len(text.split()) <= _FEW_WORDS else "text"


def _declared(candidate: Candidate, page: Page) -> WindowReading | None:
    return read_declared(candidate.declared, page.rules, page.observed_at)


def _stated(candidate: Candidate, blocks: tuple[Block, ...], page: Page) -> WindowReading | None:
    if candidate.validity:
        found = _read(candidate.validity, page, "validity")
        if found or not candidate.guessed:
            return found or WindowReading(OPEN, _unread(candidate.validity))
    if candidate.own_page:
        readings = [found for block in blocks if (found := _read(block.text, page, "text"))]
        return combine(readings) if readings else None
    return _read(
        "\n. ".join((candidate.title, candidate.description, *(block.text for block in blocks))), page, "offer"
    )


def _unread(validity: str) -> tuple[Finding, ...]:
    """A finding when a text that should state a window holds numbers and none was read; words alone state none."""
    if not any(char.isdigit() for char in validity):
        return ()
    return (Finding("validity-unread", f"no date could be read in «{validity[:200]}»", validity),)


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
