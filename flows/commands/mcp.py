"""`freshet mcp`."""

from __future__ import annotations

from flows.commands.options import Folder, opened

__all__ = ["mcp"]


def mcp(folder: Folder = None) -> None:
    """Serve the Model Context Protocol on standard input and output, for an assistant that starts this itself.

    Example: freshet mcp --project /srv/knowledge
    """
    import asyncio

    from retrieval.client import AsyncClient
    from retrieval.mcp import create_server

    project = opened(folder)

    async def serve() -> None:
        async with AsyncClient(project) as client:
            await create_server(client).run_stdio_async()

    asyncio.run(serve())
