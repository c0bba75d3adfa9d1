"""A receiver of webhooks on loopback: it keeps every message that came, and answers as it is told to."""

from __future__ import annotations

import base64
import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook

__all__ = ["KEY", "SECRET", "Answer", "Got", "Receiver", "hang", "receiver", "says"]

KEY = b"thirty-two bytes for the tests!!"
SECRET = "whsec_" + base64.b64encode(KEY).decode()
_PATIENCE = 30.0  # seconds; far more than a busy machine takes


@dataclass(frozen=True)
class Got:
    """A message as it came."""

    path: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    @property
    def id(self) -> str:
        """Its webhook-id."""
        return self.headers["webhook-id"]

    @property
    def told(self) -> Any:
        """What it says; raises when the signature is not that of the secret."""
        return Webhook(SECRET).verify(self.body, dict(self.headers))


Answer = Callable[["_Handler"], None]


def says(status: int, **headers: str) -> Answer:
    """That status; underscores in the names of headers stand for hyphens."""

    def answer(handler: _Handler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "2")
        handler.end_headers()
        handler.wfile.write(b"ok")

    return answer


def hang(handler: _Handler) -> None:
    """No answer until the receiver is closed."""
    handler.close_connection = True
    handler.server.receiver.closed.wait(_PATIENCE)


@dataclass
class Receiver:
    """What came, and what is answered next."""

    address: str = ""
    came: list[Got] = field(default_factory=list)
    answers: deque[Answer] = field(default_factory=deque)  # one a message, then 200
    closed: threading.Event = field(default_factory=threading.Event)
    _more: threading.Condition = field(default_factory=threading.Condition)

    @property
    def pair(self) -> str:
        """host:port, as `allow_private` wants it."""
        return self.address.partition("//")[2]

    def wait_for(self, number: int) -> list[Got]:
        """The messages, once there are so many."""
        with self._more:
            assert self._more.wait_for(lambda: len(self.came) >= number, _PATIENCE), self.came
            return list(self.came)

    def took(self, got: Got) -> Answer:
        """Keep a message; how to answer it."""
        with self._more:
            self.came.append(got)
            self._more.notify_all()
            return self.answers.popleft() if self.answers else says(200)

    def events(self) -> list[tuple[str, str]]:
        """What the messages told, and of what: an entry's title or a run's source."""
        told = [json.loads(got.body) for got in self.came]
        return [(one["type"], one["data"].get("title") or one["data"]["source"]) for one in told]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    receiver: Receiver

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: who sends may go away, or be killed."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.receiver.took(Got(self.path, headers, body))(self)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A receiver that accepts all until told otherwise."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.receiver = Receiver(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.receiver
        finally:
            server.receiver.closed.set()
            server.shutdown()
            thread.join()
