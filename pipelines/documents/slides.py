"""Presentations (PPTX): each slide in order, its title a heading, hidden slides and speaker's notes left out.

Runs in the child; the archive was checked before.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pipelines.documents.elements import blocks_of, prepare
from pipelines.documents.readers import title_of
from pipelines.documents.results import DocumentContent, DocumentLimits
from pipelines.records import Block

__all__ = ["read_pptx"]


def read_pptx(body: bytes, name: str, limits: DocumentLimits) -> DocumentContent:
    """A presentation by unstructured; `page` is the slide's number. Notes are for the speaker, not for the audience."""
    prepare()
    import pptx
    from unstructured.partition.pptx import partition_pptx

    presentation = pptx.Presentation(io.BytesIO(body))
    hidden = {n for n, slide in enumerate(presentation.slides, 1) if slide._element.get("show") in ("0", "false")}
    elements = partition_pptx(file=io.BytesIO(body), languages=[""], include_page_breaks=False)
    shown = (element for element in elements if element.metadata.page_number not in hidden)
    blocks = tuple(_titles_first(_honest_headings(blocks_of(shown))))
    return DocumentContent(title_of(blocks, presentation.core_properties.title or "", name), blocks)


def _honest_headings(blocks: Iterable[Block]) -> Iterator[Block]:
    """Keep a slide's own title as a heading (depth 0): deeper titles are unstructured's guesses about short lines."""
    for block in blocks:
        yield replace(block, kind="paragraph", level=0) if block.kind == "heading" and block.level > 1 else block


def _titles_first(blocks: Iterable[Block]) -> list[Block]:
    """Each slide opened by its title, wherever it stands on the slide: what follows belongs under it."""
    return sorted(blocks, key=lambda block: (block.page or 0, block.kind != "heading"))
