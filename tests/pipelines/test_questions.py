"""Questions with known answers, as a project keeps them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.questions import Question, read_questions
from pipelines.setting_values import SettingsError


def test_questions_are_read_with_what_they_expect_in_every_spelling(tmp_path: Path) -> None:
    """URLs as given and as stored; numbers and keys as they are; blank lines and other fields do not matter."""
    file = tmp_path / "questions.jsonl"
    lines = (
        '\ufeff{"question": "كم سعر تغيير الزيت؟", "expect": ["HTTP://Shop.test:80/oil?utm_source=x"], "of": 1}',
        "",
        '{"question": "Open?", "expect": [17, "sku-9"]}',
    )
    file.write_text("\n".join(lines), encoding="utf-8")
    first, second = read_questions(file)
    assert (first.text, first.expect[0]) == ("كم سعر تغيير الزيت؟", "HTTP://Shop.test:80/oil?utm_source=x")
    assert "http://shop.test/oil" in first.expect
    assert second == Question("Open?", ("17", "sku-9"))


def test_no_file_is_no_question(tmp_path: Path) -> None:
    """A project need not have any."""
    assert read_questions(tmp_path / "questions.jsonl") == ()


@pytest.mark.parametrize(
    "line",
    [
        "question: x",
        "[]",
        '{"expect": ["x"]}',
        '{"question": " ", "expect": ["x"]}',
        '{"question": "x"}',
        '{"question": "x", "expect": []}',
        '{"question": "x", "expect": "x"}',
        '{"question": "x", "expect": [true]}',
        '{"question": "x", "expect": [""]}',
    ],
)
def test_a_line_that_is_wrong_is_named(tmp_path: Path, line: str) -> None:
    """With its number and the form that is wanted."""
    file = tmp_path / "questions.jsonl"
    file.write_text('{"question": "x", "expect": ["y"]}\n' + line, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"questions.jsonl, line 2: .*each line is"):
        read_questions(file)


def test_bytes_that_are_no_text_are_said(tmp_path: Path) -> None:
    """Not a traceback."""
    file = tmp_path / "questions.jsonl"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="must be UTF-8"):
        read_questions(file)
