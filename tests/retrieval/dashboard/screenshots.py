"""The pictures in docs/screenshots, taken anew from the example site.

python -m tests.retrieval.dashboard.screenshots [FOLDER]
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.projects import temporary_project
from examples.autocare.pages import render_site
from examples.autocare.server import SiteServer, make_server
from flows.deciding import Decisions
from flows.running import Options
from flows.sync import sync_source
from pipelines.settings import Project
from retrieval.http.app import create_app
from tests.retrieval.dashboard.browser import chromium, opened
from tests.retrieval.http.conftest import running

_ROOT = Path(__file__).parents[3]
_EXAMPLE = _ROOT / "examples" / "autocare"
_FOLDER = _ROOT / "docs" / "screenshots"
_LARGEST = 150_000  # bytes of a picture
_WIDE, _PHONE = {"width": 1200, "height": 860}, {"width": 360, "height": 740}
_SHOTS = (
    ("now-en", "/", "en", "light", _WIDE),
    ("now-ar", "/", "ar", "dark", _WIDE),
    ("offers-en", "/#live", "en", "light", _WIDE),
    ("now-phone-ar", "/", "ar", "light", _PHONE),
    ("ask-en", "/ask?q=how+much+is+an+oil+change", "en", "light", _WIDE),
    ("ask-ar", "/ask?q=كم+سعر+تغيير+الزيت", "ar", "dark", _WIDE),
    ("changes-en", "/changes", "en", "light", _WIDE),
    ("source-en", "/sources/autocare-guides", "en", "dark", _WIDE),
    ("run-en", "/runs/6", "en", "light", _WIDE),
    ("entry-en", "first change", "en", "light", _WIDE),
    ("entry-ar", "first change", "ar", "dark", _WIDE),
)
_PARTNERS = """name = "partners"
kind = "feed"
permission = "contract"
[feed]
path = "partners.json"
entry = "offer"
fields = { key = "id", title = "name", price = "price", currency = "cur", valid_until = "ends", category = "for" }
"""


def main(folder: Path) -> None:
    """Take every picture."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        _example() as project,
        running(create_app(project, deciding=Decisions(project))) as address,
        chromium() as browser,
    ):
        for name, path, language, scheme, size in _SHOTS:
            with opened(browser, color_scheme=scheme, viewport=size, locale=language) as (page, wrong):
                page.goto(address + (path if path.startswith("/") else "/changes"))
                if path == "first change":
                    page.locator(".timeline a[href^='/entries/']").first.click()
                    page.wait_for_url("**/entries/*")
                page.wait_for_load_state("networkidle")
                taken = page.screenshot(path=folder / f"{name}.png")
            print(f"{name}: {len(taken)} bytes{' TOO LARGE' * (len(taken) > _LARGEST)} {wrong or ''}")


@contextmanager
def _example() -> Iterator[Project]:
    """The example site as it was some days ago and as it is now, and a feed that lost most of what it gave."""
    now = datetime.now(UTC).replace(microsecond=0)
    with _site(now - timedelta(days=5)) as site:
        port = f"127.0.0.1:{site.server_port}"
        texts = {path.stem: path.read_text(encoding="utf-8") for path in (_EXAMPLE / "sources").glob("*.toml")}
        sources = {name: text.replace("127.0.0.1:8753", port) for name, text in texts.items()}
        with temporary_project({**sources, "partners": _PARTNERS}, settings='timezone = "Asia/Riyadh"\n') as project:
            _sync(project, 12, now)
            site.resources = render_site(site.url, now)
            _sync(project, 3, now)
            yield project


@contextmanager
def _site(at: datetime) -> Iterator[SiteServer]:
    server = make_server(0, at)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _sync(project: Project, partners: int, now: datetime) -> None:
    ends = (now + timedelta(days=20)).isoformat()
    items = [
        {"id": f"p{n}", "name": f"Car wash at partner {n}", "price": 25 + n, "cur": "SAR", "ends": ends, "for": "wash"}
        for n in range(1, partners + 1)
    ]
    (project.directory / "partners.json").write_text(json.dumps(items), encoding="utf-8")
    for source in project.sources.values():
        print(source.name, sync_source(project, source, Options()).state, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else _FOLDER)
