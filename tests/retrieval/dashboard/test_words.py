"""What is marked, drawn and said, without a server."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.dashboard import phrases
from retrieval.dashboard.evidence import marked
from retrieval.dashboard.phrases import Language
from retrieval.dashboard.pictures import bars, line
from retrieval.dashboard.sentences import sentence
from retrieval.dashboard.times import ago, first_day, instant, last_day, left

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


@given(st.text("ab c"), st.lists(st.tuples(st.sampled_from("xyz"), st.text("ab c"))))
def test_a_marked_text_is_the_text(text: str, quotes: list[tuple[str, str]]) -> None:
    """Nothing is lost or doubled, however quotes overlap; what is marked with a field lies in a quote of it."""
    pieces = marked(text, [{"field": field, "text": quote} for field, quote in quotes])
    assert "".join(piece.text for piece in pieces) == text
    for piece in pieces:
        for field in piece.fields:
            assert any(piece.text in quote for name, quote in quotes if name == field)


@pytest.mark.parametrize(
    ("language", "span", "said"),
    [
        ("en", timedelta(seconds=59), "under a minute"),
        ("en", timedelta(hours=1, minutes=1), "1 hour and 1 minute"),
        ("en", timedelta(hours=47, minutes=59), "47 hours and 59 minutes"),
        ("en", timedelta(days=2), "2 days"),
        ("ar", timedelta(days=2), "يومان"),
        ("ar", timedelta(days=6), "6 أيام"),
        ("ar", timedelta(days=11), "11 يومًا"),
        ("ar", timedelta(days=100), "100 يوم"),
        ("ar", timedelta(hours=2, minutes=5), "ساعتان و5 دقائق"),
    ],
)
def test_what_is_left_is_counted_as_the_language_counts(language: Language, span: timedelta, said: str) -> None:
    """Rounded down: what is said to be left is left."""
    assert left(language, NOW + span, NOW) == said


def test_a_bound_is_told_by_its_day() -> None:
    """An end at midnight is the day before; at another time it is the instant, as a start is."""
    zone = ZoneInfo("Asia/Riyadh")
    midnight = datetime(2026, 11, 30, 21, 0, tzinfo=UTC)
    assert last_day("en", midnight, zone) == "30 Nov 2026"
    assert first_day("ar", midnight, zone) == "1 ديسمبر 2026"
    assert last_day("en", NOW, zone) == first_day("en", NOW, zone) == "22 Nov 2026, 23:00"


def test_instants_are_told_in_the_zone() -> None:
    """Twenty hours in UTC are eleven at night in Riyadh."""
    zone = ZoneInfo("Asia/Riyadh")
    assert instant("en", NOW, zone) == "22 Nov 2026, 23:00"
    assert instant("ar", NOW, zone) == "22 نوفمبر 2026، 23:00"
    assert ago("en", NOW - timedelta(seconds=5), NOW) == "just now"
    assert ago("en", NOW - timedelta(days=3), NOW) == "3 days ago"


@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=40))
def test_a_picture_stays_in_its_frame(values: list[int]) -> None:
    """Whatever the numbers: nothing is drawn outside, the greatest touches the top."""
    drawn = line([(NOW + timedelta(hours=n), value) for n, value in enumerate(values)])
    assert drawn is not None
    points = [tuple(map(float, point.split(","))) for point in drawn.path[1:].split(" L")]
    assert all(0 <= x <= drawn.width and 0 <= y <= drawn.height for x, y in points)
    picture = bars("added", list(enumerate(map(float, values))))
    assert all(bar.y >= 0 and bar.x + bar.width <= picture.width for bar in picture.bars)
    assert max(bar.height for bar in picture.bars) == (picture.height if any(values) else 0)


def test_one_instant_is_no_line() -> None:
    """Nor is none."""
    assert line([]) is None
    assert line([(NOW, 3)]) is None
    assert line([(NOW, 3), (NOW, 3)]) is None


@pytest.mark.parametrize(
    ("english", "said"),
    [
        ("9 of 12 entries (75 %) would go: more than half", "ستُزال 9 من 12 من المدخلات (75 %): أكثر من النصف"),
        ("offer of shop, https://shop.test/a, b", "عرض من shop، https://shop.test/a, b"),
        ("no end stated (open)", "دون تاريخ انتهاء (دون تاريخ انتهاء)"),
        ("ends at 2026-12-01 00:00:00 Asia/Riyadh (stated): «until 30 November» (text:until)",
         "ينتهي في 2026-12-01 00:00:00 Asia/Riyadh (مذكور في النص): «until 30 November» (text:until)"),
        ("what nobody has said before", None),
    ],
)  # fmt: skip
def test_sentences_of_the_base_are_said_in_arabic(english: str, said: str | None) -> None:
    """With their values, each in its own direction; what is not known stays as it is."""
    told = sentence("ar", english)
    assert (told and re.sub("[\u2068\u2069]", "", told)) == said
    assert sentence("en", english) is None


def test_both_sides_of_a_sentence_have_the_same_values() -> None:
    """A value that is lost would be told to nobody."""
    told = tomllib.loads((Path(phrases.__file__).parent / "sentences.toml").read_text(encoding="utf-8"))
    for english, said in told.items():
        assert sorted(re.findall(r"{\w+}", english)) == sorted(re.findall(r"{\w+}", said)), english
