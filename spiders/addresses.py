"""Which addresses and URLs a crawl may dial: pure judgement, no network, no name resolution.

Python's `ipaddress.is_global` is not enough: it calls some multicast addresses global, knows
nothing of NAT64's local prefix, and never looks inside an address that carries another one. So
every IPv6 form that wraps an IPv4 address is opened first, then judged against the closed lists
below, which follow the IANA special-purpose registries (RFC 6890 and its successors, 2026).

An exemption is an exact "host:port" pair. Its host is an address literal, or a name; names are
pinned to addresses by `spiders.guard.pin_private` when a crawl starts, except `localhost`, which
stands for 127.0.0.1 and ::1 everywhere (RFC 6761).
"""

from __future__ import annotations

import re
import socket
import unicodedata
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, unquote, urlsplit

from pipelines.records import FreshetError

__all__ = ["RefusedAddress", "check_address", "check_url", "literal_addresses", "private_pairs"]

_Address = IPv4Address | IPv6Address
_Pair = tuple[_Address, int]

_REFUSED_V4 = tuple(
    (IPv4Network(network), reason)
    for network, reason in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared by a carrier's customers"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "a cloud platform's host service"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved for protocols"),
        ("192.0.2.0/24", "documentation"),
        ("192.31.196.0/24", "reserved for AS112"),
        ("192.52.193.0/24", "reserved for multicast tunnels"),
        ("192.88.99.0/24", "the retired 6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "reserved for AS112"),
        ("198.18.0.0/15", "a benchmark network"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("255.255.255.255/32", "broadcast"),
        ("240.0.0.0/4", "reserved"),
    )
)

_REFUSED_V6 = tuple(
    (IPv6Network(network), reason)
    for network, reason in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("64:ff9b:1::/48", "a local translation prefix"),
        ("2001:db8::/32", "documentation"),
        ("2001::/32", "a Teredo tunnel"),
        ("2001::/23", "reserved for protocols"),
        ("2620:4f:8000::/48", "reserved for AS112"),
        ("3fff::/20", "documentation"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")  # the only IPv6 space handed out for global unicast (RFC 4291, 2.4)

# Where an IPv6 address carries an IPv4 address: prefix, bits right of it, its name.
_CARRIERS = (
    (IPv6Network("::ffff:0:0/96"), 0, "IPv4-mapped"),
    (IPv6Network("::ffff:0:0:0/96"), 0, "IPv4-translated"),
    (IPv6Network("64:ff9b::/96"), 0, "NAT64"),
    (IPv6Network("2002::/16"), 80, "6to4"),
    (IPv6Network("::/96"), 0, "IPv4-compatible"),
)
_MAPPED = _CARRIERS[0][0]
_NUMBER = re.compile(r"(?:0[xX][0-9a-fA-F]*|[0-9]+)\Z")
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")  # browsers repair these, each in its own way


class RefusedAddress(FreshetError):
    """An address or URL that the crawl may not dial: what was asked, why it is refused, what would allow it."""


def check_address(ip: str, port: int, allow_private: Iterable[str]) -> None:
    """Return when the literal address may be dialled on that port; else raise RefusedAddress.

    `ip` is what goes to connect(2): dotted quad or IPv6 text. Anything else, a name or a scoped
    address included, is refused. `allow_private` are "host:port" pairs as in the module's text.
    """
    address = _parse_literal(ip)
    if address is None:
        raise RefusedAddress(f"{ip} port {port}: refused, not an address that can be judged; resolve names first")
    if (_unmapped(address), port) in private_pairs(allow_private):
        return
    reason = _refusal(address)
    if reason:
        raise RefusedAddress(f"{_shown(address, port)}: refused, {reason}; {_way_out(address, port)}")


def check_url(url: str, allow_private: Iterable[str]) -> None:
    """Return when the URL may be asked for, as far as its text tells; else raise RefusedAddress.

    Only http and https, no user name or password, and no forbidden address in any spelling:
    decimal, octal, hexadecimal, short, full-width, percent-encoded, trailing dot, IPv6 of every
    kind. Other names pass here and are judged when they are dialled.
    """
    parts = _split(url)
    if parts.scheme not in ("http", "https"):
        raise RefusedAddress(f"{_masked(url)}: refused, only http and https are crawled, not {parts.scheme or 'that'}")
    if "@" in unquote(parts.netloc):
        raise RefusedAddress(f"{_masked(url)}: refused, it carries a user name; put credentials into `headers`")
    port = _port(url, parts)
    bracketed = "[" in parts.netloc and ":" not in (parts.hostname or "")  # IPvFuture, which nobody dials
    addresses = None if bracketed else literal_addresses(parts.hostname or "")
    if addresses is None:
        raise RefusedAddress(f"{_masked(url)}: refused, its host is neither a name nor an address")
    if addresses:
        _check_any(url, addresses, port, allow_private)


def literal_addresses(host: str) -> tuple[str, ...] | None:
    """Return the addresses a URL's host spells out: none for a name, None when it can be neither.

    `host` comes without brackets. localhost and names below it spell 127.0.0.1 and ::1.
    """
    if ":" in host:
        return (host,)
    plain = _plain_host(host)
    if not plain or "%" in plain or "@" in plain or "/" in plain:
        return None
    if plain == "localhost" or plain.endswith(".localhost"):
        return ("127.0.0.1", "::1")
    labels = plain.split(".")
    if not _NUMBER.match(labels[-1]):
        return ()
    return _legacy_ipv4(labels)


def private_pairs(allow_private: Iterable[str]) -> frozenset[_Pair]:
    """Return the exempt (address, port) pairs; names other than localhost are left out.

    Raises FreshetError when an entry is not host:port.
    """
    return frozenset(pair for entry in allow_private for pair in _pairs_of(entry))


def _pairs_of(entry: str) -> Iterator[_Pair]:
    host, _, port = entry.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise FreshetError(f"allow_private: {entry!r} is not host:port, such as 127.0.0.1:8000 or [::1]:8000")
    for spelled in literal_addresses(host.strip("[]")) or ():
        address = _parse_literal(spelled)
        if address is not None:
            yield _unmapped(address), int(port)


def _check_any(url: str, addresses: tuple[str, ...], port: int, allow_private: Iterable[str]) -> None:
    """A name such as localhost may stand for several addresses: one that is allowed is enough."""
    refusals = []
    for address in addresses:
        try:
            return check_address(address, port, allow_private)
        except RefusedAddress as refusal:
            refusals.append(refusal)
    raise RefusedAddress(f"{_masked(url)}: {refusals[0]}")


def _split(url: str) -> SplitResult:
    if _UNSAFE.search(url):
        raise RefusedAddress(f"{_masked(url)}: refused, it holds a space, a control character or a backslash")
    try:
        return urlsplit(url)
    except ValueError as cause:
        raise RefusedAddress(f"{_masked(url)}: refused, not a URL ({cause})") from cause


def _port(url: str, parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError as cause:
        raise RefusedAddress(f"{_masked(url)}: refused, its port is not a number from 1 to 65535") from cause
    if port == 0:
        raise RefusedAddress(f"{_masked(url)}: refused, port 0 cannot be dialled")
    return port or (443 if parts.scheme == "https" else 80)


def _plain_host(host: str) -> str:
    """The host as a browser understands it: decoded, compatibility forms folded, invisible characters gone."""
    folded = unicodedata.normalize("NFKC", unquote(host)).replace("。", ".").lower()
    return "".join(char for char in folded if unicodedata.category(char) != "Cf").rstrip(".")


def _legacy_ipv4(labels: list[str]) -> tuple[str, ...] | None:
    """The one address that inet_aton(3) reads from 1 to 4 decimal, octal or hexadecimal numbers."""
    if len(labels) > 4 or not all(_NUMBER.match(label) for label in labels):
        return None
    try:
        return (str(IPv4Address(socket.inet_aton(".".join(labels)))),)
    except OSError:
        return None


def _parse_literal(ip: str) -> _Address | None:
    if "%" in ip:  # a scope only ever names one of this machine's own links
        return None
    try:
        return ip_address(ip)
    except ValueError:
        return None


def _unmapped(address: _Address) -> _Address:
    """An IPv4-mapped address is dialled as IPv4 by the kernel; every other carrier leads to a gateway."""
    if isinstance(address, IPv6Address) and address in _MAPPED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _refusal(address: _Address) -> str:
    """Why this address is refused; empty when it is not."""
    if isinstance(address, IPv4Address):
        return _refusal_in(address, _REFUSED_V4)
    own = _refusal_in(address, _REFUSED_V6)
    if own:
        return own
    for prefix, shift, name in _CARRIERS:
        if address in prefix:
            inner = IPv4Address((int(address) >> shift) & 0xFFFFFFFF)
            reason = _refusal_in(inner, _REFUSED_V4)
            return f"it is {name} for {inner}, which is {reason.removeprefix('it is ')}" if reason else ""
    return "" if address in _GLOBAL_V6 else "it is outside global unicast (2000::/3)"


def _refusal_in(address: _Address, networks: Iterable[tuple[IPv4Network | IPv6Network, str]]) -> str:
    for network, reason in networks:
        if address in network:
            return f"it is {reason} ({network})"
    return ""


def _shown(address: _Address, port: int) -> str:
    return f"[{address}]:{port}" if isinstance(address, IPv6Address) else f"{address}:{port}"


def _way_out(address: _Address, port: int) -> str:
    return f'if this server is yours to crawl: allow_private = ["{_shown(_unmapped(address), port)}"]'


def _masked(url: str) -> str:
    """The URL fit for a message: no credentials, nothing a terminal would act on, at most 200 characters."""
    without = re.sub(r"//[^/?#]*@", "//…@", url, count=1)
    return re.sub(r"[\x00-\x20\x7f-\x9f]", "?", without)[:200]
