"""Reading offers measured on real material: schema.org examples, product pages, promotion pages, validity texts.

    python -m bench.offers [DATA]

DATA is a folder with the sets named below (default `../shared/data`); a set that is absent is left out. Prints one
block a set; nothing is written and nothing is fetched.
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bench.offer_pages import measure_pages, measure_speed
from pipelines.offers.availability import declared_availability, stated_availability
from pipelines.offers.declared.linkeddata import read_nodes
from pipelines.offers.declared.structured import StructuredOffer, read_offers
from pipelines.reading import read_page
from pipelines.records import Draft, Page, Reading, ReadingRules
from pipelines.web.decoding import decode_html
from pipelines.web.html import parse_html, read_html
from pipelines.windows.sets import end_of
from pipelines.windows.stated import read_window

_SEEN = datetime(2026, 6, 10, tzinfo=UTC)
_STATES = {
    **dict.fromkeys(
        ("InStock", "InStoreOnly", "OnlineOnly", "LimitedAvailability", "PreOrder", "BackOrder"), "InStock"
    ),
    **dict.fromkeys(("OutOfStock", "SoldOut", "Discontinued"), "OutOfStock"),
}
_SYNTAXES = ("microdata", "rdfa", "jsonld_raw")
# What the truth calls a currency -> the codes that may be meant.
_SYMBOLS = {
    "€": "EUR", "£": "GBP", "$": "USD CAD AUD CLP MXN", "₴": "UAH", "₽": "RUB RUR", "zł": "PLN", "Kč": "CZK",
    "₹": "INR", "R$": "BRL", "Rs": "PKR INR LKR", "ر.س": "SAR",
}  # fmt: skip


def main() -> None:
    """Run every measure whose material is there."""
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "shared" / "data"
    for folder, measure in (
        ("schemaorg", _schemaorg), ("product-pages", _products), ("promo-pages-ph", measure_pages),
        ("kanbkam-sa", measure_pages), ("offers-lk", _validity), ("dates", _hijri),
    ):  # fmt: skip
        if (data / folder).is_dir():
            print(f"== {folder}")
            measure(data / folder)
    print("== speed")
    measure_speed()


def _page(body: bytes, url: str, zone: str) -> Page:
    return Page(url, body, "text/html", _SEEN, ReadingRules("bench", ZoneInfo(zone)))


def _offers_of(page: Page) -> tuple[StructuredOffer, ...]:
    tree = parse_html(decode_html(page.body, page.charset))
    content = read_html(page, tree)
    nodes, _ = read_nodes(tree, content.visible, content.base)
    return read_offers(nodes, page.rules.zone)


# ---------------------------------------------------------------- the three syntaxes of one example


def _schemaorg(folder: Path) -> None:
    """How many examples give the same offers in each syntax they are written in; the others by name, field by field."""
    rows = [json.loads(line) for line in (folder / "offer_examples.jsonl").read_text().splitlines()]
    read = [{name: _keys(row[name]) for name in _SYNTAXES if _is_written(row[name])} for row in rows]
    pairs = zip(rows, read, strict=True)
    comparable = [(row, found) for row, found in pairs if len(found) > 1 and any(found.values())]
    different = [(row, found) for row, found in comparable if len(set(found.values())) > 1]
    print(f"{len(comparable) - len(different)} of {len(comparable)} comparable examples alike, of {len(rows)} in all")
    for row, found in different:
        print(f"  {row['types'].split()[0]} in {row['file']}:", "; ".join(_difference(found)))


def _difference(found: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """For each syntax what it alone says."""
    for name, offers in found.items():
        if others := [other for other in found if other != name and found[other] != offers]:
            own = set(offers) - set().union(*(found[other] for other in others))
            yield f"{name} {sorted(own)[:2] if own else 'says less'}"


def _is_written(text: str | None) -> bool:
    return bool(text) and any(mark in str(text) for mark in ("itemscope", "typeof", "ld+json"))


def _keys(text: str) -> tuple[str, ...]:
    body = text if "<body" in text else f"<html><body>{text}</body></html>"
    offers = _offers_of(_page(body.encode(), "https://site.test/page", "UTC"))
    return tuple(sorted(" | ".join(map(str, _facts(offer))) for offer in offers))


def _facts(offer: StructuredOffer) -> tuple[object, ...]:
    price = offer.price.normalize() if offer.price is not None else None
    return (offer.title.casefold(), price, offer.currency, offer.price_before, _dates(offer))


def _dates(offer: StructuredOffer) -> list[tuple[str, str]]:
    return sorted((found.bound, found.value) for found in offer.declared)


# ---------------------------------------------------------------- prices of product pages


def _products(folder: Path) -> None:
    truth = json.loads((folder / "ground-truth.json").read_text())
    counts: dict[str, Counter[str]] = {"price": Counter(), "currency": Counter(), "availability": Counter()}
    started = time.perf_counter()
    for name, expected in truth.items():
        body = gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes())
        found = _main_offer(_page(body, expected["url"], "UTC"))
        for field, value in found.items():
            counts[field][_judge(value, expected.get(field))] += 1
    for field, count in counts.items():
        print(field, f"F1 {_f1(count):.3f}", dict(count))
    print(f"{(time.perf_counter() - started) / len(truth):.3f} s a page")


def _main_offer(page: Page) -> dict[str, str | None]:
    """What reading the page whole says of the product whose page it is: of its own offer, else of the likest."""
    reading = read_page(page, documents=None)
    if reading.outcome != "ok":
        print("  unread:", page.url[:80], reading.message[:100])
    offers = [draft for draft in reading.drafts if draft.kind == "offer"]
    own = min(offers, key=lambda draft: _distance(draft, page.url, reading), default=None)
    if own is None:
        return {"price": None, "currency": None, "availability": None}
    price = str(own.price.normalize()) if own.price is not None else None
    states = [_state(draft) for draft in offers if draft.title == own.title]  # one a size
    return {"price": price, "currency": own.currency, "availability": min(filter(None, states), default=None)}


def _distance(draft: Draft, url: str, reading: Reading) -> tuple[bool, int, bool]:
    """How far an offer is from being the page's own: by its key, then by the words it shares with the page's title."""
    title = set(reading.title.casefold().split())
    shared = len(title & set(draft.title.casefold().split()))
    return draft.key not in (url, reading.canonical), -shared, draft.price is None


def _state(draft: Draft) -> str | None:
    """InStock or OutOfStock, as the truth names them; what shows a price and says nothing of its stock is in stock."""
    said = next((found.text for found in draft.evidence if found.field == "availability"), "")
    name = declared_availability([said])[0] if said else ""
    state = name if name in _STATES else stated_availability(said)
    return _STATES.get(state or "") or ("InStock" if draft.price is not None else None)


def _judge(value: str | None, expected: list[str] | None) -> str:
    if value is None:
        return "missed" if expected else "rightly none"
    if not expected:
        return "extra"
    return "right" if any(_same(value, want) for want in expected) else "wrong"


def _same(value: str, want: str) -> bool:
    try:
        return Decimal(value) == Decimal(want)
    except ArithmeticError:
        return value in _SYMBOLS.get(want, want).split()


def _f1(count: Counter[str]) -> float:
    right = count["right"]
    precision = right / max(1, right + count["wrong"] + count["extra"])
    recall = right / max(1, right + count["wrong"] + count["missed"])
    return 2 * precision * recall / max(1e-9, precision + recall)


# ---------------------------------------------------------------- validity texts


def _validity(folder: Path) -> None:
    zone, started, rows = ZoneInfo("Asia/Colombo"), time.process_time(), list(_agreed(folder))
    named, live = Counter[str](), Counter[str]()
    for row in rows:
        found = read_window(
            row["validity_text"], observed_at=_SEEN, zone=zone, date_order="DMY", max_window=timedelta(days=1200)
        )
        named[_against(row["expiry_date"], found.stated_end if found else None, zone)] += 1
        live[_against(row["expiry_date"], end_of(found.window) if found else None, zone)] += 1
    seconds = (time.process_time() - started) / max(1, len(rows)) * 10_000
    for what, count in (("end the text names", named), ("last day it is live", live)):
        print(what, {name: round(n / count.total(), 4) for name, n in sorted(count.items())})
    print("early live days: «every Thursday … to 31 July» is live last on its last Thursday, the label names the 31st")
    print(f"10,000 texts in {seconds:.1f} s of one core")


def _against(expected: str, end: datetime | None, zone: ZoneInfo) -> str:
    last = (end.astimezone(zone) - timedelta(seconds=1)).date().isoformat() if end else "9999"
    return "exact" if last == expected else "late" if last > expected else "early"


def _agreed(folder: Path) -> Iterator[dict[str, Any]]:
    for line in (folder / "offers.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row["label_check"] == "agree" and row["validity_text"]:
            yield row


_HIJRI = (
    "محرم", "صفر", "ربيع الأول", "ربيع الآخر", "جمادى الأولى", "جمادى الآخرة", "رجب", "شعبان", "رمضان", "شوال",
    "ذو القعدة", "ذو الحجة",
)  # fmt: skip


def _hijri(folder: Path) -> None:
    zone, right, wrong = ZoneInfo("Asia/Riyadh"), 0, []
    for line in (folder / "hijri_pairs.tsv").read_text().splitlines()[1:]:
        hijri, gregorian, _ = line.split("\t")
        year, month, day = (int(part) for part in hijri.split("-"))
        text = f"حتى {day} {_HIJRI[month - 1]} {year}هـ"
        found = read_window(text, observed_at=datetime.fromisoformat(f"{gregorian}T00:00:00+00:00"), zone=zone)
        end = end_of(found.window) if found else None
        last = (end.astimezone(zone) - timedelta(days=1)).date().isoformat() if end else "none"
        right += last == gregorian
        wrong += [] if last == gregorian else [f"{hijri}: {last}, expected {gregorian}"]
    print(f"{right} right", wrong)


if __name__ == "__main__":
    main()
