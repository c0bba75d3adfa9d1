"""Questions with known answers, as a project keeps them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.questions import Question, read_questions, spellings
from pipelines.setting_values import SettingsError


def _read(folder: Path, *lines: str) -> tuple[Question, ...]:
    file = folder / "questions.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    return read_questions(file)


def test_questions_are_read_with_what_they_expect(tmp_path: Path) -> None:
    """Numbers and keys as they are; a byte order mark, blank lines and a person's own fields do not matter."""
    first, second = _read(
        tmp_path,
        '\ufeff{"question": "كم سعر تغيير الزيت؟", "expect": ["https://shop.test/oil"], "of": 1}',
        "",
        '{"question": "Open?", "expect": [17, "sku-9", 17]}',
    )
    assert first == Question("كم سعر تغيير الزيت؟", ("https://shop.test/oil",))
    assert second == Question("Open?", ("17", "sku-9"))


def test_a_url_is_looked_for_in_every_spelling() -> None:
    """As it was told, and as a base stores it."""
    assert spellings("HTTP://Shop.test:80/oil?utm_source=x")[1] == "http://shop.test/oil"
    assert spellings("sku-9") == ["sku-9"]


def test_a_question_may_be_limited_as_a_bot_limits_it(tmp_path: Path) -> None:
    """One category or several, a language, an instant; null is as if left out."""
    limited, free = _read(
        tmp_path,
        '{"question": "Oil?", "expect": ["x"], "category": "oil", "language": "ar", "as_of": "2026-03-01T12:00:00Z"}',
        '{"question": "Oil?", "expect": ["x"], "category": null, "language": null, "as_of": null, "answerable": null}',
    )
    assert limited == Question("Oil?", ("x",), ("oil",), "ar", datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert free == Question("Oil?", ("x",))


@pytest.mark.parametrize(
    ("line", "answerable"),
    [
        ('{"question": "Boats?"}', False),
        ('{"question": "Boats?", "expect": []}', False),
        ('{"question": "Boats?", "expect": ["x"], "answerable": false}', False),
        ('{"question": "Boats?", "answerable": true}', True),
    ],
)
def test_where_nothing_is_expected_there_is_no_answer(tmp_path: Path, line: str, answerable: bool) -> None:
    """Unless the line says otherwise: then any answer will do."""
    assert [question.answerable for question in _read(tmp_path, line)] == [answerable]


def test_no_file_is_no_question(tmp_path: Path) -> None:
    """A project need not have any."""
    assert read_questions(tmp_path / "questions.jsonl") == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("question: x", "not JSON"),
        ("[]", "not an object"),
        ('{"expect": ["x"]}', "`question` must be a text"),
        ('{"question": " ", "expect": ["x"]}', "`question` must be a text"),
        ('{"question": "x", "expect": "x"}', "`expect` must be a list"),
        ('{"question": "x", "expect": [true]}', "`expect` must be a list"),
        ('{"question": "x", "expect": [""]}', "`expect` must be a list"),
        ('{"question": "x", "category": [1]}', "`category` must be a text"),
        ('{"question": "x", "language": ["ar"]}', "`language` must be a text"),
        ('{"question": "x", "as_of": "2026-03-01"}', "`as_of` must be an instant with its zone"),
        ('{"question": "x", "as_of": 1767225600}', "`as_of` must be an instant with its zone"),
        ('{"question": "x", "answerable": "no"}', "`answerable` must be true or false"),
    ],
)
def test_a_line_that_is_wrong_is_named(tmp_path: Path, line: str, said: str) -> None:
    """With its number, its field and the form that is wanted."""
    with pytest.raises(SettingsError, match=rf"questions.jsonl, line 2: {said}.*each line is"):
        _read(tmp_path, '{"question": "x", "expect": ["y"]}', line)


def test_bytes_that_are_no_text_are_said(tmp_path: Path) -> None:
    """Not a traceback."""
    file = tmp_path / "questions.jsonl"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="must be UTF-8"):
        read_questions(file)
