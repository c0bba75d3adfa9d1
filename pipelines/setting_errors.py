"""What is wrong with a settings file, said so that a person can correct it.

Each line names file and key, what was found and what is allowed. Values that may be secrets are not shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ValidationError

from pipelines.setting_values import SettingsError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

__all__ = ["explained"]

_SECRET_KEYS = frozenset({"headers", "secret", "database"})
_PLAIN = {
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "string_type": "text in quotes",
    "tuple_type": 'a list, as in ["a", "b"]',
    "dict_type": "a table of keys and values",
    "mapping_type": "a table of keys and values",
    "model_type": "a table of keys and values",
    "missing": "this key is required",
    "too_short": "a list of at least one",
}


def explained(error: ValidationError, file: str, model: type[BaseModel]) -> SettingsError:
    """One line for each thing wrong, in the file's order."""
    return SettingsError("\n".join(_line(detail, file, model) for detail in error.errors(include_url=False)))


def _line(detail: ErrorDetails, file: str, model: type[BaseModel]) -> str:
    place = tuple(part for part in detail["loc"] if part != "[key]")
    where = f"{file}: {_key(place)}" if place else file
    if detail["type"] == "extra_forbidden":
        return f"{where}: unknown key; {_instead(str(place[-1]), _keys(model, place[:-1]))}"
    if detail["type"] == "missing":
        return f"{where}: {_PLAIN['missing']}"
    return f"{where}: {_found(detail, place)}{_allowed(detail)}"


def _key(place: Sequence[int | str]) -> str:
    """`webhook[0].url` from ("webhook", 0, "url"); lists are counted from 0, as in TOML's own tools."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")


def _found(detail: ErrorDetails, place: Sequence[int | str]) -> str:
    if _SECRET_KEYS.intersection(map(str, place)) or not place:
        return ""
    if isinstance(detail["input"], list | dict):  # whatever is wrong with it as a whole, it may hold a secret
        return ""
    found = re.sub(r"//[^/@\s]*@", "//***@", repr(detail["input"]))
    return f"found {found if len(found) <= 80 else found[:79] + '…'}; "


def _allowed(detail: ErrorDetails) -> str:
    context: dict[str, Any] = detail.get("ctx", {})
    kind = detail["type"]
    if kind == "value_error":
        return f"allowed: {context['error']}" if detail["loc"] else str(context["error"])
    if kind == "literal_error":
        return f"allowed: {context['expected']}"
    if kind in {"greater_than_equal", "greater_than", "less_than_equal", "less_than"}:
        return "allowed: " + detail["msg"].removeprefix("Input should be ")
    return f"allowed: {_PLAIN.get(kind, detail['msg'])}"


def _instead(key: str, allowed: list[str]) -> str:
    near = get_close_matches(key, allowed, n=1)
    meant = f"did you mean {near[0]}? " if near else ""
    return f"{meant}Allowed: {', '.join(allowed)}"


def _keys(model: type[BaseModel], place: Sequence[int | str]) -> list[str]:
    """The keys allowed at a place: those of the model that stands there, by the names a file uses."""
    for part in place:
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        if isinstance(part, str) and part in fields:
            model = _model_within(fields[part].annotation) or model
    return sorted(field.alias or name for name, field in model.model_fields.items())


def _model_within(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_within, get_args(annotation))), None)
