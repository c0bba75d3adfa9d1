"""Peak memory and speed of a crawl by the number of its pages, first sync and second, against a local site.

    python bench/crawl_memory.py [PAGES…]          default: 1000 10000

Each size is crawled in a process of its own, first whole, then again with validators. Printed: peak
resident memory of the crawl's process, requests a second, and the ratio of the largest size to the smallest.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from pipelines.records import Capture, CrawlJob, CrawlLimits, KnownPage
from spiders import Crawl, crawl

__all__: list[str] = []


def main() -> None:
    """Measure every size and print the ratio."""
    sizes = [int(size) for size in sys.argv[1:]] or [1000, 10_000]
    peaks = []
    for size in sizes:
        told = subprocess.run(
            [sys.executable, __file__, "--one", str(size)], capture_output=True, text=True, check=True
        )
        found = json.loads(told.stdout)
        peaks.append(found["peak_mb"])
        print(
            f"{size:>7} pages: peak {found['peak_mb']:.0f} MB, first {found['first']:.0f} pages/s, "
            f"again {found['again']:.0f} pages/s, spool {found['spool_mb']:.0f} MB"
        )
    print(f"peak, {sizes[-1]} pages to {sizes[0]}: {peaks[-1] / peaks[0]:.2f}")


def measure(size: int) -> None:
    """Crawl a site of so many pages twice and print what it took as JSON."""
    server = _server(size)
    directory = Path(tempfile.mkdtemp(prefix="freshet-bench-"))
    pair = f"127.0.0.1:{server.server_address[1]}"
    limits = CrawlLimits(pages=size + 10, depth=10**6, crawl_seconds=7200)
    job = CrawlJob(
        "bench", "site", (f"http://{pair}/0",), directory / "first", delay=0, allow_private=(pair,), limits=limits
    )
    first = crawl(job, [])
    assert first.complete, first.incomplete_reason
    spool = sum(path.stat().st_size for path in (directory / "first").iterdir())
    again = crawl(CrawlJob(**{**vars(job), "directory": directory / "again"}), _known(first))
    assert sum(1 for _ in again.captures()) == size
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        json.dumps(
            {"peak_mb": peak, "first": size / first.seconds, "again": size / again.seconds, "spool_mb": spool / 2**20}
        )
    )


def _known(result: Crawl) -> Iterator[KnownPage]:
    return map(_as_known, result.captures())


def _as_known(capture: Capture) -> KnownPage:
    return KnownPage(capture.url, capture.etag, capture.last_modified, capture.body_sha256, capture.links or ())


def _server(size: int) -> ThreadingHTTPServer:
    class Site(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet an answer; the default waits for an acknowledgement after the headers

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            body = _page(self.path, size)
            tag = f'"{md5(body).hexdigest()}"'
            known = self.headers.get("If-None-Match") == tag
            self.send_response(304 if known else 200 if body else 404)
            self.send_header("ETag", tag)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            if not known:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(b"" if known else body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def _page(path: str, size: int) -> bytes:
    if not path[1:].isdigit():
        return b""
    n = int(path[1:])
    menu = [*range(10), *((n * 10 + i) % size for i in range(10)), (n + 1) % size]
    links = "".join(f'<a href="/{m}">page {m}</a>' for m in menu)
    return f"<html><title>{n}</title><body>{links}<p>{f'Words of page {n}. ' * 60}</p></body></html>".encode()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        measure(int(sys.argv[2]))
    else:
        main()
