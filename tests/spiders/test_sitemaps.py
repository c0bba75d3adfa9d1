"""Sitemaps: what they list, and what they must not do."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.records import FreshetError
from spiders.inflate import Oversized
from spiders.sitemaps import MAX_ENTRIES, BadSitemap, read_sitemap

LIMIT = 10 * 2**20


def urlset(*entries: str, head: str = "") -> bytes:
    xmlns = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0"?>{head}<urlset xmlns="{xmlns}">{"".join(entries)}</urlset>'.encode()


def entry(loc: str, lastmod: str = "", extra: str = "") -> str:
    return f"<url><loc> {loc} </loc>{f'<lastmod>{lastmod}</lastmod>' if lastmod else ''}{extra}</url>"


def test_pages_are_listed_the_latest_change_first():
    """lastmod orders and does no more; without one the order of the file stands; images and alternates are no pages."""
    image = '<image:image xmlns:image="i"><image:loc>http://h/i.png</image:loc></image:image>'
    body = urlset(
        entry("http://h/a", extra=image), entry("http://h/b", "2026-01-02"), entry("http://h/c", "2026-02-01")
    )
    assert read_sitemap(body, LIMIT).pages == ("http://h/c", "http://h/b", "http://h/a")


def test_an_index_lists_sitemaps():
    """And no pages."""
    found = read_sitemap(b"<sitemapindex><sitemap><loc>http://h/s.xml.gz</loc></sitemap></sitemapindex>", LIMIT)
    assert (found.pages, found.sitemaps) == ((), ("http://h/s.xml.gz",))


def test_gzip_and_plain_text_are_read():
    """As the protocol has them; a mark at the start of the text is no part of the address."""
    assert read_sitemap(gzip.compress(urlset(entry("http://h/a"))), LIMIT).pages == ("http://h/a",)
    assert read_sitemap("\ufeffhttp://h/a\nhttp://h/b\n".encode(), LIMIT).pages == ("http://h/a", "http://h/b")


def test_what_is_no_address_is_counted():
    """A broken entry does not spoil the others."""
    found = read_sitemap(urlset(entry("http://h/a"), entry("nowhere"), entry("http://h/a")), LIMIT)
    assert (found.pages, found.unreadable) == (("http://h/a",), 1)


def test_a_list_longer_than_allowed_is_cut_and_said_to_be():
    """Fifty thousand by the protocol."""
    found = read_sitemap(urlset(*(entry(f"http://h/{n}") for n in range(MAX_ENTRIES + 10))), LIMIT)
    assert len(found.pages) == MAX_ENTRIES
    assert found.cut


@pytest.mark.hazard("D2")
@pytest.mark.parametrize(
    "body",
    [
        urlset(entry("http://h/&e;"), head='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
        urlset(entry("http://h/"), head='<!DOCTYPE x SYSTEM "http://127.0.0.2/x.dtd">'),
        b"<html></html>",
        b"plain words",
        b"<urlset><url>",
        b"\x00\x01",
        b"",
        gzip.compress(gzip.compress(urlset())),
        gzip.compress(urlset(entry("http://h/")))[:-9],
    ],
)
def test_what_is_no_honest_sitemap_is_refused(body):
    """A document type, another root, words, cut files: BadSitemap, and nothing is expanded or fetched."""
    with pytest.raises(BadSitemap):
        read_sitemap(body, LIMIT)


@pytest.mark.hazard("H8")
def test_a_bomb_stops_at_the_limit():
    """Counted while inflating."""
    with pytest.raises(Oversized):
        read_sitemap(gzip.compress(bytes(2**22)), 2**20)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_sitemap_or_refused(body):
    """Nothing but our own errors leaves."""
    try:
        read_sitemap(b"<urlset>" + body, LIMIT)
        read_sitemap(body, LIMIT)
    except FreshetError:
        pass
