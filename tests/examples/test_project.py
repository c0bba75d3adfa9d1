"""The example's project files agree with its site."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from parsel import Selector

from examples.autocare.offers import CATEGORIES, load_content, load_offers
from examples.autocare.pages import HERE, Resource
from examples.autocare.schedule import ZONE
from pipelines.questions import read_questions
from pipelines.settings import load_project
from pipelines.windows.sets import end_of
from pipelines.windows.stated import read_window
from tests.examples.conftest import NOON

SOURCES = {path.stem: tomllib.loads(path.read_text()) for path in (HERE / "sources").glob("*.toml")}
QUESTIONS = read_questions(HERE / "questions.jsonl")
OFFERS = load_offers()
Site = dict[str, Resource]


def _in_scope(source: Mapping[str, Any], path: str) -> bool:
    return any(re.search(pattern, path) for pattern in source["allow"])


def test_every_page_but_the_home_pages_belongs_to_one_source(resources: Site) -> None:
    """Each page and document is in the scope of exactly one source; the home pages only repeat others."""
    for path in resources:
        if path.startswith(("/en/", "/ar/", "/documents/")):
            owners = [name for name, source in SOURCES.items() if _in_scope(source, path)]
            assert len(owners) == (0 if path in {"/en/", "/ar/"} else 1), path


def test_sources_ask_this_site_alone_and_without_waiting(resources: Site) -> None:
    """Start URLs stand on the exempted address and exist; nothing slows the demonstration."""
    for source in SOURCES.values():
        assert source["delay"] <= 0.02
        for url in source["start_urls"]:
            assert urlsplit(url).netloc in source["allow_private"]
            assert urlsplit(url).path in resources


def test_every_category_is_named_in_both_languages() -> None:
    """The source's categories are the site's, and the words of each tag on a card are among them."""
    words = SOURCES["autocare-offers"]["categories"]
    names = load_content("labels")["categories"]
    assert set(words) == set(CATEGORIES)
    for category, known in words.items():
        assert any(word.lower() in names[category]["en"].lower() for word in known)
        assert any(word in names[category]["ar"] for word in known)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_selectors_find_every_card_and_every_page(resources: Site, language: str) -> None:
    """The selectors read title, validity, link and image of each card, and of the offer's own page alike."""
    selectors = SOURCES["autocare-offers"]["offers"]
    pages = [f"/{language}/offers", *(path for path in resources if path.startswith(f"/{language}/offers/"))]
    for path in pages:
        items = Selector(resources[path].body.decode()).css(selectors["item"])
        assert len(items) == (sum(language in offer.words for offer in OFFERS) if path == pages[0] else 1)
        for item in items:
            assert all(item.css(selectors[name]) for name in ("title", "description", "validity", "category"))
            assert item.css(selectors["url"]).get() in ([path] if path != pages[0] else pages)
            assert item.css(selectors["image"]).get() in resources


def test_questions_name_pages_that_exist_and_offers_that_hold(resources: Site) -> None:
    """A dozen questions; an expected offer is live long enough for any day's demonstration."""
    assert sum(question.answerable for question in QUESTIONS) >= 12
    by_path = {offer.path(language): offer for offer in OFFERS for language in offer.words}
    for question in QUESTIONS:
        for url in question.expect:
            path = urlsplit(url).path
            assert urlsplit(url).netloc == "127.0.0.1:8753"
            assert path in resources
            assert path not in by_path or by_path[path].span(NOON).status(NOON) == "live"


def test_the_project_loads() -> None:
    """The settings are accepted whole, and the sources' zone is the project's."""
    project = load_project(HERE, environment={})
    assert set(project.sources) == set(SOURCES)
    assert {source.timezone for source in project.sources.values()} == {project.timezone}


@pytest.mark.parametrize("now", [NOON, datetime(2026, 12, 31, 23, 31, tzinfo=ZONE)], ids=str)
def test_every_statement_is_read_as_it_is_meant(now: datetime) -> None:
    """The visible sentence alone gives the end of each offer, in both languages; an open one gives none."""
    for offer in OFFERS:
        for language in offer.words:
            text = offer.validity(language, now)
            reading = read_window(text, observed_at=now, zone=ZONE, date_order="DMY")
            assert (reading and end_of(reading.window)) == offer.span(now).end, text
