"""/metrics: what an operator watches, in the text format of Prometheus; docs/alerts.yml says when to do what.

What the base holds is read from it at the scrape (`retrieval.http.figures`): a base that is away is
`freshet_database_up 0` and no word of the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from time import perf_counter
from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from psycopg_pool import AsyncConnectionPool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from retrieval.client import AsyncClient
from retrieval.http.callers import allowed
from retrieval.http.described import told
from retrieval.http.figures import BASE_AWAY, Base, Reading, Row
from retrieval.http.problems import AWAY, Problem

__all__ = ["Metrics", "Timing", "router"]

router = APIRouter(tags=["running"])

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """The figures of one application, in a registry of its own."""

    def __init__(self, client: AsyncClient, webhooks: Sequence[str] = ()) -> None:
        """`client` asks as a reader; `webhooks` are the names of those that the project has."""
        self._client = client
        self._base = Base(client, webhooks)
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self.seconds = Histogram(
            "freshet_request_seconds", "Time until an answer begins, by the address asked.",
            ["door", "status"], buckets=_SECONDS, registry=self._registry,
        )  # fmt: skip

    async def text(self, store: AsyncConnectionPool[Any]) -> bytes:
        """Everything, as Prometheus reads it; `store` acts as kb_writer. Raises nothing when the base is away."""
        found = await self._base.look(store)
        pools = {"readers": self._client.pool_stats(), "store": store.get_stats()}
        return generate_latest(self._registry) + _text([*_of_base(found), *_of_pools(pools)])


class Timing:
    """Middleware: how long each address takes until its answer begins; a stream goes on for hours after that."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._seconds = metrics.seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, timed."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                # the address as declared: what a caller made up must not grow the list of series
                door = getattr(scope.get("route"), "path", "other")
                self._seconds.labels(door, f"{message['status'] // 100}xx").observe(perf_counter() - started)
            await send(message)

        await self._app(scope, receive, sending)


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **told()},
)
async def metrics(request: Request) -> Response:
    """For a key of scope read that is not limited to some sources: the figures tell of all."""
    try:
        caller = await allowed("read")(request)
    except AWAY:  # nobody can be recognised: what /readyz tells everyone, and no more
        return _answer(_text(_of_base(BASE_AWAY)))
    if caller.sources is not None:
        raise Problem(HTTPStatus.FORBIDDEN, "figures tell of every source; this takes a key without --source")
    own: Metrics = request.app.state.metrics
    return _answer(await own.text(request.app.state.store))


def _answer(text: bytes) -> Response:
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8", headers={"Cache-Control": "no-store"})


class _Found(Collector):
    """Families as a collector: what generate_latest takes."""

    def __init__(self, families: Iterable[GaugeMetricFamily]) -> None:
        self._families = list(families)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The families."""
        return iter(self._families)


def _text(families: Iterable[GaugeMetricFamily]) -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Found(families))
    return generate_latest(registry)


def _of_base(found: Reading) -> Iterator[GaugeMetricFamily]:
    yield _sole("freshet_database_up", "1: the database answers.", float(found.up))
    yield _sole(
        "freshet_expired_served", "Offers that kb.offers returned although over; anything but 0 is a defect.",
        found.expired_served,
    )  # fmt: skip
    yield _sole(
        "freshet_index_recall",
        "Share of the ten nearest texts that the index of vectors finds; none: no index, each text is compared.",
        found.recall,
    )
    for name, help_text, column in _BY_SOURCE:
        yield _each(name, help_text, ("source",), found.sources, column)
    yield _each("freshet_runs", "Runs that ended in the last 24 hours.", ("source", "state"), found.runs, "runs")
    yield _each(
        "freshet_embedded_texts", "Texts embedded in the last 24 hours.", ("source", "state"), found.runs, "embedded"
    )
    yield _each(
        "freshet_last_run", "1: how the last run of a source ended.", ("source", "state"), found.runs, "is_last"
    )

    for name, help_text, column in _BY_WEBHOOK:
        yield _each(name, help_text, ("webhook",), found.webhooks, column)


def _of_pools(pools: Mapping[str, Mapping[str, int]]) -> Iterator[GaugeMetricFamily]:
    for name, help_text, counted in _BY_POOL:
        rows = [{"pool": pool, "number": stats.get(counted, 0)} for pool, stats in pools.items()]
        yield _each(name, help_text, ("pool",), rows, "number")


def _sole(name: str, help_text: str, value: float | None) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, help_text)
    if value is not None:
        family.add_metric([], value)
    return family


def _each(name: str, help_text: str, labels: tuple[str, ...], rows: Iterable[Row], column: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, help_text, labels=labels)
    for row in rows:
        if row[column] is not None:
            family.add_metric([row[label] for label in labels], float(row[column]))
    return family


_BY_SOURCE = (
    ("freshet_source_verified_age_seconds", "Time since the source was last found healthy.", "verified_age"),
    ("freshet_source_attempt_age_seconds", "Time since a run last looked at the source.", "attempt_age"),
    ("freshet_source_stale", "1: last verified longer ago than the source's freshness, or never.", "stale"),
    ("freshet_source_paused", "1: syncs leave the source alone until freshet resume.", "paused"),
    ("freshet_live_offers", "Offers live now.", "live_offers"),
    ("freshet_live_entries", "Entries of any kind live now.", "live"),
    ("freshet_upcoming_entries", "Entries whose window is yet to begin.", "upcoming"),
    ("freshet_held_run", "1: removals wait for a person.", "held"),
)

_BY_WEBHOOK = (
    ("freshet_webhook_waiting", "Messages that wait to be delivered.", "waiting"),
    ("freshet_webhook_waiting_seconds", "Time since what the first of them tells happened.", "waiting_age"),
    ("freshet_webhook_dead_letters", "Messages given up in the last thirty days.", "dead_letters"),
)

_BY_POOL = (
    ("freshet_pool_connections", "Connections held.", "pool_size"),
    ("freshet_pool_idle", "Connections held that nobody uses.", "pool_available"),
    ("freshet_pool_waiting", "Requests that wait for a connection.", "requests_waiting"),
)
