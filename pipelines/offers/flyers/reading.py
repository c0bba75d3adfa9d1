"""The offers of one document as drafts, each with the page and line of what was read, and the blocks that are left."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from pipelines.offers.candidates import Candidate
from pipelines.offers.drafting import draft_offers
from pipelines.offers.flyers.amounts import amounts_of
from pipelines.offers.flyers.columns import turn_columns
from pipelines.offers.flyers.doubts import settled
from pipelines.offers.flyers.lines import Line, lines_of
from pipelines.offers.flyers.parts import Part, Section, parts_of, sections_of, without_lines
from pipelines.offers.flyers.scopes import Scopes, limited, scopes_of, shared_lines
from pipelines.offers.flyers.tables import RowOffer, row_offers
from pipelines.offers.flyers.words import is_other_kind, speaks_of_offers
from pipelines.offers.prices.reading import Price
from pipelines.records import Block, Draft, Evidence, Finding, Page
from pipelines.windows.sets import WindowReading

__all__ = ["DocumentOffers", "find_document_offers"]

_OPENING = 8  # blocks in which a document says what it is
_SHORT = 160  # characters of a line that can say what a document is about
_SMALL = 40  # blocks up to which a heading that promises a saving is enough
_LARGE = 80  # blocks from which offers must be a good part of a document
_SHARE = 0.15  # of a large document's blocks
_LONGEST_DESCRIPTION = 600  # characters
_OVER = re.compile(
    r"\b(?:expired|sold out|offer (?:has )?ended|no longer available)\b|انتهى العرض|العرض منتهي|نفدت الكمية",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class DocumentOffers:
    """A document's offers and what is left of it."""

    drafts: tuple[Draft, ...] = ()
    left: tuple[Block, ...] = ()  # blocks that belong to no offer
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class _Found:
    """An offer before it is a draft."""

    candidate: Candidate
    lines: tuple[Line, ...]
    shared: tuple[Line, ...]  # validities of its document
    discount: Decimal | None = None


def find_document_offers(
    title: str, blocks: tuple[Block, ...], page: Page, language: str, notes: Sequence[Finding] = ()
) -> DocumentOffers:
    """The offers among a document's blocks; `notes` are the findings of its reader (dates whose order is in doubt)."""
    if not _may_hold_offers(title, blocks):
        return DocumentOffers(left=blocks)
    lines = turn_columns(lines_of(blocks, page), page)
    sections = sections_of(lines)
    found = _found(title, sections, page)
    taken = {line.at for offer in found for line in offer.lines}
    if not found or (len(blocks) > _LARGE and len(taken) < _SHARE * len(blocks)):
        return DocumentOffers(left=blocks)
    drafts, findings = _drafts(found, page, language, notes)
    return DocumentOffers(drafts, tuple(b for at, b in enumerate(blocks) if at not in taken), findings)


def _may_hold_offers(title: str, blocks: Sequence[Block]) -> bool:
    """Whether a document says that it is about offers, and does not call itself something else."""
    if is_other_kind(title, blocks[:_OPENING]):
        return False
    if speaks_of_offers(title) or any(len(b.text) <= _SHORT * 2 and speaks_of_offers(b.text) for b in blocks):
        return True
    return len(blocks) <= _SMALL and any(b.kind == "heading" and _promises(b.text) for b in blocks)


def _promises(text: str) -> bool:
    """Whether a title gives something away or makes it cheaper: «Free brake check», «Two for one»."""
    amounts = amounts_of(text)
    return len(text) <= _SHORT and (amounts.saving or amounts.gift)


# ---------------------------------------------------------------- what is an offer


def _found(title: str, sections: Sequence[Section], page: Page) -> list[_Found]:
    says = _says_offers(title, sections)
    tables = [(section, row) for section in sections for row in _rows(section, page)]
    tabled = {section.number for section, _ in tables}
    parts = _without_heads([part for section in sections for part in parts_of(section)], tabled)
    shared = shared_lines(parts)
    parts = [without_lines(part, shared) for part in parts]
    everything = [*parts, *(Part(row.title, (row.line,), section) for section, row in tables)]
    scopes = scopes_of(sections, everything)
    offers = [_of_part(part, scopes, page) for part in parts if _is_offer(part, says, scopes)]
    rows = [_of_row(section, row, scopes) for section, row in tables if _is_row_offer(section, row, says, scopes)]
    return sorted([*offers, *rows], key=lambda offer: offer.lines[0].at)


def _without_heads(parts: Sequence[Part], tabled: set[int]) -> list[Part]:
    """The parts without those that only head others: «Tyres until 10 March», «Up to 50% off», offers below."""
    heads = {number for part in parts if any(line.marked for line in part.lines) for number in part.section.parents}
    heads |= tabled
    return [
        part
        for part in parts
        if part.section.number not in heads
        or part.lines[0] is not part.section.title
        or any(line.amounts.price or line.amounts.before for line in part.lines)
    ]


def _says_offers(title: str, sections: Sequence[Section]) -> bool:
    """Whether a title, a heading or a validity of the document names offers; prose does not count."""
    named = [section.title.block.text for section in sections if section.title and section.title.role == "title"]
    shared = [line.block.text for section in sections for line in section.body if line.role == "collective"]
    first = [line.block.text for line in sections[0].lines[:3] if len(line.block.text) <= _SHORT]
    small = sum(len(section.lines) for section in sections) <= _SMALL
    return any(speaks_of_offers(text) for text in (title, *named, *shared, *first)) or (
        small and any(_promises(text) for text in named)
    )


def _is_offer(part: Part, says: bool, scopes: Scopes) -> bool:
    dated = any(line.window for line in part.lines) or bool(scopes.of(part))
    marked = [line.amounts for line in part.lines if line.marked]
    saving = any(amounts.saving for amounts in marked)
    price = any(amounts.price or amounts.several for amounts in marked)
    gift = any(line.amounts.gift and len(line.block.text) <= _SHORT for line in part.lines)
    named = any(speaks_of_offers(line.block.text) for line in part.lines if len(line.block.text) <= _SHORT)
    if saving:
        return says or (dated and named)
    return (price and says) or (gift and dated and says) or (named and dated and says)


def _rows(section: Section, page: Page) -> tuple[RowOffer, ...]:
    if section.title is not None and section.title.role == "aside":
        return ()
    return row_offers([line for line in section.body if line.role == "row"], page.rules.zone)


def _is_row_offer(section: Section, row: RowOffer, says: bool, scopes: Scopes) -> bool:
    dated = bool(row.validity) or bool(scopes.of(Part(row.title, (row.line,), section)))
    return says or (row.saving and dated)


# ---------------------------------------------------------------- candidates


def _of_part(part: Part, scopes: Scopes, page: Page) -> _Found:
    text = "\n".join(line.block.text for line in part.lines)
    priced = _priced(part.lines)
    price, before = (priced.amounts.price, priced.amounts.before) if priced else (None, None)
    before = before or next((line.amounts.before for line in part.lines if line.amounts.before), None)
    code = next((line.code for line in part.lines if line.code), "")
    described = [line for line in part.lines[1:] if line.role == "text" and line.block.text != part.title]
    candidate = Candidate(
        title=part.title, description=" ".join(line.block.text for line in described)[:_LONGEST_DESCRIPTION],
        code=code, price=price, price_before=_higher(before, price), over=bool(_OVER.search(text)),
        evidence=tuple(_evidence(part, priced, described)),
    )  # fmt: skip
    discount = next((line.amounts.discount for line in part.lines if line.amounts.discount is not None), None)
    return _Found(candidate, part.lines, scopes.of(part), discount)


def _priced(lines: Sequence[Line]) -> Line | None:
    """The line with the offer's price; None when lines name several prices: which is meant cannot be told."""
    if any(line.amounts.several for line in lines):
        return None
    priced = [line for line in lines if line.amounts.price]
    prices = {line.amounts.price.amount for line in priced if line.amounts.price}
    return priced[0] if len(prices) == 1 else next((line for line in priced if line.role == "amount"), None)


def _higher(before: Price | None, price: Price | None) -> Decimal | None:
    return before.amount if before and (price is None or before.amount > price.amount) else None


def _evidence(part: Part, priced: Line | None, described: Sequence[Line]) -> Iterator[Evidence]:
    yield _seen("title", part.lines[0])
    if described:
        yield _seen("description", described[0])
    if priced:
        yield _seen("price", priced)
    for field, line in (
        ("price_before", next((line for line in part.lines if line.amounts.before), None)),
        ("discount_percent", next((line for line in part.lines if line.amounts.discount is not None), None)),
        ("code", next((line for line in part.lines if line.code), None)),
    ):
        if line:
            yield _seen(field, line)


def _seen(field: str, line: Line) -> Evidence:
    return Evidence(field, line.block.text, f"document:{line.role}", page=line.block.page, line=line.block.line)


def _of_row(section: Section, row: RowOffer, scopes: Scopes) -> _Found:
    fields = ["title"]
    fields += [name for name in ("price", "before", "discount", "validity", "code") if getattr(row, name)]
    names = {"before": "price_before", "discount": "discount_percent"}
    candidate = Candidate(
        title=row.title, description=row.about[:_LONGEST_DESCRIPTION], code=row.code,
        tags=(row.category,) if row.category else (), price=row.price, price_before=row.before, validity=row.validity,
        over=bool(_OVER.search(row.line.block.text)),
        evidence=tuple(_seen(names.get(name, name), row.line) for name in fields if name != "validity"),
    )  # fmt: skip
    return _Found(candidate, (row.line,), scopes.of(Part(row.title, (row.line,), section)), row.discount)


# ---------------------------------------------------------------- drafts


def _drafts(
    found: Sequence[_Found], page: Page, language: str, notes: Sequence[Finding]
) -> tuple[tuple[Draft, ...], tuple[Finding, ...]]:
    codes = Counter(offer.candidate.code for offer in found)
    drafts: list[Draft] = []
    findings: list[Finding] = []
    taken: Counter[str] = Counter()
    for offer in found:
        draft, told = _draft(offer, page, language, alone=codes[offer.candidate.code] == 1, notes=notes)
        taken[draft.key] += 1
        if taken[draft.key] > 1:  # two offers of one name: the same twice, or two that differ
            draft = replace(draft, key=f"{draft.key}-{taken[draft.key]}")
        drafts.append(draft)
        findings.extend(told)
    return tuple(drafts), tuple(dict.fromkeys(findings))


def _draft(
    offer: _Found, page: Page, language: str, *, alone: bool, notes: Sequence[Finding]
) -> tuple[Draft, tuple[Finding, ...]]:
    blocks = tuple(line.block for line in offer.lines)
    named = f"code:{offer.candidate.code}" if offer.candidate.code and alone else ""
    (draft,), told = draft_offers([replace(offer.candidate, identifier=named)], [blocks], page, page.url, language)
    own, doubts = settled(WindowReading(draft.window), offer.lines, page, notes)
    shared, more = _shared(offer.shared, page, notes)
    reading = limited(own, shared)
    window = replace(reading.window, evidence=_placed(reading.window.evidence, (*offer.lines, *offer.shared), page))
    evidence = _placed(draft.evidence, offer.lines, page)
    discount = draft.discount_percent if draft.discount_percent is not None else offer.discount
    made = replace(draft, window=window, evidence=evidence, discount_percent=discount, language=_language(draft, page))
    return made, (*told, *doubts, *more, *reading.findings)


def _language(draft: Draft, page: Page) -> str:
    """The offer's language; a few Latin words tell none, and are taken for English where the source has it."""
    latin = re.search(r"[A-Za-z]{3}", draft.title) and not re.search(r"[^\W\d_A-Za-z]", draft.title)
    return "en" if draft.language == "und" and latin and "en" in page.rules.languages else draft.language


def _shared(
    lines: Sequence[Line], page: Page, notes: Sequence[Finding]
) -> tuple[list[WindowReading], tuple[Finding, ...]]:
    read = [settled(line.window, (line,), page, notes) for line in lines if line.window]
    return [reading for reading, _ in read], tuple(finding for _, told in read for finding in told)


def _placed(evidence: Sequence[Evidence], lines: Sequence[Line], page: Page) -> tuple[Evidence, ...]:
    """Each piece of evidence with the page and line of the block it stands in, and a rule that says so."""
    return tuple(_in_place(found, lines, page) for found in evidence)


def _in_place(found: Evidence, lines: Sequence[Line], page: Page) -> Evidence:
    at = next((line.block for line in lines if found.text in line.block.text), lines[0].block)
    rule = found.rule.replace("text:", "document:")
    return replace(found, rule=rule, url=page.url, page=found.page or at.page, line=found.line or at.line)
