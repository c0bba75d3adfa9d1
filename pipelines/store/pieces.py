"""The pieces that an entry's text is cut into."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipelines.records import Draft, Window

__all__ = ["Chunker", "PlannedChunk"]


@dataclass(frozen=True)
class PlannedChunk:
    """A piece of an entry's text."""

    heading: str
    body: str
    content: str  # the exact text that is embedded and searched
    page: int | None = None
    window: Window | None = None  # stated by its own text


Chunker = Callable[[Draft, datetime], Sequence[PlannedChunk]]
