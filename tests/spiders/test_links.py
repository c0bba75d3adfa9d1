"""Where a page leads, read from its bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipelines.urls import Scope
from spiders.links import MAX_LINKS, follow, read_links

URL = "http://h.example/en/list"
SCOPE = Scope.of(["http://h.example/en/"])


def followed(markup: str, documents: bool = True) -> tuple[str, ...]:
    return follow(read_links(markup.encode(), URL, "utf-8"), SCOPE, documents=documents)


def test_links_are_in_order_once_and_in_scope():
    """Relative to the page, normalised, without what is out of scope or no web address."""
    markup = '<a href="b">1</a><a href="/en/a?utm_id=1">2</a><a href=b#x>3</a><a href="/ar/">4</a><a href="tel:1">5</a>'
    assert followed(markup) == ("http://h.example/en/b", "http://h.example/en/a")


def test_the_first_base_counts():
    """<base href> moves relative links; a second one, or a broken one, does not."""
    assert followed('<base href="/en/deep/"><base href="/ar/"><a href="x">') == ("http://h.example/en/deep/x",)
    assert followed('<base href="javascript:1"><a href="x">') == ("http://h.example/en/x",)


def test_files_nobody_reads_are_not_followed_and_documents_only_when_wanted():
    """Images, archives, feeds and scripts: never. PDF and office files: as told, and anywhere on the host."""
    markup = '<a href="p.JPG"><a href="x.zip?y"><a href="feed.xml"><a href="t.pdf"><a href="/files/price.xlsx">'
    assert followed(markup) == ("http://h.example/en/t.pdf", "http://h.example/files/price.xlsx")
    assert followed(markup, documents=False) == ()


def test_a_refresh_is_seen_but_not_in_noscript_nor_when_it_waits_long():
    """A page that sends on within seconds does; one that lets itself be read does not."""
    assert (
        read_links(b'<meta http-equiv="Refresh" content="1;URL=\'/en/new\'">', URL).refresh == "http://h.example/en/new"
    )
    assert read_links(b'<noscript><meta http-equiv=refresh content="0;url=/x"></noscript>', URL).refresh is None
    assert read_links(b'<meta http-equiv=refresh content="300;url=/x">', URL).refresh is None


def test_depth_and_number_are_bounded():
    """A hundred thousand levels hide no link; a million links are cut and said to be."""
    deep = b"<div>" * 100_000 + b'<a href="bottom">'
    assert read_links(deep, URL).references == ("bottom",)
    many = read_links(b"".join(b"<a href=/en/%d>" % n for n in range(MAX_LINKS + 5000)), URL)
    assert len(many.references) == MAX_LINKS
    assert many.cut
    assert not read_links(deep, URL).cut


@given(st.binary(max_size=500), st.none() | st.text(max_size=10) | st.sampled_from(["hex", "idna", "utf-7", "rot13"]))
def test_any_bytes_can_be_looked_at(body, charset):
    """Rubbish has no links; it raises nothing."""
    assert read_links(body, URL, charset).base
