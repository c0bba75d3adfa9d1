"""Offers of list pages: recall, precision and facts against known offers, and what a page costs.

`bench.offers` prints them with its other figures.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.reading import read_page
from pipelines.records import Draft, Page, ReadingRules
from pipelines.windows.sets import end_of

__all__ = ["measure_pages", "measure_speed"]

_SEEN = datetime(2026, 6, 10, tzinfo=UTC)
_CARD = """
<div class="card"><a href="/offers/{n}"><img src="/img/{n}.jpg" alt=""></a>
<h3><a href="/offers/{n}">Service {n}</a></h3>
<p>A saving of {n} hours for every driver who books in time.</p><p>Valid until {day} July 2026</p>
<span class="price">SAR {n}</span><a href="/offers/{n}">Book now</a></div>
"""


def measure_speed() -> None:
    """Seconds of processor for reading pages of ever more cards, whole; the best of three."""
    for count in (130, 1000, 4000):
        cards = "".join(_CARD.format(n=n + 10, day=n % 28 + 1) for n in range(count))
        page = _page(
            f"<html><body><main><h1>Offers</h1>{cards}</main></body></html>".encode(), "https://site.test/offers"
        )
        times = [_seconds(page) for _ in range(3)]
        print(f"{count} cards read whole in {min(times):.2f} s of processor")


def _seconds(page: Page) -> float:
    started = time.process_time()
    read_page(page, documents=None)
    return time.process_time() - started


def _page(body: bytes, url: str) -> Page:
    return Page(url, body, "text/html", _SEEN, ReadingRules("bench", ZoneInfo("Asia/Manila")))


def measure_pages(folder: Path) -> None:
    """What is read from each page of a folder, and how much of it is right where that is known."""
    expected = _expected(folder)
    for path in sorted(folder.glob("*.html")):
        rows = expected.get(path.name, [])
        origin = "/".join(rows[0]["url"].split("/")[:3]) if rows else "https://www.example.com"
        page = _page(path.read_bytes(), f"{origin}/{path.name}")
        started = time.process_time()
        reading = read_page(page, documents=None)
        seconds = time.process_time() - started
        kinds = Counter(draft.kind for draft in reading.drafts)
        print(f"{path.name:20} {reading.outcome} {dict(kinds)}, {reading.language}, {seconds:.2f} s of processor")
        if rows:
            print("  ", _judge_offers(rows, [draft for draft in reading.drafts if draft.kind == "offer"]))


def _expected(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The offers a page is known to hold, by its file."""
    if (folder / "expected.json").is_file():
        return {"page.html": json.loads((folder / "expected.json").read_text())}
    rows = [json.loads(line) for line in (folder / "expected_offers.jsonl").read_text().splitlines()]
    return {name: [row for row in rows if row["page"] == name] for name in sorted({row["page"] for row in rows})}


def _judge_offers(rows: list[dict[str, Any]], drafts: list[Draft]) -> str:
    """Recall and precision by address and title, and how many of the stated facts are right."""
    by_url = {draft.url: draft for draft in drafts}
    pairs = [(row, by_url[row["url"]]) for row in rows if row["url"] in by_url]
    found = [(row, draft) for row, draft in pairs if _words(row["title"]) == _words(draft.title)]
    print(
        "".join(
            f"   title «{draft.title}», not «{row['title']}»\n" for row, draft in pairs if (row, draft) not in found
        ),
        end="",
    )
    facts: dict[str, list[tuple[Any, Any]]] = {
        "ends": [(row["valid_until"], _last_day(draft)) for row, draft in found if row.get("valid_until")],
        "prices": [(row["price"], draft.price) for row, draft in found if row.get("price")],
        "prices before": [(row["old_price"], draft.price_before) for row, draft in found if row.get("old_price")],
        "descriptions": [
            (_words(row["description"]), _words(draft.description)) for row, draft in found if row.get("description")
        ],
    }
    right = {name: f"{sum(map(_is_equal, pairs))}/{len(pairs)}" for name, pairs in facts.items() if pairs}
    return f"recall {len(found) / len(rows):.3f}, precision {len(found) / max(1, len(drafts)):.3f}, right: {right}"


def _is_equal(pair: tuple[Any, Any]) -> bool:
    return pair[1] is not None and (
        pair[0] == pair[1] or (isinstance(pair[1], Decimal) and Decimal(pair[0]) == pair[1])
    )


def _words(text: str) -> str:
    return " ".join(text.casefold().split())


def _last_day(draft: Draft) -> str | None:
    end = end_of(draft.window)
    return (end.astimezone(ZoneInfo("Asia/Manila")) - timedelta(seconds=1)).date().isoformat() if end else None
