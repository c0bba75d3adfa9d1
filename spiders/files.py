"""Sources of kind `files`: documents in folders and globs of the project, captured like pages of a site.

The URL of a file is `file:` and its path relative to the project, with `/` between names and the
bytes of each name percent-encoded where RFC 3986 asks for it: `file:docs/terms%20and%20prices.docx`.
A path that its pattern leads out of the project keeps its dots, `file:../shared/terms.pdf`: moving
the project together with its files changes no URL. A pattern is

- a file or a folder (`docs`), a folder meaning all that is below it, or
- a glob: `*`, `?` and `[…]` within one name, `**` for any number of folders (`docs/**/*.pdf`).

Names that start with a dot are matched only by a pattern that spells the dot; the `~$…` owner files
that office programs leave beside an open document are never matched. Symbolic links are followed
while they stay inside the project, or inside the folder that a pattern outside it names.
"""

from __future__ import annotations

import errno
import hashlib
import itertools
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from time import monotonic
from urllib.parse import quote, unquote_to_bytes

from pipelines.records import Capture, CrawlLimits, FreshetError, KnownPage, Outcome
from spiders.file_patterns import Found, PatternSet
from spiders.sniff import sniff

__all__ = ["NoFiles", "scan", "url_of"]

_SAFE = "/!$&'()+,;=@"  # allowed in a path besides letters, digits and -._~, and easy on the eye


class NoFiles(FreshetError):
    """No pattern of a source matches anything: a folder that is gone is reported, nothing of it withdrawn."""


def scan(
    patterns: Sequence[str], root: Path, known: Iterable[KnownPage], *, limits: CrawlLimits, full: bool
) -> Iterator[Capture]:
    """Return one capture a file, in the order of their paths, then one for each known file not seen.

    Raises NoFiles at once, before anything is iterated, when no pattern matches anything. A file
    known before and gone is `missing`; where nobody could look (a folder that cannot be listed, a
    pattern that alone matches nothing) its known files end in `bad_content` and `network`, and
    nothing is called missing. At most one body is in memory at a time, `limits.body` bytes.
    """
    rules = PatternSet.parse(patterns, root)
    found = rules.walk()
    first = next(found, None)
    if first is None:
        raise NoFiles(_nothing_matches(patterns, root))
    return _captures(itertools.chain((first,), found), rules, {page.url: page for page in known}, limits, full)


def url_of(path: str) -> str:
    """Return the URL of a file by its path relative to the project, as `PatternSet` gives it."""
    return "file:" + quote(os.fsencode(path), safe=_SAFE)


def _path_of(url: str) -> str:
    return os.fsdecode(unquote_to_bytes(url.removeprefix("file:")))


def _captures(
    found: Iterator[Found], rules: PatternSet, known: dict[str, KnownPage], limits: CrawlLimits, full: bool
) -> Iterator[Capture]:
    blind: list[str] = []
    for count, each in enumerate(found):
        if count == limits.pages:
            yield _stopped(each, limits)
            return
        page = known.pop(url_of(each.path), None)
        if each.folder:
            blind.append(each.path + "/")
        yield _capture_of(each, page, limits, full)
    yield from _unmatched(rules)
    for url in sorted(known):
        yield _absent(url, rules, blind)


def _capture_of(found: Found, known: KnownPage | None, limits: CrawlLimits, full: bool) -> Capture:
    start = monotonic()
    url = url_of(found.path)
    if found.outcome is not Outcome.OK:
        return _failed(url, found.outcome, found.message)
    try:
        body = _read(found.target, limits.body)
    except _Unfit as cause:
        return _failed(url, cause.outcome, str(cause))
    except OSError as cause:
        return _failed(url, *_explained(cause))
    digest = hashlib.sha256(body).hexdigest()
    same = known is not None and known.body_sha256 == digest and not full
    return Capture(
        url=url,
        outcome=Outcome.NOT_MODIFIED if same else Outcome.OK,
        fetched_at=datetime.now(UTC),
        final_url=url,
        media_type=sniff(body, None, url),
        body=None if same else body,
        body_sha256=digest,
        seconds=monotonic() - start,
    )


@dataclass
class _Unfit(Exception):
    """A file whose bytes are not taken: the outcome, and why with the way out."""

    outcome: Outcome
    message: str

    def __str__(self) -> str:
        return self.message


def _read(target: str, most: int) -> bytes:
    """The bytes of a regular file that nobody writes meanwhile; a pipe or device is never opened for good.

    O_NONBLOCK so that a pipe put there since it was listed cannot hold us; O_NOFOLLOW because
    `target` has no link in its last part and gets none between the listing and now.
    """
    descriptor = os.open(target, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NOCTTY)
    with open(descriptor, "rb", buffering=0) as file:
        before = os.fstat(descriptor)
        _check_size(before, most)
        body = _read_up_to(file, most + 1)
        after = os.fstat(descriptor)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(body) != after.st_size:
        raise _Unfit(Outcome.TRUNCATED, "was being written while it was read; the next sync reads it again")
    return body


def _read_up_to(file: FileIO, most: int) -> bytes:
    """Read in pieces: one read(2) returns at most 2 GiB, and less when a signal comes."""
    pieces: list[bytes] = []
    left = most
    while left > 0:
        piece = file.read(min(left, 2**20))
        if not piece:
            break
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _check_size(status: os.stat_result, most: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise _Unfit(Outcome.BAD_CONTENT, "is not a regular file; only files of bytes are read")
    if status.st_size > most:
        raise _Unfit(
            Outcome.TOO_LARGE, f"is {status.st_size:,} bytes, more than the limit of {most:,}; split it or raise it"
        )
    if status.st_size == 0:
        raise _Unfit(Outcome.BAD_CONTENT, "is empty (0 bytes); put its content back, or delete it")


def _failed(url: str, outcome: Outcome, message: str) -> Capture:
    return Capture(url=url, outcome=outcome, fetched_at=datetime.now(UTC), message=f"{_path_of(url)} {message}")


def _explained(cause: OSError) -> tuple[Outcome, str]:
    if cause.errno == errno.ENOENT:
        return Outcome.MISSING, "went away while it was read"
    why = (cause.strerror or str(cause)).lower()
    if cause.errno in (errno.EACCES, errno.EPERM):
        return Outcome.BAD_CONTENT, f"cannot be read: {why}; let the user who runs freshet read it"
    return Outcome.BAD_CONTENT, f"cannot be read: {why}; check the disk or share it is on"


def _stopped(found: Found, limits: CrawlLimits) -> Capture:
    message = f"and what follows was not read: max_pages = {limits.pages} files are reached; raise it or narrow paths"
    return _failed(url_of(found.path), Outcome.TOO_LARGE, message)


def _unmatched(rules: PatternSet) -> Iterator[Capture]:
    for pattern in rules.unmatched():
        yield _failed(url_of(pattern), Outcome.NETWORK, f"matches nothing; {_LOOK}")


def _absent(url: str, rules: PatternSet, blind: list[str]) -> Capture:
    path = _path_of(url)
    if any(path.startswith(folder) for folder in blind):
        return _failed(url, Outcome.BAD_CONTENT, "could not be looked for: its folder cannot be looked into")
    pattern = rules.unmatched_for(path)
    if pattern:
        return _failed(url, Outcome.NETWORK, f"could not be looked for: {pattern} matches nothing; {_LOOK}")
    return _failed(url, Outcome.MISSING, "is gone, or no longer named by paths")


_LOOK = "if its folder moved or is not mounted, put it back; else take the pattern out of paths"


def _nothing_matches(patterns: Sequence[str], root: Path) -> str:
    return (
        f"paths = {list(patterns)}: nothing matches below {root}, so nothing was read and nothing is withdrawn. "
        "If a folder moved or is not mounted, put it back or correct paths; "
        "what it gave stays served for its ttl"
    )
