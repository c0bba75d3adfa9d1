"""The files that a source's patterns name, found in the order of their paths by one walk.

All patterns are walked at once, as the states of one small automaton: a folder is entered only
when some pattern can still match below it, so `*.pdf` does not read the whole project, and a file
that two patterns name is found once.
"""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from pipelines.records import FreshetError, Outcome

__all__ = ["Found", "PatternSet"]

_State = frozenset[tuple[int, int]]  # (number of the pattern, number of its next segment)


@dataclass(frozen=True)
class Found:
    """One file a pattern names, or one thing that keeps us from looking."""

    path: str  # relative to the project
    target: str = ""  # absolute, links resolved; where to read it
    outcome: Outcome = Outcome.OK  # other than ok: not to be read, and why
    message: str = ""
    folder: bool = False  # a folder, of which nobody can say what it holds


@dataclass(frozen=True)
class _Pattern:
    text: str  # as written
    anchor: str  # absolute folder from which its segments are matched
    segments: tuple[str, ...]  # names, globs of names, and ** for any folders


@dataclass(frozen=True)
class _Place:
    """A file or folder still to be looked at."""

    path: str  # absolute, as reached: links unresolved
    state: _State
    above: tuple[tuple[int, int], ...]  # (device, inode) of the folders it was reached through


@dataclass(frozen=True)
class PatternSet:
    """The patterns of one source, and which of them have matched."""

    root: str
    patterns: tuple[_Pattern, ...]
    _matched: set[int] = field(default_factory=set)

    @classmethod
    def parse(cls, patterns: Sequence[str], root: Path) -> PatternSet:
        """Return the set; raises FreshetError for an empty list or an empty pattern."""
        base = os.path.abspath(root)
        if not patterns or not all(text.strip() for text in patterns):
            raise FreshetError(f'paths = {list(patterns)}: names no file; write folders or globs, such as ["docs"]')
        return cls(base, tuple(_parse(text, base) for text in patterns))

    def walk(self) -> Iterator[Found]:
        """Yield each file once, sorted by path within each anchor, and each folder that cannot be listed."""
        anchors = sorted({pattern.anchor for pattern in self.patterns})
        seen: set[str] | None = set() if len(anchors) > 1 else None  # anchors may overlap
        for anchor in anchors:
            for found in self._walk_from(anchor):
                if seen is None:
                    yield found
                elif found.path not in seen:
                    seen.add(found.path)
                    yield found

    def unmatched(self) -> list[str]:
        """Return the patterns, as written, that have matched nothing in the walk so far."""
        return [pattern.text for number, pattern in enumerate(self.patterns) if number not in self._matched]

    def unmatched_for(self, path: str) -> str | None:
        """Return a pattern that has matched nothing and would name this path, were it there."""
        absolute = os.path.normpath(os.path.join(self.root, path))
        for number, pattern in enumerate(self.patterns):
            if number not in self._matched and self._would_match(number, pattern, absolute):
                return pattern.text
        return None

    def _would_match(self, number: int, pattern: _Pattern, absolute: str) -> bool:
        relative = os.path.relpath(absolute, pattern.anchor)
        if relative.startswith(".."):
            return False
        state = self._closure(frozenset({(number, 0)}))
        for name in relative.split(os.sep):
            state = self._step(state, name)
        return self._accepts(state)

    def _walk_from(self, anchor: str) -> Iterator[Found]:
        start = frozenset((n, 0) for n, pattern in enumerate(self.patterns) if pattern.anchor == anchor)
        inside = tuple({os.path.realpath(self.root), os.path.realpath(anchor)})
        pending = [_Place(anchor, self._closure(start), ())]
        while pending:
            place = pending.pop()
            answer = self._look(place, inside)
            if isinstance(answer, Found):
                yield answer
            else:
                pending.extend(reversed(answer))

    def _look(self, place: _Place, inside: tuple[str, ...]) -> Found | list[_Place]:
        """What stands at a place: one finding, or the places below it in order (none: nothing of ours)."""
        try:
            status = os.lstat(place.path)
            if stat.S_ISLNK(status.st_mode):
                return self._look_behind(place, inside)
            if stat.S_ISDIR(status.st_mode):
                return self._below(place, status)
        except OSError as cause:
            return self._unlisted(place, cause)
        return self._file(place, place.path, status)

    def _look_behind(self, place: _Place, inside: tuple[str, ...]) -> Found | list[_Place]:
        target = os.path.realpath(place.path)
        try:
            status = os.stat(target)
        except FileNotFoundError:
            broken = self._found(place, Outcome.MISSING, "is a link that leads to nothing")
            return broken if self._accepts(place.state) else []
        folder = stat.S_ISDIR(status.st_mode)
        if not (self._continues(place.state) if folder else self._accepts(place.state)):
            return []
        if not any(target == base or target.startswith(base.rstrip("/") + "/") for base in inside):
            return self._refused(place, folder)
        return self._below(place, status) if folder else self._file(place, target, status)

    def _below(self, place: _Place, status: os.stat_result) -> list[_Place]:
        identity = (status.st_dev, status.st_ino)
        if identity in place.above or not self._continues(place.state):
            return []  # a link back up would lead round for ever
        above = (*place.above, identity)
        steps = ((name, self._step(place.state, name)) for name in sorted(os.listdir(place.path)))
        return [_Place(os.path.join(place.path, name), state, above) for name, state in steps if state]

    def _file(self, place: _Place, target: str, status: os.stat_result) -> Found | list[_Place]:
        if not self._accepts(place.state):
            return []
        if not stat.S_ISREG(status.st_mode):
            return self._found(place, Outcome.BAD_CONTENT, "is a pipe, socket or device; only files of bytes are read")
        self._note(place.state)
        return Found(self._shown(place.path), target)

    def _refused(self, place: _Place, folder: bool) -> Found:
        message = (
            "is a symbolic link that leads out of the project and is not followed; "
            "copy what it leads to, or name that place itself under paths"
        )
        return self._found(place, Outcome.REFUSED_ADDRESS, message, folder)

    def _unlisted(self, place: _Place, cause: OSError) -> Found | list[_Place]:
        if isinstance(cause, FileNotFoundError | NotADirectoryError):
            return []  # deleted since its folder was listed, or an anchor that is gone
        why = (cause.strerror or str(cause)).lower()
        message = f"cannot be looked at: {why}; let the user who runs freshet read it, or narrow paths"
        return self._found(place, Outcome.BAD_CONTENT, message, folder=True)

    def _found(self, place: _Place, outcome: Outcome, message: str, folder: bool = False) -> Found:
        self._note(place.state, anywhere=folder)
        return Found(self._shown(place.path), "", outcome, message, folder)

    def _shown(self, path: str) -> str:
        return os.path.relpath(path, self.root)

    def _note(self, state: _State, anywhere: bool = False) -> None:
        self._matched.update(n for n, i in state if anywhere or i == len(self.patterns[n].segments))

    def _step(self, state: _State, name: str) -> _State:
        """The state after one more name of a path; empty when no pattern can match any more."""
        moved = set()
        for number, index in state:
            segments = self.patterns[number].segments
            if index == len(segments):
                continue
            if segments[index] == "**" and not _is_hidden(name):
                moved.add((number, index))
            elif segments[index] != "**" and _name_matches(name, segments[index]):
                moved.add((number, index + 1))
        return self._closure(frozenset(moved))

    def _closure(self, state: _State) -> _State:
        """`**` may stand for no folder at all, so the segment behind it is open too."""
        reached = set(state)
        for number, index in state:
            segments = self.patterns[number].segments
            while index < len(segments) and segments[index] == "**":
                index += 1
                reached.add((number, index))
        return frozenset(reached)

    def _accepts(self, state: _State) -> bool:
        return any(index == len(self.patterns[number].segments) for number, index in state)

    def _continues(self, state: _State) -> bool:
        return any(index < len(self.patterns[number].segments) for number, index in state)


def _parse(text: str, root: str) -> _Pattern:
    """Read one pattern; a name that exists as it is written is that name, brackets and stars included."""
    absolute = os.path.normpath(os.path.join(root, text))
    plain = os.path.lexists(absolute) or not glob.has_magic(text)
    anchor = _anchor(absolute, root, plain)
    names = tuple(name for name in os.path.relpath(absolute, anchor).split(os.sep) if name != ".")
    if plain:
        return _Pattern(text, anchor, (*map(glob.escape, names), "**"))  # a folder means all below it
    return _Pattern(text, anchor, names)


def _anchor(absolute: str, root: str, plain: bool) -> str:
    """The project, or for a pattern that leads out of it the last folder it names without a glob."""
    if absolute == root or absolute.startswith(root.rstrip("/") + "/"):
        return root
    if plain:
        return absolute if os.path.isdir(absolute) else os.path.dirname(absolute)
    fixed = []
    for name in absolute.split(os.sep):
        if glob.has_magic(name):
            break
        fixed.append(name)
    return os.sep.join(fixed) or os.sep


def _name_matches(name: str, segment: str) -> bool:
    spelled = segment.startswith(".") or not glob.has_magic(segment)
    return fnmatchcase(name, segment) and (spelled or not _is_hidden(name))


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "~$"))
