"""Everything dead (T5): scheduler, flows and doors are killed, an offer ends, the doors alone come back."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil  # type: ignore[import-untyped]  # it has no stubs among the dependencies
import pytest

from pipelines.database import Connection
from tests.postgres import TestDatabase
from tests.retrieval.test_mcp import over_http, text
from tests.serving import command, served
from tests.story import Story, offer, stated

ENDING, LASTING = "https://shop.test/wipers", "https://shop.test/oil"
MARK, LASTS = "Zebrastripe", "Oryxhorn"  # stand in the texts of these two, and in no question
ASKED = "wiper blades half price"


def told_at_each_door(address: str, entry: int) -> dict[str, str]:
    """What each door says when asked for the offer, and of the entry of that number."""
    with httpx.Client(base_url=address, timeout=60, trust_env=False) as http:
        told = {
            "search": http.post("/v1/search", json={"query": ASKED}).text,
            "search by address": http.get("/v1/search", params={"query": ASKED}).text,
            "offers": http.get("/v1/offers", params={"upcoming": True}).text,
            "entry": http.get(f"/v1/entries/{entry}").text,
            "dify": http.post("/dify/retrieval", json={"knowledge_id": "*", "query": ASKED}).text,
            "open webui": http.post("/openwebui/search", json={"query": ASKED}).text,
            "page": http.get("/").text,
            "page, asked": http.get("/ask", params={"q": ASKED}).text,
        }
    tools: dict[str, dict[str, Any]] = {
        "search_knowledge": {"query": ASKED},
        "list_offers": {"upcoming": True},
        "get_entry": {"entry_id": entry},
    }
    for name, arguments in tools.items():
        answer = over_http(address, lambda client: client.call_tool(name, arguments))  # noqa: B023  # called at once
        told[f"mcp {name}"] = text(answer) + str(answer.structured_content)
    return told


@contextmanager
def scheduling(folder: Path, url: str) -> Iterator[subprocess.Popen[bytes]]:
    """`freshet schedule` with the server and the flows that it starts, all of it killed at the end."""
    log = folder / "schedule.log"
    environment = {**os.environ, "DATABASE_URL": url}
    environment.pop("PREFECT_API_URL", None)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command("--project", str(folder), "schedule"), env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        while not re.search(r"Prefect's pages: (\S+)", log.read_text()):
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        yield process
    finally:
        for one in (*psutil.Process(process.pid).children(recursive=True), process):
            one.send_signal(signal.SIGKILL)
        process.wait()


@pytest.mark.hazard("T5")
def test_t5_doors_that_come_back_alone_serve_nothing_that_ended(
    database: TestDatabase, db: Connection, tmp_path: Path
) -> None:
    """Each door served the offer; it ended while no process of ours ran; none serves it, nor lacks what still holds."""
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "shop.toml").write_text('kind = "urls"\nstart_urls = ["https://shop.test/"]\n')
    story = Story(db)
    with served(tmp_path, database.url()) as doors, scheduling(tmp_path, database.url()):
        wipers = offer(ENDING, f"Wiper blades half price {MARK}", stated(None, story.clock + timedelta(hours=1)))
        story.sync({ENDING: [wipers], LASTING: [offer(LASTING, f"Engine oil change, wiper blades fitted {LASTS}")]})
        (entry,) = db.execute("select entry_id from kb.offers() where url = %s", (ENDING,)).fetchall()[0]
        before = told_at_each_door(doors.address, entry)
    assert [door for door, said in before.items() if MARK not in said] == []
    # as if the clock had moved on to a moment before the end
    db.execute(
        "update kb_store.served_entry"
        " set valid = tstzmultirange(tstzrange(null, clock_timestamp() + interval '1 second')) where entry_id = %s",
        (entry,),
    )
    db.execute("select pg_sleep(1.5)")
    with served(tmp_path, database.url()) as doors:
        after = told_at_each_door(doors.address, entry)
    assert [door for door, said in after.items() if MARK in said] == []
    assert [door for door in ("search", "offers", "page", "mcp list_offers") if LASTS not in after[door]] == []
