"""Questions with known answers, as a project keeps them: `questions.jsonl`, one JSON object a line.

    {"question": "How much is an oil change?", "expect": ["https://www.example.com/en/offers/oil"]}
    {"question": "Do you sell boats?", "answerable": false}

`expect` names entries that answer it, each by URL, by number, or by key; where nothing is expected, the right answer is
that there is none. `category`, `language` and `as_of` limit what is asked. Other fields are a person's own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.setting_values import SettingsError
from pipelines.texts import clean
from pipelines.urls import BadUrl, normalise_url

__all__ = ["Question", "read_questions", "spellings"]

_LONGEST = 4000  # characters kb.search takes


@dataclass(frozen=True)
class Question:
    """A question and what answers it."""

    text: str
    expect: tuple[str, ...] = ()  # URLs, numbers, keys, as a person wrote them
    category: tuple[str, ...] | None = None  # None: of any
    language: str | None = None  # None: in any
    as_of: datetime | None = None  # what was true then, by what was known then; None: now
    answerable: bool = True  # False: the base holds no answer, and should say so


def read_questions(file: Path) -> tuple[Question, ...]:
    """The questions of a file, none where there is no such file. Raises SettingsError naming line and field."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{file}: cannot be read: {error}; it must be UTF-8 text, one JSON object a line"
        ) from error
    return tuple(_question(line, f"{file.name}, line {number}") for number, line in enumerate(lines, 1) if line.strip())


def spellings(name: str) -> list[str]:
    """How a base may have written an entry's name: as told, and as URLs are normalised."""
    try:
        return list(dict.fromkeys((name, normalise_url(name))))
    except BadUrl:
        return [name]


def _question(line: str, where: str) -> Question:
    try:
        told = json.loads(line)
    except ValueError as error:
        raise SettingsError(f"{where}: not JSON: {error}; {_FORM}") from None
    if not isinstance(told, dict):
        raise SettingsError(f"{where}: not an object; {_FORM}")
    fields = _Fields(where, told)
    expect = fields.names("expect")
    return Question(
        fields.text("question")[:_LONGEST],
        expect,
        fields.texts("category"),
        fields.optional_text("language"),
        fields.instant("as_of"),
        fields.truth("answerable", default=bool(expect)),
    )


_FORM = 'each line is {"question": "…", "expect": ["https://…"]}'


@dataclass(frozen=True)
class _Fields:
    """One line's fields; each error says where it stands and what the field must be. null is as if left out."""

    where: str
    told: dict[str, Any]

    def text(self, field: str) -> str:
        return self._text(field, self.told.get(field), "a text")

    def optional_text(self, field: str) -> str | None:
        return None if self.told.get(field) is None else self.text(field)

    def texts(self, field: str) -> tuple[str, ...] | None:
        told = self.told.get(field)
        if told is None:
            return None
        listed = told if isinstance(told, list) else [told]
        return tuple(self._text(field, one, "a text, or a list of texts") for one in listed)

    def names(self, field: str) -> tuple[str, ...]:
        told = self.told.get(field)
        if told is None:
            return ()
        if not isinstance(told, list) or not all(_names_entry(one) for one in told):
            raise self._wrong(field, "a list of URLs, numbers or keys of entries")
        return tuple(dict.fromkeys(clean(str(one).strip()) for one in told))

    def instant(self, field: str) -> datetime | None:
        told = self.told.get(field)
        if told is None:
            return None
        try:
            found = datetime.fromisoformat(told)
        except (ValueError, TypeError):
            found = None
        if found is None or found.tzinfo is None:
            raise self._wrong(field, "an instant with its zone, like 2027-03-01T12:00:00+03:00")
        return found

    def truth(self, field: str, *, default: bool) -> bool:
        told = self.told.get(field)
        if told is not None and not isinstance(told, bool):
            raise self._wrong(field, "true or false")
        return default if told is None else told

    def _text(self, field: str, told: object, wanted: str) -> str:
        if not isinstance(told, str) or not told.strip():
            raise self._wrong(field, wanted)
        return clean(told)

    def _wrong(self, field: str, wanted: str) -> SettingsError:
        return SettingsError(f"{self.where}: `{field}` must be {wanted}; {_FORM}")


def _names_entry(value: Any) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool) and bool(str(value).strip())
