"""Whole pages of many makes, as people build them: exactly their offers come out, each with its own facts.

A case is two files of `pages/`: NAME.html, the page, and NAME.json, its address and the offers on it, in order. Of an
offer only the facts that the case names are compared.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pipelines.reading import read_page
from pipelines.records import Draft, Page, ReadingRules
from pipelines.windows.sets import end_of

PAGES = Path(__file__).parent / "pages"
ZONE = ZoneInfo("Asia/Riyadh")
SEEN = datetime(2026, 6, 10, tzinfo=UTC)


@pytest.mark.parametrize("name", sorted(path.stem for path in PAGES.glob("*.html")))
def test_page(name: str) -> None:
    """All offers of a page come out in reading order with their facts, and nothing else does."""
    case = json.loads((PAGES / f"{name}.json").read_text("utf-8"))
    rules = ReadingRules("garage", ZONE, date_order="DMY")
    page = Page(case["url"], (PAGES / f"{name}.html").read_bytes(), "text/html", SEEN, rules)
    reading = read_page(page, documents=None)
    assert reading.outcome == "ok", reading.message
    offers = [draft for draft in reading.drafts if draft.kind == "offer"]
    found = [_facts(draft) for draft in offers]
    assert [offer["title"] for offer in found] == [offer["title"] for offer in case["offers"]]
    for offer, expected in zip(found, case["offers"], strict=True):
        assert {name: offer[name] for name in expected} == expected


def _facts(draft: Draft) -> dict[str, Any]:
    amounts = ("price", "price_before", "discount_percent")
    return {
        "title": draft.title,
        "url": draft.url,
        "description": draft.description,
        "currency": draft.currency,
        "category": list(draft.category),
        "code": draft.code,
        "image_url": draft.image_url,
        "language": draft.language,
        "over": draft.window.ranges == (),
        "start": _day(draft.window.ranges[0][0]) if draft.window.ranges else None,
        "end": _last_day(draft),
        **{name: str(value) if (value := getattr(draft, name)) is not None else None for name in amounts},
    }


def _day(instant: datetime | None) -> str | None:
    return instant.astimezone(ZONE).date().isoformat() if instant else None


def _last_day(draft: Draft) -> str | None:
    end = end_of(draft.window)
    return _day(end - timedelta(seconds=1)) if end else None
