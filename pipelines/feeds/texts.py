"""An item's texts as blocks: plain text by its lines, HTML by what of it a reader would see."""

from __future__ import annotations

import html
import re

from pipelines.records import Block, Finding
from pipelines.web.characters import fold

__all__ = ["blocks_of", "line_of"]

_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|<!--")
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]\w+);")


def line_of(text: str) -> str:
    """The text on one line, without markup and characters that show nothing."""
    if not _MARKUP.search(text):
        return fold(html.unescape(text) if _ENTITY.search(text) else text)
    return fold(" ".join(block.text for block in blocks_of(text)[0]))


def blocks_of(text: str) -> tuple[tuple[Block, ...], tuple[Finding, ...]]:
    """The text's visible blocks in reading order, and what a person should know of what is not visible."""
    if _MARKUP.search(text):
        return _of_html(text)
    lines = (fold(html.unescape(line) if _ENTITY.search(line) else line) for line in text.splitlines())
    return tuple(Block("paragraph", line) for line in lines if line), ()


def _of_html(text: str) -> tuple[tuple[Block, ...], tuple[Finding, ...]]:
    from pipelines.web.blocks import read_blocks
    from pipelines.web.html import parse_html
    from pipelines.web.visibility import visible_tree

    shown, findings = visible_tree(parse_html(f"<body>{text}</body>"))
    blocks = (placed.block for placed in read_blocks(shown))
    return tuple(Block(block.kind, block.text, block.level) for block in blocks if block.text), tuple(findings)
