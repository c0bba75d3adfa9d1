"""What an operator watches: true figures while the base is there, one figure when it is not, and alerts upon them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml  # type: ignore[import-untyped]  # no stubs wanted for one test
from prometheus_client.parser import text_string_to_metric_families

from pipelines.database import Connection
from pipelines.settings import Project
from pipelines.store import vector_index
from retrieval.http import figures
from retrieval.http.app import create_app
from retrieval.keys import create_key
from tests.postgres import TestDatabase
from tests.retrieval.http.conftest import OIL, TYRES, running
from tests.retrieval.http.test_questions import shut_out
from tests.story import Story, offer, page, stated

_DOCS = Path(__file__).parents[3] / "docs"


@pytest.fixture(autouse=True)
def _always_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each scrape of these tests looks at the base."""
    monkeypatch.setattr(figures, "_KEPT", 0.0)
    monkeypatch.setattr(figures, "_RECALL_KEPT", 0.0)


def figures_of(http: httpx.Client, **more: str) -> dict[str, dict[tuple[str, ...], float]]:
    """Name of a figure, the values of its labels, its value."""
    answer = http.get("/metrics", headers=more)
    assert answer.status_code == 200
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(answer.text):
        found.setdefault(family.name, {})
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


def test_figures_are_those_of_the_base(http: httpx.Client, story: Story) -> None:
    """Live offers, runs, embedded texts, ages; of a base in order nothing over is served."""
    told = figures_of(http)
    assert told["freshet_database_up"] == {(): 1}
    assert told["freshet_expired_served"] == {(): 0}
    assert told["freshet_live_offers"] == {("shop",): 3}
    assert told["freshet_live_entries"] == {("shop",): 4}
    assert told["freshet_runs"] == {("shop", "published"): 1}
    assert told["freshet_last_run"] == {("shop", "published"): 1}
    assert told["freshet_source_stale"] == {("shop",): 0}
    assert 0 <= told["freshet_source_verified_age_seconds"]["shop",] < 600
    assert told["freshet_index_recall"] == {}


def test_an_offer_that_is_over_is_no_live_offer(http: httpx.Client, story: Story) -> None:
    """What ended counts no more, and is not served either."""
    ended = stated(None, story.clock - timedelta(seconds=1))
    story.sync({OIL: [offer(OIL, window=ended)], TYRES: [offer(TYRES)]})
    told = figures_of(http)
    assert told["freshet_live_offers"]["shop",] <= 2
    assert told["freshet_expired_served"] == {(): 0}


def test_the_probe_notices_a_defect(http: httpx.Client, story: Story, database: TestDatabase) -> None:
    """Were an offer served longer than its version holds, or past its ttl, the probe would say so."""
    with database.connect() as owner:
        owner.execute(
            "update kb_store.version set valid = tstzmultirange(tstzrange(null, clock_timestamp() - interval '1 day'))"
            " where title like 'Four tyres%'"
        )
        assert figures_of(http)["freshet_expired_served"] == {(): 1}
        owner.execute("update kb_store.source set ttl = interval '1 microsecond'")
    assert figures_of(http)["freshet_expired_served"] == {(): 3}


def test_requests_are_timed_by_the_address_as_declared(http: httpx.Client) -> None:
    """What callers make up adds no series."""
    for path in ("/v1/offers", "/v1/entries/1", "/v1/entries/2", "/made-up-1", "/made-up-2"):
        http.get(path)
    doors = {labels[0] for labels in figures_of(http)["freshet_request_seconds_count"]}
    assert {"/v1/offers", "/v1/entries/{entry_id}", "other"} <= doors
    assert not {door for door in doors if "made-up" in door}


def test_a_limited_key_is_told_nothing(http: httpx.Client, db: Connection) -> None:
    """The figures tell of every source: a key for one of them learns of none here, a free one of all."""
    limited, free = create_key(db, "limited", ["read"], ["shop"]), create_key(db, "free", ["read"], None)
    assert http.get("/metrics").status_code == 401
    refused = http.get("/metrics", headers={"Authorization": f"Bearer {limited}"})
    assert (refused.status_code, "shop" in refused.text) == (403, False)
    assert figures_of(http, Authorization=f"Bearer {free}")["freshet_database_up"] == {(): 1}


def test_away_is_a_figure(project: Project, story: Story, database: TestDatabase) -> None:
    """Without its database the server says so, to everyone and with nothing else."""
    with running(create_app(project)) as address, httpx.Client(base_url=address, timeout=30, trust_env=False) as http:
        assert figures_of(http)["freshet_database_up"] == {(): 1}
        with shut_out(database):
            told = figures_of(http)
            assert told["freshet_database_up"] == {(): 0}
            assert not {name for name, samples in told.items() if samples} - {"freshet_database_up"}


def test_the_index_is_compared_with_comparing_each(
    http: httpx.Client, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is an index of vectors, what it finds of the nearest is a share of one."""
    monkeypatch.setattr(vector_index, "FEWEST", 20)
    story.sync({f"https://shop.test/{n}": [page(f"https://shop.test/{n}", f"tyre number {n}")] for n in range(40)})
    assert vector_index.keep_vector_index(story.conn, story.model_id)
    assert 0.5 < figures_of(http)["freshet_index_recall"][()] <= 1


def test_every_alert_rests_on_figures_that_there_are(http: httpx.Client) -> None:
    """A rule on a figure or an address nobody tells would never fire; each says what to do, here and in the page."""
    doors = {*http.get("/openapi.json").json()["paths"]}
    told = figures_of(http)
    running_page = (_DOCS / "running.md").read_text(encoding="utf-8")
    for rule in rules():
        assert set(re.findall(r"\bfreshet_\w+", rule["expr"])) <= set(told)
        assert set(re.findall(r'door="([^"]+)"', rule["expr"])) <= doors
        assert {"summary", "runbook"} <= set(rule["annotations"])
        assert f"**{rule['alert']}**" in running_page


def rules() -> Iterator[dict[str, Any]]:
    """Every rule of docs/alerts.yml."""
    for group in yaml.safe_load((_DOCS / "alerts.yml").read_text(encoding="utf-8"))["groups"]:
        yield from group["rules"]
