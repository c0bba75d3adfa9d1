"""The guarded TCP client: Twisted's own, checking the address it is about to give to connect(2)."""

from __future__ import annotations

from typing import Any

from twisted.internet.tcp import Client, Connector

from spiders.addresses import check_address

__all__ = ["dial"]


def dial(
    reactor: Any,
    exempt: tuple[str, ...],
    host: str,
    port: int,
    factory: Any,
    timeout: float = 30.0,
    bindAddress: Any = None,
) -> Connector:
    """Return a started connector, as `IReactorTCP.connectTCP` does, whose attempts are judged.

    A refusal reaches `factory.clientConnectionFailed` as a Failure holding RefusedAddress.
    """
    connector = _GuardedConnector(host, port, factory, timeout, bindAddress, reactor)
    connector.exempt = exempt
    connector.connect()
    return connector


class _GuardedConnector(Connector):
    """A connector whose every attempt, reconnects included, is judged by the address dialled."""

    exempt: tuple[str, ...] = ()  # host:port pairs that may be dialled although private

    def _makeTransport(self) -> Client:
        return _GuardedClient(self.host, self.port, self.bindAddress, self, self.reactor)  # type: ignore[no-untyped-call]  # Twisted's own has no types


class _GuardedClient(Client):
    def doConnect(self) -> None:
        """Judge `realAddress`, the tuple Twisted dials: a literal, whatever name it came from.

        Twisted calls this from a Deferred whose errback ends the attempt with our exception, then
        again when the socket is ready, when the same address passes the same check.
        """
        if hasattr(self, "connector"):
            check_address(self.realAddress[0], self.realAddress[1], self.connector.exempt)
        super().doConnect()  # type: ignore[no-untyped-call]  # as above
