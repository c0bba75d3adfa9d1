"""One spelling for each address, and a scope that nothing outside gets into."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.urls import BadUrl, Scope, in_scope, normalise_url, origin_of, shown

HOME = "https://www.shop.example/en/offers/"


@pytest.mark.parametrize(
    ("written", "base", "expected"),
    [
        ("HTTPS://WWW.Shop.Example:443/a#top", None, "https://www.shop.example/a"),
        ("http://h:80/", None, "http://h/"),
        ("http://h:8080", None, "http://h:8080/"),
        ("http://h/a/../b/./c", None, "http://h/b/c"),
        ("http://h/a/..", None, "http://h/"),
        ("http://h/%7euser/%d8%b9", None, "http://h/~user/%D8%B9"),
        ("http://h/a/%2E%2e/b", None, "http://h/b"),
        ("/عروض?نوع=زيت", "http://h/", "http://h/%D8%B9%D8%B1%D9%88%D8%B6?%D9%86%D9%88%D8%B9=%D8%B2%D9%8A%D8%AA"),
        ("http://مثال.example/", None, "http://xn--mgbh0fb.example/"),
        ("?page=2", "http://h/list?page=1", "http://h/list?page=2"),
        ("", "http://h/list#x", "http://h/list"),
        ("http://h/?utm_source=a&gclid=b&x=1&UTM_Medium=c", None, "http://h/?x=1"),
        ("http://h/p;jsessionid=12AB?sid=9&PHPSESSID=8", None, "http://h/p"),
        ("http://h/?b=2&a=1", None, "http://h/?a=1&b=2"),
        ("http://h/?x=2&x=1&a=0", None, "http://h/?x=2&x=1&a=0"),
        ("http://h/?b&a", None, "http://h/?b&a"),
        ("  http://h/a\n b ", None, "http://h/a%20b"),
        ("//other.example/x", "https://h/", "https://other.example/x"),
        ("\\\\other.example\\x", "https://h/", "https://other.example/x"),
        ("http://h/a?b=\\", None, "http://h/a?b=%5C"),
        ("http://[2001:DB8::1]:80/", None, "http://[2001:db8::1]/"),
    ],
)
def test_one_spelling(written, base, expected):
    """Case, ports, dots, escapes, fragments, tracking, sessions and order of parameters make no other page."""
    assert normalise_url(written, base) == expected


UNASKABLE = (
    "mailto:a@b.example javascript:void(0) data:text/html,x file:///etc/passwd http:///x http://h:99999/ "
    "relative http://[::1 http://h:port/ ftp://h/"
)


@pytest.mark.parametrize("written", ["", *UNASKABLE.split()])
def test_what_cannot_be_asked_for_is_said_to_be_so(written):
    """Everything but a whole http or https address is refused."""
    with pytest.raises(BadUrl):
        normalise_url(written)


@given(st.text(max_size=60), st.sampled_from([None, "http://h.example/a/b?c=d"]))
def test_normalising_twice_changes_nothing(text, base):
    """The spelling is a fixed point, plain ASCII, without a fragment, whatever was written."""
    try:
        once = normalise_url(text, base)
    except BadUrl:
        return
    assert normalise_url(once) == once
    assert once.isascii()
    assert "#" not in once


@given(st.lists(st.sampled_from(["a", "..", ".", "", "%2e%2E", "b"]), max_size=8))
def test_no_path_climbs_out_of_its_host(segments):
    """Dot segments, escaped or not, end at the root."""
    path = normalise_url("http://h/" + "/".join(segments)).removeprefix("http://h")
    assert ".." not in path.split("/")
    assert path.startswith("/")


def test_a_password_is_shown_nowhere():
    """Neither in the address as shown nor in the error that refuses it."""
    assert shown("https://user:secret@h/p?q=a@b") == "https://h/p?q=a@b"
    with pytest.raises(BadUrl) as error:
        normalise_url("http://user:secret@h:99999/")
    assert "secret" not in str(error.value)


def test_the_default_scope_is_below_the_start_urls():
    """The directory of each start URL, at exactly its scheme, host and port; the start URL itself in any case."""
    scope = Scope.of([HOME + "list?x=1", "https://www.shop.example/ar/"])
    assert scope.holds(HOME + "list?x=1")
    assert scope.holds(HOME + "oil/5w30")
    assert scope.holds("https://www.shop.example/ar/x")
    for outside in (
        "https://www.shop.example/",
        "https://www.shop.example/en/",
        "https://www.shop.example/en/offers-old/",
        "http://www.shop.example/en/offers/x",
        "https://www.shop.example:8443/en/offers/x",
        "https://shop.example/en/offers/x",
        "https://www.shop.example.evil.example/en/offers/x",
        "https://evil.example/www.shop.example/en/offers/x",
        "https://user@www.shop.example/en/offers/x",
    ):
        assert not scope.holds(outside), outside


def test_allow_and_deny_are_searched_in_the_path():
    """Allow replaces the default, deny wins over both, and documents ask for the host and no denial alone."""
    scope = Scope.of([HOME], allow=["^/(en|ar)/offers"], deny=["/private", r"\.php$"])
    assert scope.holds("https://www.shop.example/ar/offers/1")
    assert not scope.holds("https://www.shop.example/en/news")
    assert not scope.holds("https://www.shop.example/en/offers/private/1")
    assert not scope.holds("https://www.shop.example/en/offers?x=/en/offers/a.php".replace("offers?", "news?"))
    assert scope.holds_document("https://www.shop.example/files/terms.pdf")
    assert not scope.holds_document("https://www.shop.example/private/terms.pdf")
    assert not scope.holds_document("https://cdn.example/terms.pdf")


def test_scope_judges_addresses_as_they_stand_on_a_page():
    """in_scope normalises first; what cannot be parsed is outside."""
    scope = Scope.of([HOME])
    assert in_scope("oil#x", scope, HOME)
    assert not in_scope("../../elsewhere", scope, HOME)
    assert not in_scope("mailto:a@b", scope, HOME)


def test_a_bad_expression_is_named():
    """The message quotes the expression."""
    with pytest.raises(BadUrl, match=r"'\('"):
        Scope.of([HOME], allow=["("])


def test_origin():
    """Scheme, host and port, without a path."""
    assert origin_of("https://h:8443/a?b") == "https://h:8443"
