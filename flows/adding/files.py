"""The text of a `sources/<name>.toml`: settings with remarks, and suggestions as comments.

What stands in it may come from other people's pages, so nothing is trusted to be harmless: values are escaped as
TOML basic strings, remarks hold no control characters, and the text is parsed again and compared before it is used.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from pipelines.records import FreshetError
from pipelines.setting_values import SettingsError

__all__ = ["Setting", "Value", "quoted", "remark", "settings_of", "source_text", "write_source_file"]

Value = str | bool | float | int | Sequence[str] | Mapping[str, str]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_LONGEST_REMARK = 160
_WIDTH = 100  # of a list on one line
_ASIDE = 35  # where remarks begin; a longer line has its remark above


@dataclass(frozen=True)
class Setting:
    """One key of the file."""

    key: str
    value: Value
    remark: str = ""  # for a person, at the line's end
    table: str = ""  # "" = the top of the file, else offers, categories, feed
    active: bool = True  # False: written as a comment, a suggestion


def source_text(heading: Iterable[str], settings: Sequence[Setting]) -> str:
    """The file's text: heading as comments, then the settings in their order, a table's together.

    Raises FreshetError when it would not read back as exactly these settings, which no page should be able to bring
    about.
    """
    parts = ["\n".join(f"# {remark(line)}".rstrip() for line in heading)]
    for table, group in groupby(settings, key=lambda setting: setting.table):
        parts.append(_table(table, list(group)))
    text = parts[0] + "\n" + "\n\n".join(parts[1:]) + "\n"
    if _parsed(text) != settings_of(settings):
        raise FreshetError(
            "the proposed source cannot be written as TOML without a change of meaning; write it by hand"
        )
    return text


def settings_of(settings: Iterable[Setting]) -> dict[str, object]:
    """The active settings as TOML's parser gives them."""
    found: dict[str, object] = {}
    for setting in settings:
        if setting.active:
            table = found.setdefault(setting.table, {}) if setting.table else found
            assert isinstance(table, dict)
            table[_clean(setting.key)] = _plain(setting.value)
    return found


def write_source_file(file: Path, text: str, *, replace: bool) -> None:
    """Write the file whole or not at all; raises SettingsError when it is there and `replace` is false."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not replace:
        try:
            with file.open("x", encoding="utf-8") as new:
                new.write(text)
        except FileExistsError:
            raise SettingsError(f"{file} is there already: --name another, or --force to write it anew") from None
        return
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(file)


def quoted(text: str) -> str:
    """The text as a TOML basic string: JSON's escapes are among TOML's; what no terminal should act on is escaped."""
    escaped = json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False)
    return "".join(_escaped(char) if _acts(char) else char for char in escaped)


def remark(text: str) -> str:
    """The text as it may stand in a comment: on one line, without control or direction-changing characters."""
    folded = " ".join(text.split())
    plain = "".join(char for char in folded if not _acts(char) and unicodedata.category(char) != "Cs")
    return plain if len(plain) <= _LONGEST_REMARK else plain[: _LONGEST_REMARK - 1] + "…"


def _acts(char: str) -> bool:
    """Whether a character does something else than being seen; U+007F is the one that JSON leaves and TOML refuses."""
    return unicodedata.category(char) in ("Cc", "Cf", "Co", "Zl", "Zp")


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def _table(name: str, settings: Sequence[Setting]) -> str:
    active = any(setting.active for setting in settings)
    lines = [_line(setting) for setting in settings]
    if name:
        lines.insert(0, f"[{name}]" if active else f"# [{name}]")
    return "\n".join(lines)


def _line(setting: Setting) -> str:
    told = f"{_key(setting.key)} = {_value(setting.value)}"
    said = remark(setting.remark)
    if not setting.active:
        told = "# " + told.replace("\n", "\n# ")
    if said and len(told) > _ASIDE:
        return f"# {said}\n{told}"
    return f"{told:<{_ASIDE}} # {said}" if said else told


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else quoted(key)


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_text(text)}" for key, text in value.items()) + " }"
    listed = [_text(text) for text in value]
    one_line = f"[{', '.join(listed)}]"
    return one_line if len(one_line) <= _WIDTH or len(listed) < 2 else "[\n    " + ",\n    ".join(listed) + ",\n]"


def _text(text: str) -> str:
    """A regular expression is easier to read and change without its backslashes doubled."""
    literal = "\\" in text and "'" not in text and text.isprintable()
    return f"'{text}'" if literal and text.isascii() else quoted(text)


def _plain(value: Value) -> object:
    if isinstance(value, Mapping):
        return {key: _clean(text) for key, text in value.items()}
    if isinstance(value, str):
        return _clean(value)
    return value if isinstance(value, bool | int | float) else [_clean(text) for text in value]


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _parsed(text: str) -> dict[str, object] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
