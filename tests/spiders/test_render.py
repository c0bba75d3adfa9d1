"""Pages that scripts build are read as a browser shows them, and what the scripts ask for passes the guard."""

from __future__ import annotations

import gzip
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.records import Capture, CrawlJob, CrawlLimits, Outcome
from spiders import render
from spiders.crawling import crawl
from tests.spiders.pages import Answer, Pages, serving

needs_browser = pytest.mark.skipif(render.chromium() is None, reason="no Chromium is installed")


def _render(site: Pages, directory: Path, *paths: str, seconds: float = 30, body: int = 2**20) -> dict[str, Capture]:
    job = CrawlJob(
        source="shop",
        kind="urls",
        start_urls=tuple(f"{site.url}{path}" for path in paths),
        directory=directory,
        render=True,
        delay=0.0,
        headers={"X-Secret": "canary"},
        allow_private=(f"127.0.0.1:{site.port}",),
        limits=CrawlLimits(page_seconds=seconds, decompressed=body),
    )
    done = crawl(job, ())
    return {capture.url.removeprefix(site.url): capture for capture in done.captures()}


def _text(capture: Capture) -> str:
    assert capture.outcome is Outcome.OK, capture.message
    return (capture.body or b"").decode("utf-8-sig")


OFFER = """<!doctype html><title>Offers</title><ul id=list></ul><img src=/photo.png><script>
fetch('/api/offers').then(answer => answer.json()).then(offers => {
  document.getElementById('list').innerHTML = offers.map(text => `<li>${text}</li>`).join('');
});
</script>"""
NOSY = """<!doctype html><title>Nosy</title><p>Brake check until 30 April</p><script>
const inner = 'BASE';
fetch(inner + '/fetch').catch(() => {});
fetch(inner + '/nocors', {mode: 'no-cors'}).catch(() => {});
fetch(inner + '/post', {method: 'POST', mode: 'no-cors', body: 'x'}).catch(() => {});
navigator.sendBeacon(inner + '/beacon', 'x');
new XMLHttpRequest().open('GET', inner + '/xhr');
new WebSocket(inner.replace('http', 'ws') + '/socket');
new EventSource(inner + '/events');
new Worker(URL.createObjectURL(new Blob([
  `fetch('${inner}/worker').catch(() => {}); new WebSocket("ws${inner.slice(4)}/w"); importScripts('${inner}/import')`
])));
for (const html of [
  '<img src="BASE/img">', '<iframe src="BASE/frame"></iframe>', '<script src="BASE/script"></' + 'script>',
  '<link rel=stylesheet href="BASE/css">', '<link rel=preconnect href="BASE/">', '<link rel=prefetch href="BASE/pre">',
  '<video src="BASE/video"></video>', '<object data="BASE/object"></object>', '<embed src="BASE/embed">',
]) document.body.appendChild(document.createRange().createContextualFragment(html.replace('BASE', inner)));
document.body.insertAdjacentHTML('beforeend', `<form id=f method=post target=frame action="${inner}/form"></form>`);
document.body.insertAdjacentHTML('beforeend', '<iframe name=frame></iframe>');
document.getElementById('f').submit();
window.open(inner + '/popup');
try {
  const peer = new RTCPeerConnection({iceServers: [{urls: 'stun:127.0.0.1:UDP'}]});
  peer.createDataChannel('x'); peer.createOffer().then(offer => peer.setLocalDescription(offer));
} catch (gone) {}
const hosts = ['localhost', '127.0.0.2', '[::1]', '[::ffff:127.0.0.1]', '2130706433', '0.0.0.0', '169.254.169.254'];
for (const host of hosts)
  fetch(`http://${host}:PORT/disguised`, {mode: 'no-cors'}).catch(() => {});
fetch('/own').then(answer => answer.text()).then(text => document.body.append(text));
</script>"""


@pytest.fixture
def internal() -> Iterator[Pages]:
    with serving({}) as pages:
        yield pages


@needs_browser
def test_an_offer_that_a_script_puts_in_place_is_read(tmp_path: Path) -> None:
    """The document after its scripts is the body; pictures are not fetched; secrets go with the page alone."""
    offers = Answer('["Oil change 99 SAR", "غيار زيت"]', "application/json")
    with serving({"/": Answer(OFFER), "/api/offers": offers}) as site:
        captures = _render(site, tmp_path, "/")
        assert "<li>Oil change 99 SAR</li><li>غيار زيت</li>" in _text(captures["/"])
        assert captures["/"].media_type == "text/html"
        assert [path for path in site.asked() if path != "/robots.txt"] == ["/", "/api/offers"]
        sent = {path: headers for _, path, headers in site.journal}
        assert sent["/"]["X-Secret"] == "canary"
        assert "X-Secret" not in sent["/api/offers"]
        assert sent["/"]["User-Agent"] == sent["/api/offers"]["User-Agent"]


@pytest.mark.hazard("S1")
@needs_browser
def test_scripts_reach_no_other_server_by_any_means(tmp_path: Path, internal: Pages) -> None:
    """Fetch, frames, sockets, workers, beacons, forms, windows, WebRTC and disguised hosts: the log stays empty."""
    with serving({"/own": Answer("own port works")}) as site, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stun:
        stun.bind(("127.0.0.1", 0))
        stun.setblocking(False)
        page = NOSY.replace("UDP", str(stun.getsockname()[1])).replace("PORT", str(internal.port))
        site.paths["/"] = Answer(page.replace("'BASE'", f"'{internal.url}'"))
        captures = _render(site, tmp_path, "/")
        assert "own port works" in _text(captures["/"])
        assert "Brake check until 30 April" in _text(captures["/"])
        assert internal.journal == []
        assert f"asked for 127.0.0.1:{internal.port}" in (tmp_path / "crawl.log").read_text()  # by the guard, no other
        with pytest.raises(BlockingIOError):
            stun.recv(1)


@needs_browser
def test_where_a_page_sends_its_visitor_is_judged_by_the_crawl(tmp_path: Path, internal: Pages) -> None:
    """Meta refresh and location are redirects, within the source or refused; the browser itself goes nowhere."""
    paths = {
        "/meta": Answer(f'<meta http-equiv=refresh content="0;url={internal.url}/away"><p>old</p>'),
        "/script": Answer(f"<p>old</p><script>location.href = '{internal.url}/away'</script><p>more</p>"),
        "/late": Answer("<p>old</p><script>onload = () => setTimeout(() => location.replace('/new'), 50)</script>"),
        "/form": Answer("<form method=post action=/post></form><script>document.forms[0].submit()</script>"),
        "/again": Answer(
            "<p>same</p><script>if (!sessionStorage.n) {sessionStorage.n = 1; location.reload()}</script>"
        ),
        "/ever": Answer("<p>x</p><script>location.reload()</script>"),
        "/header": Answer("<p>still here</p>", headers={"Refresh": f"0;url={internal.url}/away"}),
    }
    with serving(paths | {"/new": Answer("<p>new</p>")}) as site:
        captures = _render(site, tmp_path, *paths)
        outcomes = {path: str(capture.outcome) for path, capture in captures.items()}
        assert outcomes == {
            "/meta": "refused_address",
            "/script": "refused_address",
            "/late": "moved",
            "/new": "ok",
            "/form": "network",
            "/ever": "network",
            "/again": "ok",
            "/header": "ok",
        }
        assert "still here" in _text(captures["/header"])
        assert "submit a form" in captures["/form"].message
        assert "anew for ever" in captures["/ever"].message
        assert site.asked().count("/again") == 1
        assert "/post" not in site.asked()
        assert internal.journal == []


@needs_browser
def test_what_is_no_whole_page_never_reaches_the_browser(tmp_path: Path, internal: Pages) -> None:
    """Documents, errors and redirects are captured as our own client got them."""
    paths = {
        "/terms.pdf": Answer(b"%PDF-1.4\n%%EOF\n", "application/pdf"),
        "/gone": Answer("<p>gone</p>", status=410),
        "/moved": Answer("", status=301, headers={"Location": f"{internal.url}/"}),
        "/away": Answer("", status=302, headers={"Location": "http://elsewhere.example/"}),
        "/broken": Answer("<p>sorry</p><script>fetch('/asked')</script>", status=500),
    }
    with serving(paths) as site:
        captures = _render(site, tmp_path, *paths)
        assert {path: str(capture.outcome) for path, capture in captures.items()} == {
            "/terms.pdf": "ok",
            "/gone": "gone",
            "/moved": "refused_address",
            "/away": "moved_off_scope",
            "/broken": "server_error",
        }
        assert captures["/terms.pdf"].body == b"%PDF-1.4\n%%EOF\n"
        assert "/asked" not in site.asked()
        assert internal.journal == []


@needs_browser
def test_encodings_are_undone_before_and_utf8_comes_after(tmp_path: Path) -> None:
    """A gzip page in windows-1256 is shown with its Arabic intact, and captured in UTF-8."""
    arabic = "<meta charset=windows-1256><p>زيت</p><script>document.body.append('محرك')</script>".encode("windows-1256")
    packed = Answer(gzip.compress(arabic), "text/html", headers={"Content-Encoding": "gzip"})
    with serving({"/": packed}) as site:
        text = _text(_render(site, tmp_path, "/")["/"])
        assert "<p>زيت</p>" in text
        assert "محرك" in text


@needs_browser
def test_a_page_that_will_not_end_fails_alone(tmp_path: Path) -> None:
    """An endless script and a page that grows without end are given up; the pages around them are read."""
    paths = {
        "/first": Answer("<p>first</p>"),
        "/endless": Answer("<p>x</p><script>while (true) {}</script>"),
        "/grows": Answer("<p>x</p><script>document.body.append('x'.repeat(3e6))</script>"),
        "/last": Answer("<p>before</p><script>document.body.append('after')</script>"),
    }
    with serving(paths) as site:
        captures = _render(site, tmp_path, *paths, seconds=5)
        assert {path: str(capture.outcome) for path, capture in captures.items()} == {
            "/first": "ok",
            "/endless": "network",
            "/grows": "too_large",
            "/last": "ok",
        }
        assert "after" in _text(captures["/last"])


@needs_browser
def test_pages_share_nothing(tmp_path: Path) -> None:
    """Cookies and storage of one page are unknown to the next: a page reads the same for everyone."""
    script = """<p id=p></p><script>
        document.getElementById('p').append('[' + document.cookie + localStorage.length + ']');
        document.cookie = 'seen=1'; localStorage.a = 1</script>"""
    with serving({"/a": Answer(script), "/b": Answer(script)}) as site:
        captures = _render(site, tmp_path, "/a", "/b")
        assert ["[0]" in _text(captures[path]) for path in ("/a", "/b")] == [True, True]


def test_what_is_missing_is_named_with_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither package nor browser: one error says both, and how to get them."""
    monkeypatch.setattr(render, "find_spec", lambda name: None)
    monkeypatch.setattr(render, "_PLACES", ())
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.delenv("FRESHET_CHROMIUM", raising=False)
    with pytest.raises(render.BrowserMissing) as missing:
        render.require()
    assert "pip install 'freshet[render]'" in str(missing.value)
    assert "apt-get install chromium" in str(missing.value)
    assert "FRESHET_CHROMIUM" in str(missing.value)


def test_a_browser_of_ones_own_is_used_and_checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """FRESHET_CHROMIUM wins over what is installed; when it cannot be run, that is said."""
    browser = tmp_path / "browser"
    browser.write_text("#!/bin/sh\n")
    monkeypatch.setenv("FRESHET_CHROMIUM", str(browser))
    with pytest.raises(render.BrowserMissing, match="no program that can be run"):
        render.require()
    browser.chmod(0o755)
    render.require()
    assert render.chromium() == str(browser)


@pytest.mark.parametrize(("user", "sandbox"), [(0, False), (1000, True)])
def test_the_sandbox_is_left_off_for_root_alone(monkeypatch: pytest.MonkeyPatch, user: int, sandbox: bool) -> None:
    """Chromium refuses to start as root with its sandbox; everyone else keeps it."""
    monkeypatch.setattr(render, "require", lambda: None)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    options = render.settings(CrawlJob("s", "site", ("https://example.com/",), Path()))["PLAYWRIGHT_LAUNCH_OPTIONS"]
    assert isinstance(options, dict)
    assert options["chromium_sandbox"] is sandbox
    assert "--disable-quic" in options["args"]


def test_only_a_rendering_job_marks_its_requests() -> None:
    """Nothing goes to a browser unless the source asks for it."""
    job = CrawlJob("s", "site", ("https://example.com/",), Path())
    assert render.request_meta(job) == {}
