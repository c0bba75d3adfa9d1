"""The crawl's own process: `python -m spiders.child DIRECTORY`, with the job as one line of JSON on stdin.

Twisted's reactor cannot be started twice, so every crawl has a process. Stdin stays open as long as
the parent lives; when it ends, this process stops, whatever killed the parent. Stdout carries the
number of captures made so far, a line at a time. What the job's headers hold is written nowhere.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

from pipelines.records import CrawlJob
from spiders.jobs import RESULT, read_job

__all__ = ["main"]

_STOP_SECONDS = 1.0  # for what is under way when the parent is gone: nobody waits for it
_PROGRESS_SECONDS = 0.2


def main() -> None:
    """Run the crawl of the directory named on the command line and leave its result there."""
    directory = Path(sys.argv[1])
    job = read_job(sys.stdin.readline(), directory)
    if job.kind == "feed":
        _fetch_feed(job)
        return
    from spiders.spider import Report

    report = Report()
    process = _prepared(job, report)
    process.start()
    if not report.finished and not report.reasons:
        report.reasons.setdefault("the crawl was stopped")
    result = {"finished": report.finished, "reasons": list(report.reasons), "notes": list(report.notes)}
    (directory / RESULT).write_text(json.dumps(result), encoding="utf-8")
    print(report.captures, flush=True)


def _prepared(job: CrawlJob, report: Any) -> Any:
    """Return Scrapy's process with the guard under it, the crawl queued and the parent watched."""
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    from spiders import guard
    from spiders.settings import crawl_settings
    from spiders.spider import CrawlSpider

    exempt = guard.pin_private(job.allow_private)
    process = AsyncCrawlerProcess(Settings(crawl_settings(job)))
    from twisted.internet import reactor  # installed by the line before

    guard.guard_reactor(reactor, exempt)
    guard.guard_process(exempt)
    process.crawl(CrawlSpider, job=job, exempt=exempt, report=report, on_capture=_progress())
    _watch_parent(reactor, process, report)
    return process


def _fetch_feed(job: CrawlJob) -> None:
    from spiders import guard
    from spiders.feed_child import capture_feed

    exempt = guard.pin_private(job.allow_private)
    guard.guard_process(exempt)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    capture_feed(job, exempt)


def _end_with_parent() -> None:
    while os.read(0, 65536):
        pass
    os._exit(3)


def _progress() -> Callable[[int], None]:
    said = [0.0]

    def say(count: int) -> None:
        if monotonic() - said[0] >= _PROGRESS_SECONDS:
            said[0] = monotonic()
            print(count, flush=True)

    return say


def _watch_parent(reactor: Any, process: Any, report: Any) -> None:
    def stop() -> None:
        report.reasons.setdefault("the crawl was stopped")
        process.stop()

    def watch() -> None:
        while os.read(0, 65536):  # not through sys.stdin: its lock would be held when the interpreter ends
            pass
        reactor.callFromThread(stop)
        threading.Timer(_STOP_SECONDS, os._exit, (3,)).start()

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    main()
