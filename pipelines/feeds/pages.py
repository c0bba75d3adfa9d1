"""The pages that a feed's captures are, read: an item is one entry, the feed itself none."""

from __future__ import annotations

import json

from pipelines.feeds.capturing import FEED_TYPE
from pipelines.feeds.items import Entry, draft_of
from pipelines.records import Finding, FreshetError, Outcome, Page, Reading

__all__ = ["read_feed_page"]


def read_feed_page(page: Page, entry: Entry) -> Reading:
    """What an item's page says, or the feed's own; a page that cannot be read is a Reading with its outcome."""
    told = json.loads(page.body)
    if page.media_type == FEED_TYPE:
        return Reading(Outcome.OK, told["format"], findings=tuple(Finding(**finding) for finding in told["findings"]))
    try:
        read = draft_of(told, rules=page.rules, entry=entry, base=page.url, observed_at=page.observed_at)
    except FreshetError as error:
        return Reading(Outcome.BAD_CONTENT, message=f"{told.get('title', '')!s:.100}: {error}")
    return Reading(Outcome.OK, read.draft.title, read.draft.language, drafts=(read.draft,), findings=read.findings)
