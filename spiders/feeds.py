"""A feed brought to disk, from its address or from a file of the project: whole, or not at all.

An address is asked for by a process of its own behind the guard, as pages are; the body goes to disk piece by piece,
its content encodings and a gzip around the file undone, and never through this process's memory.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import BinaryIO

from pipelines.records import Capture, CrawlJob, CrawlLimits, FreshetError, KnownPage, Outcome
from spiders.crawling import run_child
from spiders.feed_body import BODY, Body, write_body
from spiders.file_patterns import PatternSet
from spiders.frontier import write_known
from spiders.inflate import BadEncoding, CutShort, Oversized
from spiders.spool import read_spool

__all__ = ["FEED_LIMITS", "FetchedFeed", "fetch_feed", "take_file"]

# A feed may be large; what is written to disk is bounded all the same, and so is its time.
FEED_LIMITS = CrawlLimits(body=2**30, decompressed=2**30, page_seconds=1800.0, crawl_seconds=1800.0, pages=1)


@dataclass(frozen=True)
class FetchedFeed:
    """How a look at a feed ended."""

    capture: Capture  # without its body; not `ok`: why
    file: Path | None = None  # its bytes; only with outcome ok


def fetch_feed(job: CrawlJob, known: KnownPage | None) -> FetchedFeed:
    """Ask for the feed at the job's only start URL; with `known`, only if it changed since.

    Raises FreshetError when the job cannot be started.
    """
    started = datetime.now(UTC)
    job = replace(job, directory=job.directory.resolve())
    write_known(job.directory, () if known is None else (known,))
    problem = run_child(job)
    capture = next(read_spool(job.directory), None)
    if capture is None:
        said = problem or "the process that asks for it left no result; see crawl.log in its run's folder"
        capture = Capture(job.start_urls[0], Outcome.NETWORK, started, message=said)
    return FetchedFeed(capture, job.directory / BODY if capture.outcome is Outcome.OK else None)


def take_file(path: str, root: Path, directory: Path, limits: CrawlLimits = FEED_LIMITS) -> FetchedFeed:
    """Copy the feed at `path`, relative to the project `root`, into `directory`.

    Files are named and opened by the rules of `kind = "files"`: nothing outside the named folder is read through a
    link. Raises FreshetError when there is no such file, or when several files bear the name.
    """
    found = list(PatternSet.parse([path], root).walk())
    if len(found) != 1:
        raise FreshetError(
            f"feed.path = {path!r}: {f'{len(found)} files' if found else 'no file'} of that name below {root}. Nothing "
            "was read and nothing of it is withdrawn; put the file back, correct path, or remove the source: "
            "freshet remove SOURCE"
        )
    started = monotonic()
    url = f"file:{found[0].path}"
    if found[0].outcome is not Outcome.OK:
        return _failed(url, found[0].outcome, f"{found[0].path} {found[0].message}")
    try:
        body = _copied(found[0].target, directory, limits)
    except Oversized as error:
        return _failed(url, Outcome.TOO_LARGE, f"{found[0].path}: {error}")
    except (CutShort, _Moving) as error:
        return _failed(url, Outcome.TRUNCATED, f"{found[0].path}: {error}")
    except (BadEncoding, OSError) as error:
        return _failed(url, Outcome.BAD_CONTENT, f"{found[0].path}: {error}")
    capture = Capture(url, Outcome.OK, datetime.now(UTC), url, body_sha256=body.sha256, seconds=monotonic() - started)
    return FetchedFeed(capture, directory / BODY)


class _Moving(FreshetError):
    """A file that somebody writes while it is read."""


def _copied(target: str, directory: Path, limits: CrawlLimits) -> Body:
    with _opened(target) as file:
        before = os.fstat(file.fileno())
        if not stat.S_ISREG(before.st_mode):
            raise BadEncoding("is not a regular file")
        body = write_body(_pieces(file), (), directory, limits)
        after = os.fstat(file.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise _Moving("was being written while it was read; the next sync reads it again")
    return body


@contextmanager
def _opened(target: str) -> Iterator[BinaryIO]:
    """O_NONBLOCK: a pipe put there meanwhile cannot hold us; O_NOFOLLOW: nor can a link lead elsewhere."""
    descriptor = os.open(target, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NOCTTY)
    with open(descriptor, "rb") as file:
        yield file


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(2**16):
        yield piece


def _failed(url: str, outcome: Outcome, message: str) -> FetchedFeed:
    return FetchedFeed(Capture(url, outcome, datetime.now(UTC), message=message))
