"""LangChain's indexing API as a contender: its recursive splitter, its record manager, its store in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Literal

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.indexing import InMemoryRecordManager, index
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_text_splitters import RecursiveCharacterTextSplitter

from bench.streams_contest import Counting, Row
from bench.streams_steps import Step

__all__ = ["LangChain"]

_BATCH = 100_000  # documents; with its own 100, `incremental` embeds pages that straddle a batch again


class _Embeddings(Embeddings):
    """The contest's model as LangChain knows one."""

    def __init__(self, model: Counting) -> None:
        self._model = model

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [vector.tolist() for vector in self._model(texts)]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


class LangChain:
    """An index that is given every page there is at every step, as its documentation asks of `full`."""

    def __init__(self, model: Counting, cleanup: Literal["incremental", "full"]) -> None:
        self.name = f"LangChain {cleanup}"
        self.model = model
        self._cleanup: Literal["incremental", "full"] = cleanup
        self._store = InMemoryVectorStore(_Embeddings(model))
        self._records = InMemoryRecordManager("streams")
        self._records.create_schema()

    def sync(self, step: Step) -> None:
        """One call of `index` with the pages that could be looked at."""
        documents = list(self._documents(step, unseen=step.unseen))
        index(
            documents, self._records, self._store,
            cleanup=self._cleanup, source_id_key="source", key_encoder="blake2b", batch_size=_BATCH,
        )  # fmt: skip

    def rows(self) -> list[Row]:
        """Page and text of every vector in the store."""
        return [(row["metadata"]["source"], row["text"]) for row in self._store.store.values()]

    def wanted(self, step: Step) -> Iterable[Row]:
        """Page and text of every piece of every page."""
        return ((d.metadata["source"], d.page_content) for d in self._documents(step))

    def _documents(self, step: Step, unseen: frozenset[str] = frozenset()) -> Iterator[Document]:
        for name, page in step.pages.items():
            if name not in unseen:
                for text in _pieces(page):
                    yield Document(text, metadata={"source": name})


@lru_cache(maxsize=4096)
def _pieces(page: str) -> tuple[str, ...]:
    """The pieces of a page; kept, so that cutting the same page again costs this contender nothing."""
    return tuple(RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_text(page))
