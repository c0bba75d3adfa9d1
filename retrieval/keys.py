"""Keys of the HTTP door: made, listed, revoked, recognised. The database keeps a digest, never the key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

import psycopg
from psycopg.rows import class_row

from pipelines.database import Connection
from pipelines.records import FreshetError

__all__ = ["SCOPES", "ApiKey", "Recognised", "Scope", "create_key", "keys", "recognise", "revoke_key"]

Scope = Literal["read", "write", "audit"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

_PREFIX = "freshet"
_WORN = re.compile(rf"{_PREFIX}_([a-z2-7]{{8}})_[A-Za-z0-9_-]{{43}}")


@dataclass(frozen=True)
class ApiKey:
    """One key, as far as it may be shown."""

    key_id: str
    name: str
    scope: list[str]
    source: list[str] | None  # None: all
    created_at: datetime
    last_used: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True)
class Recognised:
    """What the base says to a key that was shown."""

    any_made: bool  # whether a key was ever made: then every call needs one
    key: ApiKey | None  # None: not one that holds


def create_key(conn: Connection, name: str, scopes: Sequence[Scope], sources: Sequence[str] | None) -> str:
    """Make a key and return it, the only time it is ever seen. Raises FreshetError when the name is taken."""
    key_id = base64.b32encode(secrets.token_bytes(5)).decode().lower()
    worn = f"{_PREFIX}_{key_id}_{secrets.token_urlsafe(32)}"
    try:
        conn.execute(
            "insert into kb_store.api_key (key_id, name, secret_sha256, scope, source) values (%s, %s, %s, %s, %s)",
            (key_id, name, _digest(worn), list(scopes), None if sources is None else list(sources)),
        )
    except psycopg.errors.UniqueViolation as error:
        raise FreshetError(f"there is a key {name!r} already: choose another name, or freshet key revoke it") from error
    return worn


def keys(conn: Connection) -> list[ApiKey]:
    """Every key ever made, the newest first."""
    with conn.cursor(row_factory=class_row(ApiKey)) as cursor:
        return cursor.execute(_KEYS).fetchall()


def revoke_key(conn: Connection, which: str) -> ApiKey:
    """Revoke the key of that name or number, from the next call on. Raises FreshetError when none holds."""
    with conn.cursor(row_factory=class_row(ApiKey)) as cursor:
        found = cursor.execute(_REVOKE, {"which": which}).fetchone()
    if found is None:
        raise FreshetError(f"no key {which!r} that holds: freshet key list shows what there is")
    return found


async def recognise(conn: psycopg.AsyncConnection[Any], worn: str) -> Recognised:
    """Whose key this is; `worn` is what the caller showed, "" for nothing. Compared in constant time."""
    found = _WORN.fullmatch(worn)
    rows = await (await conn.execute(_RECOGNISE, (found[1] if found else "",))).fetchall()
    any_made, secret_sha256, unnoted, *shown = rows[0]
    if secret_sha256 is None or not hmac.compare_digest(secret_sha256, _digest(worn)):
        return Recognised(any_made, None)
    key = ApiKey(*shown)
    if unnoted:
        await conn.execute("update kb_store.api_key set last_used = clock_timestamp() where key_id = %s", (key.key_id,))
    return Recognised(any_made, key)


def _digest(worn: str) -> bytes:
    return hashlib.sha256(worn.encode()).digest()


_KEYS = """
select key_id, name, scope, source, created_at, last_used, revoked_at
from kb_store.api_key
order by created_at desc
"""
_REVOKE = """
update kb_store.api_key set revoked_at = clock_timestamp()
where (name = %(which)s or key_id = %(which)s) and revoked_at is null
returning key_id, name, scope, source, created_at, last_used, revoked_at
"""
# The use is noted to the minute: a write a call would cost more than the answer.
_RECOGNISE = """
select exists (select from kb_store.api_key), k.secret_sha256,
    coalesce(k.last_used < clock_timestamp() - interval '1 minute', true),
    k.key_id, k.name, k.scope, k.source, k.created_at, k.last_used, k.revoked_at
from (select 1) one
left join kb_store.api_key k on k.key_id = %s and k.revoked_at is null
"""
