"""CocoIndex v1 as a contender: files in a folder, its splitter, rows in PostgreSQL, vectors kept by its own memory.

Its flow is the one its documentation gives for text embedding; only the model is the contest's.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Annotated, Any

# before it is imported: it would report each use to its makers
os.environ["COCOINDEX_DISABLE_USAGE_TRACKING"] = "1"
os.environ.setdefault("COCOINDEX_LOG_LEVEL", "error")

import asyncpg  # type: ignore[import-untyped]  # ships no types
import cocoindex as coco
import numpy as np
import psycopg
from cocoindex.connectors import localfs, postgres
from cocoindex.ops.text import RecursiveSplitter
from cocoindex.resources.chunk import Chunk
from cocoindex.resources.file import FileLike, PatternFilePathMatcher
from cocoindex.resources.id import IdGenerator
from cocoindex.resources.schema import VectorSchema
from numpy.typing import NDArray

from bench.streams_contest import DIMENSIONS, Counting, Row
from bench.streams_steps import Step

__all__ = ["CocoIndex"]

_TABLE = "streams_peer"
_SIZE, _OVERLAP = 1000, 200


class _Embedder:
    """The contest's model, wrapped as CocoIndex wraps a sentence-transformers model: kept by text, in batches."""

    def __init__(self, model: Counting) -> None:
        self.model = model

    @coco.fn.as_async(batching=True, max_batch_size=64)
    def _embed(self, texts: list[str]) -> list[NDArray[np.float32]]:
        return list(self.model(texts))

    @coco.fn(memo=True, version=1, logic_tracking="self")
    async def embed(self, text: str) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = await self._embed(text)
        return vector

    async def __coco_vector_schema__(self) -> VectorSchema:
        return VectorSchema(dtype=np.dtype(np.float32), size=DIMENSIONS)

    def __coco_memo_key__(self) -> object:
        return "streams"


_POOL = coco.ContextKey[asyncpg.Pool]("streams_pool")
_EMBEDDER = coco.ContextKey[_Embedder]("streams_embedder")
_SPLITTER = RecursiveSplitter()


@dataclass
class _Piece:
    """A row of its table."""

    page: str
    number: int
    text: str
    vector: Annotated[NDArray[np.float32], _EMBEDDER]


@coco.fn
async def _piece(chunk: Chunk, page: PurePath, numbers: IdGenerator, table: postgres.TableTarget[_Piece]) -> None:
    number = await numbers.next_id(chunk.text)
    table.declare_row(row=_Piece(str(page), number, chunk.text, await coco.use_context(_EMBEDDER).embed(chunk.text)))


@coco.fn(memo=True)
async def _page(file: FileLike[Any], table: postgres.TableTarget[_Piece]) -> None:
    await coco.map(_piece, _pieces(await file.read_text()), file.file_path.path, IdGenerator(), table)


@coco.fn
async def _pages(folder: Path) -> None:
    schema = await postgres.TableSchema.from_class(_Piece, primary_key=["page", "number"])
    table = await postgres.mount_table_target(_POOL, _TABLE, schema)
    files = localfs.walk_dir(folder, recursive=True, path_matcher=PatternFilePathMatcher(included_patterns=["**/*.md"]))
    await coco.mount_each(_page, files.items(), table)


@lru_cache(maxsize=4096)
def _pieces(page: str) -> list[Chunk]:
    return _SPLITTER.split(page, chunk_size=_SIZE, chunk_overlap=_OVERLAP, language="markdown")


class CocoIndex:
    """Its app over a folder that holds the pages."""

    name = "CocoIndex"

    def __init__(self, model: Counting, folder: Path, database: str) -> None:
        """`database`: connection string of a PostgreSQL database with pgvector that it may create a table in."""
        self.model = model
        self._folder = folder / "pages"
        self._database = database
        self._app: Any = _app(folder / "state", self._folder, database, _Embedder(model))

    def sync(self, step: Step) -> None:
        """One update, over a folder with the pages that could be looked at."""
        self._write({name: page for name, page in step.pages.items() if name not in step.unseen})
        self._app.update_blocking()

    def rows(self) -> list[Row]:
        """Page and text of every row of its table."""
        with psycopg.connect(self._database) as conn:
            found = conn.execute(f"select page, text from {_TABLE}".encode()).fetchall()
        return [(self._name(page), text) for page, text in found]

    def wanted(self, step: Step) -> Iterable[Row]:
        """Page and text of every piece of every page."""
        return ((name, chunk.text) for name, page in step.pages.items() for chunk in _pieces(page))

    def close(self) -> None:
        """End its engine and its connections."""
        coco.stop_blocking()

    def _name(self, page: str) -> str:
        return str(PurePath(page).relative_to(self._folder)) if PurePath(page).is_absolute() else page

    def _write(self, pages: dict[str, str]) -> None:
        """The folder with these pages; a page that says what it said is left alone."""
        self._folder.mkdir(exist_ok=True)
        for file in self._folder.rglob("*.md"):
            if str(file.relative_to(self._folder)) not in pages:
                file.unlink()
        for name, page in pages.items():
            file = self._folder / name
            if not file.exists() or file.read_text("utf-8") != page:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(page, encoding="utf-8")


def _app(state: Path, folder: Path, database: str, embedder: _Embedder) -> Any:
    @coco.lifespan
    async def lifespan(builder: coco.EnvironmentBuilder) -> AsyncIterator[None]:
        builder.settings.db_path = state
        async with await postgres.create_pool(database) as pool:
            builder.provide(_POOL, pool)
            builder.provide(_EMBEDDER, embedder)
            yield

    shutil.rmtree(state, ignore_errors=True)
    return coco.App(coco.AppConfig(name="Streams"), _pages, folder=folder)
