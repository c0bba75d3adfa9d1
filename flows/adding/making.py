"""A proposal in the making, and made: settings joined, the text proven, the preview read by the source itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flows.adding.asked import source_file, source_of
from flows.adding.files import Setting, settings_of, source_text
from flows.adding.keeping import kept_settings
from flows.adding.looking import look
from flows.adding.pages import Seen, read_look
from pipelines.offers.drafting import merge_drafts
from pipelines.records import Draft, Finding, Reading
from pipelines.source_settings import Source

if TYPE_CHECKING:
    from pipelines.settings import Project

__all__ = ["Adding", "Preview", "Proposal", "made"]


@dataclass(frozen=True)
class Preview:
    """What a source reads from what was looked at."""

    pages: tuple[tuple[str, Reading], ...]
    offers: tuple[Draft, ...]  # records, too, of a feed of such


@dataclass(frozen=True)
class Proposal:
    """A source that could be written."""

    source: Source  # as its file will load
    text: str  # of the file
    pages: tuple[tuple[str, Reading], ...]  # those looked at, as the source reads them
    offers: tuple[Draft, ...]  # each once
    notes: tuple[str, ...] = ()  # what a person should know about the proposal

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What reading the pages found worth saying, each once."""
        return tuple(dict.fromkeys(finding for _, reading in self.pages for finding in reading.findings))


@dataclass
class Adding:
    """A proposal in the making."""

    project: Project
    name: str
    private: tuple[str, ...]  # host:port pairs
    render: bool = False
    notes: list[str] = field(default_factory=list)

    def see(self, url: str) -> Seen:
        """Look at one more page of the source."""
        found = look(url, allow_private=self.private, render=self.render)
        return read_look(found, self.source({"kind": "urls", "start_urls": (found.url,)}))

    def source(self, told: Mapping[str, object]) -> Source:
        """The source as a file with these settings would load, with what is kept of one of that name."""
        return source_of(self.project, self.name, {**settings_of(self.kept()), **told})

    def kept(self) -> tuple[Setting, ...]:
        """What stays of the file that is written anew."""
        return tuple(kept_settings(source_file(self.project, self.name)))


def made(adding: Adding, proposed: Sequence[Setting], title: str, read: Callable[[Source], Preview]) -> Proposal:
    """The proposal with these settings, its offers those that `read` finds by the proposed source itself."""
    settings = _joined(proposed, adding.kept())
    source = adding.source(settings_of(settings))
    text = source_text((title, _SAYING), settings)
    preview = read(source)
    offers, _ = merge_drafts(preview.offers)
    notes = (*adding.notes, *_already_watched(adding.project, source))
    return Proposal(source, text, preview.pages, offers, tuple(dict.fromkeys(notes)))


_SAYING = "Proposed by freshet add; every other key has its default: freshet init shows a commented example."


def _joined(proposed: Sequence[Setting], kept: Sequence[Setting]) -> tuple[Setting, ...]:
    """What is proposed and what is kept: the top first, then each table whole. What a person set goes before."""
    said = {(setting.table, setting.key) for setting in kept}
    filled = {setting.table for setting in kept if setting.table}
    left = [s for s in proposed if (s.table, s.key) not in said and (s.active or s.table not in filled)] + [*kept]
    tables = dict.fromkeys(["", *(setting.table for setting in left)])
    return tuple(setting for table in tables for setting in left if setting.table == table)


def _already_watched(project: Project, source: Source) -> Iterator[str]:
    for other in project.sources.values():
        if other.name != source.name and _addresses(other) & _addresses(source):
            yield f"sources/{other.file.name} begins at the same address: its offers would be found twice"


def _addresses(source: Source) -> set[str]:
    return {*source.start_urls, *([source.feed.url] if source.feed and source.feed.url else [])}
