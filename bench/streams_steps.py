"""Streams of change to replay: every page's text after each step, and what is known of the step.

Two real ones (`../shared/data/streams`, no part of this repository): terms of service as Markdown pages, whose
labels tell real edits from link and markup noise, and a promotion listing, most of whose items differ from one
day to the next only in a field that says when they were last seen.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

__all__ = ["MAPPED", "Step", "as_texts", "listing_steps", "page_steps"]

MAPPED = ("title", "description", "discount_text", "category", "url")  # the fields of an item that are published


@dataclass(frozen=True)
class Step:
    """One state of the source."""

    number: int
    pages: Mapping[str, str]  # what is true: the text of every page there is, by its name
    kind: Literal["edit", "noise", "failed look"] = "edit"  # noise: nothing a reader could see is different
    unseen: frozenset[str] = field(default_factory=frozenset)  # pages that exist and could not be looked at


def page_steps(data: Path, *, steps: int, failing: int = 0) -> Iterator[Step]:
    """The Markdown stream. `failing`: after every so many steps nothing changes, but a look at half of the pages fails,
    and the next one succeeds."""
    pages: dict[str, str] = {}
    with gzip.open(data / "terms/events.jsonl.gz", "rt", encoding="utf-8") as lines:
        for number, events in groupby(map(json.loads, lines), key=lambda event: int(event["step"])):
            if number > steps:
                return
            told = list(events)
            for event in told:
                _apply(event, pages)
            is_noise = all(event["label"].startswith("noise") for event in told)
            yield Step(number, dict(pages), "noise" if is_noise else "edit")
            if failing and number % failing == 0:
                yield Step(number, dict(pages), "failed look", frozenset(sorted(pages)[::2]))
                yield Step(number, dict(pages), "failed look")


def _apply(event: Mapping[str, Any], pages: dict[str, str]) -> None:
    name = event["path"].replace(" ", "-")
    if event["op"] == "D":
        del pages[name]
    else:
        pages[name] = event["text"]


def listing_steps(data: Path, *, steps: int) -> Iterator[Step]:
    """The listing, an item a page: its JSON whole, with the fields that only say when it was seen."""
    said: dict[str, list[object]] = {}
    for number, file in enumerate(sorted((data / "promos-ph").glob("*.json.gz"))[:steps], 1):
        items = json.loads(gzip.decompress(file.read_bytes()))
        before, said = said, {f"{item['url']} {item['title']}": [item.get(name) for name in MAPPED] for item in items}
        pages = {f"{item['url']} {item['title']}": json.dumps(item, ensure_ascii=False) for item in items}
        yield Step(number, pages, "noise" if said == before else "edit")


def as_texts(step: Step) -> Step:
    """A step of the listing for contenders that read texts in files: an item's published fields, and no others."""
    return Step(step.number, {_file(name): _text(page) for name, page in step.pages.items()}, step.kind)


def _file(name: str) -> str:
    return f"{hashlib.sha256(name.encode()).hexdigest()}.md"


def _text(page: str) -> str:
    item = json.loads(page)
    return "\n\n".join(str(item[field]) for field in MAPPED if item.get(field))
