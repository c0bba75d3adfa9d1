"""Who asks over HTTP: by a key, or from this machine itself as long as no key was ever made.

A browser of this machine can be led to ask us by any page (DNS rebinding, cross-site forms): without a key the
`Host` must be a name of this machine, and what changes something must come from a page of ours.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from retrieval.http.pace import Pace
from retrieval.http.problems import Problem
from retrieval.keys import SCOPES, Recognised, Scope, recognise

__all__ = ["KEY_COOKIE", "Caller", "Doorkeeper", "Reader", "Writer", "allowed", "require_own_page"]

KEY_COOKIE = "freshet_key"  # the dashboard's; not sent along by pages of other sites
_RATE, _BURST = 100, 400  # requests a second a key; a bot of a busy chain asks a few
_SAFE = {"GET", "HEAD", "OPTIONS"}
# What proxies add. One on this machine makes everybody a caller from here, and names this machine as the host if it is
# set up as proxies are by default.
_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")


@dataclass(frozen=True)
class Caller:
    """Who asks, and what is allowed."""

    key_id: str | None  # None: this machine, while there is no key
    name: str | None  # of the key
    scope: frozenset[Scope]
    sources: tuple[str, ...] | None  # None: all

    def may(self, scope: Scope) -> bool:
        """Whether that is allowed."""
        return scope in self.scope


class Doorkeeper:
    """Recognises callers by the keys of the base, and keeps their pace."""

    def __init__(self, keys: AsyncConnectionPool[AsyncConnection[Any]], pace: Pace | None = None) -> None:
        self._keys = keys
        self._pace = pace or Pace(_RATE, _BURST)

    async def admit(self, request: Request) -> Caller:
        """Who asks; raises Problem 401, 403 or 429."""
        caller = await self.known(request)
        if seconds := caller.key_id and self._pace.wait(caller.key_id):
            raise Problem(
                HTTPStatus.TOO_MANY_REQUESTS, f"too many requests with this key: wait {seconds} s",
                {"Retry-After": str(seconds)},
            )  # fmt: skip
        request.state.key_id = caller.key_id
        return caller

    async def known(self, request: Request) -> Caller:
        """Who asks, of whom no more is asked than that: nothing is counted. Raises Problem 401 or 403."""
        worn, by_cookie = _shown(request)
        async with self._keys.connection() as conn:
            found = await recognise(conn, worn)
        caller = self._recognised(request, found, worn)
        if caller.key_id is None or by_cookie:
            require_own_page(request)
        return caller

    @staticmethod
    def _recognised(request: Request, found: Recognised, worn: str) -> Caller:
        if found.key is not None:
            sources = None if found.key.source is None else tuple(found.key.source)
            return Caller(found.key.key_id, found.key.name, frozenset(found.key.scope), sources)  # type: ignore[arg-type]
        if found.any_made or worn:
            raise Problem(
                HTTPStatus.UNAUTHORIZED,
                "this needs a key that holds, as Authorization: Bearer KEY; freshet key create NAME makes one",
                {"WWW-Authenticate": "Bearer"},
            )
        _require_this_machine(request)
        return Caller(None, None, frozenset(SCOPES), None)


def allowed(scope: Scope) -> Callable[[Request], Awaitable[Caller]]:
    """What a route depends on: the caller, who may do that; raises Problem 401, 403 or 429."""

    async def caller(request: Request) -> Caller:
        known: Caller = await request.app.state.doorkeeper.admit(request)
        if not known.may(scope):
            raise Problem(
                HTTPStatus.FORBIDDEN, f"this key has no scope {scope}; freshet key create NAME --scope {scope}"
            )
        return known

    return caller


Reader = Annotated[Caller, Depends(allowed("read"))]
Writer = Annotated[Caller, Depends(allowed("write"))]


def _shown(request: Request) -> tuple[str, bool]:
    """The key that the caller shows, "" for none, and whether a browser brought it by itself."""
    kind, _, worn = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return worn.strip() or "none", False
    cookie = request.cookies.get(KEY_COOKIE, "")
    return cookie, bool(cookie)


def _require_this_machine(request: Request) -> None:
    peer = request.client.host if request.client else ""
    forwarded = any(name in request.headers for name in _FORWARDED)
    if forwarded or not _is_loopback(peer) or not _is_local_name(request.headers.get("host", "")):
        raise Problem(
            HTTPStatus.FORBIDDEN,
            "without a key only this machine is answered, by its own name (127.0.0.1, localhost) and through no proxy: "
            "freshet key create NAME makes a key",
        )


def require_own_page(request: Request) -> None:
    """A page of another site may make a browser send things here; what changes something must come from here.

    Raises Problem 403.
    """
    if request.method in _SAFE:
        return
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "none")
    if site not in {"none", "same-origin"} or (origin and urlsplit(origin).netloc != request.headers.get("host")):
        raise Problem(HTTPStatus.FORBIDDEN, "this was asked by a page of another site; use the page of this server")


def _is_local_name(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name == "localhost" or _is_loopback(name)


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
