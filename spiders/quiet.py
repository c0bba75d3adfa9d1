"""What Scrapy logs of each request: nothing. The capture says it all; a line costs time and may hold a secret."""

from __future__ import annotations

from typing import Any

from scrapy.logformatter import LogFormatter

__all__ = ["QuietFormatter"]


class QuietFormatter(LogFormatter):
    """Drops the line a request."""

    def crawled(self, request: Any, response: Any, spider: Any) -> None:  # type: ignore[override]  # None is documented, untyped
        """Say nothing: the capture holds status and outcome."""

    def download_error(self, *_: Any, **__: Any) -> None:  # type: ignore[override]  # None is documented, untyped
        """Say nothing: the capture holds the message."""
