"""How validity is put into words."""

from __future__ import annotations

from datetime import datetime

import pytest

from examples.autocare.schedule import ZONE, Span
from examples.autocare.wording import Digits, Language, statement


def _days(first: tuple[int, int, int], after: tuple[int, int, int]) -> Span:
    return Span(datetime(*first, tzinfo=ZONE), datetime(*after, tzinfo=ZONE))


DECEMBER = _days((2026, 12, 1), (2026, 12, 16))
NEW_YEAR = _days((2026, 12, 28), (2027, 1, 1))
OVER = _days((2026, 12, 28), (2027, 1, 6))
MONTHS = _days((2026, 11, 28), (2026, 12, 16))
HOUR = Span(None, datetime(2026, 12, 31, 14, 45, tzinfo=ZONE), timed=True)


@pytest.mark.parametrize(
    ("manner", "span", "language", "digits", "text"),
    [
        ("until", NEW_YEAR, "en", "western", "Valid until 31 December 2026"),
        ("until", NEW_YEAR, "ar", "western", "ساري حتى 31 ديسمبر 2026"),
        ("until", NEW_YEAR, "ar", "arabic-indic", "ساري حتى ٣١ ديسمبر ٢٠٢٦"),
        ("until", NEW_YEAR, "en", "arabic-indic", "Valid until 31 December 2026"),
        ("short", DECEMBER, "en", "western", "Until 15 Dec 2026"),
        ("short", DECEMBER, "ar", "western", "لغاية 15/12/2026"),
        ("range", DECEMBER, "en", "western", "From 1 to 15 December 2026"),
        ("range", MONTHS, "en", "western", "From 28 November to 15 December 2026"),
        ("range", OVER, "en", "western", "From 28 December 2026 to 5 January 2027"),
        ("range", DECEMBER, "ar", "arabic-indic", "من ١ إلى ١٥ ديسمبر ٢٠٢٦"),
        ("range-full", DECEMBER, "en", "western", "From 1 December 2026 to 15 December 2026"),
        ("starts", DECEMBER, "ar", "western", "يبدأ في 1 ديسمبر 2026 وينتهي في 15 ديسمبر 2026"),
        ("iso", DECEMBER, "en", "western", "Offer period: 2026-12-01 to 2026-12-15"),
        ("time", HOUR, "en", "western", "Ends on 31 December 2026 at 14:45"),
        ("time", HOUR, "ar", "western", "ينتهي يوم 31 ديسمبر 2026 الساعة 14:45"),
        ("open", Span(None, None), "en", "western", "Until further notice"),
    ],
)
def test_a_span_is_said_as_people_say_it(
    manner: str, span: Span, language: Language, digits: Digits, text: str
) -> None:
    """Last days are inclusive; a range does not repeat what its two days share; digits follow the offer."""
    assert statement(manner, span, language, digits) == text


@pytest.mark.parametrize(("manner", "needs"), [("until", "ends"), ("range", "starts"), ("time", "ends")])
def test_a_manner_that_lacks_its_day_says_what_is_needed(manner: str, needs: str) -> None:
    """An offer without the day its manner states is an error in the offer's file, not an odd sentence."""
    with pytest.raises(ValueError, match=needs):
        statement(manner, Span(None, None), "en")
