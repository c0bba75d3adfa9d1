"""A base behind a server that carries out what a person decides on the page."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from flows.deciding import Decisions
from pipelines.records import Outcome
from pipelines.settings import Project
from retrieval.http.app import create_app
from tests.retrieval.http.conftest import FAQ, OIL, TYRES, running
from tests.retrieval.http.conftest import project as project  # the fixtures of that package
from tests.retrieval.http.conftest import story as story
from tests.story import Story

SCRIPT = "<script>alert(1)</script>"


def held_run(story: Story) -> int:
    """A run that finds all but one gone, which waits for a person; its number."""
    story.sync({OIL: Outcome.GONE, TYRES: Outcome.GONE, FAQ: Outcome.GONE})
    row = story.conn.execute("select run_id from kb_store.plan_removal where held limit 1").fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture
def address(project: Project, story: Story) -> Iterator[str]:
    """Where that base is served."""
    del story
    with running(create_app(project, deciding=Decisions(project))) as served:
        yield served


@pytest.fixture
def http(address: str) -> Iterator[httpx.Client]:
    """A client of it, without a key; redirects are looked at, not followed."""
    with httpx.Client(base_url=address, timeout=20, trust_env=False) as client:
        yield client
