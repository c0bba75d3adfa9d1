"""The connection under Scrapy: its HTTP/1.1 handler, made strict where it is lenient.

Three things are added: a body cut by a reset is never taken for a whole one, headers without end
are stopped, and a certificate that is refused is refused with its reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from OpenSSL import SSL
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from service_identity import VerificationError
from service_identity.hazmat import DNS_ID, IPAddress_ID, verify_service_identity
from service_identity.pyopenssl import extract_patterns
from twisted.internet.abstract import isIPAddress, isIPv6Address
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.internet.protocol import connectionDone
from twisted.internet.ssl import optionsForClientTLS
from twisted.web._newclient import ParseError
from twisted.web.http import _DataLoss
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]  # ships no types

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

__all__ = ["StrictHandler", "certificate_problem"]

_MAX_HEADER_LINES = 400  # browsers stop near here; each line is limited to 16 KiB by Twisted
# X509_V_ERR_* of OpenSSL's x509_vfy.h, in words that say what to do.
_CERTIFICATE_ERRORS = {
    9: "the certificate is not valid yet; is this machine's clock right?",
    10: "the certificate has expired",
    18: "the certificate is self-signed",
    19: "the certificate is signed by an authority this machine does not trust (self-signed in its chain)",
    20: "the certificate is signed by an authority this machine does not trust",
    21: "the certificate's chain is incomplete",
    23: "the certificate was revoked",
}
_problems: dict[str, str] = {}  # host:port -> why its last certificate was refused; OpenSSL's own error does not say


def certificate_problem(host: str, port: int) -> str:
    """Return why the certificate at host and port was refused last, empty when none was."""
    return _problems.get(f"{host}:{port}", "")


class StrictHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP/1.1 handler over the strict protocol; the guard stands below it, at the dial."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _Factory
        if crawler.settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES"):
            self._contextFactory = _ExplainingPolicy()  # type: ignore[assignment]  # zope interfaces are unknown to mypy


class _Cut:
    """Stands in for the decoder of a body without length whose connection did not end properly."""

    def noMoreData(self) -> None:
        raise _DataLoss


class _Parser(_LenientHTTPClientParser):
    _lines = 0

    def lineReceived(self, line: bytes) -> None:
        self._lines += 1
        if self._lines > _MAX_HEADER_LINES:
            raise ParseError(f"more than {_MAX_HEADER_LINES} header lines", line[:80])  # type: ignore[no-untyped-call]
        super().lineReceived(line)


class _Protocol(_LenientHTTP11ClientProtocol):
    def request(self, request: Any) -> Any:
        answer = super().request(request)
        if self._parser is not None:
            self._parser.__class__ = _Parser
        return answer

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """A body that only the connection's end delimits is whole after a proper close alone (RFC 9112 section 9.8)."""
        parser: Any = self._parser
        decoder = getattr(parser, "bodyDecoder", None)
        is_open_ended = decoder is not None and getattr(decoder, "contentLength", 0) is None
        if is_open_ended and not isinstance(reason.value, ConnectionDone):
            parser.bodyDecoder = _Cut()
        super().connectionLost(reason)  # type: ignore[no-untyped-call]


class _Factory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: Any) -> _Protocol:
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


@implementer(IPolicyForHTTPS)
class _ExplainingPolicy:
    """Verifies as Twisted does (platform's authorities, name by RFC 9525) and remembers why it refused."""

    def __init__(self) -> None:
        self._creators: dict[tuple[str, int], _ExplainingCreator] = {}  # loading the authorities costs 20 ms

    def creatorForNetloc(self, hostname: bytes, port: int) -> _ExplainingCreator:
        key = hostname.decode("ascii"), port
        if key not in self._creators:
            self._creators[key] = _ExplainingCreator(*key)
        return self._creators[key]


@implementer(IOpenSSLClientConnectionCreator)
class _ExplainingCreator:
    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._inner: Any = optionsForClientTLS(host)

    def clientConnectionForTLS(self, protocol: Any) -> SSL.Connection:
        connection: SSL.Connection = self._inner.clientConnectionForTLS(protocol)
        connection.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, _verifier(self._host, self._port))
        return connection


def _verifier(host: str, port: int) -> Callable[[SSL.Connection, Any, int, int, int], bool]:
    is_address = isIPAddress(host) or isIPv6Address(host)
    identity = IPAddress_ID(host) if is_address else DNS_ID(host)

    def verify(_: SSL.Connection, certificate: Any, error: int, depth: int, ok: int) -> bool:
        if not ok:
            _problems[f"{host}:{port}"] = _CERTIFICATE_ERRORS.get(
                error, f"the certificate does not verify (OpenSSL error {error})"
            )
            return False
        return depth != 0 or _is_named(certificate, identity, f"{host}:{port}")

    return verify


def _is_named(certificate: Any, identity: Any, where: str) -> bool:
    try:
        verify_service_identity(extract_patterns(certificate), [identity], [])
    except VerificationError:
        _problems[where] = "the certificate is for another host"
        return False
    except Exception as error:  # nothing may leave an OpenSSL callback: refuse, and say why
        _problems[where] = f"the certificate cannot be read ({error})"
        return False
    return True
