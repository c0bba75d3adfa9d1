"""Bytes become the text their author wrote, or are refused: never mojibake."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.web.decoding import BadContent, decode_html, decode_text

_ARABIC = "<p>خصم 25% على تغيير زيت المحرك حتى نهاية الشهر في جميع الفروع، والفحص مجاني من الأحد إلى الخميس</p>"
_WESTERN = "<p>Réglage des phares à moitié prix jusqu’au 12 août, café offert – déjà 3 000 voitures contrôlées</p>"


@pytest.mark.hazard("C5")
@pytest.mark.parametrize("charset", ["utf-8", None, "iso-8859-1", "iso-8859-6", "windows-1256", "nonsense-8"])
@pytest.mark.parametrize("encoding", ["cp1256", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "iso8859_6"])
def test_arabic_survives_any_wrong_declaration(encoding: str, charset: str | None) -> None:
    """Arabic bytes give the same code points whatever the transport claims."""
    text = _ARABIC if encoding != "iso8859_6" else _ARABIC.replace("’", "")
    assert decode_html(text.encode(encoding), charset) == text


@pytest.mark.parametrize("charset", ["utf-8", None, "windows-1256", "iso-8859-1"])
def test_western_text_survives_any_wrong_declaration(charset: str | None) -> None:
    """Windows-1252 under another name keeps its accents, quotes and dashes."""
    assert decode_html(_WESTERN.encode("cp1252"), charset) == _WESTERN


@pytest.mark.hazard("C5")
def test_a_declaration_counts_wherever_it_stands() -> None:
    """A charset declared after 4 KB of scripts is found; one word alone could not tell."""
    page = "<head>" + "<script>var x = 1;</script>" * 400 + '<meta charset="windows-1256"></head><p>سعر</p>'
    assert decode_html(page.encode("cp1256"), None) == page


def test_declared_asian_encodings_are_followed() -> None:
    """Encodings that only a declaration can tell apart are read as declared."""
    text = "<p>エンジンオイル交換の割引は三月末まで有効です</p>"
    for charset in ("shift_jis", "euc-jp", "iso-2022-jp"):
        assert decode_html(text.encode(charset), charset) == text


def test_text_encoded_twice_is_read_back() -> None:
    """UTF-8 that passed through Windows-1252 on its way is undone."""
    twice = "".join(
        chr(b) if b in {0x81, 0x8D, 0x8F, 0x90, 0x9D} else bytes([b]).decode("cp1252") for b in _ARABIC.encode()
    )
    assert decode_html(twice.encode(), "utf-8") == _ARABIC


def test_text_encoded_twice_and_cut_is_refused() -> None:
    """What cannot be read back whole is mojibake, and not accepted."""
    with pytest.raises(BadContent, match="encoded twice"):
        decode_html("<p>Ø³Ø¹Ø± Ø§Ù„Ø²³ÙŠØª Ø§Ù„ÙŠÙˆÙ…</p>".encode())


def test_a_letter_cut_in_two_is_dropped() -> None:
    """A string cut between the bytes of a letter loses that letter and nothing else."""
    body = _ARABIC.encode().replace("المحرك".encode(), "المحر".encode() + b"\xd9" + "…".encode())
    assert decode_html(body) == _ARABIC.replace("المحرك", "المحر…")


def test_a_broken_byte_inside_a_word_stays_marked() -> None:
    """A loss inside a word or beside a figure is not closed up: 2?5 must not become 25."""
    body = _ARABIC.encode().replace(b"25%", b"2\xff5%")
    assert "2\ufffd5%" in decode_html(body)


@pytest.mark.hazard("C5")
@pytest.mark.parametrize("body", [bytes(range(256)) * 40, b"\x00\x01\x02" * 500, b"\xff\xfe\x00\xd8\x00"])
def test_what_is_no_text_is_refused(body: bytes) -> None:
    """Binary content raises BadContent, which says why."""
    with pytest.raises(BadContent):
        decode_html(body)


def test_plain_text_follows_the_same_rules() -> None:
    """Plain text has no declaration of its own, its bytes speak."""
    assert decode_text("سعر تغيير الزيت في الفروع من الأحد إلى الخميس".encode("cp1256"), "utf-8").startswith("سعر")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200))
def test_every_text_survives_utf8_with_a_mark(text: str) -> None:
    """With a byte order mark UTF-16 is exact for every text."""
    assert decode_text(b"\xff\xfe" + text.encode("utf-16-le")) == text


@pytest.mark.hazard("C5")
@given(st.binary(max_size=300), st.sampled_from([None, "utf-8", "windows-1256", "utf-16", "gb18030"]))
def test_any_bytes_give_text_or_bad_content(body: bytes, charset: str | None) -> None:
    """No bytes lead to another error, and what is read holds no lone surrogate."""
    try:
        text = decode_html(body, charset)
    except BadContent:
        return
    text.encode("utf-8")


def test_reading_a_declaration_stays_linear() -> None:
    """Two million opened meta tags are searched once each."""
    assert decode_html(b"<meta " * 300_000) == "<meta " * 300_000
