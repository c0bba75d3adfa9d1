"""Until when an answer may be kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
from hypothesis import given
from hypothesis import strategies as st

from retrieval.http.caching import kept_for

AT = datetime(2026, 4, 30, 20, 59, tzinfo=UTC)
WINDOWS = st.lists(
    st.tuples(
        st.sampled_from(["declared", "stated", "open", "standing"]),
        st.none() | st.floats(0, 10**6).map(lambda seconds: AT + timedelta(seconds=seconds)),
    )
)


@given(WINDOWS)
def test_no_answer_outlives_a_window_in_it(windows: list[tuple[str, datetime | None]]) -> None:
    """Whoever keeps it as long as it may quotes nothing that is over; without a stated end it is not kept."""
    kept = AT + timedelta(seconds=kept_for(AT, windows))
    assert all(kept <= until for _, until in windows if until is not None)
    if any(until is None and validity != "standing" for validity, until in windows):
        assert kept == AT


def test_what_is_not_bound_to_a_time_is_kept_briefly() -> None:
    """A page changes too."""
    assert 0 < kept_for(AT, [("standing", None)]) <= 60


def test_an_unchanged_answer_is_not_sent_again(http: httpx.Client) -> None:
    """The tag of what one has gives 304; caches on the way may not share it among callers."""
    first = http.get("/v1/offers")
    assert "private" in first.headers["cache-control"]
    assert "Authorization" in first.headers["vary"]
    again = http.get("/v1/offers", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert http.get("/v1/offers", headers={"If-None-Match": '"other"'}).status_code == 200
    asked = http.post("/v1/search", json={"query": "oil"})
    told = http.post("/v1/search", json={"query": "oil"}, headers={"If-None-Match": asked.headers["etag"]})
    assert told.status_code == 200, "there is no 304 to a POST (RFC 9110, 13.1.2)"
