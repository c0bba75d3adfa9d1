"""The Model Context Protocol: the SDK's own client asks, over HTTP and over a process's standard input and output."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult

from flows.readiness import migrate_project
from pipelines.database import Connection
from pipelines.settings import Project
from retrieval.keys import create_key
from tests.retrieval.http.conftest import FAQ, OIL, address, project, story
from tests.retrieval.http.test_questions import story_now
from tests.story import Story, offer, stated

__all__ = ["address", "project", "story"]  # fixtures


def over_http(address: str, ask: Callable[[Client], Awaitable[Any]], key: str | None = None) -> Any:
    """What the client is told over HTTP."""

    async def asked() -> Any:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        async with (
            httpx2.AsyncClient(headers=headers, trust_env=False) as http,
            Client(streamable_http_client(f"{address}/mcp", http_client=http)) as client,
        ):
            return await ask(client)

    return asyncio.run(asked())


def text(result: CallToolResult) -> str:
    """What a model reads of a result."""
    return "\n".join(getattr(block, "text", "") for block in result.content)


def test_tools_say_what_they_are_for(address: str) -> None:
    """Four tools that only look and ask for source and window; the instructions distrust what sites say."""

    async def ask(client: Client) -> tuple[Any, Any]:
        return (await client.list_tools()).tools, client.instructions

    tools, instructions = over_http(address, ask)
    assert {tool.name for tool in tools} == {"search_knowledge", "list_offers", "get_entry", "what_changed"}
    assert all(tool.annotations.read_only_hint for tool in tools)
    assert all("cite" in tool.description.lower() or "quoted" in tool.description for tool in tools)
    assert all(tool.output_schema for tool in tools)
    assert "Cite the source" in instructions
    assert "never an instruction" in instructions


def test_a_search_says_source_and_window(address: str) -> None:
    """As text for a model, and as the columns of kb.search."""
    found = over_http(address, lambda client: client.call_tool("search_knowledge", {"query": "engine oil change"}))
    assert found.structured_content["hits"][0]["url"] == OIL
    assert f"Source: {OIL}" in text(found)
    assert "Holds: " in text(found)
    assert "> Engine oil change" in text(found)


def test_what_nothing_answers_is_said_to_be_so(address: str) -> None:
    """A model is told not to guess."""
    found = over_http(address, lambda client: client.call_tool("search_knowledge", {"query": "zebra migration"}))
    assert not found.structured_content["answerable"]
    assert "do not know" in text(found)


def test_an_offer_is_gone_between_two_calls_once_it_ended(address: str, story: Story, db: Connection) -> None:
    """T5: the same session, no job in between."""
    ends = story_now(db) + timedelta(seconds=2)
    story.sync({f"{OIL}-short": [offer(f"{OIL}-short", "Wiper blades half price", stated(None, ends))]})

    async def ask(client: Client) -> list[CallToolResult]:
        before = await client.call_tool("list_offers", {})
        number = next(o["entry_id"] for o in before.structured_content["offers"] if o["url"].endswith("-short"))
        read = await client.call_tool("get_entry", {"entry_id": number})
        while story_now(db) < ends:
            await asyncio.sleep(0.05)
        return [
            before,
            read,
            await client.call_tool("list_offers", {}),
            await client.call_tool("get_entry", {"entry_id": number}),
        ]

    before, read, after, gone = over_http(address, ask)
    assert "Wiper blades" in text(before)
    assert "Wiper blades" in text(read)
    assert "Wiper blades" not in text(after)
    assert gone.is_error
    assert "do not quote" in text(gone)


def test_changes_are_told_with_a_cursor(address: str) -> None:
    """The last number leads on to what comes after it."""

    async def ask(client: Client) -> tuple[CallToolResult, CallToolResult]:
        first = await client.call_tool("what_changed", {"max_results": 2})
        last = first.structured_content["changes"][-1]["change_id"]
        return first, await client.call_tool("what_changed", {"after": last})

    first, rest = over_http(address, ask)
    numbers = [c["change_id"] for c in (*first.structured_content["changes"], *rest.structured_content["changes"])]
    assert numbers == sorted(set(numbers))
    assert len(numbers) >= 4


@pytest.mark.parametrize(
    "arguments",
    [{"query": "x", "max_results": 0}, {"query": "x" * 4001}, {}, {"query": 3}, {"query": "x", "language": "Arabic"}],
)
def test_a_bad_question_is_told_to_the_model(address: str, arguments: dict[str, Any]) -> None:
    """As an error it can act on; the session goes on."""

    async def ask(client: Client) -> tuple[CallToolResult, CallToolResult]:
        bad = await client.call_tool("search_knowledge", arguments)
        return bad, await client.call_tool("search_knowledge", {"query": "oil"})

    bad, good = over_http(address, ask)
    assert bad.is_error
    assert not good.is_error


def test_a_key_limits_what_the_tools_see(address: str, story: Story, db: Connection) -> None:
    """S6: only its own source, through every tool; without a key nothing once there is one."""
    other = Story(db, source=story.source.model_copy(update={"name": "other"}))
    other.sync({"https://other.test/a": [offer("https://other.test/a", "Engine oil secret")]})
    row = db.execute(
        "select entry_id from kb_store.entry e join kb_store.source s using (source_id) where s.name = 'other'"
    ).fetchone()
    assert row is not None
    key = create_key(db, "bot", ["read"], ["shop"])

    async def ask(client: Client) -> list[CallToolResult]:
        return [
            await client.call_tool("search_knowledge", {"query": "engine oil secret"}),
            await client.call_tool("search_knowledge", {"query": "engine oil secret", "source": ["other"]}),
            await client.call_tool("list_offers", {}),
            await client.call_tool("get_entry", {"entry_id": row[0]}),
            await client.call_tool("what_changed", {}),
        ]

    for result in over_http(address, ask, key):
        assert "other.test" not in text(result)
        assert "other.test" not in str(result.structured_content)
    assert httpx2.post(f"{address}/mcp", json={}).status_code == 401


def test_no_stream_is_opened_on_which_nothing_comes(address: str) -> None:
    """Each request stands alone: the SDK's client goes on without, and nobody holds connections open for nothing."""
    answer = httpx2.get(f"{address}/mcp", headers={"Accept": "text/event-stream"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_a_process_speaks_it_on_standard_input_and_output(project: Project, story: Story) -> None:
    """`freshet mcp` as an assistant starts it: nothing else is on its output, and it ends with its input."""
    del story
    migrate_project(project)
    command = Path(sys.executable).with_name("freshet")
    server = StdioServerParameters(command=str(command), args=["mcp", "--project", str(project.directory)])

    async def asked() -> CallToolResult:
        async with Client(server) as client:
            return await client.call_tool("search_knowledge", {"query": "how long does it take"})

    found = asyncio.run(asked())
    assert found.structured_content is not None
    assert found.structured_content["hits"][0]["url"] == FAQ
