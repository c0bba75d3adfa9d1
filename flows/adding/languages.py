"""The same page in the site's other languages: by hreflang, by a link whose address differs in its language alone,
or by a link that is labelled with the language's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from pipelines.records import Reading

__all__ = ["other_languages"]

_TAG = r"([a-z]{2})(?:[-_][a-z]{2,4})?"
_SEGMENT = re.compile(_TAG, re.IGNORECASE)
_PARAMETERS = frozenset({"lang", "language", "locale", "hl", "lng"})
_LABELS = {
    "en": frozenset({"en", "eng", "english", "الإنجليزية", "انجليزي", "إنجليزي"}),
    "ar": frozenset({"ar", "عر", "ع", "arabic", "عربي", "العربية", "عربى", "العربيه"}),
}


def other_languages(
    url: str,
    reading: Reading,
    links: Sequence[str],
    labelled: Sequence[tuple[str, str]],
    languages: Sequence[str],
) -> dict[str, str]:
    """For each of `languages` but the page's own the address of the page in it, where the page says so.

    `url` and `links` are normalised; `links` are those of the page's own origin, `labelled` the same with their
    visible text.
    """
    found: dict[str, str] = {}
    for language, address in (*_declared(reading), *_linked(url, links), *_by_label(labelled)):
        if language in languages and language != reading.language and address != url:
            found.setdefault(language, address)
    return found


def _declared(reading: Reading) -> Iterator[tuple[str, str]]:
    for tag, address in reading.alternates:
        if _SEGMENT.fullmatch(tag):
            yield tag[:2].lower(), address


def _linked(url: str, links: Iterable[str]) -> Iterator[tuple[str, str]]:
    here = urlsplit(url)
    for link in links:
        there = urlsplit(link)
        language = _of_segment(here, there) or _of_parameter(here, there)
        if language:
            yield language, link


def _by_label(labelled: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for address, text in labelled:
        label = text.strip().casefold()
        yield from ((language, address) for language, labels in _LABELS.items() if label in labels)


def _of_segment(here: SplitResult, there: SplitResult) -> str | None:
    """The language in the path of an address that is the page's own but for that: /en/offers and /ar/offers."""
    if here.query != there.query:
        return None
    own, other = here.path.strip("/").split("/"), there.path.strip("/").split("/")
    for at, segment in enumerate(other[:3]):
        tag = _SEGMENT.fullmatch(segment)
        if tag and other[:at] + other[at + 1 :] in _without_language(own):
            return tag[1].lower()
    return None


def _without_language(path: Sequence[str]) -> list[list[str]]:
    """The path itself, and without each of its first segments that may be a language."""
    ways = [list(path)] if path != [""] else [[]]
    return ways + [[*path[:at], *path[at + 1 :]] for at, segment in enumerate(path[:3]) if _SEGMENT.fullmatch(segment)]


def _of_parameter(here: SplitResult, there: SplitResult) -> str | None:
    own, other = dict(parse_qsl(here.query)), dict(parse_qsl(there.query))
    for name in _PARAMETERS & other.keys():
        tag = _SEGMENT.fullmatch(other[name])
        if tag and _bare(here, own, name) == _bare(there, other, name):
            return tag[1].lower()
    return None


def _bare(parts: SplitResult, parameters: dict[str, str], name: str) -> str:
    left = sorted((key, value) for key, value in parameters.items() if key != name)
    return urlunsplit(parts._replace(query=urlencode(left)))
