"""The demonstration, on two of its offers and the test's own database."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from examples.autocare.server import SiteServer
from flows.demo import EXAMPLE, DemoFailed, run_demo
from tests.flows.prefect_api import furnish, limit_to


def test_the_demonstration_shows_runs_and_answers(folder: Path) -> None:
    """It serves, syncs through the flow, tells of each source, asks in both languages, and ends with exit 0."""
    port = _free_port()
    _few_of_the_sources(folder, port)
    furnish(folder)
    said = _demo(folder, port)
    assert said.returncode == 0, said.stderr
    assert "flow sync-all: Completed" in said.stdout
    assert "autocare-guides: run 1 published" in said.stdout
    assert "autocare-offers: run 2 published" in said.stdout
    assert "? How much is a full synthetic oil change?" in said.stdout
    assert "? كم سعر فحمات الفرامل الأمامية مع التركيب؟" in said.stdout
    assert f"http://127.0.0.1:{port}/en/offers/front-brake-pads" in said.stdout
    assert "freshet db stop" in said.stdout
    assert said.stderr == ""


def test_a_taken_port_is_named(folder: Path, site: SiteServer) -> None:
    """Whoever runs it twice is told so, before anything is started."""
    with pytest.raises(DemoFailed, match=f"127.0.0.1:{site.server_port} is taken"):
        run_demo(once=True, directory=folder, port=site.server_port)


def test_the_example_is_where_the_demonstration_looks() -> None:
    """The project and its questions come with the checkout."""
    assert (EXAMPLE / "freshet.toml").exists()
    assert (EXAMPLE / "questions.jsonl").exists()


def _few_of_the_sources(folder: Path, port: int) -> None:
    """The example's sources on another port, limited to pages that the questions ask for."""
    few = {
        "autocare-guides": ["/ar/faq", "/ar/summer-guide"],
        "autocare-offers": ["/en/offers/front-brake-pads", "/ar/offers/front-brake-pads", "/ar/offers/ac-regas"],
    }
    for name, paths in few.items():
        text = (EXAMPLE / "sources" / f"{name}.toml").read_text(encoding="utf-8").replace("8753", str(port))
        file = folder / "sources" / f"{name}.toml"
        file.write_text(text, encoding="utf-8")
        limit_to(file, *paths)


def _demo(folder: Path, port: int) -> subprocess.CompletedProcess[str]:
    """The demonstration in a process of its own: this one has imported Prefect with other settings."""
    environment = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}
    code = (
        f"import pathlib, flows.demo as d; d.run_demo(once=True, directory=pathlib.Path({str(folder)!r}), port={port})"
    )
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
