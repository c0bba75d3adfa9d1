"""`freshet eval`: what it prints, and by what it exits."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.database import Connection
from tests.flows.conftest import Run
from tests.story import Story, page

OIL, TYRES = "https://shop.test/oil", "https://shop.test/tyres"


@pytest.fixture
def questions(folder: Path, db: Connection) -> Path:
    """A base of two pages, and three questions: the second expects the wrong one, the third must be refused."""
    Story(db).sync({OIL: [page(OIL, "Engine oil change")], TYRES: [page(TYRES, "Four tyres mounted")]})
    file = folder / "questions.jsonl"
    lines = (
        f'{{"question": "engine oil change", "expect": ["{OIL}"]}}',
        f'{{"question": "four tyres mounted", "expect": ["{OIL}"]}}',
        '{"question": "boats", "answerable": false}',
    )
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def test_measures_are_printed_and_compared_with_the_last_time(run: Run, questions: Path) -> None:
    """A table, what went wrong below it, and from the second time on the difference."""
    first = run("eval", questions)
    assert first.code == 0
    assert "not found: four tyres mounted" in first.out
    assert "since the last time" not in first.out
    text = questions.read_text(encoding="utf-8").replace(
        f'mounted", "expect": ["{OIL}"]', f'mounted", "expect": ["{TYRES}"]'
    )
    questions.write_text(text, encoding="utf-8")
    second = run("eval", questions, "--min", "mrr=0.75")
    assert second.code == 0
    assert "+0.500" in second.out
    assert "the questions are others than the last time" in second.out


def test_json_has_every_question(run: Run, questions: Path) -> None:
    """One document: measures, the last ones, each question with the places at which it was answered."""
    run("eval", questions)
    told = run("eval", questions, "--json").document
    assert told["measured"]["recall@1"] == 0.5
    assert told["measured"]["refused"] == 1
    assert told["last"] == {"measured": told["measured"], "same_questions": True}
    assert [one["ranks"] for one in told["questions"]] == [[1], [], []]


def test_below_a_bound_is_a_failure(run: Run, questions: Path) -> None:
    """Exit 1, saying which and by how much; bounds that hold are silent."""
    ran = run("eval", questions, "--min", "recall@1=0.9", "--min", "refused=1")
    assert ran.code == 1
    assert "recall@1 is 0.500, below 0.9" in ran.err
    assert "refused" not in ran.err


def test_a_bound_on_which_no_question_bears_is_not_kept(run: Run, questions: Path) -> None:
    """Silence would look like success."""
    questions.write_text('{"question": "boats", "answerable": false}', encoding="utf-8")
    ran = run("eval", questions, "--min", "mrr=0.1")
    assert (ran.code, "mrr: no question bears on it" in ran.err) == (1, True)


@pytest.mark.parametrize(
    ("line", "bound", "said"),
    [
        ('{"question": "x", "expect": 7}', "mrr=0.5", "line 1: `expect`"),
        ("", "mrr=0.5", "holds no question"),
        ('{"question": "x"}', "map=0.5", "no measure 'map'; there are: recall@1, recall@5"),
        ('{"question": "x"}', "mrr", "must be a share from 0 to 1"),
        ('{"question": "x"}', "mrr=95", "must be a share from 0 to 1"),
        ('{"question": "x"}', "mrr=nan", "must be a share from 0 to 1"),
    ],
)
def test_wrong_usage_is_told(run: Run, folder: Path, line: str, bound: str, said: str) -> None:
    """Exit 2: a bad line with its field, a measure that is none with those there are."""
    file = folder / "questions.jsonl"
    file.write_text(line, encoding="utf-8")
    ran = run("eval", file, "--min", bound)
    assert (ran.code, said in ran.err) == (2, True), ran.err


def test_a_file_that_is_not_there_is_told(run: Run, folder: Path) -> None:
    """Exit 2."""
    ran = run("eval", folder / "none.jsonl")
    assert (ran.code, "no such file" in ran.err) == (2, True)
