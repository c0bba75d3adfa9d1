"""What retrieval is worth, measured on questions with known answers.

recall@k   share of the expected entries among the first k hits, averaged over the questions
ndcg@10    normalised discounted cumulative gain of the first ten (Järvelin and Kekäläinen, 2002), every expected
           entry worth the same
mrr        one over the place of the first expected entry, nought beyond the tenth; averaged
answered   share of the questions with an answer that were called answerable
refused    share of the questions without one that were not
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

from psycopg.types.json import Jsonb

from pipelines.database import Connection
from pipelines.questions import Question, spellings

__all__ = ["ASKED", "METRICS", "Asked", "Evaluation", "ask_all", "measure", "remember"]

ASKED = 10  # hits a question
METRICS = ("recall@1", "recall@5", "recall@10", "ndcg@10", "mrr", "answered", "refused")


@dataclass(frozen=True)
class Asked:
    """A question and what was found."""

    question: Question
    expected: tuple[frozenset[int], ...]  # numbers of the entries that each name stands for; empty: no such entry
    found: tuple[int, ...]  # numbers of the entries found, best first
    answerable: bool  # what the base said of itself

    @property
    def ranks(self) -> list[int]:
        """Places, from 1, at which expected entries were found: each of them once."""
        places = (next((n for n, hit in enumerate(self.found, 1) if hit in named), 0) for named in self.expected)
        return sorted(place for place in set(places) if place)

    @property
    def unknown(self) -> list[str]:
        """Names that stand for no entry the base ever had: slips of the pen, or a site that moved."""
        return [name for name, named in zip(self.question.expect, self.expected, strict=True) if not named]


@dataclass(frozen=True)
class Evaluation:
    """What was measured at one time."""

    measured: dict[str, float | None]  # by METRICS; None: no question bears on it
    same_questions: bool  # as the ones measured now


def ask_all(
    conn: Connection, questions: Sequence[Question], ask: Callable[[Question], list[dict[str, Any]]]
) -> list[Asked]:
    """Each question and what `ask` finds for it: rows of kb.search. `conn` reads tables: `kb_writer` or `kb_owner`."""
    named = _entries_named(conn, {name for question in questions for name in question.expect})
    return [_asked(question, ask(question), named) for question in questions]


def measure(asked: Sequence[Asked]) -> dict[str, float | None]:
    """Every one of METRICS, 0..1; None where no question bears on it."""
    ranked = [one for one in asked if one.expected and one.question.answerable]
    wanted = [one.answerable for one in asked if one.question.answerable]
    unwanted = [not one.answerable for one in asked if not one.question.answerable]
    return {
        **{f"recall@{k}": _mean([_recall(one, k) for one in ranked]) for k in (1, 5, 10)},
        "ndcg@10": _mean([_ndcg(one) for one in ranked]),
        "mrr": _mean([1 / min(one.ranks) if one.ranks else 0 for one in ranked]),
        "answered": _mean(wanted),
        "refused": _mean(unwanted),
    }


def remember(
    conn: Connection, file: str, digest: bytes, model: str | None, measured: dict[str, float | None]
) -> Evaluation | None:
    """Keep what was measured with the questions of that file; what was the last time. For `kb_writer`, `kb_owner`."""
    with conn.transaction():
        row = conn.execute(
            "select measured, questions_sha256 = %s from kb_store.evaluation where file = %s"
            " order by evaluation_id desc limit 1",
            (digest, file),
        ).fetchone()
        conn.execute(
            "insert into kb_store.evaluation (file, questions_sha256, model, measured) values (%s, %s, %s, %s)",
            (file, digest, model, Jsonb(measured)),
        )
    return None if row is None else Evaluation(*row)


def _asked(question: Question, hits: Sequence[dict[str, Any]], named: dict[str, frozenset[int]]) -> Asked:
    expected = tuple(named.get(name, frozenset()) for name in question.expect)
    found = tuple(hit["entry_id"] for hit in hits[:ASKED])
    return Asked(question, expected, found, any(hit["answerable"] for hit in hits))


def _entries_named(conn: Connection, names: Iterable[str]) -> dict[str, frozenset[int]]:
    """Numbers of the entries that each name stands for."""
    pairs = [(name, spelling) for name in names for spelling in spellings(name)]
    rows = conn.execute(_NAMED, ([name for name, _ in pairs], [spelling for _, spelling in pairs])).fetchall()
    return {name: frozenset(numbers) for name, numbers in rows}


def _recall(one: Asked, most: int) -> float:
    return sum(place <= most for place in one.ranks) / len(set(one.expected))


def _ndcg(one: Asked) -> float:
    best = sum(map(_gain, range(1, min(len(set(one.expected)), ASKED) + 1)))
    return sum(map(_gain, one.ranks)) / best


def _gain(place: int) -> float:
    return 1 / math.log2(place + 1)


def _mean(values: Sequence[float]) -> float | None:
    return mean(values) if values else None


# By number, key, or a URL that it had at any time in any language; with what an entry was found to be the same as.
_NAMED = """
with recursive asked as (
    select * from unnest(%s::text[], %s::text[]) as a(name, spelling)
), named as (
    select a.name, e.entry_id from asked a join kb_store.entry e on e.key = a.spelling
    union
    select a.name, e.entry_id from asked a join kb_store.entry e on e.entry_id::text = a.spelling
    union
    select a.name, v.entry_id from asked a join kb_store.version v on v.url = a.spelling
    union
    select a.name, v.entry_id
    from asked a
    join kb_store.version_variant n on n.url = a.spelling
    join kb_store.version v using (version_id)
), same as (
    select * from named
    union
    select s.name, e.joined_into from same s join kb_store.entry e using (entry_id) where e.joined_into is not null
)
select name, array_agg(entry_id) from same group by name
"""
