"""Every key of a `[[webhook]]` of `freshet.toml`."""

from __future__ import annotations

import base64
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from pipelines.setting_values import HostPort, Secret, SettingsError, SourceName, Url, reveal

__all__ = ["WebhookSettings", "Webhooks"]

Event = Literal[
    "added", "changed", "extended", "shortened", "activated", "expired", "withdrawn", "restored", "held", "failed"
]  # what kb.changes tells, and the two ways in which a run asks for a person


def _listed(value: object) -> object:
    """One secret is a list of one."""
    return (value,) if isinstance(value, str) else value


class WebhookSettings(BaseModel):
    """One `[[webhook]]`: an address that is told what happens, signed."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)

    name: SourceName | None = None  # by which its place in the feed is kept; absent: the address's host
    url: Url
    # more than one while a receiver changes from one to the next: each message is signed by all of them
    secret: Annotated[tuple[Secret, ...], BeforeValidator(_listed), Field(min_length=1)]
    events: Annotated[tuple[Event, ...], Field(min_length=1)] = ("added", "expired", "held", "failed")
    allow_private: tuple[HostPort, ...] = ()

    @property
    def known_as(self) -> str:
        """Its name, else the host of its address with the port that this names; the path may be a secret."""
        return self.name or urlsplit(self.url).netloc.lower()

    def signing_keys(self) -> tuple[bytes, ...]:
        """The bytes of each secret, to sign with; raises SettingsError when they cannot be had from it."""
        where = f"freshet.toml: webhook {self.known_as}: secret"
        return tuple(_signing_key(secret, where) for secret in self.secret)


def _signing_key(secret: SecretStr, where: str) -> bytes:
    text = reveal(secret, where).removeprefix("whsec_")
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        key = b""
    if not 24 <= len(key) <= 64:  # what the specification of Standard Webhooks asks for
        raise SettingsError(
            f"{where}: allowed: 24 to 64 random bytes in base64, whsec_ before them or not, as this makes: "
            "openssl rand -base64 32"
        )
    return key


def _told_apart(hooks: tuple[WebhookSettings, ...]) -> tuple[WebhookSettings, ...]:
    names = [hook.known_as for hook in hooks]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(
                f"webhooks of different names; {names.count(name)} are {name!r}: give each a name = of its own"
            )
    return hooks


Webhooks = Annotated[tuple[WebhookSettings, ...], AfterValidator(_told_apart)]
