"""Wakes whoever waits for the change feed to grow: one listening connection for all of them."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

import psycopg

__all__ = ["Hub"]

_PAUSE = 2  # seconds before listening anew, when the database is away

_log = logging.getLogger(__name__)


class Hub:
    """Listens to kb_change as a reader."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._grown = asyncio.Event()
        self.closed = False

    async def listen(self) -> None:
        """Listen until cancelled; a lost connection is made anew, and everyone looks for what was missed."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._address, autocommit=True) as conn:
                    await conn.execute("listen kb_change")
                    self._wake()
                    async for _ in conn.notifies():
                        self._wake()
            except psycopg.Error as error:
                _log.warning("not listening for changes: %s", type(error).__name__)
            await asyncio.sleep(_PAUSE)

    def ticket(self) -> asyncio.Event:
        """What is set when the feed grows from now on: take it before you look, wait for it after."""
        return self._grown

    @staticmethod
    async def grown(ticket: asyncio.Event, seconds: float) -> None:
        """Return when the feed has grown since the ticket was taken, or after that time."""
        with suppress(TimeoutError):
            await asyncio.wait_for(ticket.wait(), seconds)

    def close(self) -> None:
        """End every wait: the server stops."""
        self.closed = True
        self._wake()

    def _wake(self) -> None:
        waiting, self._grown = self._grown, asyncio.Event()
        waiting.set()
