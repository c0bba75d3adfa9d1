"""Until when an answer may be kept by whoever carries it: never past the end of a window in it.

What a person withdraws, or a sync replaces, is still quoted from such copies for `_LONGEST` seconds at most; what
rests on no stated end is never kept, because when it stops being served is not in the answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from fastapi import Request, Response

from retrieval.as_json import document

__all__ = ["answer", "kept_for"]

_LONGEST = 10  # seconds


def kept_for(at: datetime, windows: Iterable[tuple[str, datetime | None]]) -> int:
    """Whole seconds that an answer given `at` may be kept; a window is its `validity` and its `valid_until`."""
    least = float(_LONGEST)
    for validity, until in windows:
        if validity == "standing" and until is None:
            continue
        if until is None:
            return 0
        least = min(least, (until - at).total_seconds())
    return max(0, int(least))


def answer(request: Request, content: object, seconds: int = 0) -> Response:
    """The content as JSON with its ETag, or 304 when that is what the caller has; kept `seconds` at most."""
    body = document(content)
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {
        "ETag": tag,
        "Cache-Control": f"private, max-age={seconds}, must-revalidate" if seconds else "private, no-cache",
        "Vary": "Authorization, Cookie",
    }
    if request.method == "GET" and tag in {
        one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")
    }:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
