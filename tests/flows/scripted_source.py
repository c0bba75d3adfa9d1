"""A site whose answers a test scripts, watched as a source: its pages, its syncs, and what came of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from pipelines.database import Connection
from tests.badsite import BadSite, document
from tests.flows.conftest import Run

__all__ = ["OFFERS", "Sync", "age", "offers", "outcome", "put", "syncing"]

OFFERS = "/en/offers"
_SOURCE = """
kind = "site"
start_urls = ["{start}"]
delay = 0.0
allow_private = ["{pair}"]
allow = ["{allow}"]
"""
Sync = Callable[..., Any]


def put(bad: BadSite, path: str, page: str) -> None:
    """Let a path answer with that page."""
    bad.script(path, document(page.encode(), "text/html; charset=utf-8"))


def syncing(run: Run, folder: Path, bad: BadSite, allow: str, usual: str) -> Sync:
    """Writes the source and syncs it, by the `usual` selectors or others; gives the run as `sync --json` prints it."""

    def once(*, more: str = "", selectors: str = usual) -> Any:
        text = _SOURCE.format(start=bad.url(OFFERS), pair=bad.pair, allow=allow) + more + selectors
        (folder / "sources" / "garage.toml").write_text(text, encoding="utf-8")
        (told,) = json.loads(run("sync", "garage", "--json").out)["runs"]
        return told

    return once


def offers(db: Connection) -> dict[str, int]:
    """Title and number of each live offer."""
    return dict(db.execute("select title, entry_id from kb.offers()").fetchall())


def outcome(db: Connection, bad: BadSite, path: str) -> tuple[str, str]:
    """How the last attempt at a path ended, and what was said."""
    row = db.execute(
        "select outcome, message from kb_store.attempt where url = %s order by run_id desc limit 1", (bad.url(path),)
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def age(db: Connection, by: timedelta) -> None:
    """Let what was missing, or in doubt, have been so for longer, as the looks until now are longer ago."""
    db.execute("update kb_store.attempt set fetched_at = fetched_at - %s", (by,))
    db.execute(
        "update kb_store.page set missing_since = missing_since - %(by)s, empty_since = empty_since - %(by)s",
        {"by": by},
    )
