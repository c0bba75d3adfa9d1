"""The garage, and a name server that says what a test tells it to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import spiders.crawling
from pipelines.database import Connection
from tests.badsite import BadSite
from tests.flows.conftest import Run, folder, run
from tests.hazards.garage import Garage, Names

__all__ = ["bad", "folder", "garage", "names", "run"]

# Stands before the crawl's own modules in its process, so that every library there asks it.
_HOOK = """
import json, socket

_real, _asked = socket.getaddrinfo, {}


def _scripted(host, *rest, **more):
    with open(__file__.replace("sitecustomize.py", "names.json")) as file:
        answer = json.load(file).get(host)
    if isinstance(answer, int):
        raise socket.gaierror(answer, "scripted")
    if isinstance(answer, list):
        _asked[host] = _asked.get(host, -1) + 1
        answer = answer[min(_asked[host], len(answer) - 1)]
    return _real(answer or host, *rest, **more)


socket.getaddrinfo = _scripted
"""


@pytest.fixture
def bad() -> Iterator[BadSite]:
    """The garage's server."""
    with BadSite() as site:
        yield site


@pytest.fixture
def garage(run: Run, folder: Path, bad: BadSite, db: Connection) -> Garage:
    """A garage that was never synced."""
    return Garage(bad, run, folder, db)


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Names:
    """Scripts the names a crawl may ask for: an address, several in turn, or the number of the resolver's error."""
    place = tmp_path / "names"
    place.mkdir()
    (place / "sitecustomize.py").write_text(_HOOK, encoding="utf-8")
    real = spiders.crawling._environment

    def environment() -> dict[str, str]:
        own = real()
        return own | {"PYTHONPATH": f"{place}:{own['PYTHONPATH']}"}

    monkeypatch.setattr(spiders.crawling, "_environment", environment)

    def script(answers: dict[str, str | int | list[str]]) -> None:
        (place / "names.json").write_text(json.dumps(answers), encoding="utf-8")

    return script
