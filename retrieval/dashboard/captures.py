"""`/captures/N`: a page as it was fetched. Nothing of it can act: scripts, links and frames are taken out, the rest
stands in a sandbox whose policy loads nothing.
"""

from __future__ import annotations

import codecs
from http import HTTPStatus
from typing import Annotated

import zstandard
from fastapi import APIRouter, Path, Request, Response

from retrieval.dashboard import store
from retrieval.dashboard.routing import Insider, PageRoute
from retrieval.dashboard.viewing import page
from retrieval.http.callers import Caller
from retrieval.http.problems import Problem
from retrieval.http.questions import MOST_ID

__all__ = ["router"]

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_LARGEST = 5_000_000  # bytes shown; what is larger is given as a file, as far as this
_SANDBOX = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
    "X-DNS-Prefetch-Control": "off",
    "Cache-Control": "private, no-store",
}
# what acts, or makes a browser speak to another host without being told to
_ACTING = ("script", "link", "meta", "base", "iframe", "frame", "object", "embed", "portal", "noscript", "template")
_FETCHING = {"src", "srcset", "poster", "background"}  # refused by the policy, each with a complaint
_Number = Annotated[int, Path(ge=1, le=MOST_ID)]


@router.get("/captures/{number}")
async def capture(request: Request, caller: Insider, number: _Number) -> Response:
    """The page around what was captured, or its text."""
    found = await _found(request, caller, number)
    text = None if _is_html(found) or not _is_text(found) else _bytes(found).decode(_charset(found), "replace")
    return page(request, caller, "capture.html", capture=found, is_html=_is_html(found), text=text)


@router.get("/captures/{number}/seen")
async def seen(request: Request, caller: Insider, number: _Number) -> Response:
    """What was captured, as a browser would show it without any of its scripts, pictures and styles from elsewhere."""
    found = await _found(request, caller, number)
    if not _is_html(found):
        raise Problem(HTTPStatus.NOT_FOUND, "only pages are shown so")
    return Response(_inert(found), media_type="text/html; charset=utf-8", headers=_SANDBOX)


@router.get("/captures/{number}/bytes")
async def bytes_of(request: Request, caller: Insider, number: _Number) -> Response:
    """The bytes as they came, as a file of no kind."""
    found = await _found(request, caller, number)
    headers = {**_SANDBOX, "Content-Disposition": f'attachment; filename="capture-{number}"'}
    return Response(_bytes(found), media_type="application/octet-stream", headers=headers)


async def _found(request: Request, caller: Caller, number: int) -> store.Row:
    found = await store.capture(request, caller, number)
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"no capture of a page {number} is kept for you")
    return found


def _bytes(found: store.Row) -> bytes:
    with zstandard.ZstdDecompressor().stream_reader(found["content"]) as reader:
        return reader.read(_LARGEST)


def _is_html(found: store.Row) -> bool:
    return found["media_type"] in {"text/html", "application/xhtml+xml"}


def _is_text(found: store.Row) -> bool:
    kind = found["media_type"] or ""
    return kind.startswith("text/") or kind.endswith(("json", "xml"))


def _charset(found: store.Row) -> str:
    """The encoding that the transport declared, if it is one; UTF-8 otherwise."""
    try:
        return codecs.lookup(found["charset"] or "utf-8").name
    except LookupError:
        return "utf-8"


def _inert(found: store.Row) -> bytes:
    from lxml import etree, html  # only here: nothing else of the door reads markup

    raw = _bytes(found)
    encoding = _charset(found) if found["charset"] else _guessed(raw)
    parser = html.HTMLParser(encoding=encoding, remove_comments=True, remove_pis=True)
    tree = html.document_fromstring(raw or b"<p></p>", parser=parser)
    etree.strip_elements(tree, *_ACTING, with_tail=False)
    for element in tree.iter(etree.Element):
        for name in _FETCHING & set(element.keys()):
            del element.attrib[name]
    return bytes(html.tostring(tree, encoding="utf-8", doctype="<!doctype html>"))


def _guessed(raw: bytes) -> str | None:
    """UTF-8 where it is that; else what the page itself names."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return None
    return "utf-8"
