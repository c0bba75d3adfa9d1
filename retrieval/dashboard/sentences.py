"""English sentences of the base, with values in them, said in Arabic (sentences.toml)."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from retrieval.dashboard.phrases import Language, phrase

__all__ = ["sentence"]

_VALUE = re.compile(r"{(\w+)}")
# A value keeps its own direction between Arabic words: first strong isolate, pop isolate (Unicode UAX 9).
_ISOLATED = "\u2068{}\u2069"


def sentence(language: Language, english: str) -> str | None:
    """The sentence in that language; None: it is not known how to say it, or English is wanted."""
    if language == "en":
        return None
    for pattern, said in _known():
        if found := pattern.fullmatch(english):
            return said.format_map({name: _said(value) for name, value in found.groupdict().items()})
    return None


def _said(value: str) -> str:
    """A value that is itself a word of ours is said, too: the kind of an entry, on what its window rests."""
    return _ISOLATED.format(phrase("ar", value) if value.isalpha() else value) if value else ""


@cache
def _known() -> list[tuple[re.Pattern[str], str]]:
    told = tomllib.loads(Path(__file__).with_name("sentences.toml").read_text(encoding="utf-8"))
    return [(_pattern(english), said) for english, said in told.items()]


def _pattern(english: str) -> re.Pattern[str]:
    """What stands between the values is matched as it is; a value is as short as can be."""
    parts = _VALUE.split(english)
    texts = [rf"(?P<{part}>.*?)" if at % 2 else re.escape(part) for at, part in enumerate(parts)]
    return re.compile("".join(texts), re.S)
