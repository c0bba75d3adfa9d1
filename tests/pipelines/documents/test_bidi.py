"""Letters in the order they are seen become text in the order it is read; dates are right or marked as doubtful."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.documents.bidi import direction_of, letters_in_order, to_logical

WORDS = ["ينتهي", "العرض", "يناير", "حتى", "ريال", "الزيت", "خصم", "رمضان"]
NUMBERS = ["18", "2023", "31/03/2025", "٢٠٢٥/٠٣/٠٤", "199.50", "10:30", "1,250"]


def seen(text: str) -> str:
    """Right-to-left text as it stands on paper: everything turned, numbers and Latin words turned back."""
    return re.sub(r"[A-Za-z0-9٠-٩][A-Za-z0-9٠-٩./:,]*", lambda run: run[0][::-1], text)[::-1]


@pytest.mark.hazard("D5")
@given(st.lists(st.sampled_from(WORDS + NUMBERS + ["Mobil"]), min_size=1, max_size=8))
def test_words_numbers_and_dates_come_back(parts: list[str]) -> None:
    """Any line of Arabic words with numbers, dates and single Latin words is read back as it was written."""
    line = " ".join(["عرض", *(part for at, part in enumerate(parts) if part != parts[at - 1] or at == 0), "فقط"])
    line = re.sub(r"(?<=Mobil) (?=[\d٠-٩])|(?<=[\d٠-٩]) (?=Mobil)", " و ", line)
    assert to_logical(list(seen(line)), rtl=True) == (line, False)


@pytest.mark.parametrize(
    ("glyphs", "text"),
    [
        ("2023 ﺮﻳﺎﻨﻳ 18 ﻲﻬﺘﻨﻳ", "ينتهي 18 يناير 2023"),  # presentation forms
        ("%25 مصخ", "خصم 25%"),
        ("966+ ىلع لصتا", "اتصل على +966"),
        ("234-001-920 ىلع", "على 920-001-234"),
        ("(ةبيرضلا لماش) لاير", "ريال (شامل الضريبة)"),
    ],
)
def test_known_lines(glyphs: str, text: str) -> None:
    """Forms, signs, telephone numbers and brackets as they are printed."""
    assert to_logical(list(glyphs), rtl=True)[0] == text


@pytest.mark.parametrize("order", [["ل", "ا"], ["ا", "ل"]])
def test_letters_of_one_ligature_stay_in_order(order: list[str]) -> None:
    """Lam-alef is one glyph; its letters are lam, alef, in whichever order the file gives them."""
    assert to_logical(["ر", "ا", "ي", "غ", "ل", "ا", " ", "".join(order), "و"], rtl=True)[0] == "ولا الغيار"


@pytest.mark.parametrize("shown", ["01-03-2025", "2025-03-01"])
def test_hyphenated_date_means_one_day_and_is_marked(shown: str) -> None:
    """31-03-2025 and 2025-03-31 look alike after Arabic: the date is written year first, and doubted."""
    text, doubtful = to_logical(list(f"{shown} ىتح"), rtl=True)
    assert (text, doubtful) == ("حتى 2025-03-01", True)


def test_short_hyphenated_date_is_doubtful() -> None:
    """A date with two digits for its year could be any of several: it is marked."""
    assert to_logical(list("03-04-25 ىتح"), rtl=True)[1]


def test_arabic_inside_a_latin_line() -> None:
    """A phrase is turned in its place; a number that could belong to either side is marked."""
    assert to_logical(list("Oil (تيز ريغ) only"), rtl=False) == ("Oil (غير زيت) only", False)
    assert to_logical(list("Until 2023 رياني"), rtl=False)[1]


def test_latin_lines_are_left_alone() -> None:
    """Text without right-to-left letters comes back as it stands, ligatures taken apart."""
    assert to_logical(["o", "ﬀ", "e", "r", " ", "1", "-", "2"], rtl=False) == ("offer 1-2", False)


def test_direction_and_order_of_letters() -> None:
    """The letters of a text tell its direction, and word endings whether it is reversed."""
    assert direction_of("زيت 5W") > 0 > direction_of("oil زي engine")
    assert direction_of("123") == 0
    assert letters_in_order("العرض الحالي خدمة") > 0 > letters_in_order("ضرعلا يلاحلا ةمدخ")
