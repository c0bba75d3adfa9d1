"""What changes at each request and means nothing: tokens, times, click ids.

Pages are rendered once with marks in their place; the validators of a page are made from the marks,
so that a conditional request is answered 304 although no two bodies are alike.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import datetime

__all__ = ["MARKS", "fill", "fresh"]

# Name -> the mark that templates write. CSRF token, time of making, request id, advertising click id.
MARKS: Mapping[str, str] = {name: f"@@{name}@@" for name in ("csrf", "made_at", "request", "click")}

_ANY = re.compile("@@(" + "|".join(MARKS) + ")@@")


def fresh(now: datetime) -> dict[str, str]:
    """New values for every mark; `now` (aware) is written to the microsecond."""
    return {
        "csrf": secrets.token_urlsafe(24),
        "made_at": now.isoformat(timespec="microseconds"),
        "request": secrets.token_hex(8),
        "click": secrets.token_hex(6),
    }


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with `values` in place of its marks."""
    return _ANY.sub(lambda mark: values[mark[1]], text)
