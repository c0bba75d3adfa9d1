"""Prose tells of days as offers do: what it tells of the past is no window, what an offer states stays one."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pipelines.records import Block, ReadingRules, Window
from pipelines.windows.sets import end_of
from pipelines.windows.stated import block_windows

_SEEN = datetime(2026, 11, 20, 9, tzinfo=UTC)
_RULES = ReadingRules("s", ZoneInfo("Asia/Riyadh"), date_order="DMY")


def _window(text: str) -> Window | None:
    """What a paragraph states."""
    (window,) = block_windows([Block("paragraph", text)], _RULES, _SEEN)
    return window


@pytest.mark.parametrize(
    "text",
    [
        "Soil samples were taken during the dry period from May 2011 till September 2011 at nine farms.",
        "Of 412 herds, 17% had lost calves up to March 2009.",
        "The questionnaire was available to all nurses between June 2003 and August 2003.",
        "Interviews were held with 30% of the households from 4 June 2015 to 9 July 2015.",
        "Rainfall over the catchment fell by 12% between January 1998 and December 2003.",
        "The admiral was governor of the island until 14 August 1782.",
        "Until May the harbour was closed by ice, and 80% of the fleet had to winter in the south.",
        "Until February the students were taught in tents.",
        "The bridge was shut from 3 March 2026 to 5 June 2026 after 40% of its bolts were found loose.",
        "The election campaign was fought from 2 April 2017 to 8 June 2017.",
        "The yield fell by 20% from 4 March 2016 to 9 July 2018, and 20% of the orchards were given up.",
        "كان الطبيب مديرا للمستشفى حتى 14 مارس 1975.",
        "كانت نسبة الرطوبة ٨٠٪ خلال الفترة من يناير ٢٠١٢ إلى مارس ٢٠١٢.",
    ],
)
def test_what_is_told_of_the_past_is_no_window(text: str) -> None:
    """Studies, lives, news: nobody was offered anything, and what they tell stays true."""
    assert _window(text) is None


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("All brake discs 20% off until 31 March 2019.", "2019-03-31T21:00"),
        ("Available until 31 March 2019.", "2019-03-31T21:00"),
        ("Book until 31 March 2019 and drive in the same week.", "2019-03-31T21:00"),
        ("The price was SAR 300 and fell to SAR 249 until 30 June 2026.", "2026-06-30T21:00"),
        ("What was 150 is now 99, until 31 March 2019 at our price.", "2019-03-31T21:00"),
        ("The workshop was painted and is closed until 5 December.", "2026-12-05T21:00"),
        ("كان السعر ٣٠٠ ريال وأصبح ٢٤٩ ريال حتى ٣٠ يونيو ٢٠٢٦.", "2026-06-30T21:00"),
        ("متاح حتى ٣١ مارس ٢٠١٩.", "2019-03-31T21:00"),
        ("Members get 20% on all tyres from 1 March to 31 March 2019.", "2019-03-31T21:00"),
        ("Winter tyres at -20% until 31 March 2019.", "2019-03-31T21:00"),
        ("Four tyres, 15 % cheaper until 31 March 2019.", "2019-03-31T21:00"),
        ("٢٠٪ على جميع الكفرات حتى ٣١ مارس ٢٠١٩.", "2019-03-31T21:00"),
    ],
)
def test_what_an_offer_states_stays_a_window_however_long_over(text: str, end: str) -> None:
    """It would be quoted as if it held."""
    window = _window(text)
    assert window is not None
    assert end_of(window) == datetime.fromisoformat(end).replace(tzinfo=UTC)
