"""The parent's side of a crawl: one child process, watched, stopped in time, its captures read back as a stream."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import IO

from pipelines.records import Capture, CrawlJob, FreshetError, KnownPage
from spiders.frontier import write_known
from spiders.jobs import RESULT, write_job
from spiders.spool import read_spool

__all__ = ["Crawl", "crawl", "run_child"]

_GRACE_SECONDS = 30.0  # beyond crawl_seconds, for start-up and the last answers; then the child is killed
_STOP_SECONDS = 15.0
_OUTPUT = "child.err"
# All of this process's environment that the child may see: no database, no key, no proxy.
_PASSED_ON = (
    "PATH HOME LANG LANGUAGE LC_ALL LC_CTYPE TZ TMPDIR SSL_CERT_FILE SSL_CERT_DIR VIRTUAL_ENV DISPLAY "
    "PLAYWRIGHT_BROWSERS_PATH SYSTEMROOT COVERAGE_PROCESS_START FRESHET_CHROMIUM"
)
_ENVIRONMENT = tuple(_PASSED_ON.split())


@dataclass(frozen=True)
class Crawl:
    """A crawl that is over. It can be read as often as wished, as long as its directory stands."""

    directory: Path
    complete: bool  # every address found was attempted, and every start URL and sitemap could be read
    incomplete_reason: str  # for a person; empty when complete
    seconds: float
    notes: tuple[str, ...] = ()  # worth saying, though the crawl is complete: depth reached, addresses ignored

    failure: str = ""  # none as a whole: what a crawl could not look at is told page by page

    def captures(self) -> Iterator[Capture]:
        """Yield every capture in the order made, one in memory at a time."""
        return read_spool(self.directory)


def crawl(job: CrawlJob, known: Iterable[KnownPage], *, on_progress: Callable[[int], None] | None = None) -> Crawl:
    """Crawl a source in a process of its own and return when that is over.

    `known` is read once, a page at a time. `on_progress` is told how many captures there are, some
    times a second. A child that crashes or hangs makes an incomplete crawl with its reason, and what
    it had captured is kept. An exception in this process (KeyboardInterrupt too) stops the child; so
    does the end of this process, however it comes.

    Raises FreshetError when the job cannot be started: no start URL, a bad expression or exemption,
    the browser missing for `render`.
    """
    _check(job)
    started = monotonic()
    job = replace(job, directory=job.directory.resolve())
    job.directory.mkdir(parents=True, exist_ok=True)
    _clear(job.directory)
    write_known(job.directory, known)
    problem = run_child(job, on_progress or _ignore)
    return _finished(job.directory, problem, monotonic() - started)


def _check(job: CrawlJob) -> None:
    """Say in the parent what would make the child fail before its first request."""
    from pipelines.urls import Scope
    from spiders.addresses import private_pairs

    if not job.start_urls:
        raise FreshetError(f"{job.source}: no start URL; name at least one in start_urls")
    Scope.of(job.start_urls, job.allow, job.deny)
    private_pairs(job.allow_private)
    if job.render:
        from spiders import render

        render.require()


def _clear(directory: Path) -> None:
    from spiders.frontier import FRONTIER
    from spiders.spool import SPOOL

    for name in (SPOOL, FRONTIER, RESULT):
        (directory / name).unlink(missing_ok=True)


def run_child(job: CrawlJob, on_progress: Callable[[int], None] = lambda count: None) -> str:
    """Run the job's child to its end; return what went wrong with the process, empty when nothing did.

    The job's directory is absolute and there; the child leaves what it made in it.
    """
    with (job.directory / _OUTPUT).open("wb") as errors:
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "spiders.child", str(job.directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=job.directory,
            env=_environment(),
            start_new_session=True,  # Ctrl-C reaches the parent, which stops the child in its own way
        )
        try:
            _tell(child, write_job(job))
            _watch(child, job.limits.crawl_seconds + _GRACE_SECONDS, on_progress)
            return _verdict(child, job)
        finally:
            _stop(child)


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    return kept | {"PYTHONPATH": str(Path(__file__).resolve().parents[1]), "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}


def _tell(child: subprocess.Popen[bytes], line: str) -> None:
    assert child.stdin is not None
    try:
        child.stdin.write(line.encode())
        child.stdin.flush()
    except BrokenPipeError:  # it ended at once; its exit status says why
        pass


def _watch(child: subprocess.Popen[bytes], seconds: float, on_progress: Callable[[int], None]) -> None:
    """Pass on the child's progress until it closes its output or its time is over."""
    assert child.stdout is not None
    ends_at = monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while (left := ends_at - monotonic()) > 0:
            if selector.select(left) and not _pass_on(child.stdout, on_progress):
                return


def _pass_on(output: IO[bytes], on_progress: Callable[[int], None]) -> bool:
    said = os.read(output.fileno(), 65536)
    counts = said.split()
    if counts and counts[-1].isdigit():
        on_progress(int(counts[-1]))
    return bool(said)


def _verdict(child: subprocess.Popen[bytes], job: CrawlJob) -> str:
    try:
        status = child.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        late = f"{_GRACE_SECONDS:.0f} s after its time of {job.limits.crawl_seconds:.0f} s"
        return f"the crawl did not end {late}; it was killed"
    if status == 0:
        return ""
    told = f"signal {-status}" if status < 0 else f"exit status {status}"
    return f"the crawl's process ended with {told}{_last_words(job)}; see {job.directory / _OUTPUT}"


def _last_words(job: CrawlJob) -> str:
    """The last line the child wrote to stderr, without anything the job's headers hold."""
    with (job.directory / _OUTPUT).open("rb") as file:
        file.seek(max(0, (job.directory / _OUTPUT).stat().st_size - 2000))
        lines = file.read().decode("utf-8", "replace").strip().splitlines()
    last = lines[-1][:300] if lines else ""
    for secret in filter(None, job.headers.values()):
        last = last.replace(secret, "…")
    return f" ({last})" if last else ""


def _stop(child: subprocess.Popen[bytes]) -> None:
    """Make sure the child is gone: ask, wait, kill."""
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()
    if child.poll() is None:
        try:
            child.terminate()
            child.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
    child.wait()


def _finished(directory: Path, problem: str, seconds: float) -> Crawl:
    try:
        result = json.loads((directory / RESULT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        result = {"reasons": [], "notes": []}
        problem = problem or "the crawl's process left no result"
    reason = "; ".join(filter(None, [problem, *result["reasons"]]))
    return Crawl(directory, not reason, reason, seconds, tuple(result["notes"]))


def _ignore(_: int) -> None:
    """Nobody asked for progress."""
