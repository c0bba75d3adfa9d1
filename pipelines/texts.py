"""Text as PostgreSQL can store it."""

from __future__ import annotations

from typing import overload

__all__ = ["clean"]


@overload
def clean(text: str) -> str: ...
@overload
def clean(text: None) -> None: ...
@overload
def clean(text: str | None) -> str | None: ...
def clean(text: str | None) -> str | None:
    """The text without NUL, and with lone surrogates replaced; PostgreSQL stores neither."""
    return None if text is None else text.replace("\0", "").encode("utf-8", "replace").decode()
