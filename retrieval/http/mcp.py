"""/mcp: the Model Context Protocol over streamable HTTP, behind the same doorkeeper as everything else."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from mcp.server import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from retrieval.http.callers import allowed

__all__ = ["PATH", "add_mcp"]

PATH = "/mcp"


def add_mcp(app: FastAPI, server: MCPServer[Any]) -> None:
    """Let the server answer at /mcp. Each request stands alone: it may be answered by any of several processes.

    Host and origin are looked at by the doorkeeper, which knows whether there are keys; the SDK's own look is off.
    """
    inner = server.streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        stateless_http=True,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    # not GET: where each request stands alone it opens a stream on which nothing ever comes
    app.router.routes.append(Route(PATH, endpoint=_Guarded(inner), methods=["POST"], include_in_schema=False))


class _Guarded:
    """Admits a caller, and tells the tools who it is."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner
        self._admit = allowed("read")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"]["caller"] = await self._admit(Request(scope))
        await self._inner(scope, receive, send)
