"""The project's embedding model in a run: texts cut to its limit, and their vectors; loaded only when used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from pipelines.records import Block, Draft, ReadingRules, Window
from pipelines.vectors.models import ModelEntry

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipelines.chunking import Chunk
    from pipelines.embedding import Encoder
    from pipelines.settings import Project
    from pipelines.store.planning import Chunker, PlannedChunk
    from pipelines.vectors.tokens import TokenCounter

__all__ = ["Texts", "check_model"]


class Texts:
    """What a run does with the project's model."""

    def __init__(self, project: Project, name: str | None = None) -> None:
        """`name`: another model than the one the settings name."""
        self._project = project
        self._name = name or project.embedding.model

    @cached_property
    def model(self) -> ModelEntry:
        """The model of that name. Raises ModelError; other models of the settings are not looked at."""
        from pipelines.embedding import project_model

        return project_model(self._project, self._name)

    @cached_property
    def _count(self) -> TokenCounter:
        from pipelines.vectors.tokens import token_counter

        return token_counter(self.model)

    @cached_property
    def _encoder(self) -> Encoder:
        from pipelines.embedding import open_encoder

        backend = self._project.embedding.backend
        return open_encoder(self.model, backend=backend, cache_dir=self._project.state / "models")

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of passages, (n, dimensions) float32, unit length; what the model cannot read at once, in parts."""
        from pipelines.vectors.parts import encode_in_parts

        return encode_in_parts(texts, self._count, self.model.max_tokens, self._encoder.encode_passages)

    def over_limit(self, texts: Sequence[str]) -> int:
        """How many of the texts are longer than the model reads at once."""
        return sum(tokens > self.model.max_tokens for tokens in self._count.count_all(texts))

    @property
    def seconds_per_text(self) -> float | None:
        """How long a passage takes on this machine, where that was measured."""
        return self._encoder.seconds_per_passage

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of queries, (n, dimensions) float32, unit length."""
        return self._encoder.encode_queries(texts)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """Vector of a query, (dimensions,) float32, unit length."""
        return self._encoder.encode_query(text)

    def chunker(self, rules: ReadingRules) -> Chunker:
        """How an entry's text is cut; a window that a page's text states limits the chunk that holds it."""
        from pipelines.chunking import chunk_blocks, tokens_by_words
        from pipelines.windows.stated import block_windows

        count, covered = self._count, {*self.model.languages, "und"}

        def cut(draft: Draft, observed_at: datetime) -> list[PlannedChunk]:
            blocks = draft.blocks or _stand_in(draft)
            stated = (None,) * len(blocks) if draft.kind == "offer" else block_windows(blocks, rules, observed_at)
            windows = _below_headings(blocks, stated)
            by_model = not self.model.languages or draft.language in covered
            chunks = chunk_blocks(
                blocks, title=draft.title, count_tokens=count if by_model else tokens_by_words,
                max_tokens=self.model.max_tokens, whole=draft.kind == "offer",
            )  # fmt: skip
            return [_planned(c, windows[c.first_block : c.last_block + 1]) for c in chunks]

        return cut


def check_model(project: Project) -> None:
    """Raise SettingsError when the model that the settings name is none, before anything is crawled for it."""
    from pipelines.settings import SettingsError
    from pipelines.vectors.models import ModelError

    try:
        _ = Texts(project).model
    except ModelError as error:
        raise SettingsError(f"freshet.toml: embedding.model: {error}") from error


def _planned(chunk: Chunk, windows: Sequence[Window | None]) -> PlannedChunk:
    from pipelines.store.planning import PlannedChunk

    return PlannedChunk(chunk.heading, chunk.body, chunk.embedded_text, chunk.page, _together(windows))


def _stand_in(draft: Draft) -> tuple[Block, ...]:
    """Something to find an entry by that was read from structured data alone."""
    said = (draft.title, draft.description, draft.terms or "")
    return tuple(Block("paragraph", text) for text in dict.fromkeys(said) if text.strip())


def _below_headings(blocks: Sequence[Block], stated: Sequence[Window | None]) -> list[Window | None]:
    """Each block's window with those of the headings above it: a heading's words stand in every chunk below it."""
    limited: list[Window | None] = []
    above: list[tuple[int, Window | None]] = []
    for block, window in zip(blocks, stated, strict=True):
        if block.kind == "heading":
            above = [(level, of) for level, of in above if level < block.level]
        limited.append(_together([window, *(of for _, of in above)]))
        if block.kind == "heading":
            above.append((block.level, window))
    return limited


def _together(windows: Sequence[Window | None]) -> Window | None:
    """The window in which every statement among the blocks holds; None: no statement."""
    from pipelines.windows.sets import intersect

    stated = [window for window in windows if window is not None]
    if not stated:
        return None
    ranges = stated[0].ranges
    for window in stated[1:]:
        ranges = intersect(ranges, window.ranges)
    return Window(ranges, "stated", tuple(found for window in stated for found in window.evidence))
