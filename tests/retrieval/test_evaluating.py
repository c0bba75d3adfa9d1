"""What retrieval is worth, measured on questions with known answers."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.database import Connection
from pipelines.questions import Question
from retrieval.evaluating import METRICS, Asked, ask_all, measure, remember
from tests.asking import search
from tests.story import Story, page


def _asked(expected: list[set[int]], found: list[int], *, answerable: bool = True) -> Asked:
    names = tuple(f"name-{n}" for n in range(len(expected)))
    return Asked(Question("x", names), tuple(map(frozenset, expected)), tuple(found), answerable)


def test_each_measure_is_what_its_name_says() -> None:
    """Worked by hand: two expected entries, found at the second and the fourth place."""
    measured = measure([_asked([{1}, {2}], [9, 1, 8, 2])])
    assert measured["recall@1"] == 0
    assert measured["recall@5"] == 1
    assert measured["mrr"] == 0.5
    assert measured["ndcg@10"] == pytest.approx((0.63093 + 0.43068) / (1 + 0.63093), abs=1e-4)


def test_a_perfect_answer_is_one_and_none_is_nought() -> None:
    """In every measure of rank."""
    perfect, nothing = measure([_asked([{1}, {2}], [2, 1])]), measure([_asked([{1}], [])])
    assert {perfect[name] for name in METRICS[1:5]} == {1}
    assert {nothing[name] for name in METRICS[:5]} == {0}


def test_two_names_of_one_entry_are_one_entry() -> None:
    """The page's address in two languages is found once, and that is all there is to find."""
    measured = measure([_asked([{1}, {1}], [1])])
    assert measured["recall@1"] == 1
    assert measured["ndcg@10"] == 1


def test_any_of_several_offers_that_stand_at_one_address_answers() -> None:
    """A name may stand for several entries: the best of them counts."""
    assert measure([_asked([{1, 2}], [9, 2, 1])])["mrr"] == 0.5


def test_refusals_are_counted_apart() -> None:
    """What must be refused says nothing of ranks; what must be answered, nothing of refusals."""
    boats = Asked(Question("boats?", answerable=False), (), (1, 2), answerable=True)
    cars = Asked(Question("cars?", answerable=False), (), (1, 2), answerable=False)
    measured = measure([boats, cars])
    assert measured == {name: {"refused": 0.5}.get(name) for name in METRICS}
    assert measure([_asked([{1}], [1], answerable=False)])["answered"] == 0


def _questions(story: Story) -> list[Question]:
    urls = [f"https://shop.test/{name}" for name in ("oil", "tyres")]
    story.sync({url: [page(url, f"All of {url.rsplit('/', 1)[-1]} and nothing else")] for url in urls})
    number = story.conn.execute("select entry_id from kb_store.entry where key = %s", (urls[1],)).fetchone()
    assert number is not None
    return [
        Question("oil", ("HTTPS://shop.test:443/oil",)),
        Question("tyres", (str(number[0]),)),
        Question("oil", ("https://shop.test/boats",)),
        Question("boats", answerable=False),
    ]


def test_questions_are_asked_of_a_base(db: Connection) -> None:
    """Names are URLs in any spelling and numbers; one that the base never had is told, and is not found."""
    questions = _questions(Story(db))

    def ask(question: Question) -> list[dict[str, Any]]:
        return search(db, question.text, max_results=10)

    first, second, slip, boats = ask_all(db, questions, ask)
    assert (first.ranks, second.ranks, slip.ranks) == ([1], [1], [])
    assert slip.unknown == ["https://shop.test/boats"]
    assert not boats.answerable


def test_the_last_measurement_is_remembered_by_file(as_writer: Connection) -> None:
    """Of the same file, with whether the questions are still the same."""
    measured: dict[str, float | None] = {"mrr": 0.5, "refused": None}
    assert remember(as_writer, "a.jsonl", b"1" * 32, None, measured) is None
    same = remember(as_writer, "a.jsonl", b"1" * 32, "model", {"mrr": 0.6})
    assert same is not None
    assert (same.measured, same.same_questions) == (measured, True)
    changed = remember(as_writer, "a.jsonl", b"2" * 32, "model", {})
    assert changed is not None
    assert (changed.measured, changed.same_questions) == ({"mrr": 0.6}, False)
    assert remember(as_writer, "b.jsonl", b"2" * 32, None, {}) is None
