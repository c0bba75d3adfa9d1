"""From bytes to text: what the bytes themselves show comes before what anybody declares about them.

Text that no encoding explains is refused (BadContent): a page kept from yesterday is true, mojibake never is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from charset_normalizer import from_bytes
from w3lib.encoding import read_bom, resolve_encoding

from pipelines.records import FreshetError

__all__ = ["BadContent", "decode_html", "decode_text"]


class BadContent(FreshetError):
    """The bytes cannot be read as what they claim to be; the last good reading stays."""


_SAMPLE = 400_000  # characters in which words are judged
_WORD = re.compile(r"[^\s\x00-\x26\x28-\x40\x5b-\x60\x7b-\x7f\u2000-\u206f،؛؟]+")
_PARTICLES = "في من على إلى عن مع أو كل هذا هذه التي الذي بعد قبل حتى خلال عند بين كما ما لا"
_COMMON_ARABIC = frozenset(_PARTICLES.split())
# Anywhere in the page: some declare after 4 KB of scripts. Bounded: a million "<meta" must stay cheap.
_DECLARED = re.compile(rb"<(?:meta|\?xml)[^<>]{0,1000}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_NO_ACCENT = bytes(range(0xC0))
_NO_LETTER = bytes(byte for byte in range(256) if not bytes([byte]).isalpha())
# UTF-8 bytes once read as Windows-1252: a lead byte's letter, then a continuation byte's sign.
_SIGNS = "\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ€"
_DOUBLE = re.compile(f"[ÂÃØÙÚÛÐÑ][{_SIGNS}]")
_DOUBLE_RUN = re.compile(f"(?:[Â-ßà-ô][{_SIGNS}]+)+")
# A replaced byte at a word's edge is the rest of a letter cut in two; beside a digit or inside a word it is a loss.
_EDGE = re.compile(r"(?<!\w)\ufffd+(?!\d)|(?<!\d)\ufffd+(?!\w)")


def decode_html(body: bytes, charset: str | None = None) -> str:
    """The text of an HTML page; `charset` is what the transport declared.

    Tried in this order: byte order mark, UTF-8 and UTF-16 as the bytes show them, `charset`, the page's own
    declaration wherever it stands, a guess from the letters. Single bytes broken in UTF-8 become U+FFFD where
    they damage a word. Raises BadContent when no reading gives plausible words.
    """
    declared = _DECLARED.search(body)
    return _decode(body, (charset, declared.group(1).decode() if declared else None))


def decode_text(body: bytes, charset: str | None = None) -> str:
    """The text of a plain text body, by the rules of `decode_html` without a page's own declaration."""
    return _decode(body, (charset,))


def _decode(body: bytes, declared: tuple[str | None, ...]) -> str:
    marked, mark = read_bom(body)
    wide = marked if marked and marked != "utf-8" else _wide(body)
    if wide:
        return _strictly(body[len(mark or b"") :], wide)
    if body.count(0) > len(body) / 100:
        raise BadContent("bytes are no text: they hold zeros; if this is a document, its media type is wrong")
    named = _resolved(declared)
    if b"\x1b" in body and "iso2022_jp" in named:
        return _strictly(body, "iso2022_jp")
    text = _utf8(body[len(mark or b"") :])
    return _undoubled(text) if text is not None else _legacy(body, named)


def _strictly(body: bytes, encoding: str) -> str:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        raise BadContent(f"bytes are not the {encoding} they show: {error.reason} at byte {error.start}") from error


def _resolved(declared: tuple[str | None, ...]) -> list[str]:
    """Python codecs for the declared names by the WHATWG's table: iso-8859-1 is read as Windows-1252."""
    codecs = [resolve_encoding(name.strip()) for name in declared if name]
    return [codec.replace("-", "_") for codec in codecs if codec]


# ---------------------------------------------------------------- Unicode encodings


def _wide(body: bytes) -> str | None:
    """UTF-16 without a mark: every second byte of ASCII is zero, of Arabic 6."""
    even, odd = body[0:4000:2], body[1:4000:2]
    for high, low, encoding in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        narrow = high.count(0) + high.count(6) + high.count(0x20)
        if len(high) > 3 and narrow > 0.9 * len(high) and low.count(0) < 0.1 * len(low) and high.count(0x20) < 5:
            return encoding
    return None


def _utf8(body: bytes) -> str | None:
    """The text, when the bytes are UTF-8 but for a few; None when they are something else."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(not character.isascii() for character in text) - broken
    return _EDGE.sub("", text) if broken * 10 <= whole else None


def _undoubled(text: str) -> str:
    """Text encoded twice, read back once; UTF-8 inside Windows-1252 inside UTF-8 is common in old databases."""
    if len(_DOUBLE.findall(text)) < 5:
        return text
    try:
        repaired = _DOUBLE_RUN.sub(lambda run: _single_bytes(run.group()).decode("utf-8"), text)
    except UnicodeDecodeError as error:
        raise BadContent("text was encoded twice and part of it lost; its source must be mended") from error
    return repaired


def _single_bytes(text: str) -> bytes:
    """Windows-1252 as browsers read it: its five unused bytes are the control characters."""
    return b"".join(c.encode("latin-1") if "\x80" <= c <= "\xff" else c.encode("cp1252") for c in text)


# ---------------------------------------------------------------- one-byte and Asian encodings


def _legacy(body: bytes, named: list[str]) -> str:
    for encoding in _candidates(body, named):
        try:
            text = body.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        if _plausible(text):
            return text
    tried = ", ".join(dict.fromkeys(named)) or "none"
    raise BadContent(f"encoding unknown (declared: {tried}): every reading gives words no language has")


def _candidates(body: bytes, named: list[str]) -> Iterator[str]:
    """Declared first, then Arabic, then what the bytes resemble, then Western; UTF-16 is excluded by its zeros."""
    yield from (name for name in dict.fromkeys(named) if not name.startswith(("utf", "iso2022")))
    if _arabic_share(body.decode("cp1256")[:_SAMPLE]) > 0.5:
        yield from ("cp1256", "iso8859_6")
    if len(body.translate(None, _NO_ACCENT)) < len(body.translate(None, _NO_LETTER)) / 2:
        yield "cp1252"  # accents strewn among ASCII letters
    if guess := from_bytes(body[:_SAMPLE]).best():
        yield guess.encoding
    yield from ("cp1252", "cp1256")


def _arabic_share(text: str) -> float:
    """How many of the letters beyond ASCII are Arabic."""
    letters = [c for c in text if not c.isascii() and c.isalpha()]
    return sum("\u0600" <= c <= "\u06ff" for c in letters) / max(1, len(letters))


def _plausible(text: str) -> bool:
    """Whether the words beyond ASCII look written by somebody: one script a word, no signs among the letters."""
    if re.search("[\x80-\x84\x86-\x9f]", text[:_SAMPLE]):
        return False
    words = [word for word in _WORD.findall(text[:_SAMPLE]) if not word.isascii()]
    odd = sum(_is_odd(word) for word in words)
    return odd <= len(words) / 10 and _plausible_arabic(words)


def _is_odd(word: str) -> bool:
    if re.search("[À-ÖØ-öø-ɏ]{3}", word) or re.search(r"[^\W\d_](?:[^\w\s'’·-]|[¹²³ªº¼½¾])[^\W\d_]", word):
        return True
    latin = {unicodedata.name(c, "").startswith("LATIN") for c in word if c.isalpha()}
    return len(latin) > 1


def _plausible_arabic(words: list[str]) -> bool:
    """Arabic read by the wrong Arabic table keeps its script but loses its article and its prepositions."""
    arabic = [word for word in words if "\u0600" <= word[0] <= "\u06ff"]
    known = sum(word.startswith(("ال", "وال", "بال", "لل")) or word in _COMMON_ARABIC for word in arabic)
    return len(arabic) < 8 or known >= len(arabic) / 20
