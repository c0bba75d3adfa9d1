"""The cost of finding nothing new: a second sync of an unchanged site against bare Scrapy asking the same.

    python -m bench.second_sync [--pages 1000] [--rounds 3]

Both make the same conditional requests, two at a time, to the same loopback site; both are whole processes'
work (Scrapy's start included on both sides). Printed: seconds of each, their ratio, and what was written.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic
from typing import Any

from bench.projects import temporary_project
from bench.site import page, serving
from flows.running import Options
from flows.sync import sync_source
from pipelines.database import connect
from pipelines.settings import Project

SOURCE = """
kind = "site"
start_urls = ["{start}"]
allow = ["^/page/"]
delay = 0.0
max_pages = 1000000
max_depth = 20
allow_private = ["127.0.0.1:{port}"]
"""

_BARE = """
import json, sys
import scrapy

class Bare(scrapy.Spider):
    name = "bare"
    custom_settings = {{"LOG_ENABLED": False, "CONCURRENT_REQUESTS_PER_DOMAIN": 2, "DOWNLOAD_DELAY": 0,
                        "ROBOTSTXT_OBEY": False, "TELNETCONSOLE_ENABLED": False, "HTTPERROR_ALLOW_ALL": True}}
    async def start(self):
        for url, etag in json.load(open({known!r})):
            yield scrapy.Request(url, headers={{"If-None-Match": etag}})
    def parse(self, response):
        assert response.status == 304
"""


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pages", type=int, default=1000)
    arguments.add_argument("--rounds", type=int, default=3)
    given = arguments.parse_args()
    port = 8761
    source = SOURCE.format(start=f"http://127.0.0.1:{port}/page/0", port=port)
    ours, bare = [], []
    with serving(given.pages, port), temporary_project({"site": source}) as project:
        first, report = _synced(project)
        print(f"first sync: {first:.1f} s ({report['seconds']}), {report['chunks']}")
        for _ in range(given.rounds):
            bare.append(_bare(given.pages, port))
            before = _versions(project)
            seconds, report = _synced(project)
            ours.append(seconds)
            print(f"  second sync {seconds:.2f} s ({report['seconds']}), bare Scrapy {bare[-1]:.2f} s")
            assert report["pages"]["not_modified"] == given.pages, report["pages"]
            assert report["chunks"]["embedded"] == 0
            assert _versions(project) == before
    ratio = statistics.median(ours) / statistics.median(bare)
    print(f"{given.pages} pages: 0 embedded, 0 new versions, {ratio:.2f} times bare Scrapy (target 1.5)")


def _synced(project: Project) -> tuple[float, dict[str, Any]]:
    started = monotonic()
    report = sync_source(project, project.source("site"), Options())
    assert report.state == "published", report
    return monotonic() - started, report.as_json()


def _versions(project: Project) -> object:
    with connect(project, autocommit=True) as conn:
        return conn.execute("select count(*) from kb_store.version").fetchone()


def _bare(pages: int, port: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        known = Path(folder) / "known.json"
        etags = ((n, hashlib.sha256(page(n, pages)).hexdigest()[:16]) for n in range(pages))
        known.write_text(json.dumps([(f"http://127.0.0.1:{port}/page/{n}", f'"{etag}"') for n, etag in etags]))
        spider = Path(folder) / "bare.py"
        spider.write_text(_BARE.format(known=str(known)))
        started = monotonic()
        subprocess.run([sys.executable, "-m", "scrapy", "runspider", "--nolog", str(spider)], check=True)
        return monotonic() - started


if __name__ == "__main__":
    main()
