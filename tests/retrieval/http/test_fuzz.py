"""What the document of the API allows or forbids, sent: no 5xx, answers as documented, the same statements (S4)."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import one_of
from schemathesis import GenerationMode

from flows.pushing import Pushes
from pipelines.database import Connection
from pipelines.settings import Project, load_project
from retrieval.http.app import create_app
from retrieval.keys import SCOPES, create_key
from tests.postgres import TestDatabase
from tests.retrieval.http.conftest import running

OIL = {"title": "Engine oil change", "text": "Oil and a new filter.", "price": 149, "validity": "until 31 March 2099"}
# The pushing routes are tried on a source that there is; two checks of the tool know less than the document says in
# words: that an embedding has the model's length, that one value of a list's name is a list of one.
SETTINGS = """
[[operations]]
include-path = "/v1/entries/{source}/{key}"
[operations.parameters]
"path.source" = "till"
"""
NOT_CHECKED = "positive_data_acceptance,negative_data_rejection"
ENDLESS = "/v1/changes/stream"  # asked by a client that goes again
EXAMPLES = "12"
_LOGGED = re.compile(r"^\S+ \S+ \S+ \[\d+\] LOG:  (?:execute [^:\n]+|statement): (.*(?:\n\t.*)*)", re.MULTILINE)


@dataclass
class StatementLog:
    """What the server is told, as it notes it itself: the texts of statements, without what is bound to them."""

    conn: psycopg.Connection[Any]
    folder: Path
    noted: int = 0  # bytes of it that were read

    def new(self) -> set[str]:
        """Distinct texts since the last time of asking."""
        mark = f"select 'noted up to {self.noted}'"
        self.conn.execute(mark.encode())
        while mark not in (text := self._since()):
            pass  # it is written by a process of its own
        self.noted += len(text.encode())
        return set(_LOGGED.findall(text)) - {mark}

    def _since(self) -> str:
        files = sorted(self.folder.glob("*.log"), key=lambda file: file.stat().st_mtime)
        return b"".join(file.read_bytes() for file in files)[self.noted :].decode()


@pytest.fixture
def statements(database: TestDatabase) -> Iterator[StatementLog]:
    """The log of all statements to this database."""
    with psycopg.connect(database.superuser_url(), autocommit=True) as conn:
        for name, value in (("log_statement", "all"), ("log_parameter_max_length", "0")):
            conn.execute(f"alter database {database.name} set {name} = '{value}'".encode())
        (folder,) = conn.execute("show data_directory").fetchall()[0]
    with psycopg.connect(database.superuser_url(), autocommit=True) as conn:
        log = StatementLog(conn, Path(folder) / "log")
        log.new()
        yield log


@pytest.fixture
def project(database: TestDatabase, tmp_path: Path) -> Project:
    """A source to push to."""
    (tmp_path / "freshet.toml").write_text(f'[database]\nurl = "{database.url()}"\n[embedding]\nbackend = "onnx"\n')
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "till.toml").write_text('kind = "push"\n')
    return load_project(tmp_path, environment={})


@pytest.fixture
def http(statements: StatementLog, project: Project, db: Connection) -> Iterator[httpx.Client]:
    """A client whose key may do everything."""
    del statements  # connections made before are not noted
    worn = {"Authorization": f"Bearer {create_key(db, 'fuzz', SCOPES, None)}"}
    with (
        running(create_app(project, pusher=Pushes(project))) as address,
        httpx.Client(base_url=address, timeout=60, trust_env=False, headers=worn) as client,
    ):
        yield client


def ask_plainly(http: httpx.Client) -> None:
    """Each address in the ways there are: now and as of then, with a filter and without, found and not."""
    then = {"as_of": "2026-01-01T00:00:00Z"}
    for key, item in (("A", OIL), ("A", OIL), ("A", {**OIL, "price": 99}), ("B", {"title": "Opening hours"})):
        http.put(f"/v1/entries/till/{key}", json=item).raise_for_status()
    assert http.put("/v1/entries/till/A", json={"title": "x", "price": "much"}).status_code == 422
    assert [http.delete(f"/v1/entries/till/{key}").status_code for key in ("B", "B")] == [204, 404]
    for query in ("oil change", "zebra", ""):
        for more in ({}, then, {"language": "en", "category": ["oil"]}):
            http.post("/v1/search", json={"query": query, **more}).raise_for_status()
    for address in ("/v1/offers", "/v1/entries/1", "/v1/explain/1", "/v1/status", "/v1/changes", "/metrics", "/readyz"):
        http.get(address).raise_for_status()
    http.get("/v1/offers", params=then).raise_for_status()
    http.get("/v1/explain/1", params={"query": "oil"}).raise_for_status()
    http.post("/dify/retrieval", json={"knowledge_id": "till", "query": "oil"}).raise_for_status()
    assert http.post("/v1/search", json={"query": "oil", "query_embedding": [1.0]}).status_code == 422


@pytest.mark.hazard("S4", "S9")
def test_s4_nothing_sent_fails_the_stream(http: httpx.Client, statements: StatementLog) -> None:
    """It never ends: who asks reads the head and what comes first, and goes. The same holds of it as of all."""
    ask_plainly(http)
    plain = statements.new()
    document = http.get("/openapi.json").json()
    del document["paths"][ENDLESS]["get"]["security"]  # the key is ours, not the tool's
    operation = schemathesis.openapi.from_dict(document)[ENDLESS]["GET"]
    asked: set[int] = set()

    @settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)))
    def ask(case: schemathesis.Case[Any]) -> None:
        answer = first_of(http, case)
        asked.add(answer.status_code)
        case.validate_response(answer)

    ask()
    assert asked == {200, 422}
    assert statements.new() <= plain
    assert http.get("/v1/status").status_code == 200


def first_of(http: httpx.Client, case: schemathesis.Case[Any]) -> httpx.Response:
    """The answer to the case; of a stream its first event, or the line that says that it lives."""
    sent = case.as_transport_kwargs(base_url=str(http.base_url))
    with http.stream(sent["method"], sent["url"], params=sent["params"], headers=sent["headers"]) as answer:
        if answer.headers["content-type"].startswith("text/event-stream"):
            first = next(answer.iter_raw())
            begun = httpx.Response(answer.status_code, headers=answer.headers, content=first, request=answer.request)
            begun.elapsed = timedelta(0)  # the tool asks for it
            return begun
        answer.read()
        return answer


@pytest.mark.hazard("S4", "S9")
def test_s4_nothing_sent_fails_it_or_becomes_part_of_a_statement(
    http: httpx.Client, statements: StatementLog, tmp_path: Path
) -> None:
    """Examples, bounds, what the document forbids, and chains of calls: as documented, by the same few statements."""
    ask_plainly(http)
    plain = statements.new()
    (tmp_path / "schemathesis.toml").write_text(SETTINGS)
    ran = subprocess.run(
        [
            Path(sys.executable).with_name("st"), "--config-file", tmp_path / "schemathesis.toml",
            "run", f"{http.base_url}/openapi.json", "--header", f"Authorization: {http.headers['authorization']}",
            "--exclude-path", ENDLESS, "--exclude-checks", NOT_CHECKED, "--max-examples", EXAMPLES,
            "--continue-on-failure", "--request-timeout", "30", "--no-color", "--generation-deterministic",
            "--seed", "1",
        ],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout
    assert statements.new() <= plain
    assert len(plain) > 20
