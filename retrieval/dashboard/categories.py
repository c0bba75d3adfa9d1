"""What a category is called on a page: by its name; in Arabic by the first Arabic word that a source gives for it."""

from __future__ import annotations

import re

from pipelines.settings import Project
from retrieval.dashboard.phrases import Language

__all__ = ["category_name", "category_names"]

_ARABIC = re.compile(r"[\u0621-\u064a]")


def category_name(project: Project, language: Language, category: str) -> str:
    """The category as the page's language calls it."""
    if language == "en":
        return category
    words = (word for source in project.sources.values() for word in source.categories.get(category, ()))
    return next((word for word in words if _ARABIC.search(word)), category)


def category_names(project: Project) -> list[str]:
    """Every category that a source names, in order."""
    return sorted({category for source in project.sources.values() for category in source.categories})
