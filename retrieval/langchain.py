"""A LangChain retriever: what is true now, as documents with their source and window. Extra `freshet[langchain]`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

try:
    from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
except ImportError as error:  # pragma: no cover - the extra is there where tests run
    raise ImportError("retrieval.langchain needs LangChain: pip install 'freshet[langchain]'") from error

from pydantic import ConfigDict, Field

from retrieval.client import AsyncClient, Client
from retrieval.results import Answer

__all__ = ["FreshetRetriever"]


class FreshetRetriever(BaseRetriever):
    """Asks through an open client; `filters` are keywords of its search (category, language, source, kind, …).

    A document's metadata are the other columns of kb.search. Nothing is returned when nothing answers, unless
    `only_answerable` is False.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    client: Client | None = None
    async_client: AsyncClient | None = None
    max_results: int = 5
    only_answerable: bool = True
    filters: dict[str, Any] = Field(default_factory=dict)

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        if self.client is None:
            raise ValueError("FreshetRetriever has no client: pass client=Client(…), or use ainvoke with async_client")
        return self._documents(self.client.search(query, max_results=self.max_results, **self.filters))

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun
    ) -> list[Document]:
        if self.async_client is None:
            return await super()._aget_relevant_documents(query, run_manager=run_manager)
        return self._documents(await self.async_client.search(query, max_results=self.max_results, **self.filters))

    def _documents(self, answer: Answer) -> list[Document]:
        if self.only_answerable and not answer.answerable:
            return []
        return [Document(page_content=hit.body, metadata=asdict(hit), id=str(hit.chunk_id)) for hit in answer.hits]
