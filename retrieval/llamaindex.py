"""A LlamaIndex retriever: what is true now, as nodes with their source and window. Extra `freshet[llamaindex]`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

try:
    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
except ImportError as error:  # pragma: no cover - the extra is there where tests run
    raise ImportError("retrieval.llamaindex needs LlamaIndex: pip install 'freshet[llamaindex]'") from error

from retrieval.client import AsyncClient, Client
from retrieval.results import Answer

__all__ = ["FreshetRetriever"]


class FreshetRetriever(BaseRetriever):
    """Asks through an open client; further keywords are those of its search (category, language, source, kind, …).

    A node's metadata are the other columns of kb.search. Nothing is returned when nothing answers, unless
    `only_answerable` is False.
    """

    def __init__(
        self,
        client: Client | None = None,
        async_client: AsyncClient | None = None,
        *,
        max_results: int = 5,
        only_answerable: bool = True,
        **filters: Any,
    ) -> None:
        super().__init__()
        self._client, self._async_client = client, async_client
        self._asked = {"max_results": max_results, **filters}
        self._only_answerable = only_answerable

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        if self._client is None:
            raise ValueError("FreshetRetriever has no client: pass Client(…), or use aretrieve with async_client")
        return self._nodes(self._client.search(query_bundle.query_str, **self._asked))

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        if self._async_client is None:
            return self._retrieve(query_bundle)
        return self._nodes(await self._async_client.search(query_bundle.query_str, **self._asked))

    def _nodes(self, answer: Answer) -> list[NodeWithScore]:
        if self._only_answerable and not answer.answerable:
            return []
        return [NodeWithScore(node=_node(asdict(hit)), score=hit.score) for hit in answer.hits]


def _node(hit: dict[str, Any]) -> TextNode:
    plain = {name: value if isinstance(value, int | float | str | None) else str(value) for name, value in hit.items()}
    return TextNode(text=plain.pop("body"), id_=str(plain.pop("chunk_id")), metadata=plain)
