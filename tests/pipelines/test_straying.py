"""Redirects of pages that were believed: a new place, a start page, a login, or the answer to anything."""

from __future__ import annotations

import pytest

from pipelines.records import Outcome
from pipelines.straying import Redirect, is_start_page, judge_redirects

OFFER = "https://x.test/en/offers/brakes"
LIST = "https://x.test/en/offers"


def judged(*redirects: Redirect, impossible: str | None = None, known: int = 20) -> dict[str, Outcome]:
    found = judge_redirects(redirects, starts={LIST}, impossible=impossible, known=known)
    return {url: outcome for url, outcome, message in found if url in message}


@pytest.mark.parametrize(
    ("target", "outcome"),
    [
        ("https://x.test/", Outcome.SOFT_404),
        ("https://x.test/ar", Outcome.SOFT_404),
        ("https://x.test/en-sa/", Outcome.SOFT_404),
        ("https://x.test/index.php", Outcome.SOFT_404),
        ("https://x.test/en/home", Outcome.SOFT_404),
        (LIST, Outcome.SOFT_404),
        ("https://x.test/en/login?next=/en/offers/brakes", Outcome.SOFT_404),
        ("https://x.test/account/sign-in", Outcome.SOFT_404),
        ("https://login.x.test/en", Outcome.SOFT_404),
        ("https://x.test/%D8%AA%D8%B3%D8%AC%D9%8A%D9%84-%D8%A7%D9%84%D8%AF%D8%AE%D9%88%D9%84", Outcome.SOFT_404),
        ("https://x.test/en/offers/front-brakes", None),
        ("https://x.test/en/offers/brakes-2026", None),
        ("https://x.test/en/brakes/loginov-special", None),
        ("https://x.test/en/oil", None),
    ],
)
def test_where_a_page_is_sent_tells_whether_it_moved(target: str, outcome: Outcome | None) -> None:
    """A start page and a login are no new place of an offer; an address of its own is."""
    assert judged(Redirect(OFFER, target)) == ({OFFER: outcome} if outcome else {})


def test_where_any_address_is_sent_is_no_new_place() -> None:
    """What a made-up address is sent to as well proves nothing."""
    lost = "https://x.test/en/offers/all-gone"
    assert judged(Redirect(OFFER, lost)) == {}
    assert judged(Redirect(OFFER, lost), impossible=lost) == {OFFER: Outcome.SOFT_404}


def test_many_pages_sent_to_one_have_not_all_become_it() -> None:
    """Two may have been joined; three and more are thrown together."""
    many = [Redirect(f"{LIST}/{n}", "https://x.test/en/archive") for n in range(3)]
    assert judged(*many[:2]) == {}
    assert set(judged(*many).values()) == {Outcome.SOFT_404}


def test_a_closed_door_is_no_missing_page() -> None:
    """When most pages are sent to a login, or a start URL is, nothing was looked at."""
    login = "https://x.test/login"
    all_of_them = [Redirect(f"{LIST}/{n}", login) for n in range(6)]
    assert set(judged(*all_of_them, known=8).values()) == {Outcome.CHALLENGE}
    assert set(judged(*all_of_them, known=40).values()) == {Outcome.SOFT_404}
    assert judged(Redirect(LIST, login)) == {LIST: Outcome.CHALLENGE}


@pytest.mark.parametrize("url", ["https://x.test/", "https://x.test/en/", "https://x.test"])
def test_a_start_page_may_move_where_it_likes(url: str) -> None:
    """The site's own door turns to the visitor's language without being gone."""
    assert is_start_page(url)
    assert judged(Redirect(url, "https://x.test/ar/")) == {}
