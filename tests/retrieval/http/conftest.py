"""A real server on loopback in front of a test's own database, and clients that speak to it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from pipelines.database import Connection
from pipelines.settings import Project, load_project
from retrieval.http.app import create_app
from retrieval.http.patience import Patience
from tests.postgres import TestDatabase
from tests.story import Story, offer, page

OIL, TYRES, FAQ, ZAIT = (f"https://shop.test/{name}" for name in ("oil", "tyres", "faq", "ar/zait"))


@contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """The application behind a real server on a free loopback port, as `freshet serve` has it; yields its address."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, http=Patience, log_config=None, timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        app.state.hub.close()
        server.should_exit = True
        thread.join(20)


@pytest.fixture
def story(db: Connection) -> Story:
    """A base of four entries, two languages; a counting model that no process can load."""
    told = Story(db)
    told.sync(
        {
            OIL: [offer(OIL, "Engine oil change with filter for sedans", category=("oil",))],
            TYRES: [offer(TYRES, "Four tyres for the price of three", category=("tyres",))],
            FAQ: [page(FAQ, "How long does an oil change take? Half an hour.", "We open at nine.")],
            ZAIT: [offer(ZAIT, "تغيير زيت المحرك مع الفلتر", category=("oil",), language="ar")],
        }
    )
    return told


@pytest.fixture
def project(database: TestDatabase, tmp_path: Path) -> Project:
    """A project without sources whose database is the test's own."""
    (tmp_path / "freshet.toml").write_text(f'[database]\nurl = "{database.url()}"\n')
    return load_project(tmp_path, environment={})


@pytest.fixture
def address(project: Project, story: Story) -> Iterator[str]:
    """Where that base is served."""
    del story
    with running(create_app(project)) as served:
        yield served


@pytest.fixture
def http(address: str) -> Iterator[httpx.Client]:
    """A client of it, without a key."""
    with httpx.Client(base_url=address, timeout=20, trust_env=False) as client:
        yield client
