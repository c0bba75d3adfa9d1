"""Around every request: a number, limits to it and to how many there are, security headers, one line in the log.

Plain ASGI, so that streams pass through untouched. The log has no query, no header and no key: what a customer
asks is nobody else's business, unless the operator says so (`freshet serve --log-queries`).
"""

from __future__ import annotations

import json
import logging
import secrets
from time import perf_counter
from urllib.parse import quote_from_bytes

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from retrieval.http.problems import busy_response, failure_response

__all__ = ["LARGEST_BODY", "Envelope", "JsonLines"]

LARGEST_BODY = 1_000_000  # bytes
_MOST_AT_ONCE = 1000  # requests under way; more are told so rather than kept waiting
_NUMBER = "X-Request-ID"
_PROTECTING = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    # pages that need more say so themselves
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}

_log = logging.getLogger("freshet.http")


class Envelope:
    """The middleware."""

    def __init__(self, app: ASGIApp, *, log_queries: bool = False) -> None:
        self._app = app
        self._log_queries = log_queries
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, in its envelope."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = scope["method"]
        if asked == "HEAD":  # answered as GET is; the server leaves the body out
            scope = {**scope, "method": "GET"}
        number = secrets.token_hex(8)
        scope.setdefault("state", {}).update(number=number, asked=asked)
        started, status = perf_counter(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[_NUMBER] = number
                for name, value in _PROTECTING.items():
                    headers.setdefault(name, value)
            await send(message)

        self._under_way += 1
        try:
            if self._under_way > _MOST_AT_ONCE:
                await busy_response(Request(scope))(scope, receive, sending)
                return
            await self._app(scope, _limited(receive), sending)
        except Exception:
            _log.exception("request %s failed", number)
            if status:  # half an answer is out: only cutting the connection tells that it is none
                raise
            await failure_response(Request(scope))(scope, receive, sending)
        finally:
            self._under_way -= 1
            self._note(scope, number, status, perf_counter() - started)

    def _note(self, scope: Scope, number: str, status: int, seconds: float) -> None:
        route = scope.get("route")
        line = {
            "request": number,
            "method": scope["state"]["asked"],
            # the address as declared: what stands in its place may be anything
            "path": getattr(route, "path", "other"),
            "status": status,
            "ms": round(seconds * 1000, 1),
            "key": scope["state"].get("key_id"),
        }
        if self._log_queries:
            line["query"] = quote_from_bytes(scope["query_string"], safe="=&%+")
        _log.info("request", extra={"line": line})


def _limited(receive: Receive) -> Receive:
    """`receive`, refusing with 413 once the body is longer than any question."""
    seen = 0

    async def receiving() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > LARGEST_BODY:
            raise HTTPException(413, f"the body is larger than {LARGEST_BODY} bytes, the most one request may bring")
        return message

    return receiving


class JsonLines(logging.Formatter):
    """Log records as one JSON document a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        document = {"at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"), "level": record.levelname.lower()}
        document |= getattr(record, "line", None) or {"logger": record.name, "message": record.getMessage()}
        if record.exc_info:
            document["error"] = self.formatException(record.exc_info)
        return json.dumps(document, ensure_ascii=False, default=str)
