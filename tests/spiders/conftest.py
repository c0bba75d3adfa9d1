"""A misbehaving site and a way to crawl it, for the tests of the spiders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.records import Capture, CrawlJob, CrawlLimits
from spiders import Crawl, crawl
from tests.badsite import BadSite

__all__: list[str] = []


@pytest.fixture
def site() -> Iterator[BadSite]:
    """An empty scripted site on loopback."""
    with BadSite() as site:
        yield site


@pytest.fixture
def job_for(tmp_path: Path) -> Callable[..., CrawlJob]:
    """Make a job for a site that may be dialled although it is on loopback."""

    def make(site: BadSite, *paths: str, **changes: Any) -> CrawlJob:
        limits = changes.pop("limits", CrawlLimits(page_seconds=5, crawl_seconds=60))
        fields: dict[str, Any] = {
            "source": "bad",
            "kind": "site",
            "start_urls": tuple(site.url(path) for path in paths or ("/",)),
            "directory": tmp_path / "run",
            "delay": 0.0,
            "allow_private": (site.pair,),
            "limits": limits,
        }
        return CrawlJob(**fields | changes)

    return make


@pytest.fixture
def crawled() -> Callable[..., tuple[Crawl, dict[str, Capture]]]:
    """Crawl a job and give its captures by address; every address has exactly one."""

    def run(job: CrawlJob, known: Any = ()) -> tuple[Crawl, dict[str, Capture]]:
        result = crawl(job, known)
        captures = [capture for capture in result.captures() if not capture.probe]
        by_url = {capture.url: capture for capture in captures}
        assert len(by_url) == len(captures), "an address was captured twice"
        return result, by_url

    return run
