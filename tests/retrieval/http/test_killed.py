"""`freshet serve` killed in the middle of a push: what was said before or what was pushed, and the next push works."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx

from pipelines.database import Connection
from pipelines.postgres.checks import run_checks
from tests.postgres import TestDatabase
from tests.serving import served

_KILLS = (0.2, 0.5, 0.8)  # of the time that a push takes, as far as that can be foreseen


def _push(http: httpx.Client, title: str) -> httpx.Response:
    item: dict[str, Any] = {"title": title, "text": "Oil and a new filter.", "price": 149}
    return http.put("/v1/entries/till/OIL-1", json=item)


def _titles(http: httpx.Client) -> list[str]:
    return [offer["title"] for offer in http.get("/v1/offers").raise_for_status().json()["offers"]]


def test_a_push_that_is_killed_is_whole_or_not_at_all(database: TestDatabase, db: Connection, tmp_path: Path) -> None:
    """Killed at three moments, each time begun anew: never both, never neither, nothing of it in the way."""
    (tmp_path / "freshet.toml").write_text('[embedding]\nbackend = "onnx"\n')
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "till.toml").write_text('kind = "push"\n')
    before = ""
    for share in (*_KILLS, None):
        with (
            served(tmp_path, database.url()) as doors,
            httpx.Client(base_url=doors.address, timeout=60, trust_env=False) as http,
        ):
            if before:
                assert _titles(http) in ([before], [f"Pushed at {before}"])
            _push(http, "The model is loaded").raise_for_status()
            began = perf_counter()
            before = f"Said before {share}"
            _push(http, before).raise_for_status()
            takes = perf_counter() - began
            assert _titles(http) == [before]
            if share is not None:
                killer = threading.Timer(share * takes, doors.kill)
                killer.start()
                with suppress(httpx.TransportError):
                    _push(http, f"Pushed at {before}")
                killer.join()
    assert [found.name for found in run_checks(db) if not found.holds] == []
