"""The site's HTTP server: conditional requests, redirects to the one spelling of a path, nothing else."""

from __future__ import annotations

import socketserver
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from examples.autocare.noise import fill, fresh
from examples.autocare.pages import Resource, render_site

__all__ = ["SiteServer", "make_server"]


class SiteServer(ThreadingHTTPServer):
    """The server with its rendered site."""

    daemon_threads = True  # an idle keep-alive connection must not delay the stop

    def __init__(self, address: tuple[str, int], now: Callable[[], datetime]) -> None:
        super().__init__(address, _Handler)
        self.now = now
        self.url = f"http://{address[0]}:{self.server_port}"
        self.resources = render_site(self.url, now())

    def server_bind(self) -> None:
        """Bind as HTTPServer does, without its look-up of the host's full name, which may ask a network."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])


def make_server(port: int, now: Callable[[], datetime] | datetime, host: str = "127.0.0.1") -> SiteServer:
    """The site, bound to `host:port` (0: any free port) but not yet serving; OSError when the port is taken.

    `now` gives aware times: its first one fixes every offer's window for as long as the server lives,
    later ones only go into the noise.
    """
    clock = now if callable(now) else lambda: now
    return SiteServer((host, port), clock)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Nashmaq"
    sys_version = ""
    timeout = 30  # seconds of silence on a kept connection
    wbufsize = -1  # headers and body leave together; apart, the second waits 40 ms for the first's delayed ACK
    disable_nagle_algorithm = True
    server: SiteServer

    def do_GET(self) -> None:
        """Answer with the resource, its redirect, or the page that says there is none."""
        path = unquote(urlsplit(self.path).path)
        resource = self.server.resources.get(path)
        if resource is not None and not path.startswith("/404/"):
            return self._answer(resource)
        target = self._other_spelling(path)
        return self._missing(path) if target is None else self._redirect(target)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the log of a demonstration is for what matters."""

    def _other_spelling(self, path: str) -> str | None:
        if path == "/":
            return "/en/"
        other = path.rstrip("/") if path.endswith("/") else path + "/"
        return other if other in self.server.resources and not other.startswith("/404/") else None

    def _answer(self, resource: Resource) -> None:
        if self._is_current(resource):
            self._send(HTTPStatus.NOT_MODIFIED, resource, b"")
        else:
            self._send(HTTPStatus.OK, resource, self._body(resource))

    def _missing(self, path: str) -> None:
        resource = self.server.resources["/404/ar" if path.startswith("/ar/") else "/404/en"]
        self._send(HTTPStatus.NOT_FOUND, resource, self._body(resource))

    def _redirect(self, target: str) -> None:
        self.send_response(HTTPStatus.MOVED_PERMANENTLY)
        self.send_header("Location", self.server.url + target)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _body(self, resource: Resource) -> bytes:
        if not resource.noisy:
            return resource.body
        return fill(resource.body.decode(), fresh(self.server.now())).encode()

    def _is_current(self, resource: Resource) -> bool:
        """Whether the client has it already; If-None-Match wins over If-Modified-Since (RFC 9110, 13.2.2)."""
        if (tags := self.headers.get("If-None-Match")) is not None:
            known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
            return "*" in known or resource.etag.removeprefix("W/") in known
        since = _http_date(self.headers.get("If-Modified-Since"))
        return since is not None and resource.last_modified is not None and resource.last_modified <= since

    def _send(self, status: HTTPStatus, resource: Resource, body: bytes) -> None:
        self.send_response(status)
        if status != HTTPStatus.NOT_FOUND:
            self.send_header("ETag", resource.etag)
        if resource.last_modified is not None:
            self.send_header("Last-Modified", format_datetime(resource.last_modified, usegmt=True))
        self.send_header("Cache-Control", "no-cache")
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", resource.media_type)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _http_date(value: str | None) -> datetime | None:
    """An HTTP date; None when absent or unreadable, which then is no condition."""
    try:
        moment = parsedate_to_datetime(value) if value else None
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment
