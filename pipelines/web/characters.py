"""Text as a reader sees it: characters that show nothing are dropped, but those Arabic and Persian need stay."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["clean", "fold", "hidden_message", "tidy"]

# Zero-width spaces and marks, soft hyphens, bidi controls, fillers, tag characters and variation selectors: nothing
# to see, so nothing to quote; they carry smuggled text or make equal texts differ. Private use holds icon fonts.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\ue000-\uf8ff\U000f0000-\U0010ffff\ud800-\udfff]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
# The joiners shape letters in the scripts written joined, and emoji; anywhere else they are noise.
_JOINED = "\u0600-\u06ff\u0750-\u077f\u0870-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17ff\u1800-\u18af"
_STRAY_JOINER = re.compile(
    f"(?<![{_JOINED}])\u200c|\u200c(?![{_JOINED}])"
    f"|(?<![{_JOINED}\u2600-\u27bf\U0001f000-\U0001faff])\u200d|\u200d(?![{_JOINED}\u2600-\u27bf\U0001f000-\U0001faff])"
)
# Persian, Kurdish and Urdu write the non-joiner within words; a text without a letter of theirs is Arabic, which has
# no use for it.
_ARABIC = "\u0600-\u06ff\u0750-\u077f\u0870-\u08ff"
_BEYOND_ARABIC = re.compile("[\u0671-\u06d3\u0750-\u077f]")
_NON_JOINER = re.compile(f"(?<=[{_ARABIC}])\u200c+(?=[{_ARABIC}])")
_TAG = re.compile("[\U000e0020-\U000e007e]")
_SPACE = re.compile(r"\s+")
_BLANKS = re.compile(r"[ \t]+(?=\n|$)")


def clean(text: str) -> str:
    """The text in NFC without characters that show nothing; white space stays as it is."""
    if text.isascii():
        return _CONTROL.sub(" ", text)
    text = _STRAY_JOINER.sub("", _INVISIBLE.sub("", _CONTROL.sub(" ", text)))
    if "\u200c" in text and not _BEYOND_ARABIC.search(text):
        text = _NON_JOINER.sub("", text)
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """The cleaned text with every run of white space as one space, none at the ends."""
    return _SPACE.sub(" ", clean(text)).strip()


def tidy(text: str) -> str:
    """The cleaned text with its lines and indents kept, for preformatted blocks."""
    return _BLANKS.sub("", clean(text.replace("\r\n", "\n"))).strip("\n")


def hidden_message(text: str) -> str:
    """What a text's invisible tag characters spell (U+E0020 to U+E007E mirror ASCII); empty when there are none."""
    return "".join(chr(ord(tag) - 0xE0000) for tag in _TAG.findall(text))
