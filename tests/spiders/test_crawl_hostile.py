"""What a crawl must survive: broken answers, hostile bodies, traps, and servers that say no."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import pairwise

import psutil
import pytest

from pipelines.records import FAILED_OUTCOMES, CrawlLimits, KnownPage, Outcome
from spiders import crawl
from tests.badsite import (
    BadSite,
    bomb,
    document,
    endless,
    hang,
    html,
    raw,
    redirect,
    reset,
    silent_body,
    slow,
    status,
    truncated,
    unterminated,
)

HALF = b"<html><body>" + b"<p>offer</p>" * 9
LIMITS = CrawlLimits(body=200_000, decompressed=1_000_000, page_seconds=2.5, crawl_seconds=60)


def linked(site: BadSite, *paths: str) -> None:
    site.page("/", "".join(f'<a href="{path}">x</a>' for path in paths))


def test_every_status_ends_in_its_outcome(site, job_for, crawled):
    """One address, one outcome, with a message that says what happened."""
    expected = {
        "/200": (status(200, b"<p>page</p>"), Outcome.OK),
        "/204": (status(204), Outcome.BAD_CONTENT),
        "/304": (status(304), Outcome.BAD_CONTENT),
        "/401": (status(401), Outcome.BLOCKED),
        "/403": (status(403), Outcome.BLOCKED),
        "/404": (status(404), Outcome.MISSING),
        "/407": (status(407), Outcome.BLOCKED),
        "/410": (status(410), Outcome.GONE),
        "/418": (status(418), Outcome.BLOCKED),
        "/451": (status(451), Outcome.BLOCKED),
        "/500": (status(500), Outcome.SERVER_ERROR),
        "/503": (status(503), Outcome.SERVER_ERROR),
        "/301": (status(301), Outcome.BAD_CONTENT),
        "/empty": (status(200), Outcome.BAD_CONTENT),
    }
    linked(site, *expected)
    for path, (reply, _) in expected.items():
        site.script(path, reply)
    result, found = crawled(job_for(site))
    assert {url.removeprefix(site.url("")): c.outcome for url, c in found.items() if url != site.url("/")} == {
        path: outcome for path, (_, outcome) in expected.items()
    }
    assert all(c.message for c in found.values() if c.outcome is not Outcome.OK)
    assert result.complete
    assert all(len(site.hits(path)) == 1 for path in expected), "nothing is asked twice in one crawl"


@pytest.mark.hazard("N5")
def test_a_cut_body_is_never_content(site, job_for, crawled):
    """Short of its Content-Length, reset midway, without its last chunk, or with half a gzip stream: truncated."""
    import gzip

    cases = {
        "/short": truncated(HALF, promised=2000),
        "/reset": reset(HALF, promised=2000),
        "/reset-unsized": reset(HALF),
        "/unterminated": unterminated(HALF),
        "/half-gzip": status(200, gzip.compress(HALF * 50)[:-20], Content_Type="text/html", Content_Encoding="gzip"),
    }
    linked(site, *cases)
    for path, reply in cases.items():
        site.script(path, reply)
    _, found = crawled(job_for(site))
    assert {path: found[site.url(path)].outcome for path in cases} == dict.fromkeys(cases, Outcome.TRUNCATED)
    assert all(found[site.url(path)].body is None for path in cases)


@pytest.mark.hazard("N4")
def test_a_page_has_a_deadline_for_all_of_it(site, job_for, crawled):
    """No answer, headers and then nothing, a byte now and then: network, in the time of one page each."""
    cases = {"/hang": hang, "/silent": silent_body, "/loris": slow()}
    linked(site, *cases, "/good")
    site.page("/good", "<p>good</p>")
    for path, reply in cases.items():
        site.script(path, reply)
    result, found = crawled(job_for(site, limits=LIMITS))
    assert {path: found[site.url(path)].outcome for path in cases} == dict.fromkeys(cases, Outcome.NETWORK)
    assert all("within" in found[site.url(path)].message for path in cases)
    assert found[site.url("/good")].outcome is Outcome.OK
    assert result.complete


@pytest.mark.hazard("H8", "H10")
def test_bodies_stop_at_their_limit(site, job_for, crawled):
    """Too many bytes, announced or not, endless, or only when inflated: too_large with flat memory."""
    cases = {
        "/announced": status(200, b"<p>" + b"x" * 300_000),
        "/endless": endless(),
        "/gzip": bomb("gzip", 150),
        "/deflate": bomb("deflate", 150),
        "/br": bomb("br", 300),
        "/zstd": bomb("zstd", 300),
        "/gzip-gzip": bomb("gzip, gzip", 300),
    }
    linked(site, *cases)
    for path, reply in cases.items():
        site.script(path, reply)
    with _peak_of_the_child() as peak:
        _, found = crawled(job_for(site, limits=LIMITS))
    assert {path: found[site.url(path)].outcome for path in cases} == dict.fromkeys(cases, Outcome.TOO_LARGE)
    assert 0 < peak[0] < 250 * 2**20, "a bomb was unpacked"


@contextmanager
def _peak_of_the_child() -> Iterator[list[int]]:
    """The most memory that the crawl's process was seen to hold, bytes; looked at every few milliseconds."""
    peak, over = [0], threading.Event()

    def look() -> None:
        while not over.wait(0.005):
            for child in psutil.Process().children():
                with suppress(psutil.Error):
                    if "spiders.child" in child.cmdline():
                        peak[0] = max(peak[0], child.memory_info().rss)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()


@pytest.mark.hazard("H10")
def test_what_bytes_are_is_seen_from_the_bytes(site, job_for, crawled):
    """A PDF as text/html is a PDF, a program as a PDF is refused, no Content-Type is no obstacle."""
    cases = {
        "/pdf-as-html": (document(b"%PDF-1.7\n" + b"y" * 99, "text/html"), Outcome.OK, "application/pdf"),
        "/exe-as-pdf": (
            document(b"MZ\x90\x00" + bytes(99), "application/pdf"),
            Outcome.BAD_CONTENT,
            "application/x-msdownload",
        ),
        "/untyped": (document(b"<html><p>hi</p></html>", ""), Outcome.OK, "text/html"),
        "/image-as-html": (document(b"\x89PNG\r\n\x1a\n" + bytes(50), "text/html"), Outcome.BAD_CONTENT, "image/png"),
        "/gzip-file": (bomb("file", 1), Outcome.BAD_CONTENT, "application/gzip"),
        "/false-gzip": (document(b"<p>plain</p>", "text/html", Content_Encoding="gzip"), Outcome.BAD_CONTENT, None),
        "/unknown-encoding": (document(b"?", "text/html", Content_Encoding="rot13"), Outcome.BAD_CONTENT, None),
    }
    linked(site, *cases)
    for path, (reply, _, _) in cases.items():
        site.script(path, reply)
    _, found = crawled(job_for(site))
    got = {path: (found[site.url(path)].outcome, found[site.url(path)].media_type) for path in cases}
    assert got == {path: (outcome, media_type) for path, (_, outcome, media_type) in cases.items()}


@pytest.mark.hazard("H6")
def test_redirects_end_clearly(site, job_for, crawled):
    """Renamed: moved, one capture each; loops and long chains: network, all of them; elsewhere: moved_off_scope."""
    linked(site, "/renamed", "/loop-a", "/chain/0", "/away", "/downgrade", "/file", "/twice")
    site.script("/renamed", redirect("/offer", 301))
    site.script("/twice", redirect("/renamed"))
    site.page("/offer", "<p>offer</p>")
    site.script("/loop-a", redirect("/loop-b"))
    site.script("/loop-b", redirect("/loop-a"))
    for n in range(25):
        site.script(f"/chain/{n}", redirect(f"/chain/{n + 1}"))
    site.script("/away", redirect("http://away.example/"))
    site.script("/file", redirect("file:///etc/passwd"))
    site.script("/downgrade", redirect(f"http://127.0.0.1:{site.port + 1}/"))
    _, found = crawled(job_for(site))
    outcomes = {url.removeprefix(site.url("")): c.outcome for url, c in found.items()}
    assert outcomes["/renamed"] == outcomes["/twice"] == Outcome.MOVED
    assert found[site.url("/renamed")].final_url == found[site.url("/twice")].final_url == site.url("/offer")
    assert outcomes["/offer"] is Outcome.OK
    assert len(site.hits("/offer")) == 1
    assert outcomes["/loop-a"] == outcomes["/loop-b"] == Outcome.NETWORK
    assert "loop" in found[site.url("/loop-a")].message
    assert outcomes["/chain/0"] is Outcome.NETWORK
    assert len([path for path in site.paths() if path.startswith("/chain")]) == 11
    assert outcomes["/away"] is Outcome.MOVED_OFF_SCOPE
    assert "away.example" in found[site.url("/away")].message
    assert outcomes["/file"] == outcomes["/downgrade"] == Outcome.REFUSED_ADDRESS


@pytest.mark.hazard("S2")
def test_nothing_outside_the_scope_is_asked_for(site, job_for, crawled):
    """Look-alike hosts, other ports, user names, //other, subdomains: never contacted, and the headers stay home."""
    with BadSite() as other:
        site.page(
            "/en/",
            '<a href="//evil.example/">1</a><a href="http://127.0.0.1.evil.example/">2</a>'
            f'<a href="{other.url("/")}">3</a>'
            f'<a href="https://{site.pair}/en/tls">4</a><a href="http://u:p@{site.pair}/en/login">5</a>'
            '<a href="javascript:alert(1)">6</a><a href="data:text/html,x">7</a><a href="/outside">8</a>'
            '<a href="/en/open">9</a><a href="\\\\evil.example/en/">10</a><a href="/en/../other">11</a>',
        )
        site.script("/en/open", redirect(other.url("/stolen")))
        job = job_for(site, "/en/", headers={"Authorization": "canary"}, allow_private=(site.pair, other.pair))
        _, found = crawled(job)
        assert other.paths() == []
        assert set(found) == {site.url("/en/"), site.url("/en/open")}
        assert found[site.url("/en/open")].outcome is Outcome.MOVED_OFF_SCOPE
        assert set(site.paths()) == {"/robots.txt", "/en/", "/en/open"}


@pytest.mark.hazard("S1")
def test_seeds_that_may_not_be_asked_for_are_refused_by_name(site, job_for, crawled):
    """Each has its reason, nothing is contacted, and a password in an address is shown nowhere."""
    seeds = (
        f"http://127.0.0.2:{site.port}/",
        f"http://user:hunter2@{site.pair}/",
        "http://169.254.169.254/latest/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:70/",
        "ftp://127.0.0.1/",
        "data:text/html,x",
    )
    job = replace(job_for(site), start_urls=seeds, kind="urls")
    result, found = crawled(job)
    assert {c.outcome for c in found.values()} == {Outcome.REFUSED_ADDRESS}
    assert len(found) == len(seeds)
    assert all(c.message for c in found.values())
    assert site.paths() == []
    assert not result.complete
    spoken = result.incomplete_reason + "".join(c.url + c.message for c in found.values())
    assert "hunter2" not in spoken
    assert not any(b"hunter2" in path.read_bytes() for path in job.directory.glob("*.log"))


ROBOTS = {
    "500": (status(500), Outcome.ROBOTS_UNREACHABLE),
    "timeout": (hang, Outcome.ROBOTS_UNREACHABLE),
    "html": (html("<h1>Sorry</h1>"), Outcome.ROBOTS_UNREACHABLE),
    "404": (status(404), Outcome.OK),
    "empty": (status(200), Outcome.OK),
    "disallow": (status(200, b"User-agent: *\nDisallow: /p"), Outcome.ROBOTS_DENIED),
    "disallow-us": (status(200, b"User-agent: Freshet\nDisallow: /\n\nUser-agent: *\nAllow: /"), Outcome.ROBOTS_DENIED),
    "huge": (status(200, b"User-agent: *\nDisallow: /p\n" + b"# padding\n" * 3_000_000), Outcome.ROBOTS_DENIED),
    "redirect-loop": (redirect("/robots.txt"), Outcome.ROBOTS_UNREACHABLE),
    "redirect-private": (redirect("http://127.0.0.2/robots.txt"), Outcome.ROBOTS_UNREACHABLE),
}


@pytest.mark.hazard("H7")
def test_robots_txt_is_obeyed_origin_by_origin(job_for, crawled):
    """Unreachable means nothing is asked for, a refusal means this page is not, 4xx means there are no rules."""
    sites = {name: BadSite() for name in ROBOTS}
    try:
        for name, site in sites.items():
            site.script("/robots.txt", ROBOTS[name][0])
            site.page("/page", "<p>page</p>")
        first = next(iter(sites.values()))
        job = job_for(first, "/page", limits=replace(LIMITS, body=2**20))
        job = replace(
            job,
            start_urls=tuple(site.url("/page") for site in sites.values()),
            allow_private=tuple(site.pair for site in sites.values()),
        )
        _, found = crawled(job)
        got = {name: found[site.url("/page")].outcome for name, site in sites.items()}
        assert got == {name: outcome for name, (_, outcome) in ROBOTS.items()}
        asked = {name for name, site in sites.items() if site.hits("/page")}
        assert asked == {name for name, (_, outcome) in ROBOTS.items() if outcome is Outcome.OK}
    finally:
        for site in sites.values():
            site.close()


@pytest.mark.hazard("H3")
def test_a_host_that_says_too_many_is_slowed_for_and_then_left_alone(site, job_for, crawled):
    """429 everywhere: blocked, with growing gaps; after five in a row the rest is blocked unasked."""
    paths = [f"/{n}" for n in range(12)]
    linked(site, *paths)
    for path in paths:
        site.script(path, status(429))
    result, found = crawled(job_for(site))
    assert {found[site.url(path)].outcome for path in paths} == {Outcome.BLOCKED}
    asked = [hit for hit in site.journal if hit.path in paths]
    assert len(asked) < len(paths)
    assert any("not asked" in found[site.url(path)].message for path in paths)
    assert result.complete


@pytest.mark.hazard("H1")
def test_retry_after_is_honoured_and_bounded(site, job_for, crawled):
    """Soon: asked again then. Later than a crawl can wait: server_error at once, asked once."""
    linked(site, "/soon", "/later", "/plain")
    site.script("/soon", status(503, Retry_After="1"), html("<p>back</p>"))
    site.script("/later", status(503, Retry_After="3600"))
    site.script("/plain", status(503), html("<p>never asked</p>"))
    _, found = crawled(job_for(site))
    assert found[site.url("/soon")].outcome is Outcome.OK
    first, second = site.hits("/soon")
    assert second.at - first.at >= 0.9
    assert found[site.url("/later")].outcome is Outcome.SERVER_ERROR
    assert len(site.hits("/later")) == len(site.hits("/plain")) == 1


@pytest.mark.hazard("N1")
def test_a_site_that_is_down_ends_as_network_and_is_not_hammered(site, job_for):
    """Nothing is called missing; the known pages end as network too."""
    job = job_for(site)
    known = [KnownPage(site.url(f"/{n}")) for n in range(30)]
    site.close()
    result = crawl(job, known)
    captures = list(result.captures())
    assert len(captures) == 31
    assert {c.outcome for c in captures} == {Outcome.NETWORK}
    assert not result.complete


def test_a_crawl_delay_wins_when_it_is_longer(site, job_for, crawled):
    """robots.txt's Crawl-delay spaces the requests; a shorter one than the source's does not."""
    site.script("/robots.txt", status(200, b"User-agent: *\nCrawl-delay: 0.8"))
    linked(site, "/a", "/b")
    site.page("/a", "a")
    site.page("/b", "b")
    crawled(job_for(site))
    times = sorted(hit.at for hit in site.journal)
    assert all(later - earlier >= 0.5 for earlier, later in pairwise(times))


@pytest.mark.hazard("C7")
def test_a_page_of_a_million_links_is_bounded_and_said(site, job_for, crawled):
    """Links beyond the limit of one page are not followed, and the crawl says so. Deep nesting hides no link."""
    site.page("/", '<a href="/many">m</a><a href="/deep">d</a>')
    site.page("/many", "".join(f"<a href=/p/{n}></a>" for n in range(300_000)))
    site.page("/deep", "<div>" * 100_000 + '<a href="/bottom">b</a>')
    site.page("/bottom", "<p>bottom</p>")
    limits = CrawlLimits(page_seconds=20, crawl_seconds=60, pages=12)
    result, found = crawled(job_for(site, limits=limits))
    assert len(found) == 12
    assert "more links" in result.incomplete_reason
    assert len(found[site.url("/many")].links or ()) == 10_000
    assert found[site.url("/deep")].links == (site.url("/bottom"),)


@pytest.mark.hazard("C8")
def test_sitemaps_are_read_and_their_traps_avoided(site, job_for, crawled):
    """Index, gzip, self-listing, another host's pages, a bomb, an entity: only the source's pages are asked for."""
    import gzip

    def urlset(*locations: str) -> bytes:
        return ("<urlset>" + "".join(f"<url><loc>{loc}</loc></url>" for loc in locations) + "</urlset>").encode()

    parts = ("/pages.xml.gz", "/sitemap.xml", "/bomb.xml.gz", "/entity.xml", "/gone.xml")
    index = "<sitemapindex>" + "".join(f"<sitemap><loc>{site.url(p)}</loc></sitemap>" for p in parts)
    other = "<sitemap><loc>http://other.example/sitemap.xml</loc></sitemap></sitemapindex>"
    site.script("/sitemap.xml", document((index + other).encode(), "application/xml"))
    listed = urlset(site.url("/a"), site.url("/deep/b"), "http://other.example/c", "not an address")
    site.script("/pages.xml.gz", document(gzip.compress(listed), "application/x-gzip"))
    site.script("/bomb.xml.gz", bomb("file", 100, "application/x-gzip"))
    entity = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + urlset(site.url("/&e;"))
    site.script("/entity.xml", document(entity, "application/xml"))
    site.page("/a", '<a href="/unlisted">u</a>')
    site.page("/deep/b", "b")
    result, found = crawled(job_for(site, "/sitemap.xml", kind="sitemap", limits=LIMITS))
    outcomes = {url.removeprefix(site.url("")): c.outcome for url, c in found.items()}
    assert outcomes == {
        "/a": Outcome.OK,
        "/deep/b": Outcome.OK,
        "/bomb.xml.gz": Outcome.TOO_LARGE,
        "/entity.xml": Outcome.BAD_CONTENT,
        "/gone.xml": Outcome.MISSING,
    }
    assert len(site.hits("/sitemap.xml")) == 1
    assert not result.complete
    assert "bomb.xml.gz" in result.incomplete_reason
    assert any("outside the source" in note for note in result.notes)


@pytest.mark.hazard("N2")
def test_half_the_pages_failing_leaves_the_others_read(site, job_for, crawled):
    """Six hang or fail, six are read: each ends for itself."""
    good, bad = [f"/good{n}" for n in range(6)], [f"/bad{n}" for n in range(6)]
    linked(site, *good, *bad)
    for path in good:
        site.page(path, path)
    for path, reply in zip(bad, (hang, status(503), status(500), silent_body, truncated(b"x", 9), hang), strict=True):
        site.script(path, reply)
    _, found = crawled(job_for(site, limits=LIMITS))
    assert {found[site.url(path)].outcome for path in good} == {Outcome.OK}
    assert {found[site.url(path)].outcome for path in bad} <= FAILED_OUTCOMES


@pytest.mark.hazard("H9")
@pytest.mark.parametrize("tag", ["changing", "frozen"])
def test_a_lying_etag(site, job_for, crawled, tag):
    """One that changes each time costs nothing when the bytes are equal; a full crawl finds out a frozen one."""
    if tag == "changing":
        body = b"<html><p>same</p></html>"
        site.script("/", *(document(body, "text/html", ETag=f'"{n}"') for n in range(3)))
    else:
        site.script(
            "/", document(b"<p>old</p>", "text/html", ETag='"1"'), document(b"<p>new</p>", "text/html", ETag='"1"')
        )
    job = job_for(site)
    _, first = crawled(job)
    page = first[site.url("/")]
    known = [KnownPage(page.url, page.etag, None, page.body_sha256)]
    _, second = crawled(job, known)
    assert second[page.url].outcome is Outcome.NOT_MODIFIED
    if tag == "frozen":
        _, full = crawled(replace(job, full=True), known)
        assert full[page.url].body == b"<p>new</p>"


def test_headers_without_end_are_stopped(site, job_for, crawled):
    """A server that sends header lines for ever ends as network, long before its deadline fills the memory."""

    def flood(talk):
        talk.keep = False
        talk.send(b"HTTP/1.1 200 OK\r\n")
        while not talk.stopped.is_set():
            talk.send(b"X-More: " + b"x" * 1000 + b"\r\n")

    site.script("/", flood)
    _, found = crawled(job_for(site, limits=CrawlLimits(page_seconds=30, crawl_seconds=60)))
    assert found[site.url("/")].outcome is Outcome.NETWORK
    assert found[site.url("/")].seconds < 20


def test_a_host_that_wants_to_be_left_for_hours_does_not_hold_up_another(site, job_for, crawled):
    """Its pages are not attempted, which is said; the other host's are read."""
    site.script("/robots.txt", status(200, b"User-agent: *\nCrawl-delay: 7200"))
    site.page("/", "<p>never</p>")
    with BadSite() as other:
        other.page("/", '<a href="/a">a</a>')
        other.page("/a", "a")
        here = f"localhost:{other.port}"
        job = replace(
            job_for(site),
            start_urls=(site.url("/"), f"http://{here}/"),
            allow_private=(site.pair, here),
        )
        result, found = crawled(job)
        assert {url: c.outcome for url, c in found.items()} == {
            f"http://{here}/": Outcome.OK,
            f"http://{here}/a": Outcome.OK,
        }
    assert site.paths() == ["/robots.txt"]
    assert not result.complete
    assert "127.0.0.1 may be asked again in 7200 s" in result.incomplete_reason


def test_what_is_hardly_http_ends_clearly(site, job_for, crawled):
    """Another protocol, nothing, contradicting lengths, unknown codings: an outcome and a reason each."""
    cases = {
        "/ssh": (b"SSH-2.0-OpenSSH\r\n", Outcome.NETWORK),
        "/nothing": (b"", Outcome.NETWORK),
        "/length": (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhi", Outcome.NETWORK),
        "/lengths": (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\nhello", Outcome.NETWORK),
        "/coding": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: odd\r\n\r\nhello", Outcome.NETWORK),
        "/chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nhello", Outcome.TRUNCATED),
        "/line": (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n", Outcome.NETWORK),
        "/continue": (b"HTTP/1.1 100 Continue\r\n\r\n" * 2000, Outcome.NETWORK),
        "/status": (b"HTTP/1.1 999 No\r\nContent-Length: 0\r\n\r\n", Outcome.BAD_CONTENT),
        "/target": (b"HTTP/1.1 302 F\r\nLocation: http://[bad\r\nContent-Length: 0\r\n\r\n", Outcome.REFUSED_ADDRESS),
        "/script": (b"HTTP/1.1 302 F\r\nLocation: javascript:1\r\nContent-Length: 0\r\n\r\n", Outcome.REFUSED_ADDRESS),
        "/old": (b"HTTP/1.0 200 OK\r\n\r\n<p>until the connection ends</p>", Outcome.OK),
        "/arabic": ("HTTP/1.1 302 F\r\nLocation: /عرض\r\nContent-Length: 0\r\n\r\n".encode(), Outcome.MOVED),
    }
    linked(site, *cases)
    for path, (data, _) in cases.items():
        site.script(path, raw(data))
    site.page("/%D8%B9%D8%B1%D8%B6", "<p>offer</p>")
    result, found = crawled(job_for(site))
    assert {path: found[site.url(path)].outcome for path in cases} == {path: end for path, (_, end) in cases.items()}
    assert all(c.message for c in found.values() if c.outcome is not Outcome.OK)
    assert found[site.url("/arabic")].final_url == site.url("/%D8%B9%D8%B1%D8%B6")
    assert result.complete
