"""A source replayed: pages told to real syncs in place of a crawl, read, planned and published as in any other run.

The model is a counting one: a direction by chance for every text, the same each time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

import flows.capturing
from flows.fetching import fetch
from flows.reports import Report
from flows.running import Options
from flows.sync import sync_source
from flows.texts import Texts
from pipelines.database import Connection
from pipelines.records import Capture, Outcome
from pipelines.settings import load_project

__all__ = ["SITE", "Replay"]

SITE = "https://shop.example"
_DIMENSIONS = 384
_SOURCE = f"""
kind = "urls"
start_urls = ["{SITE}/"]
timezone = "Asia/Riyadh"
[guard]
max_lost_percent = 100
max_lost_count = 100000
"""


@dataclass(frozen=True)
class _Told:
    """What a crawl would have brought."""

    listed: list[Capture]
    complete: bool = True
    incomplete_reason: str = ""
    notes: tuple[str, ...] = ()
    failure: str = ""

    def captures(self) -> Iterator[Capture]:
        return iter(self.listed)


@dataclass
class Replay:
    """One source of a project in `folder`, whose database is reached by `conn`."""

    folder: Path
    conn: Connection
    media_type: str = "text/html"
    embedded: list[str] = field(default_factory=list)  # every text that was given to the model

    def __post_init__(self) -> None:
        (self.folder / "sources" / "shop.toml").write_text(_SOURCE, encoding="utf-8")
        self.project = load_project(self.folder)
        self.source = self.project.source("shop")

    def look(self, pages: Mapping[str, str | Outcome | tuple[str, str]]) -> Report:
        """One run in which each path answered with that text, that outcome, or (final path, text) after a redirect."""
        captures = [_capture(path, told, self.media_type) for path, told in pages.items()]
        return self._run(Options(), captures)

    def reindex(self) -> Report:
        """Read again what is stored, without network."""
        return self._run(Options(reindex=True), None)

    def costs(self, pages: Mapping[str, str | Outcome | tuple[str, str]]) -> tuple[int, int]:
        """What a run with these pages costs: texts embedded, versions opened."""
        texts, versions = len(self.embedded), self.count("version")
        report = self.look(pages)
        assert report.state == "published", report
        assert report.chunks["embedded"] == len(self.embedded) - texts
        return len(self.embedded) - texts, self.count("version") - versions

    def count(self, table: str) -> int:
        """Rows of a table of kb_store."""
        row = self.conn.execute(f"select count(*) from kb_store.{table}".encode()).fetchone()
        assert row is not None
        return int(row[0])

    def _run(self, options: Options, captures: list[Capture] | None) -> Report:
        told = fetch if captures is None else lambda *_, **__: _Told(captures)
        with (
            patch.object(flows.capturing, "fetch", told),
            patch.object(Texts, "encode", lambda _, texts: self._encode(texts)),
        ):
            return sync_source(self.project, self.source, options)

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.embedded.extend(texts)
        chances = [np.random.default_rng(list(hashlib.sha256(text.encode()).digest())) for text in texts]
        vectors = np.stack([chance.standard_normal(_DIMENSIONS, np.float32) for chance in chances])
        normal: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return normal


def _capture(path: str, told: str | Outcome | tuple[str, str], media_type: str) -> Capture:
    url, now = SITE + path, datetime.now(UTC)
    if isinstance(told, Outcome):
        return Capture(url, told, now, message=f"told to be {told}")
    final, text = told if isinstance(told, tuple) else (path, told)
    body = text.encode()
    return Capture(url, Outcome.OK, now, SITE + final, 200, media_type=media_type, charset="utf-8",
                   body=body, body_sha256=hashlib.sha256(body).hexdigest())  # fmt: skip
