"""A feed comes to disk whole or not at all, from behind the guard or from a file of the project."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from pipelines.records import CrawlJob, CrawlLimits, FreshetError, KnownPage, Outcome
from spiders.feeds import FetchedFeed, fetch_feed, take_file
from tests.badsite import BadSite, Reply, bomb, document, endless, hang, raw, redirect, reset, status, unterminated

BODY = "id,title\n1,غسيل\n".encode()
LIMITS = CrawlLimits(body=2**20, decompressed=2**21, page_seconds=2.0, crawl_seconds=10.0, redirects=3)


@pytest.fixture
def site() -> Iterator[BadSite]:
    with BadSite() as started:
        yield started


def job(site: BadSite, directory: Path, **more: object) -> CrawlJob:
    """The request for the site's /feed."""
    fields = {"allow_private": (site.pair,), "limits": LIMITS} | more
    return CrawlJob("promos", "feed", (site.url("/feed"),), directory, **fields)  # type: ignore[arg-type]  # a test names them


def fetched(site: BadSite, directory: Path, *replies: Reply, known: KnownPage | None = None) -> FetchedFeed:
    """The site's /feed asked for, when it answers so."""
    site.script("/feed", *replies)
    return fetch_feed(job(site, directory), known)


@pytest.mark.parametrize(
    "packed", [BODY, gzip.compress(BODY), gzip.compress(gzip.compress(BODY))], ids=["plain", "packed", "packed twice"]
)
def test_a_feed_is_unpacked_on_its_way(site: BadSite, tmp_path: Path, packed: bytes) -> None:
    """What lies on disk is the feed, whatever it was packed in; its hash is that of the feed."""
    found = fetched(site, tmp_path, document(packed, "text/csv; charset=UTF-8"))
    assert found.file is not None
    assert found.file.read_bytes() == BODY
    assert (found.capture.body_sha256, found.capture.charset) == (sha256(BODY).hexdigest(), "utf-8")


def test_validators_go_along(site: BadSite, tmp_path: Path) -> None:
    """A feed that did not change is one request and no body."""
    known = KnownPage(site.url("/feed"), f'"{sha256(BODY).hexdigest()[:16]}"', "Sun, 01 Mar 2026 00:00:00 GMT")
    found = fetched(site, tmp_path, document(BODY, "text/csv"), known=known)
    assert (found.capture.outcome, found.file) == (Outcome.NOT_MODIFIED, None)
    assert site.hits("/feed")[0].headers["if-modified-since"] == known.last_modified


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (reset(BODY, promised=4000), Outcome.TRUNCATED),
        (unterminated(BODY), Outcome.TRUNCATED),
        (document(gzip.compress(BODY * 100)[:-20], "text/csv", Content_Encoding="gzip"), Outcome.TRUNCATED),
        (document(BODY, "text/csv", Content_Encoding="rot13"), Outcome.BAD_CONTENT),
        (bomb("gzip", 50), Outcome.TOO_LARGE),
        (endless(), Outcome.TOO_LARGE),
        (hang, Outcome.NETWORK),
        (raw(b"not http\r\n\r\n"), Outcome.NETWORK),
        (redirect("/feed"), Outcome.NETWORK),
        (redirect("http://127.0.0.1:9/other"), Outcome.REFUSED_ADDRESS),
        (redirect("file:///etc/passwd"), Outcome.REFUSED_ADDRESS),
        (status(304), Outcome.BAD_CONTENT),
    ],
)
def test_what_is_not_whole_is_not_there(site: BadSite, tmp_path: Path, reply: Reply, outcome: Outcome) -> None:
    """Each way to fail has its outcome and words, and leaves no body behind."""
    found = fetched(site, tmp_path, reply)
    assert (found.capture.outcome, found.file) == (outcome, None), found.capture.message
    assert found.capture.message
    assert not (tmp_path / "feed.body").exists()


def test_an_unreachable_robots_txt_forbids(site: BadSite, tmp_path: Path) -> None:
    """Nobody could ask whether the feed may be asked for, so it is not."""
    site.script("/robots.txt", status(500))
    assert fetched(site, tmp_path, document(BODY, "text/csv")).capture.outcome is Outcome.ROBOTS_UNREACHABLE
    assert not site.hits("/feed")


def test_private_addresses_are_refused(site: BadSite, tmp_path: Path) -> None:
    """Without its exemption an address of this machine is not dialled."""
    found = fetch_feed(job(site, tmp_path, allow_private=()), None)
    assert found.capture.outcome is Outcome.REFUSED_ADDRESS
    assert not site.journal


def test_files(tmp_path: Path) -> None:
    """A file is copied and unpacked; none, several, a bomb or a link out of the project are refused with words."""
    (tmp_path / "run").mkdir()
    (tmp_path / "feed.csv.gz").write_bytes(gzip.compress(BODY))
    found = take_file("feed.csv.gz", tmp_path, tmp_path / "run")
    assert (found.file is not None and found.file.read_bytes(), found.capture.url) == (BODY, "file:feed.csv.gz")
    with pytest.raises(FreshetError, match="no file"):
        take_file("feeds.csv", tmp_path, tmp_path / "run")
    (tmp_path / "feed.csv").write_bytes(BODY)
    with pytest.raises(FreshetError, match="2 files"):
        take_file("feed.*", tmp_path, tmp_path / "run")
    (tmp_path / "bomb").write_bytes(gzip.compress(b"\0" * 2**23))
    assert take_file("bomb", tmp_path, tmp_path / "run", LIMITS).capture.outcome is Outcome.TOO_LARGE
    (tmp_path / "link").symlink_to("/etc/passwd")
    assert take_file("link", tmp_path, tmp_path / "run").file is None
