"""What a page says and declares, from its bytes, within bounds."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pipelines.records import Page, ReadingRules
from pipelines.web.decoding import BadContent
from pipelines.web.html import HtmlContent, decode_html, parse_html, read_html

_RULES = ReadingRules("s", ZoneInfo("Asia/Riyadh"))


def _read(markup: str, url: str = "https://www.example.com/en/offers/") -> HtmlContent:
    body = markup.encode()
    page = Page(url, body, "text/html", datetime(2026, 1, 1, tzinfo=UTC), _RULES)
    return read_html(page, parse_html(decode_html(body)))


def test_what_a_page_declares() -> None:
    """Title, description, canonical, alternates, base, links and robots are read, URLs made absolute."""
    content = _read(
        """<html lang="en-GB"><head><title> Oil
        change </title><base href="/shop/"><link rel="canonical" href="oil"><meta name="Description" content="Fast.">
        <link rel="alternate" hreflang="ar" href="https://www.example.com/ar"><link rel="alternate" href="/feed">
        <meta name="robots" content="noindex, unavailable_after: 25 Jun 2026 15:00:00 GMT"></head>
        <p>The oil is <a href="new?a=1">new</a> <a href="mailto:x@y.z">mail</a> <a href="//[bad">bad</a></p>"""
    )
    assert content.title == "Oil change"
    assert content.language == "en"
    assert content.description == "Fast."
    assert content.base == "https://www.example.com/shop/"
    assert content.canonical == "https://www.example.com/shop/oil"
    assert content.alternates == (("ar", "https://www.example.com/ar"),)
    assert content.links == (("https://www.example.com/shop/new?a=1", "new"),)
    assert content.unavailable_after == "25 Jun 2026 15:00:00 GMT"


def test_a_page_that_declares_nothing() -> None:
    """Every declaration may be missing; the first heading is the title."""
    content = _read("<h2>عروض الشهر</h2><p>زيت وفلتر وفحص مجاني في كل الفروع</p>")
    assert (content.title, content.language, content.base) == ("عروض الشهر", "ar", "https://www.example.com/en/offers/")
    assert (content.description, content.canonical, content.alternates, content.links) == ("", None, (), ())


def test_text_in_arabic_on_an_english_template() -> None:
    """The script of the text wins over the template's lang."""
    assert _read('<html lang="en"><body><p>خصم على تغيير الزيت في كل الفروع</p></body></html>').language == "ar"


def test_block_paths_find_their_element_in_both_trees() -> None:
    """A path read from the visible tree names the same element in the parsed one."""
    markup = "<body><div hidden><p>x y z</p></div><div><!-- c --><p>Oil</p><p>Wash</p></div></body>"
    content, tree = _read(markup), parse_html(markup)
    assert [tree.getroottree().xpath(b.path)[0].text for b in content.blocks] == ["Oil", "Wash"]
    assert [content.visible.getroottree().xpath(b.path)[0].text for b in content.blocks] == ["Oil", "Wash"]


def test_deep_pages_are_read_to_the_bottom() -> None:
    """An offer 300 levels down is found, and one after the depth too."""
    offer = "<p>20 % off oil until 31 March 2030</p>"
    content = _read("<div>" * 300 + offer + "</div>" * 300 + "<p>SAR 30 wash</p>")
    assert [b.text for b in content.blocks] == ["20 % off oil until 31 March 2030", "SAR 30 wash"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<div>" * 100_000 + "offer", "deeper than 2048"),
        ("<p>" + "word " * 4_000_000, "more than can be read"),
        ("<b>" * 1_000_001, "more than can be read"),
        ("", "nothing to read"),
        ("<!-- only -->", "nothing to read"),
    ],
)
def test_what_cannot_be_read_whole_is_refused(text: str, reason: str) -> None:
    """A page is read whole or not at all, and the error says why."""
    with pytest.raises(BadContent, match=reason):
        parse_html(text)


def test_noise_changes_no_block() -> None:
    """Tokens, scripts, attribute order and white space leave kind, level and text of every block as they were."""
    template = """<body {a}><form><input type=hidden name=csrf value={t}></form><script>var t={t}</script>
        <div {a}>{s}<h1>Offers</h1>{s}<p>Oil{s} SAR 99</p><ul><li>Wash{s}</li></ul></div><!-- {t} --></body>"""
    quiet = _read(template.format(a='id="x1" class="a b"', t="1", s=" "))
    noisy = _read(template.format(a='class="b a" data-r="9" id="x2"', t="98f3", s="\n\t  "))
    assert [(b.kind, b.level, b.text) for b in quiet.blocks] == [(b.kind, b.level, b.text) for b in noisy.blocks]
    assert quiet.findings == noisy.findings == ()


def test_damaged_words_are_reported_or_refused() -> None:
    """One broken word among many is a finding; more, and the page cannot be trusted."""
    sound = "زيت وفلتر وفحص مجاني في كل الفروع " * 40
    assert [f.rule for f in _read(f"<p>{sound} إطا\ufffdرات</p>").findings] == ["damaged-text"]
    with pytest.raises(BadContent, match="broken bytes"):
        _read("<p>زيت وفلتر وفحص إطا\ufffdرات</p>")


def test_an_xhtml_page_with_its_declaration_is_read() -> None:
    """An XML declaration does not stop the parser."""
    content = _read('<?xml version="1.0" encoding="windows-1256"?><html xml:lang="ar"><body><p>زيت</p></body></html>')
    assert [b.text for b in content.blocks] == ["زيت"]
