"""A crawl as its caller sees it: what is found, kept, known again, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.records import CrawlLimits, FreshetError, KnownPage, Outcome
from spiders import crawl
from tests.badsite import document, hang, html, status

PDF = b"%PDF-1.4\n" + b"x" * 500


def known_of(captures):
    return [
        KnownPage(c.url, c.etag, c.last_modified, c.body_sha256, c.links or ())
        for c in captures.values()
        if c.outcome is Outcome.OK
    ]


def test_a_site_is_read_by_its_links(site, job_for, crawled):
    """a, area, rel=next and hreflang alternates are followed; fragment and utm make no other page of one."""
    site.page(
        "/",
        '<link rel=next href="/next"><link rel=alternate hreflang=ar href="/ar"><link rel=stylesheet href="/s.css">'
        '<link rel=alternate type="application/rss+xml" href="/feed">'
        '<a href="/a#top">a</a><a href="/a?utm_source=mail">a</a>'
        '<map><area href="/area"></map><a href="mailto:x@example.com">m</a><a href="/photo.jpg">p</a>',
    )
    for path in ("/a", "/next", "/ar", "/area"):
        site.page(path, f"<p>{path}</p>")
    result, found = crawled(job_for(site))
    assert result.complete, result.incomplete_reason
    assert set(found) == {site.url(path) for path in ("/", "/a", "/next", "/ar", "/area")}
    assert {c.outcome for c in found.values()} == {Outcome.OK}
    assert site.paths()[:2] == ["/robots.txt", "/"]
    assert len(site.paths()) == 6


def test_a_second_crawl_asks_with_validators_and_follows_known_links(site, job_for, crawled):
    """304 and equal bytes both end as not_modified; the pages behind them are still reached."""
    site.page("/", '<a href="/tagged">t</a>')
    site.page("/tagged", '<a href="/plain">p</a>')
    site.script("/plain", document(b"<html><body><p>same</p></body></html>", "text/html", ETag=""))
    job = job_for(site)
    _, first = crawled(job)
    result, second = crawled(job, known_of(first))
    assert result.complete
    assert {c.outcome for c in second.values()} == {Outcome.NOT_MODIFIED}
    assert set(second) == set(first)
    assert all(c.body is None and c.body_sha256 == first[url].body_sha256 for url, c in second.items())
    assert second[site.url("/tagged")].etag == first[site.url("/tagged")].etag
    assert all(c.linked for c in second.values())


def test_a_full_crawl_sends_no_validators(site, job_for, crawled):
    """With `full`, every page comes whole, whatever is known of it."""
    site.page("/", "<p>one</p>")
    job = job_for(site)
    _, first = crawled(job)
    _, again = crawled(replace(job, full=True), known_of(first))
    assert again[site.url("/")].outcome is Outcome.OK
    assert again[site.url("/")].body == first[site.url("/")].body
    assert all("if-none-match" not in hit.headers for hit in site.journal)


def test_a_known_page_without_a_link_is_asked_for_and_said_to_be_unlinked(site, job_for, crawled):
    """Known pages that no page leads to any more are requested; those outside the scope of today are not."""
    site.page("/", "<p>no links</p>")
    site.page("/orphan", '<a href="/behind">b</a>')
    known = [KnownPage(site.url("/orphan")), KnownPage("http://elsewhere.example/x"), KnownPage(site.url("/denied"))]
    _, found = crawled(job_for(site, deny=("^/denied",)), known)
    assert set(found) == {site.url("/"), site.url("/orphan")}
    assert found[site.url("/")].linked
    assert not found[site.url("/orphan")].linked


def test_links_of_a_page_that_fails_today_still_lead_on(site, job_for, crawled):
    """A listing that answers 503 does not make the pages it led to unlinked."""
    site.script("/", status(503))
    site.page("/offer", "<p>offer</p>")
    known = [KnownPage(site.url("/"), links=(site.url("/offer"),)), KnownPage(site.url("/offer"))]
    result, found = crawled(job_for(site), known)
    assert found[site.url("/offer")].outcome is Outcome.OK
    assert found[site.url("/offer")].linked
    assert not result.complete
    assert site.url("/") in result.incomplete_reason


def test_documents_are_followed_anywhere_on_the_host_unless_denied(site, job_for, crawled):
    """A PDF outside the allowed paths is fetched, a page there is not; `documents=False` fetches neither."""
    site.page("/en/", '<a href="/files/terms.pdf">t</a><a href="/other/page">o</a><a href="/private/x.pdf">x</a>')
    site.script("/files/terms.pdf", document(PDF, "application/pdf"))
    job = job_for(site, "/en/", deny=("^/private",))
    _, found = crawled(job)
    assert found[site.url("/files/terms.pdf")].media_type == "application/pdf"
    assert set(found) == {site.url("/en/"), site.url("/files/terms.pdf")}
    _, without = crawled(replace(job, documents=False))
    assert set(without) == {site.url("/en/")}


def test_a_list_of_urls_follows_nothing(site, job_for, crawled):
    """kind = urls asks for the start URLs alone."""
    site.page("/one", '<a href="/two">2</a>')
    _, found = crawled(job_for(site, "/one", kind="urls"))
    assert set(found) == {site.url("/one")}


@pytest.mark.hazard("C8")
def test_the_page_limit_ends_the_crawl_and_is_said(site, job_for, crawled):
    """An endless calendar stops at the page limit; the crawl says that it is not complete."""
    site.otherwise(lambda talk: html(f'<a href="{talk.hit.path}1">next</a><a href="{talk.hit.path}2">n</a>')(talk))
    limits = CrawlLimits(page_seconds=5, crawl_seconds=60, pages=20, depth=50)
    site.script("/robots.txt", status(404))
    result, found = crawled(job_for(site, limits=limits))
    assert len(found) == 20
    assert not result.complete
    assert "page limit of 20" in result.incomplete_reason


@pytest.mark.hazard("C8")
def test_the_depth_limit_is_said_and_leaves_the_crawl_complete(site, job_for, crawled):
    """Deeper links are not followed, a rule and no failure; what is known down there is asked for all the same."""
    site.script("/robots.txt", status(404))
    site.otherwise(lambda talk: html(f'<a href="{talk.hit.path}x/">deeper</a>')(talk))
    limits = CrawlLimits(page_seconds=5, crawl_seconds=60, depth=3)
    deep = site.url("/x/x/x/x/")
    result, found = crawled(job_for(site, limits=limits), [KnownPage(deep)])
    assert result.complete
    assert any("deeper than 3" in note for note in result.notes)
    assert set(found) == {site.url("/" + "x/" * depth) for depth in range(5)}
    assert found[deep].linked


def test_the_time_limit_ends_the_crawl_and_is_said(site, job_for, crawled):
    """What the time did not allow was not attempted; what hangs then ends as network."""
    site.page("/", "".join(f'<a href="/{n}">n</a>' for n in range(8)))
    for n in range(8):
        site.script(f"/{n}", hang)
    result, found = crawled(job_for(site, limits=CrawlLimits(page_seconds=1, crawl_seconds=2)))
    assert not result.complete
    assert "time" in result.incomplete_reason
    assert found[site.url("/")].outcome is Outcome.OK
    assert {c.outcome for url, c in found.items() if url != site.url("/")} <= {Outcome.NETWORK}


def test_progress_counts_captures(site, job_for):
    """on_progress is told how many captures there are, in the end all of them."""
    site.page("/", "".join(f'<a href="/{n}">n</a>' for n in range(5)))
    told: list[int] = []
    crawl(job_for(site), [], on_progress=told.append)
    assert told[-1] == 6
    assert told == sorted(told)


def test_a_crash_of_the_child_keeps_what_was_captured(site, job_for):
    """The crawl is incomplete and says what killed it; the captures before stand."""
    site.page("/", '<a href="/killer">k</a>')

    def kill(talk):
        for pid in children_of(os.getpid()):
            os.kill(pid, signal.SIGKILL)
        talk.wait()

    site.script("/killer", kill)
    result = crawl(job_for(site), [])
    assert not result.complete
    assert "signal 9" in result.incomplete_reason
    assert [c.url for c in result.captures()] == [site.url("/")]


def children_of(parent: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent and b"spiders.child" in (stat.parent / "cmdline").read_bytes():
            found.append(int(stat.parent.name))
    return found


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_the_child_ends_with_its_parent(site, job_for, how):
    """However the parent dies, the child does not outlive it: the site sees the connection close."""
    site.script("/", hang)
    job = job_for(site, limits=CrawlLimits(page_seconds=50, crawl_seconds=50))
    script = textwrap.dedent(f"""
        from pathlib import Path
        from pipelines.records import CrawlJob, CrawlLimits
        from spiders import crawl
        crawl(CrawlJob("s", "site", ({site.url("/")!r},), Path({str(job.directory)!r}), delay=0,
              allow_private=({site.pair!r},), limits=CrawlLimits(page_seconds=50, crawl_seconds=50)), [])
    """)
    parent = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL, cwd=Path(__file__).parents[2])
    try:
        wait_until(lambda: site.hits("/"))
        [child] = children_of(parent.pid)
        parent.send_signal(how)
        parent.wait(30)
        wait_until(
            lambda: not Path(f"/proc/{child}/cmdline").exists() or not Path(f"/proc/{child}/cmdline").read_bytes()
        )
    finally:
        parent.kill()
        parent.wait()


def wait_until(holds) -> None:
    import threading

    for _ in range(600):
        if holds():
            return
        threading.Event().wait(0.05)
    raise AssertionError("it never came about")


def test_secrets_of_the_job_are_neither_in_arguments_nor_on_disk(site, job_for, crawled):
    """Header values reach the start URLs' origin and nothing else: no file of the run, no command line."""
    seen: list[bytes] = []

    def look(talk):
        seen.extend(Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children_of(os.getpid()))
        html("<p>in</p>")(talk)

    site.script("/", look)
    job = job_for(site, headers={"Authorization": "Bearer canary-7131"})
    crawled(job)
    assert site.hits("/")[0].headers["authorization"] == "Bearer canary-7131"
    assert seen
    assert not any(b"canary" in line for line in seen)
    assert not [path for path in job.directory.rglob("*") if path.is_file() and b"canary" in path.read_bytes()]


def test_the_child_sees_no_environment_but_what_it_needs(site, job_for, crawled, monkeypatch):
    """A proxy, a database address or a key in the environment does not reach the crawl."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("DATABASE_URL", "postgresql://canary")
    environments: list[bytes] = []

    def look(talk):
        environments.extend(Path(f"/proc/{pid}/environ").read_bytes() for pid in children_of(os.getpid()))
        html("<p>in</p>")(talk)

    site.script("/", look)
    _, found = crawled(job_for(site))
    assert found[site.url("/")].outcome is Outcome.OK
    assert environments
    assert not any(b"canary" in e or b"http_proxy" in e for e in environments)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"start_urls": ()}, "start URL"),
        ({"allow": ("(",)}, "regular expression"),
        ({"allow_private": ("x",)}, "host:port"),
    ],
)
def test_a_job_that_cannot_be_started_is_refused_in_the_parent(site, job_for, changes, said):
    """The message says what is wrong with it; no process is started."""
    with pytest.raises(FreshetError, match=said):
        crawl(replace(job_for(site), **changes), [])


def test_a_crawl_can_be_read_twice(site, job_for, crawled):
    """The spool outlives the crawl; reading it does not use it up."""
    site.page("/", "<p>once</p>")
    result, _ = crawled(job_for(site))
    first, second = ([c.url for c in result.captures() if not c.probe] for _ in range(2))
    assert first == second == [site.url("/")]


def test_the_default_user_agent_names_freshet(site, job_for, crawled):
    """It says who asks and where to complain, and is the same for robots.txt; a source may set its own."""
    site.page("/", "<p>x</p>")
    crawled(job_for(site))
    agents = {hit.headers["user-agent"] for hit in site.journal}
    assert len(agents) == 1
    assert agents.pop().startswith("Freshet/")
    site.journal.clear()
    crawled(job_for(site, user_agent="ShopBot/2 (+https://shop.example)\r\nX-Injected: 1"))
    assert site.hits("/")[0].headers["user-agent"].startswith("ShopBot/2")
    assert "x-injected" not in site.hits("/")[0].headers


def test_a_meta_refresh_is_a_redirect(site, job_for, crawled):
    """The page that only sends its visitors on has moved; one that reloads itself is content."""
    site.page("/", '<a href="/old">o</a><a href="/ticker">t</a>')
    site.page("/old", '<meta http-equiv="refresh" content="0; url=/new">')
    site.page("/ticker", '<meta http-equiv="refresh" content="5; url=/ticker"><p>now</p>')
    site.page("/new", "<p>new</p>")
    _, found = crawled(job_for(site))
    assert found[site.url("/old")].outcome is Outcome.MOVED
    assert found[site.url("/old")].final_url == site.url("/new")
    assert found[site.url("/new")].outcome is Outcome.OK
    assert found[site.url("/ticker")].outcome is Outcome.OK
