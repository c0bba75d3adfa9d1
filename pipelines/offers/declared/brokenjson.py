"""JSON as pages embed it: read as it stands, else mended where only one reading is possible."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["load_json"]

_COMMENT_MARK = re.compile(r"<!--|-->")
_COMMENT = re.compile(r"<!--.*?-->|/\*.*?\*/|^\s*//[^\n]*$", re.DOTALL | re.MULTILINE)
_CDATA = re.compile(r"(?://|/\*)?\s*(?:<!\[CDATA\[|\]\]>)\s*(?:\*/)?")
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_ADJACENT = re.compile(r"\}\s*\{")
_NO_COMMA = re.compile(r"([\"\d}\]]|true|false|null)(\s*\n\s*)(?=\"\d+\"\s*:)")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


def load_json(text: str) -> tuple[Any, bool]:
    """The JSON value and whether it needed repair; (None, False) when it is beyond safe repair."""
    for attempt, source in enumerate(_attempts(text)):
        try:
            return json.loads(source, strict=False), attempt > 0
        except (ValueError, RecursionError):
            continue
    return None, False


def _attempts(text: str) -> Iterator[str]:
    """The text as it is, then with what cannot change its meaning taken away: comments, stray commas, a semicolon."""
    yield text
    bare = _outside_strings(text, lambda part: _COMMENT_MARK.sub("", _CDATA.sub("", part))).strip().rstrip(";")
    yield bare
    mended = _outside_strings(bare, _mend)
    yield mended
    yield f"[{mended}]"
    yield _outside_strings(text, lambda part: _mend(_COMMENT.sub("", _CDATA.sub("", part)))).strip().rstrip(";")
    yield html.unescape(mended)


def _mend(text: str) -> str:
    """Commas put where two things touch or a line ends without one, taken away where nothing follows."""
    return _NO_COMMA.sub(r"\1,\2", _ADJACENT.sub("},{", _TRAILING_COMMA.sub(r"\1", text)))


def _outside_strings(text: str, change: Callable[[str], str]) -> str:
    """The text with `change` applied to it while each of its strings is a mere number in quotes."""
    strings: list[str] = []

    def put_away(found: re.Match[str]) -> str:
        strings.append(found[0])
        return f'"{len(strings) - 1}"'

    changed = change(_STRING.sub(put_away, text))
    return re.sub(
        r'"(\d+)"', lambda found: strings[int(found[1])] if int(found[1]) < len(strings) else found[0], changed
    )
