"""The address guard: every TCP connection of a crawl is judged by the address being dialled, at the dial.

One choke point stands under everything Twisted connects with (HostnameEndpoint and its parallel
attempts, proxies, tunnels, redirects, robots.txt, sitemaps): `reactor.connectTCP`, through which
`connectSSL` goes as well. The check sits in the transport, on the very tuple that goes to
connect(2), so a name that resolves to something else a second later gains nothing (DNS rebinding).

What a crawl child does, in this order::

    pairs = guard.pin_private(job.allow_private)      # named exemptions become addresses, once
    settings.setdict(guard.SCRAPY_SETTINGS)           # no env proxies, no file:, ftp:, s3:, data:
    guard.guard_reactor(reactor, pairs)               # after the reactor is installed
    guard.guard_process(pairs)                        # last line: sockets that Twisted did not open
    guard.check_url(url, pairs)                       # for each URL, before it is scheduled or redirected to

A refusal reaches Scrapy as the request's failure: `failure.check(RefusedAddress)`. Nothing wraps it
(neither Agent, nor the endpoints, nor Scrapy's handler), and it is not among RETRY_EXCEPTIONS. A
name with several addresses is tried one by one; RefusedAddress is what remains when none of its
addresses may be dialled, and the real network failure when one might have been but did not answer.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterable
from functools import partial
from ipaddress import ip_address, ip_network
from types import MappingProxyType
from typing import Any

from spiders.addresses import RefusedAddress, check_address, check_url, literal_addresses, private_pairs

__all__ = [
    "SCRAPY_SETTINGS",
    "RefusedAddress",
    "check_address",
    "check_url",
    "guard_process",
    "guard_reactor",
    "is_guarded",
    "pin_private",
]

# What Scrapy must be told so that nothing goes around the guard.
SCRAPY_SETTINGS = MappingProxyType(
    {
        "HTTPPROXY_ENABLED": False,  # reads http_proxy and its kin from the environment without a word
        "TELNETCONSOLE_ENABLED": False,  # opens a console that runs code
        "DOWNLOAD_HANDLERS": {  # None: "unsupported scheme", whatever a page links to
            "http": "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler",
            "https": "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler",
            "data": None,
            "file": None,
            "ftp": None,
            "s3": None,
        },
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
        # The default resolver knows IPv4 only, so a site with IPv6 alone would be "not found".
        "TWISTED_DNS_RESOLVER": "scrapy.resolver.CachingHostnameResolver",
    }
)

_OWN = tuple(map(ip_network, ("10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")))
_METADATA = tuple(map(ip_network, ("fd00:ec2::/32", "fd20:ce::/32")))  # of Amazon and Google, inside fc00::/7

_CLOSED = ("connectUNIX", "connectUNIXDatagram", "listenUDP", "listenMulticast", "adoptDatagramPort")


def pin_private(allow_private: Iterable[str]) -> tuple[str, ...]:
    """Return the exemptions with every name replaced by the addresses it has now, for that port only.

    Resolves names (blocking), so it is called once, before the crawl. Only loopback, RFC 1918 and
    fc00::/7 addresses are taken from a name: whoever runs a name server cannot point an exemption
    at a cloud's metadata service. Literals stay as they are. A name that resolves to nothing is
    dropped: dialling it fails anyway. Raises FreshetError when an entry is not host:port.
    """
    return tuple(pinned for entry in allow_private for pinned in _pinned(entry))


def guard_reactor(reactor: Any, allow_private: Iterable[str]) -> None:
    """Put the guard under every TCP connection this reactor makes from now on; calling again replaces it.

    `allow_private` as pinned by `pin_private`. UNIX sockets and UDP raise RefusedAddress at once:
    a crawl needs neither (names are resolved by the C library in a thread). Raises FreshetError
    when an exemption is not host:port.
    """
    from spiders.guard_transport import dial  # Twisted belongs to the crawl child alone

    exempt = tuple(allow_private)
    private_pairs(exempt)  # a bad entry is said here, not at the first dial
    reactor.connectTCP = partial(dial, reactor, exempt)
    for name in _CLOSED:
        if hasattr(reactor, name):
            setattr(reactor, name, partial(_refuse, name))


def is_guarded(reactor: Any) -> bool:
    """Return whether every connection of this reactor is judged; who opens doors for others asks first."""
    from spiders.guard_transport import dial

    return getattr(getattr(reactor, "connectTCP", None), "func", None) is dial


def guard_process(allow_private: Iterable[str]) -> None:
    """Judge every connect and datagram of this whole process, whichever library opens the socket.

    An audit hook (PEP 578): it cannot be taken out again, so it is for a crawl's child process only.
    Sockets opened by C code, the resolver's among them, and by other processes are not seen.
    """
    exempt = tuple(allow_private)
    private_pairs(exempt)

    def judge(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            _judge_socket(arguments[0], arguments[1], exempt)

    sys.addaudithook(judge)


def _pinned(entry: str) -> Iterable[str]:
    private_pairs((entry,))
    host, _, port = entry.rpartition(":")
    if literal_addresses(host.strip("[]")):
        return (entry,)
    return tuple(f"[{ip}]:{port}" for ip in _resolve(host) if _is_own(ip))


def _resolve(name: str) -> list[str]:
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _is_own(ip: str) -> bool:
    """In a network that a company or this machine may call its own, and not a cloud's metadata service there."""
    if "%" in ip:
        return False
    address = ip_address(ip)
    return any(address in net for net in _OWN) and not any(address in net for net in _METADATA)


def _judge_socket(sock: socket.socket, address: Any, exempt: tuple[str, ...]) -> None:
    if address is None or sock.family not in (socket.AF_INET, socket.AF_INET6):
        return  # None: the socket was connected before, and judged then
    check_address(str(address[0]), int(address[1]), exempt)


def _refuse(name: str, *_: object, **__: object) -> None:
    raise RefusedAddress(f"{name}: refused, a crawl speaks TCP to http servers only")
