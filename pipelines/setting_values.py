"""The kinds of value that settings hold: durations, zones, addresses, patterns, schedules, secrets.

Each is an annotated type that checks what it is given. A validator's message says what is allowed; what was
found, and where, is added by `pipelines.setting_errors`.
"""

from __future__ import annotations

import os
import re
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from pipelines.records import FreshetError

__all__ = [
    "Count",
    "Duration",
    "Flag",
    "HeaderName",
    "Hint",
    "HostPort",
    "Language",
    "Origin",
    "Pattern",
    "Port",
    "Schedule",
    "Secret",
    "SettingsError",
    "SourceName",
    "Text",
    "Url",
    "Zone",
    "duration",
    "reveal",
]


class SettingsError(FreshetError):
    """Settings that cannot be used: the message names file, key, what was found and what is allowed."""


class Hint(ValueError):
    """A bad value whose message already says which one was probably meant."""


_UNITS = {
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "y": timedelta(days=365),
}
_LONGEST = timedelta(days=36500)  # a century; PostgreSQL and Python both still reckon with it


def duration(text: object) -> object:
    """A timedelta from `24h`, `30d`, `2y` (a year is 365 days); what is none already is an error."""
    if isinstance(text, timedelta):
        return text
    read = re.fullmatch(r"([0-9]{1,6}) ?(s|min|h|d|w|y)", text) if isinstance(text, str) else None
    if read is None or not (long := int(read[1]) * _UNITS[read[2]]) or long > _LONGEST:
        raise ValueError(
            "a duration of more than 0 and at most 100y: a whole number and one of s min h d w y, as in 24h"
        )
    return long


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        from difflib import get_close_matches
        from zoneinfo import available_timezones  # reads a folder tree: only for the message

        near = get_close_matches(name, available_timezones(), n=1)
        raise Hint(f"an IANA zone, as in Asia/Riyadh{f'; did you mean {near[0]}?' if near else ''}") from None
    return name


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid or re.search(r"[\s\x00-\x1f]", text):
        raise ValueError("an address that begins with http:// or https:// and names a host")
    if parts.username is not None or parts.password is not None:
        raise ValueError('an address without user and password: send them as headers = { Authorization = "env:NAME" }')
    return text


def _origin(text: str) -> str:
    """As a browser sends it in `Origin`, which is compared letter by letter."""
    if text != "*" and not re.fullmatch(r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", text):
        raise ValueError('an origin as browsers send it, nothing behind the host: https://www.example.com; or "*"')
    return text


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"a regular expression; this one has: {error}") from None
    return text


def _schedule(text: str) -> str:
    from croniter import croniter  # 0.05 s

    if len(text.split()) != 5 or not croniter.is_valid(text):
        raise ValueError("a cron line of five fields (minute hour day month weekday), as in */30 * * * *")
    return text


def _host_port(text: str) -> str:
    host, _, port = text.rpartition(":")
    named = re.fullmatch(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]", host)
    if not named or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError("host:port exactly, as in 127.0.0.1:8000 or [::1]:8000")
    return text


def _one_line(secret: SecretStr) -> SecretStr:
    if re.search(r"[\r\n\x00]", secret.get_secret_value()):
        raise ValueError("text on one line")
    return secret


def _matching(pattern: str, meaning: str) -> AfterValidator:
    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(meaning)
        return text

    return AfterValidator(check)


Flag = Annotated[bool, Field(strict=True)]
Count = Annotated[int, Field(strict=True, ge=0)]
Port = Annotated[int, Field(strict=True, ge=1, le=65535)]
Text = Annotated[str, Field(strict=True)]
Duration = Annotated[timedelta, BeforeValidator(duration)]
Zone = Annotated[Text, AfterValidator(_zone)]
Url = Annotated[Text, AfterValidator(_url)]
Pattern = Annotated[Text, AfterValidator(_pattern)]
Schedule = Annotated[Text, AfterValidator(_schedule)]
HostPort = Annotated[Text, AfterValidator(_host_port)]
Origin = Annotated[Text, AfterValidator(_origin)]
Secret = Annotated[SecretStr, AfterValidator(_one_line)]  # `env:NAME` stays as it is until `reveal`
Language = Annotated[Text, _matching(r"[a-z]{2,3}", "a language's two or three letters, as in en, ar")]
HeaderName = Annotated[Text, _matching(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", "a header's name")]
SourceName = Annotated[  # stands in URLs, file names and the comma-separated setting kb.sources
    Text,
    _matching(
        r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", "1 to 63 letters, digits and . _ -, beginning with one of the first two"
    ),
]


def reveal(secret: SecretStr, where: str) -> str:
    """The secret's text; of `env:NAME`, the variable's. Raises SettingsError naming `where` when it is not set."""
    text = secret.get_secret_value()
    if not text.startswith("env:"):
        return text
    name = text.removeprefix("env:")
    if name not in os.environ:
        raise SettingsError(f"{where}: environment variable {name} is not set: export it, or correct env:{name}")
    return os.environ[name]
