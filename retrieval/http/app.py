"""The application: what stands at which address, and what it stands on."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from importlib.metadata import version
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from psycopg_pool import AsyncConnectionPool

from pipelines.database import uri
from retrieval.client import AsyncClient
from retrieval.dashboard import site
from retrieval.dashboard.now import Deciding
from retrieval.http import following, health, metrics, platforms, pushing, questions
from retrieval.http.callers import Doorkeeper
from retrieval.http.described import describe
from retrieval.http.envelope import Envelope
from retrieval.http.hub import Hub
from retrieval.http.mcp import add_mcp
from retrieval.http.problems import answer_problems
from retrieval.http.pushing import Pusher
from retrieval.mcp import create_server

if TYPE_CHECKING:
    from pipelines.settings import Project

__all__ = ["create_app"]

_CONNECTIONS = 4  # two cores answer no faster with more; and who waits may be answered along with another
_KEY_CONNECTIONS = 4
_WAIT = 2.0  # seconds a request waits for a connection before it is told that the database is away


def create_app(
    project: Project, *, log_queries: bool = False, deciding: Deciding | None = None, pusher: Pusher | None = None
) -> FastAPI:
    """The door of a project; connections are made when it starts, and again whenever the database comes back.

    `deciding` carries out what a person approves on the page; None: that is left to the command line.
    `pusher` carries out what is pushed; None: nothing can be.
    """
    app = FastAPI(
        title="Freshet",
        version=version("freshet"),
        summary="What is true now on the sites of a business, with its source and until when it holds.",
        lifespan=_life(project),
        docs_url=None,  # its page loads scripts of another host
        redoc_url=None,
        redirect_slashes=False,  # it would name http:// as the place, and what follows it shows its key there
        generate_unique_id_function=lambda route: route.name,  # programs, and models that call tools, see these names
    )
    app.state.project = project
    app.state.client = AsyncClient(project, connections=_CONNECTIONS, kept=_CONNECTIONS)
    app.state.mcp = create_server(app.state.client)
    app.state.metrics = metrics.Metrics(app.state.client, [hook.known_as for hook in project.webhooks])
    app.state.deciding = deciding
    answer_problems(app)
    for router in (health.router, metrics.router, questions.router, following.router, platforms.router, site.router):
        app.include_router(router)
    if pusher is not None:
        app.include_router(pushing.router)
    app.state.pusher = pusher
    add_mcp(app, app.state.mcp)
    describe(app)
    if project.api.cors:
        app.add_middleware(
            CORSMiddleware, allow_origins=project.api.cors, allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "If-None-Match", "Last-Event-ID", "Mcp-Protocol-Version"],
            expose_headers=["ETag", "Retry-After", "X-Request-ID"],
        )  # fmt: skip
    app.add_middleware(metrics.Timing, metrics=app.state.metrics)
    app.add_middleware(Envelope, log_queries=log_queries)
    return app


def _life(project: Project) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        """Everything that is open while the server runs; nothing here waits for the database."""
        state = app.state
        async with AsyncExitStack() as open_:
            await open_.enter_async_context(state.client)
            if state.pusher is not None:
                open_.push_async_callback(state.pusher.close)
            await open_.enter_async_context(state.mcp.session_manager.run())
            state.auditor = await open_.enter_async_context(AsyncClient(project, role="auditor", connections=2))
            pool = AsyncConnectionPool(
                uri(project, "writer"), min_size=1, max_size=_KEY_CONNECTIONS, timeout=_WAIT, open=False,
                kwargs={"autocommit": True, "application_name": "freshet serve: keys"},
            )  # fmt: skip
            await pool.open()
            open_.push_async_callback(pool.close)
            state.store, state.doorkeeper = pool, Doorkeeper(pool)
            state.hub, state.streams = Hub(uri(project, "reader")), Counter()
            listening = asyncio.create_task(state.hub.listen())
            yield
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening

    return life
