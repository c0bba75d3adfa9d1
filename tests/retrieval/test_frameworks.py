"""The retrievers of LangChain and LlamaIndex, in the real frameworks against a real base."""

from __future__ import annotations

import asyncio
import warnings

import pytest

from retrieval.client import AsyncClient, Client
from tests.postgres import TestDatabase
from tests.retrieval.http.conftest import OIL, story
from tests.story import Story

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what the frameworks say of their own parts as they load
    from langchain_core.runnables import RunnableLambda

    from retrieval.langchain import FreshetRetriever as LangChainRetriever
    from retrieval.llamaindex import FreshetRetriever as LlamaIndexRetriever

__all__ = ["story"]  # a fixture


@pytest.fixture
def url(story: Story, database: TestDatabase) -> str:
    """Where a reader finds that base."""
    del story
    return database.url("reader")


def test_langchain_gets_documents_with_source_and_window(url: str) -> None:
    """In a chain, as its users would; filters pass through."""
    with Client(url) as kb:
        retriever = LangChainRetriever(client=kb, max_results=2, filters={"category": ["oil"]})
        chain = retriever | RunnableLambda(lambda documents: documents[0])
        document = chain.invoke("engine oil change")
        assert LangChainRetriever(client=kb, filters={"category": []}).invoke("engine oil change") == []
    assert document.metadata["url"] == OIL
    assert {"valid_until", "verified_at", "score", "answerable"} <= set(document.metadata)
    assert "oil" in document.page_content


def test_langchain_awaits(url: str) -> None:
    """With a client of its own for it, and without."""

    async def asked() -> list[str]:
        async with AsyncClient(url) as kb:
            retriever = LangChainRetriever(async_client=kb)
            first = await retriever.ainvoke("engine oil change")
        with Client(url) as waiting:
            second = await LangChainRetriever(client=waiting).ainvoke("engine oil change")
        return [first[0].metadata["url"], second[0].metadata["url"]]

    assert asyncio.run(asked()) == [OIL, OIL]


def test_llamaindex_gets_nodes_with_source_and_window(url: str) -> None:
    """Scores are those of kb.search; filters pass through."""
    with Client(url) as kb:
        found = LlamaIndexRetriever(kb, max_results=2, category=["oil"]).retrieve("engine oil change")
        told = kb.search("engine oil change", max_results=2, category=["oil"])
    assert [node.score for node in found] == [hit.score for hit in told.hits]
    assert found[0].node.metadata["url"] == OIL
    assert "valid_until" in found[0].node.metadata


def test_llamaindex_awaits(url: str) -> None:
    """By the client for it."""

    async def asked() -> str:
        async with AsyncClient(url) as kb:
            return str(
                (await LlamaIndexRetriever(async_client=kb).aretrieve("engine oil change"))[0].node.metadata["url"]
            )

    assert asyncio.run(asked()) == OIL


def test_what_nothing_answers_gives_nothing(url: str) -> None:
    """A chain that quotes whatever it is given must be given nothing; who wants the rows says so."""
    with Client(url) as kb:
        assert LangChainRetriever(client=kb).invoke("zebra migration") == []
        assert LlamaIndexRetriever(kb).retrieve("zebra migration") == []
        rows = kb.search("zebra migration").hits
        assert len(
            LangChainRetriever(client=kb, only_answerable=False, max_results=8).invoke("zebra migration")
        ) == len(rows)


def test_without_a_client_it_says_what_to_pass(url: str) -> None:
    """Before anything is asked."""
    for ask in (LangChainRetriever().invoke, LlamaIndexRetriever().retrieve):
        with pytest.raises(ValueError, match="client"):
            ask("engine oil change")
