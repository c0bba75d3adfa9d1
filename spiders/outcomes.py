"""How an answer counts: the closed list of outcomes, each with a message a person can act on.

Pure: statuses, headers and bytes come in, an outcome goes out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from pipelines.records import Outcome
from spiders.sniff import READABLE, sniff

__all__ = [
    "Judgement",
    "is_redirect",
    "judge_body",
    "judge_refusal",
    "judge_status",
    "retry_after",
    "unavailable_after",
]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BLOCKED = {
    401: "asks for a login; put the credentials in the source's headers if the site has given them",
    402: "asks for payment",
    403: "forbids the page; ask the site's owner to let the user agent in",
    407: "a proxy asks for a login",
    429: "too many requests; raise the source's delay",
    451: "unavailable for legal reasons",
}
# By what a guard service says that it is it who refuses. What it says with 200 is judged once the page is read.
_GUARD_HEADERS = {"cf-mitigated": ("challenge",), "x-amzn-waf-action": ("challenge", "captcha")}
_GUARD_MARKS = (
    b"cf_chl_opt", b"cf-browser-verification", b"_incapsula_resource", b"captcha-delivery.com", b"px-captcha",
    b"sec-if-cpt-container", b"awswafcaptcha", b"gokuprops", b"sucuri_cloudproxy_js", b"ddos-guard/js-challenge",
)  # fmt: skip
_REFUSALS = frozenset({Outcome.BLOCKED, Outcome.SERVER_ERROR, Outcome.BAD_CONTENT})
_DIRECTIVE = re.compile(r"(?:^|,)\s*(?:([\w-]+)\s*:\s*)?unavailable_after\s*:\s*(.+)$", re.IGNORECASE)
_NEXT_DIRECTIVE = re.compile(
    r",\s*(?:all|none|noindex|nofollow|noarchive|nocache|nosnippet|notranslate|noimageindex|indexifembedded|"
    r"max-(?:snippet|image-preview|video-preview)|[\w-]+\s*:\s*[a-z])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Judgement:
    """How one answer or one body counts."""

    outcome: Outcome
    message: str = ""  # what happened and the way out; empty when ok
    media_type: str | None = None  # sniffed; None: the body was not looked at


def is_redirect(status: int) -> bool:
    """Whether a status sends the visitor to the Location header."""
    return status in _REDIRECTS


def judge_status(status: int, *, conditional: bool) -> Judgement:
    """Return how a status counts that is no redirect; `ok` means: look at the body.

    `conditional`: validators were sent, so 304 is an answer.
    """
    if status == 200 or status == 203:
        return Judgement(Outcome.OK)
    if status == 304 and conditional:
        return Judgement(Outcome.NOT_MODIFIED)
    if status == 410:
        return Judgement(Outcome.GONE, "answered 410: the page is gone for good")
    if status == 404:
        return Judgement(Outcome.MISSING, "answered 404: there is no such page now")
    if status in (408, 425) or 500 <= status <= 599:
        return Judgement(Outcome.SERVER_ERROR, f"answered {status}: the server failed; it is asked again next time")
    if 400 <= status <= 499:
        return Judgement(Outcome.BLOCKED, f"answered {status}: {_BLOCKED.get(status, 'refuses the request')}")
    return Judgement(
        Outcome.BAD_CONTENT, f"answered {status} where a page was asked for; look at the address in a browser"
    )


def judge_refusal(refused: Judgement, headers: Mapping[str, Sequence[str]], start: bytes) -> Judgement:
    """Return how an answer counts behind which a guard service may stand that wants to test its visitor.

    `headers` have lower-case names; `start` is the beginning of the body, its encodings undone.
    """
    told = any(
        value.strip().lower() in meant for name, meant in _GUARD_HEADERS.items() for value in headers.get(name, ())
    )
    lower = start.lower()
    marked = refused.outcome in _REFUSALS and any(mark in lower for mark in _GUARD_MARKS)
    if not (told or marked):
        return refused
    way_out = "ask the site's owner to let the user agent in"
    said = refused.message.partition(":")[0] or "answered 200"
    return Judgement(Outcome.CHALLENGE, f"{said} with a challenge that only a person can pass; {way_out}")


def judge_body(body: bytes, declared: str | None, url: str) -> Judgement:
    """Return how the body of a 200 answer counts: what it is by its bytes, and whether it may be kept as content.

    `declared` is the Content-Type header. A body that is content of an allowed type is `ok`; what a page really is
    (a challenge, an error told with 200) is judged beside what is known of its source, once it is read.
    """
    media_type = sniff(body, declared, url)
    if media_type == "application/x-empty":
        return Judgement(Outcome.BAD_CONTENT, "answered 200 with an empty body; is the page broken?", media_type)
    if media_type not in READABLE:
        told = f", declared as {declared[:80]}" if declared else ", with no Content-Type"
        way_out = "deny its path if the source should not read it"
        return Judgement(Outcome.BAD_CONTENT, f"the bytes are {media_type}{told}: not read; {way_out}", media_type)
    return Judgement(Outcome.OK, "", media_type)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds a Retry-After header asks for, never negative; None when there is none to be read."""
    if not value:
        return None
    if value.isascii() and value.strip().isdigit():
        return float(value.strip()[:9])
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds())


def unavailable_after(headers: Iterable[str], agent: str) -> str | None:
    """Return the raw date of an X-Robots-Tag `unavailable_after` meant for everyone or for `agent`."""
    for header in headers:
        found = _DIRECTIVE.search(header)
        if found and (found[1] or agent).lower() == agent.lower():
            return _NEXT_DIRECTIVE.split(found[2])[0].strip() or None
    return None
