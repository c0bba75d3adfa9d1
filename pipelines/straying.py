"""Where pages that are gone send their visitors: a pure judgement over a run's redirects.

A renamed page moves to its new address. A dead one is often sent to the start page or to a login, as every address
is that does not exist: that proves nothing of a new place, and counts as missing, by the rule of two strikes. And when
most pages are sent to a login, the site has closed its door, and nothing is known of any of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from pipelines.records import Outcome

__all__ = ["Redirect", "is_start_page", "judge_redirects"]

_MANY = 3  # pages sent to one address
_START = re.compile(
    r"/(?:[a-z]{2}(?:[-_][a-z]{2,4})?/?)?(?:(?:index|default|home|main)(?:\.\w{2,5})?/?|الرئيسية/?)?", re.IGNORECASE
)
_LOGIN = re.compile(
    r"(?:^|[/.?&=_-])(?:log-?in|sign-?in|log-?on|sign-?on|sso|wp-login|auth|authenticate|oauth2?|"
    r"تسجيل[-_ ]?(?:ال)?دخول)(?:$|[/.?&=_-])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Redirect:
    """A page believed until now that sends its visitors elsewhere."""

    url: str
    target: str  # where the redirects end


def judge_redirects(
    redirects: Sequence[Redirect], *, starts: Collection[str], impossible: str | None, known: int
) -> Iterator[tuple[str, Outcome, str]]:
    """Yield URL, outcome and message of each redirect that leads to no new place of its page.

    `starts`: the source's start URLs; `impossible`: where a made-up address was sent; `known`: pages the run looked at
    of which something is believed.
    """
    sent = Counter(redirect.target for redirect in redirects)
    shut = sum(_is_login(redirect) for redirect in redirects)
    for redirect in redirects:
        if _is_login(redirect) and (redirect.url in starts or (shut >= _MANY and shut * 2 > known)):
            message = f"{redirect.url} sends to a login, as {shut} of {known} pages do; nothing was taken from it."
            yield redirect.url, Outcome.CHALLENGE, f"{message} Put credentials in the source's headers if it needs them"
            continue
        # a start page may move where it likes
        why = "" if is_start_page(redirect.url) else _no_new_place(redirect, starts, impossible, sent)
        if why:
            message = f"{redirect.url} sends to {redirect.target}, {why}; it counts as missing"
            yield redirect.url, Outcome.SOFT_404, message


def _no_new_place(redirect: Redirect, starts: Collection[str], impossible: str | None, sent: Counter[str]) -> str:
    if impossible is not None and redirect.target == impossible:
        return "where any address is sent that does not exist"
    if _is_login(redirect):
        return "a login"
    if redirect.target in starts or is_start_page(redirect.target):
        return "a start page"
    if sent[redirect.target] >= _MANY:
        return f"as {sent[redirect.target] - 1} other pages do"
    return ""


def is_start_page(url: str) -> bool:
    """Whether the address is the start page of a site, or of one of its languages."""
    return bool(_START.fullmatch(unquote(urlsplit(url).path) or "/"))


def _is_login(redirect: Redirect) -> bool:
    """Whether the target is a login and the page was none."""
    here, there = (urlsplit(url) for url in (redirect.url, redirect.target))
    named = bool(_LOGIN.search(unquote(there.path))) or bool(_LOGIN.match((there.hostname or "").split(".")[0]))
    return named and not _LOGIN.search(unquote(here.path))
