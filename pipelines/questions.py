"""Questions with known answers, as a project keeps them: `questions.jsonl`, one JSON object a line.

    {"question": "How much is an oil change?", "expect": ["https://www.example.com/en/offers/oil"]}

`expect` names entries that answer it, any of them: by URL, by number, or by key.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.setting_values import SettingsError
from pipelines.texts import clean
from pipelines.urls import BadUrl, normalise_url

__all__ = ["Question", "read_questions"]

_LONGEST = 4000  # characters kb.search takes


@dataclass(frozen=True)
class Question:
    """A question and what answers it."""

    text: str
    expect: tuple[str, ...]  # URLs in every spelling met, numbers, keys


def read_questions(file: Path) -> tuple[Question, ...]:
    """The questions of a file, none where there is no such file. Raises SettingsError naming the line."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{file}: cannot be read: {error}; it must be UTF-8 text, one JSON object a line"
        ) from error
    return tuple(_question(line, f"{file.name}, line {number}") for number, line in enumerate(lines, 1) if line.strip())


def _question(line: str, where: str) -> Question:
    try:
        told = json.loads(line)
    except ValueError as error:
        raise SettingsError(f"{where}: not JSON: {error}; {_FORM}") from None
    if not isinstance(told, dict) or not isinstance(told.get("question"), str) or not told["question"].strip():
        raise SettingsError(f"{where}: `question` must be a text; {_FORM}")
    expect = told.get("expect")
    if not isinstance(expect, list) or not expect or not all(_names_entry(one) for one in expect):
        raise SettingsError(f"{where}: `expect` must list URLs, numbers or keys of entries; {_FORM}")
    return Question(
        clean(told["question"])[:_LONGEST], tuple(dict.fromkeys(s for one in expect for s in _spellings(one)))
    )


_FORM = 'each line is {"question": "…", "expect": ["https://…"]}'


def _names_entry(value: Any) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool) and bool(str(value).strip())


def _spellings(name: str | int) -> list[str]:
    told = clean(str(name).strip())
    try:
        return [told, normalise_url(told)]
    except BadUrl:
        return [told]
