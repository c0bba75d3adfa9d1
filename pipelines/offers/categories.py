"""Which of a source's categories an offer belongs to, by the words that name them in any language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from pipelines.windows.datetokens import fold

__all__ = ["categorise"]

# What may be joined in front of an Arabic word without changing it: and, then, with, for, like, the, for-the.
_PREFIX = r"(?:[وف]?(?:بال|كال|لل|ال|[بلك])?)"
_ARABIC = re.compile("[ء-ي]")


def categorise(
    categories: Mapping[str, tuple[str, ...]], texts: Iterable[str], declared: Iterable[str] = ()
) -> tuple[str, ...]:
    """The categories an offer belongs to, in the order they are configured.

    With categories configured, an offer belongs to each whose name is declared for it or whose words stand in
    its declared tags or its texts; what the site calls its own categories is only another text. With none
    configured, the site's own names are taken as they stand, in lower case.
    """
    tags = [tag for tag in (re.sub(r"\s+", " ", name).strip() for name in declared) if tag]
    if not categories:
        return tuple(dict.fromkeys(tag.casefold() for tag in tags))
    haystack = " \n ".join(fold(text).text for text in (*tags, *texts))
    return tuple(name for name, words in categories.items() if _pattern((name, *words)).search(haystack))


@lru_cache(maxsize=512)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(_word(fold(word).text.strip()) for word in words if word.strip()) or r"(?!)")


def _word(word: str) -> str:
    """The word as a whole; English may take a plural s, Arabic a joined prefix, and any run of spaces divides it."""
    body = r"\s+".join(re.escape(part) for part in word.replace("_", " ").replace("-", " ").split())
    body = body.replace(r"\s+", r"[\s-]+")
    if _ARABIC.search(word):
        bare = body[2:] if body.startswith("ال") and len(word) > 4 else body
        return rf"(?<![^\W_]){_PREFIX}{bare}(?![^\W_])"
    return rf"(?<![^\W_]){body}(?:s|es)?(?![^\W_])"
