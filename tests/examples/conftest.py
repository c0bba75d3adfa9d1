"""The example site, served on loopback at a fixed moment."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

import pytest

from examples.autocare.pages import Resource, render_site
from examples.autocare.schedule import ZONE
from examples.autocare.server import SiteServer, make_server

NOON = datetime(2026, 11, 22, 12, 7, tzinfo=ZONE)


@pytest.fixture(scope="session")
def resources() -> dict[str, Resource]:
    """The site as rendered at NOON for the address that the project's sources name."""
    return render_site("http://127.0.0.1:8753", NOON)


@pytest.fixture(scope="session")
def site() -> Iterator[SiteServer]:
    """The site, answering at `site.url`; its clock is NOON at the start and a day later at each further reading."""
    moments = (NOON + timedelta(days=day) for day in count())
    with make_server(0, lambda: next(moments)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
