"""A project whose database is the test's own, and the example site served beside it."""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from examples.autocare.server import SiteServer, make_server
from flows.cli import main
from tests.postgres import TestDatabase


@dataclass(frozen=True)
class Ran:
    """What one command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Its standard output, which is one JSON document."""
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `freshet ARGUMENTS…` in this process."""

    def command(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["freshet", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        code = ended.value.code
        return Ran(code if isinstance(code, int) else int(code is not None), captured.out, captured.err)

    return command


@pytest.fixture
def folder(tmp_path: Path, database: TestDatabase, monkeypatch: pytest.MonkeyPatch, run: Run) -> Path:
    """A project without sources on the test's own database, ready to be asked."""
    (tmp_path / "sources").mkdir()
    monkeypatch.setenv("DATABASE_URL", database.url())
    monkeypatch.setenv("FRESHET_PROJECT", str(tmp_path))
    # one backend by name: a calibration would measure this machine, which no test asks about
    monkeypatch.setenv("FRESHET_EMBEDDING__BACKEND", "onnx")
    assert run("db", "migrate").code == 0
    return tmp_path


@pytest.fixture
def site() -> Iterator[SiteServer]:
    """The example site as it is at noon of a fixed day."""
    server = make_server(0, datetime.now(UTC).replace(microsecond=0))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def few_offers(offers_source: Path) -> Path:
    """The same source limited to its English list and two offers; its file."""
    text = offers_source.read_text(encoding="utf-8")
    few = 'allow = ["^/en/offers$", "^/en/offers/(front-brake-pads|city-towing)$"]'
    text = text.replace('allow = ["^/(en|ar)/offers(/|$)"]', few)
    offers_source.write_text(re.sub(r'"http://[^"]*/ar/offers"', "", text), encoding="utf-8")
    return offers_source


@pytest.fixture
def offers_source(folder: Path, site: SiteServer) -> Path:
    """The example's offers as a source of the project; its file."""
    example = Path(__file__).parents[2] / "examples/autocare/sources/autocare-offers.toml"
    text = example.read_text(encoding="utf-8").replace("127.0.0.1:8753", site.url.split("//")[1].rstrip("/"))
    file = folder / "sources" / "offers.toml"
    file.write_text(text.replace('name = "autocare-offers"', 'name = "offers"'), encoding="utf-8")
    return file
