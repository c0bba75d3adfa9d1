"""Raw items as every format gives them, and looking values up in them by a dotted path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from pipelines.records import FreshetError
from pipelines.texts import clean

__all__ = ["LARGEST_ITEM", "MOST_ITEMS", "BrokenFeed", "Raw", "RawItem", "names_of", "texts_at"]

Raw: TypeAlias = "str | int | Decimal | bool | list[Raw] | dict[str, Raw] | None"

LARGEST_ITEM = 4 * 2**20  # characters of one item
MOST_ITEMS = 1_000_000  # a larger feed belongs split: what was seen of it is kept in memory, some 150 bytes an item
_DEEPEST_NAME = 3  # steps of a path that are looked at when names are guessed
_MOST_DIGITS = 40  # of a number written out in full


class BrokenFeed(FreshetError):
    """The feed cannot be read as a whole: cut, no feed at all, or not as its settings say; nothing of it counts."""


@dataclass(frozen=True)
class RawItem:
    """One item as it stands in the feed, or why it could not be read."""

    place: int  # from 1
    value: Mapping[str, Raw]  # {} when there is a problem
    problem: str = ""  # for a person
    unit: Literal["line", "item"] = "item"  # what `place` counts

    @property
    def where(self) -> str:
        """The place as a person names it."""
        return f"{self.unit} {self.place}"


def texts_at(item: Mapping[str, Raw], path: str) -> list[str]:
    """The texts that stand at a path, in order, without empty ones; [] when nothing does.

    A step is a name (as written, else in any case, else without its prefix), `@name` for an attribute, `@name=value`
    for elements whose attribute is that or is not there, or the number of a list's element; without a number a list
    gives what all of its elements have there.
    """
    if path in item:
        return list(_texts(item[path]))
    found: list[Raw] = [dict(item)]
    for step in path.split("."):
        found = [value for parent in found for value in _step(parent, step)]
    return [text for value in found for text in _texts(value)]


def names_of(item: Mapping[str, Raw]) -> Iterator[str]:
    """The dotted paths at which an item holds texts, those of lists of objects left out."""
    yield from _names(item, "", 1)


def _names(item: Mapping[str, Raw], before: str, depth: int) -> Iterator[str]:
    for name, value in item.items():
        yield before + name
        if isinstance(value, dict) and depth < _DEEPEST_NAME:
            yield from _names(value, f"{before}{name}.", depth + 1)


def _step(parent: Raw, name: str) -> list[Raw]:
    if isinstance(parent, list):
        if name.isdecimal():
            return parent[int(name) : int(name) + 1]
        return [value for element in parent for value in _step(element, name)]
    if not isinstance(parent, dict):
        return []
    attribute, chosen, value = name.partition("=")
    if chosen and name.startswith("@"):
        return [parent] if parent.get(attribute, value) == value else []
    if name in parent:
        return [parent[name]]
    wanted = name.casefold()
    alike = [key for key in parent if key.casefold() == wanted] or [
        key for key in parent if ":" in key and key.casefold().rpartition(":")[2] == wanted
    ]
    return [parent[alike[0]]] if alike else []


def _texts(value: Raw) -> Iterator[str]:
    if isinstance(value, list):
        for element in value:
            yield from _texts(element)
    elif text := clean(_text(value)).strip():
        yield text


def _text(value: str | int | Decimal | dict[str, Raw] | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        own = value.get("#text")
        return (
            own
            if isinstance(own, str)
            else " ".join(text for name, v in value.items() if name[:1] != "@" for text in _texts(v))
        )
    return value if isinstance(value, str) else _number(value)


def _number(value: int | Decimal) -> str:
    """The number written out, unless its exponent would make it endless."""
    exact = Decimal(value)
    return f"{exact:f}" if exact.is_finite() and abs(exact.adjusted()) <= _MOST_DIGITS else str(exact)
