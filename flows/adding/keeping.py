"""What a person had set in a source that is proposed anew: everything that the proposal does not decide itself."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flows.adding.files import Setting, Value

__all__ = ["kept_settings"]

# What a look at the address decides; a key of another kind of source goes with its kind.
_DECIDED = frozenset({"name", "kind", "start_urls", "allow", "paths", "feed", "offers", "render", "allow_private"})


def kept_settings(file: Path) -> Iterator[Setting]:
    """The settings of the file, in its order, but those decided anew.

    A file that is not there, or cannot be read, keeps nothing.
    """
    try:
        old = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return
    tables = {key: value for key, value in old.items() if isinstance(value, dict)}
    for key, value in old.items():
        if key not in tables and key not in _DECIDED:
            yield Setting(key, _value(value), "kept")
    for table, settings in tables.items():
        if table not in _DECIDED:
            yield from (Setting(key, _value(value), table=table) for key, value in settings.items())


def _value(value: Any) -> Value:
    return tuple(map(str, value)) if isinstance(value, list) else value
