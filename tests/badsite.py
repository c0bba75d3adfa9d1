"""A scripted web server on loopback with a journal of requests: it misbehaves exactly as told.

What a path answers is a script of replies: one a request, the last one for ever. A reply is a
function that is handed the open connection, so that anything can be done to it. Use it so::

    with BadSite() as site:
        site.page("/", '<a href="/offers">offers</a>')
        site.script("/offers", html("twelve"), status(503), truncated(b"half of it", promised=100))
        ...
        assert site.paths() == ["/robots.txt", "/", "/offers"]

Nothing here sleeps for time: a reply that hangs waits until the other side goes away or the site is closed.
"""

from __future__ import annotations

import gzip
import socket
import ssl
import struct
import threading
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from time import monotonic
from types import TracebackType

__all__ = [
    "BadSite",
    "Hit",
    "Reply",
    "Talk",
    "bomb",
    "document",
    "endless",
    "hang",
    "html",
    "raw",
    "redirect",
    "reset",
    "silent_body",
    "slow",
    "status",
    "truncated",
    "unterminated",
]

_MADE_UP = "/no-such-page-"
_REASONS = {200: "OK", 301: "Moved", 302: "Found", 304: "Not Modified", 404: "Not Found", 410: "Gone"}


@dataclass(frozen=True)
class Hit:
    """One request as it arrived."""

    method: str
    target: str  # path and query, as sent
    headers: Mapping[str, str]  # lower-case names
    at: float  # monotonic seconds

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]


@dataclass
class Talk:
    """One open connection with the request that waits for its answer."""

    hit: Hit
    connection: socket.socket
    stopped: threading.Event
    keep: bool = True  # whether the connection may serve another request

    def send(self, data: bytes) -> None:
        """Send raw bytes; a peer that went away ends the reply."""
        self.connection.sendall(data)

    def answer(self, code: int, headers: Mapping[str, str], body: bytes = b"") -> None:
        """Send a well-formed answer of known length, as one piece."""
        length = {} if code == 304 else {"Content-Length": str(len(body))}
        self.send(head(code, {**length, **headers}) + body)

    def wait(self) -> None:
        """Do nothing until the other side goes away or the site is closed."""
        self.keep = False
        self.connection.settimeout(0.05)
        while not self.stopped.is_set():
            try:
                if not self.connection.recv(4096):
                    return
            except TimeoutError:
                continue

    def cut(self) -> None:
        """Reset the connection (RST) instead of ending it."""
        self.keep = False
        plain = self.connection
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        plain.close()


Reply = Callable[[Talk], None]


def head(code: int, headers: Mapping[str, str]) -> bytes:
    """Return status line and headers, with the empty line that ends them."""
    lines = [
        f"HTTP/1.1 {code} {_REASONS.get(code, 'Scripted')}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")


def html(body: str, **headers: str) -> Reply:
    """A page with an ETag, which answers 304 to a request that knows it."""
    return document(f"<!DOCTYPE html><html><body>{body}</body></html>".encode(), "text/html; charset=utf-8", **headers)


def document(body: bytes, content_type: str, **headers: str) -> Reply:
    """Any bytes under any Content-Type, with an ETag; underscores in header names stand for hyphens."""
    tag = f'"{sha256(body).hexdigest()[:16]}"'
    typed = {"Content-Type": content_type} if content_type else {}
    own = {"ETag": tag, **typed, **{name.replace("_", "-"): value for name, value in headers.items()}}

    def reply(talk: Talk) -> None:
        if talk.hit.headers.get("if-none-match") == own["ETag"]:
            talk.answer(304, {"ETag": own["ETag"]})
        else:
            talk.answer(200, {name: value for name, value in own.items() if value}, body)

    return reply


def status(code: int, body: bytes = b"", **headers: str) -> Reply:
    """A bare status."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda talk: talk.answer(code, named, body)


def raw(data: bytes) -> Reply:
    """Exactly these bytes, HTTP or not, then the end of the connection."""

    def reply(talk: Talk) -> None:
        talk.keep = False
        talk.send(data)

    return reply


def redirect(location: str, code: int = 302) -> Reply:
    """A redirect; the location is sent as it stands."""
    return status(code, Location=location)


def truncated(body: bytes, promised: int) -> Reply:
    """Fewer bytes than Content-Length promises, then a proper end."""

    def reply(talk: Talk) -> None:
        talk.keep = False
        talk.send(head(200, {"Content-Type": "text/html", "Content-Length": str(promised)}) + body)

    return reply


def reset(body: bytes, promised: int | None = None) -> Reply:
    """Part of a body, then a reset in the middle; without `promised`, of a body with no length at all."""
    length = {} if promised is None else {"Content-Length": str(promised)}

    def reply(talk: Talk) -> None:
        talk.send(head(200, {"Content-Type": "text/html", **length}) + body)
        talk.connection.settimeout(0.2)
        with suppress(TimeoutError):
            talk.connection.recv(1)  # gives the bytes time to be read before the reset throws them away
        talk.cut()

    return reply


def unterminated(body: bytes) -> Reply:
    """A chunked body without its last chunk."""

    def reply(talk: Talk) -> None:
        talk.keep = False
        talk.send(head(200, {"Content-Type": "text/html", "Transfer-Encoding": "chunked"}))
        talk.send(f"{len(body):x}\r\n".encode() + body + b"\r\n")

    return reply


def endless(piece: bytes = b"<p>more</p>" * 1000) -> Reply:
    """A body without length that never ends, as fast as it is read."""

    def reply(talk: Talk) -> None:
        talk.keep = False
        talk.send(head(200, {"Content-Type": "text/html"}))
        while not talk.stopped.is_set():
            talk.send(piece)

    return reply


def hang(talk: Talk) -> None:
    """No answer at all."""
    talk.wait()


def silent_body(talk: Talk) -> None:
    """Headers, then nothing."""
    talk.send(head(200, {"Content-Type": "text/html", "Content-Length": "1000"}))
    talk.wait()


def slow(piece: bytes = b"x", pause: float = 0.1) -> Reply:
    """A byte now and then, for ever."""

    def reply(talk: Talk) -> None:
        talk.keep = False
        talk.send(head(200, {"Content-Type": "text/html", "Content-Length": "100000"}))
        while not talk.stopped.wait(pause):
            talk.send(piece)

    return reply


def bomb(encoding: str, megabytes: int, content_type: str = "text/html") -> Reply:
    """A compressed body that inflates to so many megabytes of zeros; `gzip, gzip` is packed twice."""
    body = _packed(encoding, megabytes)
    named = {"Content-Type": content_type}
    if encoding != "file":
        named["Content-Encoding"] = encoding
    return lambda talk: talk.answer(200, named, body)


def _packed(encoding: str, megabytes: int) -> bytes:
    if encoding == "br":
        import brotli  # type: ignore[import-untyped]  # ships no types

        compressor = brotli.Compressor(quality=5)
        packed: bytes = b"".join(compressor.process(bytes(2**20)) for _ in range(megabytes))
        return packed + bytes(compressor.finish())
    if encoding == "zstd":
        import zstandard

        packer = zstandard.ZstdCompressor().compressobj()
        return b"".join(packer.compress(bytes(2**20)) for _ in range(megabytes)) + packer.flush()
    inner = zlib.compressobj(9, wbits=15 if encoding == "deflate" else 31)
    packed = b"".join(inner.compress(bytes(2**20)) for _ in range(megabytes)) + inner.flush()
    return gzip.compress(packed) if encoding == "gzip, gzip" else packed


@dataclass
class _Script:
    replies: tuple[Reply, ...]
    asked: int = 0

    def next(self) -> Reply:
        reply = self.replies[min(self.asked, len(self.replies) - 1)]
        self.asked += 1
        return reply


@dataclass
class BadSite:
    """The server; use it as a context manager. Every path not scripted answers 404, robots.txt too."""

    tls: ssl.SSLContext | None = None
    journal: list[Hit] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._scripts: dict[str, _Script] = {}
        self._otherwise = status(404)
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> BadSite:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pair(self) -> str:
        """host:port, as `allow_private` wants it."""
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def port(self) -> int:
        """The port listened on."""
        return int(self._listener.getsockname()[1])

    def url(self, path: str = "/") -> str:
        """Return the address of a path here."""
        return f"{'https' if self.tls else 'http'}://{self.pair}{path}"

    def page(self, path: str, body: str, **headers: str) -> None:
        """Let a path answer with an HTML page."""
        self.script(path, html(body, **headers))

    def script(self, path: str, *replies: Reply) -> None:
        """Let a path (or a path with its query) answer with these, one a request, the last for ever."""
        self._scripts[path] = _Script(replies)

    def otherwise(self, reply: Reply) -> None:
        """Let every path without a script answer so."""
        self._otherwise = reply

    def paths(self) -> list[str]:
        """Return the targets asked for, in order; the one made up to see what a missing page is like left out."""
        with self._lock:
            return [hit.target for hit in self.journal if _MADE_UP not in hit.path]

    def probes(self) -> list[str]:
        """Return the made-up targets asked for, in order."""
        with self._lock:
            return [hit.target for hit in self.journal if _MADE_UP in hit.path]

    def hits(self, path: str) -> list[Hit]:
        """Return the requests for one path, whatever their query."""
        with self._lock:
            return [hit for hit in self.journal if hit.path == path]

    def reset(self) -> None:
        """Forget every script and request, as if the site were new."""
        with self._lock:
            self.journal.clear()
            self._scripts.clear()
            self._otherwise = status(404)

    def close(self) -> None:
        """Stop listening and end every connection; the port then refuses."""
        self._stopped.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes who waits in accept, and so keeps the port open
        self._listener.close()
        for connection in list(self._open):
            connection.close()

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            self._open.add(connection)
            self._converse(connection)
        except (OSError, ValueError):
            pass  # the other side went away, or the site was closed under it
        finally:
            self._open.discard(connection)
            connection.close()

    def _converse(self, connection: socket.socket) -> None:
        waiting = b""
        keep = True
        while keep and not self._stopped.is_set():
            while b"\r\n\r\n" not in waiting:
                piece = connection.recv(65536)
                if not piece:
                    return
                waiting += piece
            request, _, waiting = waiting.partition(b"\r\n\r\n")
            talk = Talk(_hit(request), connection, self._stopped)
            self._reply_to(talk.hit)(talk)
            keep = talk.keep

    def _reply_to(self, hit: Hit) -> Reply:
        with self._lock:
            self.journal.append(hit)
            script = self._scripts.get(hit.target) or self._scripts.get(hit.path)
            return script.next() if script else self._otherwise


def _hit(request: bytes) -> Hit:
    first, *lines = request.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Hit(method, target, headers, monotonic())
