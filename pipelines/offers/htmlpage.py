"""A page under reading, as every reader of offers is given it."""

from __future__ import annotations

from dataclasses import dataclass

from lxml.html import HtmlElement

from pipelines.records import Page
from pipelines.web.html import HtmlContent

__all__ = ["HtmlPage"]


@dataclass(frozen=True)
class HtmlPage:
    """A page under reading."""

    page: Page
    url: str  # the page's identity: its canonical URL where it has a credible one
    tree: HtmlElement
    content: HtmlContent
