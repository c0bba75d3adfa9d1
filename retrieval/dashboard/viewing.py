"""A template with what every page needs: the language, the zone, who looks, and headers that let nothing else in."""

from __future__ import annotations

import hashlib
import mimetypes
from datetime import UTC, datetime
from functools import cache, partial
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import jinja2
from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from retrieval.dashboard import times
from retrieval.dashboard.categories import category_name
from retrieval.dashboard.phrases import LANGUAGES, Language, counted, direction, language_of, phrase
from retrieval.dashboard.sentences import sentence
from retrieval.http.callers import Caller

__all__ = ["STATIC", "may_look_behind", "page", "page_language", "static_files"]

STATIC = Path(__file__).with_name("static")
_LANGUAGE_COOKIE = "freshet_language"
_YEAR = 365 * 24 * 3600  # seconds
# A form posts to us alone, and says where it comes from: `no-referrer` would make its Origin `null`.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


def page(
    request: Request, caller: Caller | None, template: str, *, status: HTTPStatus = HTTPStatus.OK, **values: Any
) -> Response:
    """That template as an answer; `caller` is None where nobody is recognised yet."""
    language = page_language(request)
    body = _environment().get_template(template).render(**_said(request, caller, language), **values)
    response = HTMLResponse(body, status, headers=_HEADERS)
    if request.query_params.get("lang") in LANGUAGES:
        response.set_cookie(_LANGUAGE_COOKIE, language, max_age=_YEAR, httponly=True, samesite="strict")
    return response


def page_language(request: Request) -> Language:
    """The language that a page is to be in."""
    return language_of(request, _LANGUAGE_COOKIE)


def may_look_behind(caller: Caller) -> bool:
    """Whether one may see what is not served: runs, captures, closed versions. A bot's key may not."""
    return caller.may("write") or caller.may("audit")


@cache
def static_files() -> dict[str, tuple[bytes, str]]:
    """Name -> content and the hash by which an address changes with it."""
    found = {path.name: path.read_bytes() for path in sorted(STATIC.iterdir())}
    return {name: (content, hashlib.sha256(content).hexdigest()[:12]) for name, content in found.items()}


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"direction_of": direction, "media_name": _media_name, "static": _static, "utc": times.utc}
    environment.tests["web"] = _is_web
    environment.tests["instant"] = lambda value: isinstance(value, datetime)
    return environment


def _said(request: Request, caller: Caller | None, language: Language) -> dict[str, Any]:
    zone = ZoneInfo(request.app.state.project.timezone)
    return {
        "language": language,
        "direction": direction(language),
        "other_language": _in_other_language(request, language),
        "t": partial(phrase, language),
        "counted": partial(counted, language),
        "sentence": partial(sentence, language),
        "when": lambda at: times.instant(language, at, zone),
        "clock": lambda at: f"{at.astimezone(zone):%H:%M}",
        "day": lambda at: times.day(language, at, zone),
        "first_day": lambda at: times.first_day(language, at, zone),
        "last_day": lambda at: times.last_day(language, at, zone),
        "category_name": partial(category_name, request.app.state.project, language),
        "local": lambda at: at.astimezone(zone).strftime("%Y-%m-%dT%H:%M"),  # as a form's field has it
        "left": partial(times.left, language),
        "ago": partial(times.ago, language),
        "zone": zone.key,
        "caller": caller,
        "behind": caller is not None and may_look_behind(caller),
        "path": request.url.path,
        # for «5 minutes ago» alone: what is live is told by the database's clock, which pages that show it name `at`
        "rendered_at": datetime.now(UTC),
    }


def _in_other_language(request: Request, language: Language) -> str:
    other = next(one for one in LANGUAGES if one != language)
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return "?" + urlencode([*asked, ("lang", other)])


def _static(name: str) -> str:
    return f"/static/{name}?v={static_files()[name][1]}"


def _media_name(media_type: str | None) -> str:
    """What people call a file of that type: the end of its name where one is known."""
    ending = mimetypes.guess_extension(media_type or "")
    return ending.removeprefix(".").upper() if ending else media_type or ""


def _is_web(url: str) -> bool:
    """Whether an address may be a link: what a page names may be a script."""
    return url.startswith(("https://", "http://"))
