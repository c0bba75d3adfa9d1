"""The made-up address: beside most pages, inside the source, one a crawl, and only where it is of use."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.records import Capture, KnownPage, Outcome
from spiders.probing import Places
from tests.badsite import document, html, redirect, status

SEEN = datetime(2026, 6, 1, tzinfo=UTC)


def capture(path: str, outcome: Outcome = Outcome.OK, media_type: str = "text/html") -> Capture:
    return Capture(f"https://x.test{path}", outcome, SEEN, media_type=media_type)


def test_it_lies_beside_most_pages_and_inside_the_source() -> None:
    """An address no page of the source could have would be somebody else's."""
    places = Places()
    assert places.address(lambda url: True) is None
    for path in ("/en/", "/en/offers/1", "/en/offers/2", "/ar/offers/1"):
        places.saw(capture(path))
    first, second = (places.address(lambda url: True) for _ in range(2))
    assert first is not None
    assert first != second
    assert first.startswith("https://x.test/en/offers/no-such-page-")
    found = places.address(lambda url: "/ar/" in url)
    assert found is not None
    assert found.startswith("https://x.test/ar/offers/")
    assert places.address(lambda url: False) is None


@pytest.mark.parametrize(
    "seen",
    [
        capture("/a", Outcome.NOT_MODIFIED),
        capture("/a", Outcome.NETWORK),
        capture("/a.pdf", media_type="application/pdf"),
    ],
)
def test_where_nothing_new_came_nothing_is_compared(seen: Capture) -> None:
    """Unchanged pages are known, documents are no answer of that kind, and a host that is down is left alone."""
    places = Places()
    places.saw(seen)
    assert places.address(lambda url: True) is None


def probes(result):
    return [capture for capture in result.captures() if capture.probe]


def test_one_a_crawl_and_it_is_no_page(site, job_for, crawled):
    """Asked once, through the same manners; kept in the spool beside the pages, and counted as none of them."""
    site.page("/", '<a href="/a">a</a><a href="/b">b</a>')
    site.page("/a", "a")
    site.page("/b", "b")
    result, found = crawled(job_for(site))
    (probe,) = probes(result)
    assert probe.outcome is Outcome.MISSING
    assert len(site.probes()) == 1
    assert site.probes()[0] == probe.url.removeprefix(site.url(""))
    assert set(found) == {site.url("/"), site.url("/a"), site.url("/b")}
    assert result.complete


def test_a_site_that_answers_anything_is_seen_to(site, job_for, crawled):
    """The answer comes with its body, or with where it led."""
    site.page("/", "start")
    site.otherwise(html("lost in the sand"))
    site.script("/robots.txt", status(404))
    (probe,) = probes(crawled(job_for(site))[0])
    assert (probe.outcome, probe.status) == (Outcome.OK, 200)
    assert probe.body is not None
    site.otherwise(redirect("/"))
    site.page("/", "start anew")
    (probe,) = probes(crawled(job_for(site))[0])
    assert (probe.outcome, probe.final_url) == (Outcome.MOVED, site.url("/"))


def test_it_is_not_asked_for_where_that_would_be_rude(site, job_for, crawled):
    """Not against robots.txt, not of a list of addresses, not outside `allow`, not when nothing changed."""
    site.page("/", "start")
    crawled(job_for(site, kind="urls"))
    crawled(job_for(site, allow=("^/$",)))
    known = [KnownPage(site.url("/"), body_sha256=crawled(job_for(site, kind="urls"))[1][site.url("/")].body_sha256)]
    crawled(job_for(site), known)
    assert site.probes() == []
    site.script("/robots.txt", document(b"User-agent: *\nDisallow: /no\n", "text/plain"))
    (probe,) = probes(crawled(job_for(site))[0])
    assert probe.outcome is Outcome.ROBOTS_DENIED
    assert site.probes() == []
