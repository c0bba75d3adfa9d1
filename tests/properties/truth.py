"""What is true, in plain Python: worked out from what the site said when, and what a person decided.

Written from the rules people are promised, not from the code that keeps them. Where those leave a choice (how late a
page was last seen, once runs were undone or the clock was set back) an offer may be served or not: `Live` has both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pipelines.records import FAILED_OUTCOMES, Outcome

__all__ = ["Answer", "Live", "Page", "Ranges", "Said", "Truth"]

Ranges = tuple[tuple[datetime | None, datetime | None], ...]
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_GONE = frozenset({Outcome.GONE, Outcome.MOVED})
_GONE_WHEN_SEEN_TWICE = frozenset({Outcome.MISSING, Outcome.MOVED_OFF_SCOPE})


@dataclass(frozen=True)
class Said:
    """What a page says of one entry."""

    name: str  # the entry, whatever its address
    url: str
    revision: int  # what else is said of it: its price and text
    ranges: Ranges
    kind: str = "offer"

    @property
    def shown(self) -> tuple[str, int | None]:
        """By what an answer that quotes it is known."""
        return self.url, self.revision if self.kind == "offer" else None

    @property
    def endless(self) -> bool:
        """Whether it states no end."""
        return bool(self.ranges) and self.ranges[-1][1] is None

    def over(self, at: datetime) -> bool:
        """Whether it ended by its own end, or never holds."""
        return not self.ranges or (not self.endless and (self.ranges[-1][1] or at) <= at)

    def holds(self, at: datetime) -> bool:
        """Whether that instant lies in its window."""
        return any((start is None or start <= at) and (end is None or at < end) for start, end in self.ranges)


Answer = Outcome | tuple[Said, ...]  # how a page answered: what it says, or why nothing is known


@dataclass(frozen=True)
class Page:
    """What is known of one address."""

    says: tuple[Said, ...] | None = None  # None: nothing
    missing_since: datetime | None = None  # first 404 of the current row of them
    doubted_since: datetime | None = None  # first of the current row of answers without its offers

    def proven_gone(self, answer: Answer, at: datetime) -> bool:
        """410, moved away, or a second 404 or way out of the source at least an hour after the first."""
        second = self.missing_since is not None and self.missing_since <= at - _HOUR
        return answer in _GONE or (answer in _GONE_WHEN_SEEN_TWICE and second)

    def without_doubts_since(self, before: Page) -> Page:
        """Without those that had not begun then."""
        return Page(
            self.says,
            self.missing_since if self.missing_since == before.missing_since else None,
            self.doubted_since if self.doubted_since == before.doubted_since else None,
        )


@dataclass(frozen=True)
class Live:
    """What is live at an instant, by URL and price."""

    surely: frozenset[tuple[str, int | None]]
    perhaps: frozenset[tuple[str, int | None]]  # those and what may be


Seen = tuple[datetime, datetime]  # between which it was seen last


@dataclass(frozen=True)
class _Before:
    """What was believed before a run, and what it changed of pages."""

    run: int
    believed: dict[str, Said]
    seen: dict[str, Seen]
    pages: dict[str, Page]  # those it changed
    all_pages: dict[str, Page]


@dataclass
class Truth:
    """One source."""

    ttl: timedelta
    ttl_pages: timedelta
    pages: dict[str, Page] = field(default_factory=dict)
    believed: dict[str, Said] = field(default_factory=dict)
    seen: dict[str, Seen] = field(default_factory=dict)
    absent: dict[str, int] = field(default_factory=dict)  # complete runs in a row without it
    withdrawn: dict[str, datetime | None] = field(default_factory=dict)  # by a person, until then or for ever
    held: frozenset[str] = frozenset()  # removals that wait for a person
    held_by: int = 0
    paused: bool = False
    runs: list[_Before] = field(default_factory=list)  # those that published

    # ---------------------------------------------------------------- what is live

    def live(self, at: datetime, latest: datetime) -> Live:
        """What may be quoted at that instant; `latest`: how far the clock has ever been."""
        now = [said for said in self.believed.values() if said.holds(at) and not self._withdrawn(said.name, at)]
        perhaps = [said for said in now if self._seen_within_ttl(said, at, 1)]
        # what ended before the clock was set back has ended
        surely = [said for said in perhaps if self._seen_within_ttl(said, at, 0) and not said.over(latest)]
        return Live(frozenset(said.shown for said in surely), frozenset(said.shown for said in perhaps))

    def bounds(self, after: datetime) -> list[datetime]:
        """Instants to come at which anything begins or ends by the clock alone."""
        found = {bound for said in self.believed.values() for pair in said.ranges for bound in pair if bound}
        found |= {until for until in self.withdrawn.values() if until}
        found |= {seen + self._ttl(said) for name, said in self.believed.items() for seen in self.seen[name]}
        return sorted(bound for bound in found if bound > after)

    def _withdrawn(self, name: str, at: datetime) -> bool:
        return name in self.withdrawn and (self.withdrawn[name] is None or at < (self.withdrawn[name] or at))

    def _seen_within_ttl(self, said: Said, at: datetime, which: int) -> bool:
        return not said.endless or at < self.seen[said.name][which] + self._ttl(said)

    def _ttl(self, said: Said) -> timedelta:
        return self.ttl if said.kind == "offer" else self.ttl_pages

    # ---------------------------------------------------------------- a sync

    def publish(self, run: int, at: datetime, told: Mapping[str, Answer], *, complete: bool) -> None:
        """A run whose pages answered so was published at that instant."""
        before = {url: self.pages.get(url, Page()) for url in told}
        gone = {url for url in told if before[url].proven_gone(told[url], at)}
        said = {url: says for url in told if (says := self._said(before[url], told[url], at)) is not None}
        failed = [url for url in told if told[url] in FAILED_OUTCOMES or (_content(told[url]) and url not in said)]
        carried = {one.name for says in self._after(said, gone).values() for one in says}
        missed = self.believed.keys() - carried
        proven = {name for name in missed if 0 < len(self._carriers(name)) == len(self._carriers(name) & gone)}
        healthy = complete and len(failed) * 10 <= len(told)
        again = {name for name in missed - proven if healthy and self.absent.get(name)}
        held = self._held(proven | again, {one.name for says in said.values() for one in says}, at)
        changed = {url for url in told if url in gone or (url in said and said[url] != before[url].says)}
        self._remember(run, changed)
        self._forget((proven | again) - held)
        self.absent = {
            name: self.absent.get(name, 0) + (healthy and name not in proven) for name in missed & self.believed.keys()
        }
        self._see(said, at)
        self.held, self.held_by = frozenset(held), run
        for url in told:
            self.pages[url] = self._page(before[url], told[url], said.get(url), url in gone, at)

    def _said(self, page: Page, answer: Answer, at: datetime) -> tuple[Said, ...] | None:
        """What the page is believed to say; None: nothing was learnt of it."""
        if answer is Outcome.NOT_MODIFIED:
            return page.says
        if isinstance(answer, Outcome) or self._is_doubted(page, answer, at):
            return None
        return answer

    def _is_doubted(self, page: Page, answer: tuple[Said, ...], at: datetime) -> bool:
        """Every offer gone at once from a page that had some is believed when it has lasted a day."""
        lasting = page.doubted_since is not None and page.doubted_since <= at - _DAY
        had = [one for one in page.says or () if one.kind == "offer" and self._is_still_to_be_had(one.name, at)]
        return bool(had) and not any(one.kind == "offer" for one in answer) and not lasting

    def _is_still_to_be_had(self, name: str, at: datetime) -> bool:
        said = self.believed.get(name)
        return said is not None and not said.over(at) and self.withdrawn.get(name, at) is not None

    def _after(self, said: Mapping[str, tuple[Said, ...]], gone: set[str]) -> dict[str, tuple[Said, ...]]:
        """What each page says once the run is published."""
        held_on = {url: page.says or () for url, page in self.pages.items() if url not in gone}
        return {**held_on, **said}

    def _carriers(self, name: str) -> set[str]:
        return {url for url, page in self.pages.items() if any(one.name == name for one in page.says or ())}

    def _held(self, removed: set[str], found: set[str], at: datetime) -> set[str]:
        """What waits for a person: all that is no end of its own, when it is too much at once."""
        lost = {name for name in removed if not self.believed[name].over(at)}
        live = sum(not said.over(at) for said in self.believed.values())
        much = (len(lost) > 2 and len(lost) * 2 > live) or (len(lost) > 10 and len(lost) * 5 > live)
        return lost if much or not found else set()

    def _see(self, said: Mapping[str, tuple[Said, ...]], at: datetime) -> None:
        for one in (one for says in said.values() for one in says):
            self.believed[one.name] = one
            self.seen[one.name] = (at, max(at, self.seen.get(one.name, (at, at))[1]))

    def _page(self, page: Page, answer: Answer, said: tuple[Said, ...] | None, gone: bool, at: datetime) -> Page:
        if said is not None:
            return Page(said)
        if gone and not any(one.name in self.held for one in page.says or ()):
            return replace(page, says=None, missing_since=page.missing_since or at)
        if answer in _GONE_WHEN_SEEN_TWICE:
            return replace(page, missing_since=page.missing_since or at)
        return replace(page, doubted_since=page.doubted_since or at) if _content(answer) else page

    def _remember(self, run: int, changed: Iterable[str]) -> None:
        pages = {url: self.pages.get(url, Page()) for url in changed}
        self.runs.append(_Before(run, dict(self.believed), dict(self.seen), pages, dict(self.pages)))

    def _forget(self, names: Iterable[str]) -> None:
        for name in names:
            del self.believed[name]
            self.absent.pop(name, None)

    # ---------------------------------------------------------------- a person's word

    def withdraw(self, name: str, until: datetime | None) -> None:
        """It is not served until then."""
        self.withdrawn[name] = until

    def restore(self, name: str) -> None:
        """It is served again as far as its source says so."""
        del self.withdrawn[name]

    def approve(self, run: int) -> None:
        """What waited goes."""
        pages = {url for name in self.held for url in self._carriers(name)}
        self._remember(run, pages)
        for url in pages:
            self.pages[url] = replace(self.pages[url], says=None)
        self._forget(self.held)
        self.held = frozenset()

    def remove(self, run: int) -> None:
        """All of the source goes, and it is looked at no more."""
        known = {url for url, page in self.pages.items() if page.says is not None}
        self._remember(run, known)
        for url in known:
            self.pages[url] = replace(self.pages[url], says=None)
        self._forget(list(self.believed))
        self.held, self.paused = frozenset(), True

    def rollback(self, run: int, back_to: int) -> None:
        """What was believed before that run is believed again, and the source is looked at no more."""
        undone = [before for before in self.runs if before.run >= back_to]
        was = undone[0]
        pages: dict[str, Page] = {}
        for before in undone:
            pages = {**before.pages, **pages}
        self._remember(run, pages)
        for name in was.believed.keys() | self.believed.keys():
            if was.believed.get(name) != self.believed.get(name):
                self._put_back(name, was)
        for name in self.believed.keys() & was.seen.keys():
            # what a run saw that was undone may count or not
            self.seen[name] = (min(was.seen[name][0], self.seen[name][0]), self.seen[name][1])
        self.pages = {
            url: page.without_doubts_since(was.all_pages.get(url, Page())) for url, page in (self.pages | pages).items()
        }
        self.absent = {}
        self.held, self.paused = frozenset(), True

    def _put_back(self, name: str, was: _Before) -> None:
        if name in was.believed:
            self.believed[name] = was.believed[name]
        else:
            del self.believed[name]


def _content(answer: Answer) -> bool:
    return isinstance(answer, tuple)
