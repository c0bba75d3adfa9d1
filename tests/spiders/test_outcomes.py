"""How answers count: statuses, Retry-After, X-Robots-Tag, bodies."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.records import Outcome
from spiders.outcomes import (
    is_redirect,
    judge_body,
    judge_refusal,
    judge_status,
    retry_after,
    unavailable_after,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@given(st.integers(100, 999), st.booleans())
def test_every_status_has_one_outcome_and_only_content_is_ok(status, conditional):
    """Nothing but 410 is gone, nothing but 404 missing, and whatever is not ok says why."""
    judged = judge_status(status, conditional=conditional)
    assert (judged.outcome is Outcome.OK) == (status in (200, 203))
    assert (judged.outcome is Outcome.GONE) == (status == 410)
    assert (judged.outcome is Outcome.MISSING) == (status == 404)
    assert (judged.outcome is Outcome.NOT_MODIFIED) == (status == 304 and conditional)
    assert bool(judged.message) == (judged.outcome not in (Outcome.OK, Outcome.NOT_MODIFIED))


def test_redirects_are_the_five():
    """300 and 304 lead nowhere by themselves."""
    assert [status for status in range(300, 400) if is_redirect(status)] == [301, 302, 303, 307, 308]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", 120.0),
        (" 5 ", 5.0),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-3", None),
        ("", None),
        (None, None),
        ("9" * 4000, 999999999.0),
    ],
)
def test_retry_after(value, expected):
    """Seconds or a date; the past is now, nonsense is nothing, and no number is too long."""
    assert retry_after(value, NOW) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (["unavailable_after: 25 Jun 2026 15:00:00 PST"], "25 Jun 2026 15:00:00 PST"),
        (["noindex, unavailable_after: Wed, 3 Dec 2026 13:09:53 GMT, nofollow"], "Wed, 3 Dec 2026 13:09:53 GMT"),
        (["Unavailable_After: 2026-06-25"], "2026-06-25"),
        (["googlebot: unavailable_after: 2026-06-25"], None),
        (["freshet: unavailable_after: 2026-06-25"], "2026-06-25"),
        (["noindex", "unavailable_after: 2026-01-01"], "2026-01-01"),
        (["noindex"], None),
        ([], None),
    ],
)
def test_unavailable_after(headers, expected):
    """The raw date, commas and all, when the directive is for everyone or for us."""
    assert unavailable_after(headers, "freshet") == expected


def test_bodies_are_judged_by_what_they_are():
    """An allowed type is ok, whatever was declared; the message of a refusal names both types."""
    assert judge_body(b"<html></html>", "text/plain", "http://h/").outcome is Outcome.OK
    refused = judge_body(b"\x7fELF" + bytes(20), "text/html", "http://h/")
    assert refused.outcome is Outcome.BAD_CONTENT
    assert "application/x-executable" in refused.message
    assert "text/html" in refused.message
    assert judge_body(b"", "text/html", "http://h/").outcome is Outcome.BAD_CONTENT


@pytest.mark.parametrize(
    ("status", "headers", "start", "expected"),
    [
        (403, {"cf-mitigated": ("challenge",)}, b"", Outcome.CHALLENGE),
        (503, {}, b"<script>window._cf_chl_opt={}</script>", Outcome.CHALLENGE),
        (202, {"x-amzn-waf-action": ("challenge",)}, b"", Outcome.CHALLENGE),
        (405, {"x-amzn-waf-action": ("captcha",)}, b"", Outcome.CHALLENGE),
        (403, {}, b'<iframe src="/_Incapsula_Resource?x"></iframe>', Outcome.CHALLENGE),
        (403, {"cf-ray": ("1",)}, b"<p>no</p>", Outcome.BLOCKED),
        (503, {}, b"<p>back soon</p>", Outcome.SERVER_ERROR),
        (404, {"cf-mitigated": ("challenge",)}, b"", Outcome.CHALLENGE),
        (200, {"cf-mitigated": ("Challenge",)}, b"", Outcome.CHALLENGE),
        (200, {}, b"window._cf_chl_opt", Outcome.OK),
        (410, {}, b"_cf_chl_opt", Outcome.GONE),
    ],
)
def test_a_guard_that_refuses_is_a_challenge(status, headers, start, expected):
    """What a guard service signs is a challenge; its marks in a body count where the status refuses."""
    assert judge_refusal(judge_status(status, conditional=False), headers, start).outcome is expected
