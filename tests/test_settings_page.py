"""docs/settings.md names every key there is, no other, each with the default that it has."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from pipelines.settings import (
    ApiSettings,
    DatabaseSettings,
    DemandSettings,
    EmbeddingSettings,
    HistorySettings,
    ModelSettings,
    ProjectSettings,
    RetrievalSettings,
)
from pipelines.source_settings import FEED_FIELDS, FeedSettings, GuardSettings, OfferSettings, SourceSettings

_PAGE = (Path(__file__).parents[1] / "docs" / "settings.md").read_text(encoding="utf-8")
_ELSEWHERE = {"database", "embedding", "retrieval", "history", "demand", "api", "webhooks"}  # tables of their own
_NEEDED: dict[type[BaseModel], dict[str, Any]] = {
    SourceSettings: {"name": "shop", "kind": "push"},
    OfferSettings: {"item": ".offer"},
    FeedSettings: {"path": "offers.json"},
}


def _tables() -> list[dict[str, str]]:
    """Each table of the page: key -> what stands as its default."""
    found = re.findall(r"^\| key \| default \| means \|\n\|---\|---\|---\|\n((?:\|.*\n?)+)", _PAGE, re.M)
    return [dict(re.findall(r"^\| `([\w.]+)` \| (.+?) \|", table, re.M)) for table in found]


_ONE_TABLE: list[tuple[type[BaseModel], int]] = [
    (ProjectSettings, 0), (DatabaseSettings, 1), (EmbeddingSettings, 2), (ModelSettings, 3), (ApiSettings, 5),
    (SourceSettings, 6), (OfferSettings, 7), (FeedSettings, 8), (GuardSettings, 9),
]  # fmt: skip


@pytest.mark.parametrize(("model", "place"), _ONE_TABLE)
def test_every_key_has_its_default(model: type[BaseModel], place: int) -> None:
    """What is written as the default and what is left out come to the same settings."""
    told = _tables()[place]
    assert set(told) == set(model.model_fields) - (_ELSEWHERE if model is ProjectSettings else set())
    lines = [f"{key} = {default.strip('`')}" for key, default in told.items() if default.startswith("`")]
    needed = _NEEDED.get(model, {})
    assert model.model_validate({**needed, **tomllib.loads("\n".join(lines))}) == model.model_validate(needed)


def test_small_tables_stand_together() -> None:
    """Those of one key each, by their whole names."""
    document = tomllib.loads("\n".join(f"{key} = {told.strip('`')}" for key, told in _tables()[4].items()))
    small: dict[str, type[BaseModel]] = {
        "retrieval": RetrievalSettings, "history": HistorySettings, "demand": DemandSettings,
    }  # fmt: skip
    assert {name: set(keys) for name, keys in document.items()} == {n: set(m.model_fields) for n, m in small.items()}
    for name, model in small.items():
        assert model.model_validate(document[name]) == model()


def test_the_fields_of_a_feed_are_all_named() -> None:
    """In their order."""
    assert " ".join(FEED_FIELDS) in re.sub(r"\s+", " ", _PAGE)
