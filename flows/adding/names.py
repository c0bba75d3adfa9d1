"""A name for a source, from where its first page stands."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

__all__ = ["name_for"]

# Labels below a country's own that name nobody: autocare.com.sa, bank.co.uk.
_SECOND_LEVEL = frozenset({"com", "co", "net", "org", "gov", "gob", "edu", "ac", "med", "sch", "or", "ne", "go"})
_LANGUAGE = re.compile(r"[a-z]{2}(?:[-_][a-z]{2,4})?", re.IGNORECASE)
_LONGEST = 50


def name_for(url: str) -> str:
    """`example-offers` for https://www.example.com/en/offers/: letters, digits and hyphens, at most 50."""
    parts = urlsplit(url)
    words = [*_host_words(parts.hostname or ""), *_path_words(parts.path)]
    name = "-".join(dict.fromkeys(words))[:_LONGEST].strip("-")
    return name or "source"


def _host_words(host: str) -> list[str]:
    try:
        return ["local"] if ip_address(host.strip("[]")).is_loopback else [re.sub(r"[.:]+", "-", host).strip("-")]
    except ValueError:
        pass
    labels = host.rstrip(".").split(".")
    if len(labels) > 1:
        labels.pop()
    if len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
        labels.pop()
    return [word for label in labels if label != "www" for word in _words(label)]


def _path_words(path: str) -> list[str]:
    """The words of the path; a language stands in most of the site's addresses and says nothing."""
    segments = [unquote(segment) for segment in path.split("/") if segment]
    if segments:
        segments[-1] = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", segments[-1])
    named = [segment for segment in segments if not _LANGUAGE.fullmatch(segment) and segment.lower() != "index"]
    return [word for segment in named[-2:] for word in _words(segment)]


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())
