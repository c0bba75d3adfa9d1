"""The library `unstructured`, offline: set up without telemetry, downloads or torch, its elements turned into blocks.

Runs in the child only. Version 0.27 would install a spaCy model from the network at first use
(unstructured/nlp/tokenize.py); a blank pipeline that splits sentences stands in for it. Without
part-of-speech tags it guesses fewer titles, and guesses are not used here anyway.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import lxml.html

from pipelines.documents.sheet_rows import header_rows
from pipelines.records import Block
from pipelines.web.blocks import visible_text
from pipelines.web.tables import table_rows

__all__ = ["blocks_of", "prepare", "table_blocks"]


@cache
def prepare() -> None:
    """Make `unstructured` importable; call before the first import of any part of it."""
    # thinc imports torch when it finds it: 3 s and 200 MB for nothing. A None entry makes that import fail cleanly.
    sys.modules.setdefault("torch", None)  # type: ignore[arg-type]  # None is what blocks an import
    import spacy
    from unstructured.nlp import tokenize

    if importlib.util.find_spec("en_core_web_sm") is not None:
        return
    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    tokenize._get_nlp = cache(lambda: pipeline)


def blocks_of(elements: Iterable[Any]) -> Iterator[Block]:
    """The elements of one document as blocks; page breaks vanish, page numbers stay."""
    for element in elements:
        page = element.metadata.page_number
        if element.category == "Table" and element.metadata.text_as_html:
            yield from table_blocks(element.metadata.text_as_html, page)
        elif element.text.strip():
            yield _block(element, page)


def _block(element: Any, page: int | None) -> Block:
    depth = element.metadata.category_depth
    match element.category:
        case "Title" if depth is not None:
            return Block("heading", element.text, level=min(depth + 1, 6), page=page)
        case "ListItem":
            return Block("list_item", element.text, page=page)
        case "CodeSnippet":
            return Block("preformatted", element.text, page=page)
        case "Table":
            return Block("table_row", element.text, page=page)
        case _:
            return Block("paragraph", element.text, page=page)


def table_blocks(html: str, page: int | None) -> Iterator[Block]:
    """The rows of one HTML table, spans filled in, each cell with its header.

    Office files seldom mark header rows, so a first row that looks like one is made one.
    """
    table = lxml.html.fragment_fromstring(html)
    rows = list(table.iter("tr"))
    texts = [[visible_text(cell) for cell in row] for row in rows]
    if not table.xpath("boolean(.//th)") and header_rows(texts):
        for cell in rows[0]:
            cell.tag = "th"
    for row, text in table_rows(table, visible_text):
        yield Block("table_row", text, page=page, line=rows.index(row) + 1)
