"""A Twisted reactor of a test's own, a name server it can script, and a server that only counts calls."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from twisted.internet.abstract import isIPAddress, isIPv6Address
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.asyncioreactor import AsyncioSelectorReactor
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IHostnameResolver, IHostResolution
from twisted.internet.threads import deferToThreadPool
from twisted.python.failure import Failure
from zope.interface import implementer  # type: ignore[import-untyped]  # ships no types

__all__ = ["Listener", "ScriptedNames", "in_thread", "listening", "run_in_reactor"]

T = TypeVar("T")


def run_in_reactor(work: Callable[[Any], Coroutine[Any, Any, T]], seconds: float = 20) -> T:
    """Run `work(reactor)`, a coroutine over Deferreds, on a fresh asyncio reactor; return its result."""
    loop = asyncio.new_event_loop()
    reactor: Any = AsyncioSelectorReactor(loop)
    outcome: list[Any] = []

    def start() -> None:
        running: Any = Deferred.fromCoroutine(work(reactor)).addTimeout(seconds, reactor)
        running.addBoth(outcome.append).addBoth(lambda _: reactor.stop())

    reactor.callWhenRunning(start)
    reactor.run(installSignalHandlers=False)
    loop.close()
    asyncio.set_event_loop(None)
    if isinstance(outcome[0], Failure):
        outcome[0].raiseException()
    result: T = outcome[0]
    return result


@implementer(IHostResolution)
class _Resolution:
    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """Answers come at once, so there is nothing to cancel."""


@implementer(IHostnameResolver)
class ScriptedNames:
    """Answers each name from a list of answers, one a question; the last one stays. Literals are themselves."""

    def __init__(self, **answers: list[Sequence[str]]) -> None:
        self.answers = {name.replace("_", "."): list(queue) for name, queue in answers.items()}
        self.asked: list[str] = []

    def resolveHostName(
        self,
        resolutionReceiver: Any,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Any = None,
        transportSemantics: str = "TCP",
    ) -> Any:
        self.asked.append(hostName)
        queue = self.answers.get(hostName, [(hostName,) if isIPAddress(hostName) or isIPv6Address(hostName) else ()])
        addresses = queue.pop(0) if len(queue) > 1 else queue[0]
        resolutionReceiver.resolutionBegan(_Resolution(hostName))
        for address in addresses:
            family = IPv6Address if ":" in address else IPv4Address
            resolutionReceiver.addressResolved(family("TCP", address, portNumber))
        resolutionReceiver.resolutionComplete()
        return resolutionReceiver


class Listener:
    """A listening socket whose kernel queue is the journal: every connection made to it waits there."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.create_server((host, 0), family=family, backlog=64)
        self.socket.setblocking(False)
        self.port: int = self.socket.getsockname()[1]

    def contacts(self) -> int:
        """Return how many connections arrived since the last look."""
        count = 0
        while True:
            try:
                self.socket.accept()[0].close()
            except BlockingIOError:
                return count
            count += 1


@contextmanager
def listening(host: str = "127.0.0.1") -> Iterator[Listener]:
    """A listener for the length of a `with` block."""
    listener = Listener(host)
    try:
        yield listener
    finally:
        listener.socket.close()


async def in_thread(reactor: Any, work: Callable[[], T]) -> T:
    """Run blocking work beside the reactor, as another program would."""
    result: T = await deferToThreadPool(reactor, reactor.getThreadPool(), work)
    return result
