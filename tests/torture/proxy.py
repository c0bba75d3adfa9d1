"""A wire between us and PostgreSQL that can be cut: at a statement, at the answer to a commit, for a while."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import quote

from psycopg import conninfo

from tests.postgres import TestDatabase

__all__ = ["Wire", "wired"]

_RESET = struct.pack("ii", 1, 0)  # closing sends RST, as a machine that lost its memory does


@dataclass
class Wire:
    """Forwards connections to the server's socket until it is told otherwise."""

    server: str  # path of the server's socket
    cut_at: bytes = b""  # cut when a client sends this; the server never sees it
    lose_answer_after: bytes = b""  # cut at the first COMMIT after this: the server commits, nobody hears of it
    turned_away: int = 0  # how many of the next connections are closed at once
    turn_away_after_cut: int = 0  # the same, from the cut on
    cuts: int = 0  # made so far
    attempts: int = 0  # to connect
    _listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    _armed: bool = False
    _is_mute: bool = False
    _committed: threading.Event = field(default_factory=threading.Event)

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""
        return int(self._listener.getsockname()[1])

    def url(self, database: TestDatabase) -> str:
        """The owner's connection string by way of the wire."""
        said = conninfo.conninfo_to_dict(database.url())
        login = f"{said['user']}:{quote(str(said['password']), safe='')}"
        return f"postgresql://{login}@127.0.0.1:{self.port}/{database.name}"

    def close(self) -> None:
        """Stop listening."""
        self._listener.close()

    def serve(self) -> None:
        """Forward until closed."""
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.attempts += 1
            if self.turned_away > 0:
                self.turned_away -= 1
                _reset(client)
                continue
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.server)
            for pump in (self._send, self._answer):
                threading.Thread(target=pump, args=(client, server), daemon=True).start()

    def _send(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while said := client.recv(65536):
                if self.cut_at and self.cut_at in said:
                    self.cut_at = b""
                    self.cuts += 1
                    self.turned_away = self.turn_away_after_cut
                    break
                if self.lose_answer_after and self.lose_answer_after in said:
                    self._armed = True
                if self._armed and b"COMMIT" in said:
                    self._lose_answer(server, said)
                    break
                server.sendall(said)
        _reset(client)
        server.close()

    def _lose_answer(self, server: socket.socket, said: bytes) -> None:
        self._armed, self.lose_answer_after = False, b""
        self._is_mute = True
        server.sendall(said)
        self._committed.wait(10)
        self.cuts += 1

    def _answer(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while said := server.recv(65536):
                if self._is_mute and b"COMMIT" in said:
                    self._is_mute = False
                    self._committed.set()
                    return
                client.sendall(said)
            client.shutdown(socket.SHUT_WR)


def _reset(client: socket.socket) -> None:
    with suppress(OSError):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        client.close()


@contextmanager
def wired(database: TestDatabase) -> Iterator[Wire]:
    """A wire to the server of that database."""
    server = database.cluster.server
    wire = Wire(str(server.socket / f".s.PGSQL.{server.port}"))
    thread = threading.Thread(target=wire.serve, daemon=True)
    thread.start()
    try:
        yield wire
    finally:
        with suppress(OSError):
            wire._listener.shutdown(socket.SHUT_RDWR)
        wire.close()
        thread.join(5)
