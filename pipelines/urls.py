"""Web addresses: one spelling for each, and which of them belong to a source.

`normalise_url` gives the one spelling by which a page is known everywhere; `Scope` says whether
an address belongs to a source. Both are pure: nothing is resolved or fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from w3lib.url import safe_url_string

from pipelines.records import FreshetError

__all__ = [
    "SESSION_PARAMETERS",
    "TRACKING_PARAMETERS",
    "BadUrl",
    "Scope",
    "in_scope",
    "normalise_url",
    "origin_of",
    "shown",
]


class BadUrl(FreshetError):
    """Not an http or https address that can be asked for; the message says what is wrong with it."""


# Parameters that name the visit or the campaign, never the page. A closed list: a parameter that is not
# here is kept, because dropping one that matters would make two pages one.
_TRACKING = (
    "_ga _gl _hsenc _hsmi _openstat dclid epik fbclid gad_source gbraid gclid gclsrc igsh igshid li_fat_id mc_cid "
    "mc_eid mkt_tok msclkid oly_anon_id oly_enc_id s_cid sccid srsltid ttclid twclid vero_conv vero_id wbraid wickedid "
    "yclid ysclid"
)
_SESSION = "aspsessionid cfid cftoken jsessionid oscsid phpsessid phpsession session_id sessionid sid zenid"
TRACKING_PARAMETERS = frozenset(_TRACKING.split())  # and every name that starts with utm_
SESSION_PARAMETERS = frozenset(_SESSION.split())
_DROPPED = TRACKING_PARAMETERS | SESSION_PARAMETERS
_DEFAULT_PORTS = {"http": 80, "https": 443}
_EDGES = "".join(map(chr, range(0x21)))  # C0 controls and space, which browsers strip from both ends
_UNRESERVED = re.compile(r"%(2[dDeE]|3[0-9]|4[1-9a-fA-F]|5[0-9aAfF]|6[1-9a-fA-F]|7[0-9aAeE])")
_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")
_USERINFO = re.compile(r"//[^/?#]*@")
_PATH_SESSION = re.compile(r";(?:" + "|".join(SESSION_PARAMETERS) + r")=[^/;]*", re.IGNORECASE)


def normalise_url(url: str, base: str | None = None) -> str:
    """Return the one spelling of an http or https address.

    Scheme and host in lower case and ASCII, no default port, no dot segments, no fragment, no
    tracking or session parameters; percent escapes as RFC 3986 section 6.2.2 normalises them.
    Parameters are sorted by name only where all read `name=value` and no name stands twice.
    `base` is the address of the page a relative reference stands on.

    Raises BadUrl for anything but http and https, and for what cannot be parsed.
    """
    reference = url.strip(_EDGES).replace("\t", "").replace("\n", "").replace("\r", "")
    try:
        absolute = urljoin(base, _slashes(reference)) if base else _slashes(reference)
        return _normalise(absolute)
    except (ValueError, UnicodeError) as error:
        raise BadUrl(f"{shown(url)!r}: not an address that can be asked for ({error})") from error


def origin_of(url: str) -> str:
    """Return scheme, host and port of a normalised address, as in `https://example.com`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def shown(url: str) -> str:
    """Return the address as it may be shown and stored: no user name or password, no endless length."""
    return _USERINFO.sub("//", url[:2000])


@lru_cache(maxsize=4096)  # menus repeat on every page; the size bounds memory on endless sites
def _normalise(url: str) -> str:
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS:
        raise BadUrl(f"{shown(url)!r}: only http and https addresses are read, not {scheme or 'a relative'!r}")
    if not parts.hostname:
        raise BadUrl(f"{shown(url)!r}: no host in the address")
    safe = urlsplit(safe_url_string(urlunsplit(parts._replace(scheme=scheme, fragment=""))))
    path = _dot_free(_tidy_escapes(_PATH_SESSION.sub("", safe.path))) or "/"
    return urlunsplit((scheme, _netloc(safe, scheme), path, _query(_tidy_escapes(safe.query)), ""))


def _slashes(reference: str) -> str:
    """Read a backslash before the query as browsers do, so that `/\\\\evil` is seen as another host."""
    head, mark, tail = re.match(r"([^?#]*)([?#]?)(.*)", reference, re.DOTALL).groups()  # type: ignore[union-attr]  # always matches
    if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", head) and not re.match(r"https?:", head, re.IGNORECASE):
        return reference
    return str(head.replace("\\", "/") + mark + tail)


def _netloc(parts: SplitResult, scheme: str) -> str:
    host = (parts.hostname or "").lower()
    if not host or any(c in host for c in " <>^|%"):
        raise BadUrl(f"{host[:100]!r}: not a host name")
    shown = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, _DEFAULT_PORTS[scheme]) else f":{parts.port}"
    userinfo = parts.netloc.rpartition("@")
    return f"{userinfo[0]}{userinfo[1]}{shown}{port}"


def _tidy_escapes(text: str) -> str:
    plain = _UNRESERVED.sub(lambda m: chr(int(m[1], 16)), text)
    return _ESCAPE.sub(lambda m: m[0].upper(), plain)


def _dot_free(path: str) -> str:
    """Remove dot segments (RFC 3986 section 5.2.4)."""
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    closing = "/" if segments[-1] in (".", "..") and kept else ""
    return "/" + "/".join(kept) + closing


def _query(query: str) -> str:
    if not query:
        return ""
    fields = [field for field in query.split("&") if not _is_dropped(field)]
    names = [field.partition("=")[0] for field in fields]
    if all("=" in field for field in fields) and len(set(names)) == len(names) and ";" not in query:
        fields.sort()
    return "&".join(fields)


def _is_dropped(field: str) -> bool:
    name = field.partition("=")[0].lower()
    return not field or name in _DROPPED or name.startswith(("utm_", "aspsessionid"))


@dataclass(frozen=True)
class Scope:
    """Which addresses belong to a source: an exact origin, and a path that is allowed and not denied."""

    starts: frozenset[str]  # normalised; always inside
    origins: frozenset[str]  # scheme://host[:port] of the start URLs
    below: tuple[str, ...]  # directories of the start URLs, ending in "/"; used when nothing is allowed by name
    allow: tuple[re.Pattern[str], ...]  # searched in the path
    deny: tuple[re.Pattern[str], ...]

    @classmethod
    def of(cls, start_urls: Iterable[str], allow: Iterable[str] = (), deny: Iterable[str] = ()) -> Scope:
        """Build the scope of a source; start URLs that are no web addresses add nothing to it.

        Raises BadUrl when an expression of `allow` or `deny` is not a regular expression.
        """
        starts = frozenset(url for url in map(_normalised_or_none, start_urls) if url and "@" not in origin_of(url))
        return cls(
            starts=starts,
            origins=frozenset(map(origin_of, starts)),
            below=tuple(sorted({url.partition("?")[0].rpartition("/")[0] + "/" for url in starts})),
            allow=_compiled(allow),
            deny=_compiled(deny),
        )

    def holds(self, url: str) -> bool:
        """Whether a normalised page address belongs to the source."""
        if url in self.starts:
            return True
        if not self.holds_host(url):
            return False
        path = urlsplit(url).path
        if any(rule.search(path) for rule in self.deny):
            return False
        if self.allow:
            return any(rule.search(path) for rule in self.allow)
        return url.startswith(self.below)

    def holds_document(self, url: str) -> bool:
        """Whether a normalised document address belongs to it: same origin and not denied, wherever it lies."""
        path = urlsplit(url).path
        return self.holds_host(url) and not any(rule.search(path) for rule in self.deny)

    def holds_host(self, url: str) -> bool:
        """Whether scheme, host and port are exactly those of a start URL; user names are never in scope."""
        return origin_of(url) in self.origins


def in_scope(url: str, scope: Scope, base: str | None = None) -> bool:
    """Whether an address as it stands on a page belongs to a source; what cannot be parsed does not."""
    found = _normalised_or_none(url, base)
    return found is not None and scope.holds(found)


def _normalised_or_none(url: str, base: str | None = None) -> str | None:
    try:
        return normalise_url(url, base)
    except BadUrl:
        return None


def _compiled(rules: Iterable[str]) -> tuple[re.Pattern[str], ...]:
    compiled = []
    for rule in rules:
        try:
            compiled.append(re.compile(rule))
        except re.error as error:
            raise BadUrl(f"allow/deny {rule!r}: not a regular expression ({error}); correct it") from error
    return tuple(compiled)
