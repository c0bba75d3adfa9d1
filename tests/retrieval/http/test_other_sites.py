"""Pages of other sites that may ask from a browser, and those that may not."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from pipelines.database import Connection
from pipelines.settings import Project, load_project
from retrieval.http.app import create_app
from retrieval.keys import create_key
from spiders import render
from tests.badsite import BadSite
from tests.retrieval.dashboard.browser import chromium, opened
from tests.retrieval.http.conftest import OIL, running
from tests.story import Story

WIDGET, OTHER = "https://widget.test", "https://other.test"
_ASKING = """async ([address, key]) => {
    const headers = {'Authorization': `Bearer ${key}`, 'Content-Type': 'application/json'};
    const body = JSON.stringify({query: 'engine oil change'});
    try {
        const answer = await fetch(`${address}/v1/search`, {method: 'POST', headers, body});
        return [(await answer.json()).hits[0].url, answer.headers.get('X-Request-ID').length];
    } catch (error) { return String(error); }
}"""


@pytest.fixture
def widget() -> Iterator[BadSite]:
    """Another site, whose pages may ask."""
    with BadSite() as site:
        site.page("/", "<title>a shop</title>")
        yield site


@pytest.fixture
def address(project: Project, story: Story, widget: BadSite) -> Iterator[str]:
    """A server that says so."""
    del story
    toml = project.directory / "freshet.toml"
    toml.write_text(toml.read_text() + f'[api]\ncors = ["http://{widget.pair}", "{WIDGET}"]\n')
    with running(create_app(load_project(project.directory, environment={}))) as served:
        yield served


def preflight(http: httpx.Client, path: str, method: str, headers: str = "", origin: str = WIDGET) -> httpx.Response:
    """What a browser asks before it asks."""
    asked = {"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
    return http.options(path, headers=asked)


@pytest.mark.skipif(render.chromium() is None, reason="no Chromium is installed")
def test_a_widget_in_a_real_browser_asks_as_documented(address: str, widget: BadSite, db: Connection) -> None:
    """By POST with a key, from the site that is configured; from any other the browser keeps the answer back."""
    key = create_key(db, "widget", ["read"], None)
    with BadSite() as other, chromium() as browser, opened(browser) as (page, _):
        other.page("/", "<title>another shop</title>")
        told = []
        for site in (widget, other):
            page.goto(site.url())
            told.append(page.evaluate(_ASKING, [address, key]))
    assert told == [[OIL, 16], "TypeError: Failed to fetch"]


@pytest.mark.parametrize(
    ("path", "method", "headers"),
    [
        ("/v1/search", "POST", "authorization,content-type"),
        ("/v1/offers", "GET", "authorization,if-none-match"),
        ("/v1/changes/stream", "GET", "authorization,last-event-id"),
        ("/mcp", "POST", "authorization,content-type,mcp-protocol-version"),
    ],
)
def test_what_only_asks_is_open_to_that_site(http: httpx.Client, path: str, method: str, headers: str) -> None:
    """With the headers that each takes."""
    assert preflight(http, path, method, headers).status_code == 200
    assert preflight(http, path, method, headers, OTHER).status_code == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_what_changes_something_is_no_page_s(http: httpx.Client, method: str) -> None:
    """Whoever pushes is a program, and none that runs in a customer's browser."""
    assert preflight(http, "/v1/entries/till/A", method, "authorization").status_code == 400


def test_an_answer_says_what_the_page_may_read(http: httpx.Client) -> None:
    """When to ask again, what it has, and the number to complain with."""
    answer = http.get("/v1/offers", headers={"Origin": WIDGET})
    assert answer.headers["access-control-allow-origin"] == WIDGET
    assert set(answer.headers["access-control-expose-headers"].split(", ")) == {"ETag", "Retry-After", "X-Request-ID"}
    assert "access-control-allow-credentials" not in answer.headers
