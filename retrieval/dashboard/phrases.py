"""What pages say, in English and Arabic: English stands in the templates, its Arabic in phrases.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from fastapi import Request

__all__ = ["LANGUAGES", "Language", "arabic", "counted", "direction", "language_of", "phrase"]

Language = Literal["en", "ar"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
_RIGHT_TO_LEFT = {"ar", "fa", "he", "ur"}


def language_of(request: Request, cookie: str) -> Language:
    """The language asked for by `?lang=`, by an earlier choice, or by the browser; English otherwise."""
    asked = [request.query_params.get("lang", ""), request.cookies.get(cookie, "")]
    wanted = request.headers.get("accept-language", "")[:200].split(",")
    for tag in (*asked, *(one.split(";")[0].strip() for one in wanted)):
        for language in LANGUAGES:
            if tag.lower().split("-")[0] == language:
                return language
    return "en"


def direction(language: str) -> Literal["ltr", "rtl"]:
    """Which way a text of that language runs."""
    return "rtl" if language in _RIGHT_TO_LEFT else "ltr"


def phrase(language: Language, english: str, **values: object) -> str:
    """The phrase, or the name of a field or an outcome, in that language; what has no Arabic stays as it is."""
    plain = english.replace("_", " ")
    said = plain if language == "en" else arabic().get(english, plain)
    return said.format_map(values) if values else said


def counted(language: Language, what: str, number: int) -> str:
    """So many of what phrases.toml knows how to count."""
    forms: Mapping[str, str] = _catalogue()["count"][language][what]
    return forms.get(_plural(language, number), forms["other"]).format(n=f"{number:,}")


def arabic() -> Mapping[str, str]:
    """English phrase -> Arabic phrase."""
    said: Mapping[str, str] = _catalogue()["ar"]
    return said


@cache
def _catalogue() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("phrases.toml").read_text(encoding="utf-8"))


def _plural(language: Language, number: int) -> str:
    """The form of a counted noun, by the plural rules of Unicode's CLDR."""
    if number == 1:
        return "one"
    if language == "en":
        return "other"
    if number == 2:
        return "two"
    last = number % 100
    return "few" if 3 <= last <= 10 else "many" if last >= 11 else "other"
