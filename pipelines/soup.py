"""A page for a reader of the source's own: what a visitor sees of it, as BeautifulSoup."""

from __future__ import annotations

from bs4 import BeautifulSoup
from lxml import etree

from pipelines.records import Page
from pipelines.web.decoding import decode_html
from pipelines.web.html import parse_html
from pipelines.web.visibility import visible_tree

__all__ = ["visible_soup"]


def visible_soup(page: Page) -> BeautifulSoup:
    """The page's visible part: hidden elements are empty, invisible characters gone, encodings sorted out.

    For `read(page)` in `sources/<name>.py`. Raises BadContent when the bytes are no text or the page cannot be parsed.
    """
    shown, _ = visible_tree(parse_html(decode_html(page.body, page.charset)))
    return BeautifulSoup(etree.tostring(shown, encoding="unicode", method="html"), "lxml")
