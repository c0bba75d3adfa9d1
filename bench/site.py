"""A loopback site of any size for measuring: pages with stable text, strong ETags, and a tree of links.

python -m bench.site 1000 8760     # serves until stopped
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["serving"]

_TEXT = (
    "engine oil change filter brake pads tyre wheel alignment battery check coolant air conditioning service branch "
    "customer price sedan truck hybrid warranty inspection appointment mechanic workshop quality offer discount week"
)
_WORDS = _TEXT.split()
_FANOUT = 50


def page(number: int, pages: int) -> bytes:
    """The page of that number: a heading, three short paragraphs, and links to its children."""
    chance = random.Random(number)
    sentences = [" ".join(chance.choices(_WORDS, k=14)).capitalize() + f" {number}." for _ in range(3)]
    paragraphs = "".join(f"<p>{sentence}</p>" for sentence in sentences)
    children = range(number * _FANOUT + 1, min((number + 1) * _FANOUT + 1, pages))
    links = "".join(f'<li><a href="/page/{child}">Page {child}</a></li>' for child in children)
    title = f"Page {number} about {chance.choice(_WORDS)}"
    return (
        f"<!doctype html><html lang=en><head><title>{title}</title></head><body><main><h1>{title}</h1>{paragraphs}"
        f"</main><nav><ul>{links}</ul></nav></body></html>"
    ).encode()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pages: int) -> None:
    with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            path = head.split(" ", 2)[1]
            writer.write(_response(path, head, pages))
            await writer.drain()
    writer.close()


def _response(path: str, head: str, pages: int) -> bytes:
    name = path.rsplit("/", 1)[-1]
    if not path.startswith("/page/") or not name.isdecimal() or int(name) >= pages:
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    body = page(int(name), pages)
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    if etag in head:
        return f"HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n".encode()
    fields = f"Content-Type: text/html; charset=utf-8\r\nETag: {etag}\r\nContent-Length: {len(body)}"
    return f"HTTP/1.1 200 OK\r\n{fields}\r\n\r\n".encode() + body


async def _serve(pages: int, port: int) -> None:
    server = await asyncio.start_server(lambda r, w: _answer(r, w, pages), "127.0.0.1", port)
    print("serving", flush=True)
    async with server:
        await server.serve_forever()


@contextmanager
def serving(pages: int, port: int) -> Iterator[None]:
    """The site in a process of its own."""
    command = [sys.executable, "-m", "bench.site", str(pages), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield
        finally:
            process.terminate()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
