"""The language of a text is what its page declares, when its script agrees."""

from __future__ import annotations

import pytest

from pipelines.web.language import language_of


@pytest.mark.parametrize(
    ("text", "declared", "expected"),
    [
        ("عروض الصيف على تغيير الزيت والفلاتر", "en", "ar"),
        ("عروض الصيف على تغيير الزيت والفلاتر", "ar-SA", "ar"),
        ("پیشنهاد ویژه برای تعویض روغن خودرو در کلیه شعب", None, "fa"),
        ("گاڑی کی سروس پر پچاس فیصد رعایت ہے", None, "ur"),
        ("The price of an oil change is the same for all cars, and the check is free with it.", None, "en"),
        ("The price of an oil change is the same for all cars, and the check is free with it.", "ar", "en"),
        ("Le prix de la vidange est le même pour les voitures et pour les camions dans nos ateliers.", None, "fr"),
        ("Скидка на замену масла", "en", "ru"),
        ("エンジンオイル交換の割引", None, "ja"),
        ("99.00 / 2030", "ar", "ar"),
        ("99.00 / 2030", None, "und"),
        ("Toyota Camry 2.5L", None, "und"),
        ("Toyota Camry 2.5L", "en_US", "en"),
        ("", "not a tag!", "und"),
    ],
)
def test_script_checks_what_is_declared(text: str, declared: str | None, expected: str) -> None:
    """Declared languages of another script are not believed; without any, script and common words decide."""
    assert language_of(text, declared) == expected


def test_a_page_in_another_language_than_declared_is_found_out() -> None:
    """A French page in an English template is French: its words say so plainly."""
    text = "Nous changeons les pneus dans la journée et vous pouvez attendre sur place avec une boisson. " * 6
    assert language_of(text, "en") == "fr"


def test_mixed_text_takes_the_script_of_most_letters() -> None:
    """Brand names in Latin letters do not make an Arabic page English."""
    assert language_of("زيت Mobil 1 للمحركات الحديثة مع فلتر أصلي من Toyota", "en") == "ar"
