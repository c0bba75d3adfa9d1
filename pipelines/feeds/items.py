"""One item to one draft: the step that every door to entries shares, whatever brought the item.

Identity (`Draft.key`), the first that the item has: its `key`, its `url`, its `code`, a slug of its title.

The window of an item joins what it declares (`valid_from`, `valid_until`: validity `feed`) with what its `validity`
text states; an offer's own text counts as on a page, of a record only what its title states. Where two of them
disagree the earlier end is served. Nothing given: an offer is open, a record is standing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from pipelines.feeds.dates import Bound, read_bounds, read_observation, read_stated, sale_bounds, unread
from pipelines.feeds.texts import blocks_of, line_of
from pipelines.feeds.values import (
    BadValue,
    is_none,
    read_address,
    read_amount,
    read_code_of_currency,
    read_language,
    read_percent,
)
from pipelines.offers.categories import categorise
from pipelines.offers.prices.reading import Price, read_discount
from pipelines.records import OPEN, STANDING, Block, Draft, Evidence, Finding, ReadingRules, Window
from pipelines.web.language import language_of
from pipelines.windows.sets import WindowReading, combine, end_of

__all__ = ["FEED_RECIPE", "BadValue", "Entry", "ItemReading", "draft_of", "key_of"]

# Changes whenever the same item may read differently, so that stored readings are known to be out of date.
FEED_RECIPE = "feed-1"

Entry = Literal["offer", "record"]

_LONGEST_SLUG = 80
_SOLD_OUT = re.compile(r"out[\s_-]?of[\s_-]?stock|sold[\s_-]?out|discontinued|نفد.*|غير متوفر|غير متاح", re.IGNORECASE)
_TAGS = re.compile(r"\s*[>|;؛]\s*")
_EVIDENCE = ("title", "price", "price_before", "code", "availability")


@dataclass(frozen=True)
class ItemReading:
    """An item read."""

    draft: Draft
    findings: tuple[Finding, ...] = ()


def draft_of(
    item: Mapping[str, Any],
    *,
    rules: ReadingRules,
    entry: Entry,
    base: str,
    observed_at: datetime,
    key: str | None = None,
) -> ItemReading:
    """The draft of an item whose fields are those of `[feed]`: texts, numbers, or lists of texts.

    `base` is the feed's own address: what relative addresses are resolved against, and what an item without its own
    is quoted from. `observed_at` is when these words were first seen; the item's own `observed_at` is believed when
    it is earlier. `key` takes the place of the identity that the item would have.
    Raises BadValue for a missing title, and for a price, percentage, currency or date that is none.
    """
    given = {field: value for field, raw in item.items() if (value := _given(raw))}
    title = line_of(_one(given, "title"))
    if not title:
        raise BadValue("title", "", "is missing")
    texts, hidden = _texts(given)
    seen = read_observation(_one(given, "observed_at"), rules, observed_at) or observed_at
    price, before, sale = _prices(given, rules, seen)
    window = _window(given, title, texts, sale, rules, entry, seen)
    address = read_address(_one(given, "url"), base) if "url" in given else None
    tags = [tag for value in given.get("category", ()) for tag in _TAGS.split(line_of(value)) if tag]
    description = " ".join(block.text for block in texts.description)
    draft = Draft(
        key=key or key_of(item, base),
        kind=entry,
        url=address or base,
        title=title,
        blocks=_blocks(title, texts, given),
        language=language_of("\n".join((title, *(b.text for b in texts.all))), read_language(_one(given, "language"))),
        window=window.window,
        description=description,
        category=categorise(rules.categories, (title, description), tags),
        price=price.amount if price else None,
        price_before=before.amount if before else None,
        currency=_currency(given, rules, price, before),
        discount_percent=_discount(given, f"{title}\n{description}", price, before, entry),
        code=line_of(_one(given, "code")) or None,
        image_url=read_address(_one(given, "image"), base) if "image" in given else None,
        terms="\n".join(block.text for block in texts.terms) or None,
        evidence=tuple(Evidence(f, line_of(_one(given, f))[:500], f"feed:{f}", base) for f in _EVIDENCE if f in given),
    )
    return ItemReading(draft, (*hidden, *window.findings, *_notes(draft, given, address, rules)))


def key_of(item: Mapping[str, Any], base: str, *, address_is_own: bool = True) -> str:
    """The identity of an item within its source, "" when it has neither of the four.

    `address_is_own`: no other item has its address; else that names it only together with its title.
    """
    given = {field: _one({field: _given(item.get(field))}, field) for field in ("key", "url", "code", "title")}
    if given["key"] and not is_none(given["key"]):
        return given["key"]
    slug = re.sub(r"[\W_]+", "-", line_of(given["title"]).casefold()).strip("-")[:_LONGEST_SLUG]
    address = read_address(given["url"], base) if given["url"] else None
    if address and address_is_own:
        return address
    if address:
        return f"{address}#{slug}" if slug else ""
    return f"code:{line_of(given['code'])}" if given["code"] else slug


# ---------------------------------------------------------------- values


def _given(raw: object) -> list[str]:
    """The texts of a field as any door may give it, without empty ones."""
    values: Iterable[object] = raw if isinstance(raw, list | tuple) else (raw,)
    return [text for value in values if value is not None and (text := _written(value).strip())]


def _written(value: object) -> str:
    if isinstance(value, bool | str):
        return str(value)
    return f"{value:f}" if isinstance(value, Decimal) and value.is_finite() else str(value)


def _one(given: Mapping[str, list[str]], field: str) -> str:
    return next(iter(given.get(field, ())), "")


def _prices(
    given: Mapping[str, list[str]], rules: ReadingRules, seen: datetime
) -> tuple[Price | None, Price | None, tuple[Bound, ...]]:
    """The price, the price before, and from when until when the price holds where the item says so."""
    currency = read_code_of_currency(_one(given, "currency"), rules.zone)
    price = read_amount("price", _one(given, "price"), currency, rules.zone)
    before = read_amount("price_before", _one(given, "price_before"), currency, rules.zone)
    sale = sale_bounds({"sale_dates": _one(given, "sale_dates")}, seen, rules) if price else ()
    if before and (price is None or sale is None):  # no sale, or one that is over
        return before, None, ()
    return price, None if before and price and before.amount == price.amount else before, sale or ()


def _currency(given: Mapping[str, list[str]], rules: ReadingRules, *prices: Price | None) -> str | None:
    named = next((price.currency for price in prices if price and price.currency), None)
    return named or read_code_of_currency(_one(given, "currency"), rules.zone)


def _discount(
    given: Mapping[str, list[str]], text: str, price: Price | None, before: Price | None, entry: Entry
) -> Decimal | None:
    stated = read_percent(_one(given, "discount_percent"))
    if stated is not None or entry != "offer":
        return stated
    found = read_discount(text)
    if found is not None or price is None or before is None or price.amount >= before.amount:
        return found
    return ((1 - price.amount / before.amount) * 100).quantize(Decimal(1))


# ---------------------------------------------------------------- texts


@dataclass(frozen=True)
class _Texts:
    """An item's texts, block by block."""

    description: tuple[Block, ...]
    text: tuple[Block, ...]
    terms: tuple[Block, ...]

    @property
    def all(self) -> tuple[Block, ...]:
        """All of them in reading order, what stands twice once."""
        return tuple({block.text: block for block in (*self.description, *self.text, *self.terms)}.values())


def _texts(given: Mapping[str, list[str]]) -> tuple[_Texts, tuple[Finding, ...]]:
    read = {field: blocks_of("\n".join(given.get(field, ()))) for field in ("description", "text", "terms")}
    findings = tuple(finding for _, found in read.values() for finding in found)
    return _Texts(*(blocks for blocks, _ in read.values())), findings


def _blocks(title: str, texts: _Texts, given: Mapping[str, list[str]]) -> tuple[Block, ...]:
    """What is found and quoted of an item: its title, its texts, and what it says of its validity and its stock."""
    blocks = texts.all
    shown = " ".join(block.text for block in blocks).casefold()
    extra = [line_of(_one(given, "validity"))]
    if "availability" in given:
        extra.append(f"Availability: {line_of(_one(given, 'availability')).replace('_', ' ')}")
    heading = (Block("heading", title, 2),) if title.casefold() not in shown else ()
    said = tuple(Block("paragraph", text) for text in extra if text and text.casefold() not in shown)
    return (*heading, *blocks, *said)


# ---------------------------------------------------------------- windows


def _window(
    given: Mapping[str, list[str]],
    title: str,
    texts: _Texts,
    sale: tuple[Bound, ...],
    rules: ReadingRules,
    entry: Entry,
    seen: datetime,
) -> WindowReading:
    bounds = [Bound("valid_from", text) for text in given.get("valid_from", ())]
    bounds += [Bound("valid_until", text) for text in given.get("valid_until", ())]
    readings = [read_bounds([*bounds, *sale], rules, seen), _stated(given, title, texts, rules, entry, seen)]
    found = [reading for reading in readings if reading is not None]
    window = combine(found) if found else WindowReading(OPEN if entry == "offer" else STANDING)
    if entry == "offer" and _SOLD_OUT.fullmatch(_one(given, "availability")):
        why = Evidence("availability", _one(given, "availability"), "feed:availability")
        return replace(window, window=Window((), "feed", (why, *window.window.evidence)))
    return window


def _stated(
    given: Mapping[str, list[str]], title: str, texts: _Texts, rules: ReadingRules, entry: Entry, seen: datetime
) -> WindowReading | None:
    """What the item's words say: its validity text, else an offer's own text, else the end in a record's title."""
    validity = line_of(_one(given, "validity"))
    if validity:
        return read_stated(validity, rules, seen, "validity") or (unread(validity) if entry == "offer" else None)
    if entry == "offer":
        return read_stated("\n. ".join((title, *(block.text for block in texts.all))), rules, seen, "offer")
    found = read_stated(title, rules, seen, "text")
    return found if found is not None and end_of(found.window) else None


def _notes(draft: Draft, given: Mapping[str, list[str]], address: str | None, rules: ReadingRules) -> list[Finding]:
    found = []
    if "url" in given and address is None:
        found.append(Finding("url-unread", f"«{_one(given, 'url')[:200]}» is no web address", _one(given, "url")[:500]))
    if rules.categories and not draft.category:
        found.append(Finding("no-category", f"«{draft.title}» fits none of the configured categories"))
    return found
