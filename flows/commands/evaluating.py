"""`freshet eval`: what retrieval is worth on questions with known answers, and since the last time."""

from __future__ import annotations

import hashlib
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.commands.options import AsJson, Folder, opened
from flows.commands.output import print_json, say, shown, warn

if TYPE_CHECKING:
    from pipelines.postgres.roles import Role
    from pipelines.questions import Question
    from pipelines.settings import Project
    from retrieval.evaluating import Asked, Evaluation

__all__ = ["evaluate"]

_WIDTH = 100  # columns where there is no terminal
_MOST_TOLD = 20  # questions that went wrong, told to a person; --json has all

Measured = dict[str, float | None]


def evaluate(
    file: Annotated[
        Path, typer.Argument(metavar="QUESTIONS.jsonl", help="One a line: question, expect, and what limits it.")
    ],
    least: Annotated[
        list[str] | None, typer.Option("--min", metavar="METRIC=X", help="Exit 1 below it; may be repeated.")
    ] = None,
    as_json: AsJson = False,
    folder: Folder = None,
) -> None:
    """Measure retrieval on questions with known answers, as a bot would ask them now.

    A line is {"question": "…", "expect": ["URL, key or number", …]}; also category, language, as_of (an instant), and
    "answerable": false, or nothing expected, for a question that must be refused.

    Example: freshet eval questions.jsonl --min recall@10=0.9 --min refused=0.8
    """
    from pipelines.database import connect
    from pipelines.store.publishing import served_model
    from retrieval.evaluating import ask_all, measure, remember

    questions, bounds = _questions(file), _bounds(least or [])
    project = opened(folder)
    with connect(project, role="writer", autocommit=True) as conn:
        with _asker(project, questions) as ask:
            asked = ask_all(conn, questions, ask)
        measured, served = measure(asked), served_model(conn)
        digest = hashlib.sha256(repr(questions).encode()).digest()
        model = None if served is None else served.name
        before = remember(conn, file.name, digest, model, measured)
    missed = _missed(measured, bounds)
    if as_json:
        print_json(_document(asked, measured, before, missed))
    else:
        _print_table(measured, before, bounds)
        _tell_wrong(asked)
    for said in missed:
        warn(said)
    if missed:
        raise typer.Exit(1)


def _questions(file: Path) -> tuple[Question, ...]:
    from pipelines.questions import read_questions
    from pipelines.setting_values import SettingsError

    questions = read_questions(file)
    if not questions:
        raise SettingsError(f"{file}: {'holds no question' if file.exists() else 'there is no such file'}")
    return questions


def _bounds(told: Sequence[str]) -> dict[str, float]:
    """Each measure's least value; raises SettingsError for what is no measure or no share."""
    return dict(map(_bound, told))


def _bound(told: str) -> tuple[str, float]:
    from pipelines.setting_values import SettingsError
    from retrieval.evaluating import METRICS

    name, _, value = told.partition("=")
    if name not in METRICS:
        raise SettingsError(f"--min {told}: no measure {name!r}; there are: {', '.join(METRICS)}")
    try:
        least = float(value)
    except ValueError:
        least = math.nan
    if not 0 <= least <= 1:
        raise SettingsError(f"--min {told}: must be a share from 0 to 1, like {name}=0.9")
    return name, least


@contextmanager
def _asker(project: Project, questions: Sequence[Question]) -> Iterator[Callable[[Question], list[dict[str, Any]]]]:
    """How a question is asked: as a bot asks it, by an auditor where one is of another time."""
    from retrieval.client import Client
    from retrieval.evaluating import ASKED

    def ask(question: Question) -> list[dict[str, Any]]:
        answer = kb.search(
            question.text, max_results=ASKED, category=question.category, language=question.language,
            as_of=question.as_of, known_at=question.as_of, note_demand=False,
        )  # fmt: skip
        return [asdict(hit) for hit in answer.hits]

    role: Role = "auditor" if any(question.as_of for question in questions) else "reader"
    with Client(project, role=role, connections=1, warn=warn) as kb:
        yield ask


def _missed(measured: Measured, bounds: Mapping[str, float]) -> list[str]:
    """What to say of each measure below its bound; one on which no question bears is below any."""
    found = ((name, measured[name], least) for name, least in bounds.items())
    return [
        f"{name} is {value:.3f}, below {least:g}" if value is not None else f"{name}: no question bears on it"
        for name, value, least in found
        if value is None or value < least
    ]


def _document(
    asked: Sequence[Asked], measured: Measured, before: Evaluation | None, missed: Sequence[str]
) -> dict[str, Any]:
    last = before and {"measured": before.measured, "same_questions": before.same_questions}
    return {"measured": measured, "last": last, "missed": missed, "questions": [_line(one) for one in asked]}


def _line(one: Asked) -> dict[str, Any]:
    question = one.question
    return {
        "question": question.text, "expect": question.expect, "unknown": one.unknown, "ranks": one.ranks,
        "must_be_answered": question.answerable, "answerable": one.answerable,
    }  # fmt: skip


def _print_table(measured: Measured, before: Evaluation | None, bounds: Mapping[str, float]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in ("measure", "now", *(("since the last time",) if before else ()), *(("at least",) if bounds else ())):
        table.add_column(name, justify="left" if name == "measure" else "right")
    for name, value in measured.items():
        change = (_change(value, before.measured.get(name)),) if before else ()
        least = (f"{bounds[name]:g}" if name in bounds else "",) if bounds else ()
        table.add_row(name, "–" if value is None else f"{value:.3f}", *change, *least)
    is_terminal = sys.stdout.isatty()
    Console(file=sys.stdout, width=None if is_terminal else _WIDTH, highlight=False, no_color=not is_terminal).print(
        table
    )
    if before and not before.same_questions:
        say("the questions are others than the last time")


def _change(value: float | None, last: float | None) -> str:
    return "" if value is None or last is None else f"{value - last:+.3f}"


def _tell_wrong(asked: Sequence[Asked]) -> None:
    """What a person would look at: questions that went wrong, and names that stand for nothing."""
    wrong = [f"{said}: {shown(one.question.text)}" for one in asked if (said := _fault(one))]
    for line in wrong[:_MOST_TOLD]:
        say(line)
    if len(wrong) > _MOST_TOLD:
        say(f"and {len(wrong) - _MOST_TOLD} more: --json has all")


def _fault(one: Asked) -> str:
    """What went wrong with a question; empty: nothing."""
    if not one.question.answerable:
        return "not refused" if one.answerable else ""
    if one.unknown:
        return f"expects what the base never had ({shown(', '.join(one.unknown))})"
    if one.expected and not one.ranks:
        return "not found"
    return "" if one.answerable else "refused"
