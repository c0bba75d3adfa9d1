"""A small scripted web server on loopback that keeps a journal of what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

__all__ = ["Answer", "Pages", "serving"]


@dataclass(frozen=True)
class Answer:
    """What a path answers."""

    body: bytes | str = ""
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Pages:
    """The server: its paths, and every request line it got with its headers."""

    paths: dict[str, Answer]
    port: int = 0
    journal: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def asked(self) -> list[str]:
        """Return the paths asked for, in order."""
        return [path for _, path, _ in self.journal]


def _handler(pages: Pages) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            self.rfile.read(length)
            pages.journal.append((self.command, self.path, dict(self.headers)))
            answer = pages.paths.get(self.path, Answer("not here", "text/plain", 404))
            body = answer.body.encode() if isinstance(answer.body, str) else answer.body
            self.send_response(answer.status)
            for name, value in {
                "Content-Type": answer.kind,
                "Content-Length": str(len(body)),
                **answer.headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET
        do_OPTIONS = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """The journal is enough."""

    return Handler


@contextmanager
def serving(paths: Mapping[str, Answer] | Callable[[Pages], Mapping[str, Answer]]) -> Iterator[Pages]:
    """A server on a free loopback port for the length of a `with` block; paths may be made from its own port."""
    pages = Pages({})
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(pages))
    server.daemon_threads = True
    pages.port = server.server_address[1]
    pages.paths.update(paths(pages) if callable(paths) else paths)
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield pages
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
