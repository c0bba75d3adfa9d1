"""`freshet serve` as a process of its own, connections to it that are kept, and what processor is used."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from time import sleep

from pipelines.settings import Project

__all__ = ["Door", "Kept", "cpu", "cpu_of_children", "search_request", "served"]


@dataclass(frozen=True)
class Door:
    """The server under measurement."""

    port: int
    pid: int


@contextmanager
def served(project: Project) -> Iterator[Door]:
    """`freshet serve` of the project on a free port, ready to answer."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "flows.cli", "--project", str(project.directory), "serve", "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            while not _is_ready(port):
                assert process.poll() is None, "freshet serve ended"
                sleep(0.1)
            yield Door(port, process.pid)
        finally:
            process.terminate()


def _is_ready(port: int) -> bool:
    conn = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        conn.request("GET", "/readyz")
        return conn.getresponse().status == 200
    except ConnectionError:
        return False
    finally:
        conn.close()


@dataclass(frozen=True)
class Kept:
    """One connection that is kept; a client so small that it takes next to nothing from who answers."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def open(cls, door: Door) -> Kept:
        """A connection to the door."""
        return cls(*await asyncio.open_connection("127.0.0.1", door.port))

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        self.writer.write(request)
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].split(None, 1)[0])
        return int(head.split(None, 2)[1]), await self.reader.readexactly(length)

    def close(self) -> None:
        """Give it up."""
        self.writer.close()


def search_request(question: str, vector: Sequence[float] | None = None) -> bytes:
    """What asks the question, with its vector or without."""
    asked = {"query": question} if vector is None else {"query": question, "query_embedding": vector}
    body = json.dumps(asked, ensure_ascii=False).encode()
    head = "POST /v1/search HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: "
    return b"%b%d\r\n\r\n%b" % (head.encode(), len(body), body)


def cpu(pid: int) -> float:
    """Milliseconds of processor used by the threads that the process has."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e6


def cpu_of_children(pid: int) -> float:
    """The same of the processes that it started and that are there."""
    return sum(cpu(int(child)) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
