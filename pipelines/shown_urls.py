"""Web addresses written out in a text, as far as they say anything: by their host.

A path, a query and a fragment are for machines. They change with campaigns, sessions and the site's rearrangement
while the sentence around them says what it said, a model makes noise of their letters, and one of them may take
the room of a paragraph. What is quoted keeps them; what is embedded and searched has the host alone.
"""

from __future__ import annotations

import re

__all__ = ["short_urls"]

# A scheme or «www.» tells an address; the signs that may close a sentence or a bracket around it are not its own.
_URL = re.compile(
    r"(?<![A-Za-z0-9])(?:https?://(?:[^\s/@<>]*@)?(?:www\.)?|www\.)(?P<host>[^\s/?#<>\"'«»“”()\[\]{}،؛,;]+)"
    r"(?:[/?#][^\s<>\"'«»“”،؛]*)?",
    re.IGNORECASE,
)
_CLOSING = ".,;:!?…)]}'*_"


def short_urls(text: str) -> str:
    """Return the text with every web address in it cut to its host, without «www.»; linear in its length."""
    return _URL.sub(_short, text) if "://" in text or "www." in text.lower() else text


def _short(found: re.Match[str]) -> str:
    whole = found[0]
    host = found["host"].rstrip(_CLOSING)
    return host.lower() + whole[len(whole.rstrip(_CLOSING)) :]
