"""What is pushed: one item a call, its fields those of a feed, its key given by whoever pushes it.

As with a feed an item is a page of its own whose bytes are its fields, so that pushing the same again costs nothing
and a reindex reads it anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from pipelines.feeds.capturing import ITEM_TYPE, item_url
from pipelines.feeds.items import Entry, ItemReading, draft_of
from pipelines.records import Capture, FreshetError, Outcome, Page, Reading, ReadingRules

__all__ = ["captured_item", "captured_removal", "pushed_url", "read_item", "read_pushed_page"]

# What only an offer has; an item with none of it is a record.
_OFFERED = frozenset(
    {"price", "price_before", "discount_percent", "code", "validity", "valid_from", "valid_until"}
)  # fmt: skip


def pushed_url(source: str, key: str) -> str:
    """The name of a pushed item's page."""
    return item_url(source, key, "push")


def read_item(item: Mapping[str, Any], rules: ReadingRules, observed_at: datetime) -> ItemReading:
    """The draft of an item whose `key` names it. Raises BadValue as `draft_of`, FreshetError for markup."""
    key = str(item["key"])
    base = pushed_url(rules.source, key)
    return draft_of(item, rules=rules, entry=_entry(item), base=base, observed_at=observed_at, key=key)


def captured_item(source: str, item: Mapping[str, Any], at: datetime, known: str | None) -> Capture:
    """The item pushed at that instant; `known`: hash of what it said until then, in hex."""
    body = json.dumps(item, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")
    sha, url = sha256(body).hexdigest(), pushed_url(source, str(item["key"]))
    if sha == known:
        return Capture(url, Outcome.NOT_MODIFIED, at, body_sha256=sha)
    return Capture(url, Outcome.OK, at, media_type=ITEM_TYPE, charset="utf-8", body=body, body_sha256=sha)


def captured_removal(source: str, key: str, at: datetime) -> Capture:
    """That the item of that key is no more."""
    return Capture(pushed_url(source, key), Outcome.GONE, at, message="removed by DELETE")


def read_pushed_page(page: Page) -> Reading:
    """What a pushed item's page says; one that cannot be read any more is a Reading with its outcome."""
    told = json.loads(page.body)
    try:
        read = read_item(told, page.rules, page.observed_at)
    except FreshetError as error:
        return Reading(Outcome.BAD_CONTENT, message=f"{told.get('title', '')!s:.100}: {error}")
    return Reading(Outcome.OK, read.draft.title, read.draft.language, drafts=(read.draft,), findings=read.findings)


def _entry(item: Mapping[str, Any]) -> Entry:
    return "offer" if _OFFERED & {field for field, value in item.items() if value not in (None, "", [])} else "record"
