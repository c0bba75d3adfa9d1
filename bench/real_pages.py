"""Real pages and documents through the whole of Freshet: what was read, and what a second look costs.

    python -m bench.real_pages [--data ../shared/data]

Serves the promotion pages and the shop page of the data folder on loopback as one `site` source, and its documents
as a `files` source; syncs each twice.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from bench.projects import temporary_project
from flows.reports import Report
from flows.running import Options
from flows.sync import sync_source
from pipelines.database import connect
from pipelines.settings import Project

_PORT = 8763
_SITE = """
kind = "site"
start_urls = ["http://127.0.0.1:8763/index.html"]
allow = ["^/"]
documents = false
delay = 0.0
max_pages = 100
max_depth = 1
allow_private = ["127.0.0.1:8763"]
"""


class _Pages(http.server.SimpleHTTPRequestHandler):
    """The folder's pages under an index of their own; Last-Modified and 304 come with the library."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    files: dict[str, Path]

    def translate_path(self, path: str) -> str:
        return str(self.files.get(path.lstrip("/"), "/nonexistent"))

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""


@contextmanager
def _serving(data: Path, folder: Path) -> Iterator[int]:
    pages = {p.name: p for p in (data / "promo-pages-ph").glob("*.html")}
    pages["kanbkam.html"] = data / "kanbkam-sa" / "page.html"
    index = folder / "index.html"
    links = "".join(f'<li><a href="/{name}">{name}</a></li>' for name in sorted(pages))
    index.write_text(f"<html><title>Index</title><body><h1>Pages</h1><ul>{links}</ul></body></html>")
    handler = type("Pages", (_Pages,), {"files": {**pages, "index.html": index}})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", _PORT), functools.partial(handler))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield len(pages) + 1
    finally:
        server.shutdown()
        server.server_close()


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, default=Path("../shared/data"))
    data = arguments.parse_args().data.resolve()
    files = f'kind = "files"\npaths = ["{data / "documents"}"]\n'
    with temporary_project({"pages": _SITE, "documents": files}) as project, _serving(data, project.directory) as pages:
        print(f"{pages} pages served")
        for name in ("pages", "documents"):
            _tell("first", *_synced(project, name))
            _tell("second", *_synced(project, name))
        _tell_entries(project)


def _synced(project: Project, name: str) -> tuple[float, Report]:
    started = monotonic()
    report = sync_source(project, project.source(name), Options())
    return monotonic() - started, report


def _tell(which: str, seconds: float, report: Report) -> None:
    print(f"\n{report.source}, {which} sync: {report.state} in {seconds:.1f} s {report.seconds}")
    print(f"  pages {report.pages['outcomes']}\n  entries {report.entries}\n  chunks {report.chunks}")
    for (outcome, reason), count in Counter((p["outcome"], p["message"][-90:]) for p in report.problems).items():
        print(f"  {count:3} {outcome}: …{reason}")


def _tell_entries(project: Project) -> None:
    with connect(project, autocommit=True) as conn:
        rows = conn.execute(
            """
            select s.name, e.kind, count(*), count(*) filter (where s2.entry_id is not null)
            from kb_store.entry e
            join kb_store.source s using (source_id)
            left join kb_store.served_entry s2 using (entry_id)
            group by 1, 2 order by 1, 2
            """
        ).fetchall()
    print("\nsource, kind, entries, served")
    for row in rows:
        print("  ", *row)


if __name__ == "__main__":
    main()
