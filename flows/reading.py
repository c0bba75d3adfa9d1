"""Reading captures in a run: one document reader for all of them, the source's own reader where it has one."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.records import Draft, FreshetError, Page, Reading

if TYPE_CHECKING:
    from pipelines.settings import Source
    from pipelines.source_settings import FeedSettings

__all__ = ["check_reading", "reading_recipe", "reading_session"]

ReadAll = Callable[[Iterable[Page]], Iterable[Reading]]


def reading_recipe(source: Source) -> str:
    """Names how the source's pages are read: by what readers, rules, own reader; a new name, a new reading."""
    from pipelines.reading import READING_RECIPE

    if source.feed is not None:
        return _item_recipe(source, source.feed.entry)
    if source.kind == "push":
        return _item_recipe(source, "push")
    own = source.reader.read_bytes() if source.reader else b""
    parts = (READING_RECIPE, repr(source.rules()), hashlib.sha256(own).hexdigest())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _item_recipe(source: Source, entry: str) -> str:
    from pipelines.feeds.items import FEED_RECIPE

    return hashlib.sha256("\n".join((FEED_RECIPE, repr(source.rules()), entry)).encode()).hexdigest()


def check_reading(source: Source) -> None:
    """Raise SettingsError when the source's selectors are none, before anything is fetched for them."""
    from pipelines.offers.selecting.selectors import BadSelector, check_selectors
    from pipelines.settings import SettingsError

    source.revealed_headers()  # a variable that is not set is better said now than after a crawl
    selectors = source.rules().selectors
    try:
        if selectors is not None:
            check_selectors(selectors)
    except BadSelector as error:
        raise SettingsError(f"{source.file}: {error}") from error


@contextmanager
def reading_session(source: Source) -> Iterator[ReadAll]:
    """A function that reads pages one after another; documents go to one killable child that lives as long."""
    if source.feed is not None:
        yield _feed_reader(source.feed)
        return
    if source.kind == "push":
        from pipelines.feeds.pushed import read_pushed_page

        yield lambda pages: map(read_pushed_page, pages)
        return
    from pipelines.documents.reading import DocumentReader
    from pipelines.reading import read_page

    own = _own_reader(source.reader)
    with DocumentReader() as documents:

        def read_all(pages: Iterable[Page]) -> Iterator[Reading]:
            for page in pages:
                yield read_page(page, documents=documents, custom=own)

        yield read_all


def _feed_reader(feed: FeedSettings) -> ReadAll:
    """A function that reads the pages that a feed's items are."""
    from pipelines.feeds.pages import read_feed_page

    return lambda pages: (read_feed_page(page, feed.entry) for page in pages)


def _own_reader(file: Path | None) -> Callable[[Page], Iterable[Draft]] | None:
    """The `read` function of `sources/<name>.py`; it is the project's own code and runs as such."""
    if file is None:
        return None
    spec = importlib.util.spec_from_file_location(f"freshet_reader_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        read: Callable[[Page], Iterable[Draft]] = module.read
    except Exception as error:
        raise FreshetError(
            f"{file}: {type(error).__name__}: {error}. A source's reader defines read(page), see pipelines.records"
        ) from error
    return read
