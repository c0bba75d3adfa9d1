"""From an address to a proposed source: `propose`.

The proposal is proven before it is shown: its text is parsed again, the source is made of it, and the offers in the
preview are those that this very source reads from the bytes that were fetched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.adding.asked import Asked, check_name, wanted_address
from flows.adding.feeds import is_feed, propose_feed
from flows.adding.looking import CouldNotLook, host_and_port, private_pair
from flows.adding.making import Adding, Proposal
from flows.adding.names import name_for
from flows.adding.sites import propose_page, propose_sitemap
from flows.progress import Progress, silent
from pipelines.urls import shown

if TYPE_CHECKING:
    from pipelines.settings import Project

__all__ = ["Proposal", "propose"]

_DATA = frozenset({"application/json", "application/xml", "application/gzip", "application/x-ndjson"})


def propose(project: Project, asked: Asked, progress: Progress = silent) -> Proposal:
    """Look at the address and propose a source; nothing is written.

    Raises SettingsError for an address that is none and a name that is taken, CouldNotLook when nothing could be read
    there.
    """
    url = wanted_address(asked.url)
    name = asked.name or name_for(url)
    check_name(project, name, asked)
    pair = host_and_port(url) if asked.allow_private else private_pair(url)
    adding = Adding(project, name, (pair,) if pair else ())
    with progress.stage(f"look at {shown(url)}") as advance:
        proposal = propose_sitemap(adding, url) if _is_named_sitemap(url) else _whatever(adding, url)
        advance(1)
    return proposal


def _whatever(adding: Adding, url: str) -> Proposal:
    """What stands there decides: a page, a document, or a file of items."""
    try:
        first = adding.see(url)
    except CouldNotLook as error:
        if error.capture is not None and error.capture.media_type in _DATA:
            return propose_feed(adding, error.capture.url)
        raise
    if first.url != url:
        adding.notes.append(f"{shown(url)} leads to {shown(first.url)}, which is what is watched")
    return propose_feed(adding, first.url) if is_feed(first) else propose_page(adding, first)


def _is_named_sitemap(url: str) -> bool:
    name = url.partition("?")[0].rpartition("/")[2].lower()
    return "sitemap" in name and name.endswith((".xml", ".xml.gz", ".txt"))
