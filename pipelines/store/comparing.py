"""What two embedding models find of the same base: its own titles and sentences, and the project's questions.

The sample is asked of the vectors alone, in which a model that is no good shows; the questions are asked as a bot asks
them, words and vectors together. Nothing a reader sees changes meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import psycopg
from numpy.typing import NDArray
from pgvector import HalfVector, Vector

from pipelines.database import Connection
from pipelines.questions import Question, spellings

__all__ = ["Found", "Question", "Side", "compare"]

_SAMPLE = 200  # texts
_MOST_QUESTIONS = 500  # the rest say little more and take their time
_NEAREST = 10
_WORDS = 8  # of a sentence: enough to know a text by, too few to be it
_FEWEST_WORDS = 4
_SENTENCE_END = re.compile(r"(?<=[.!?؟;؛])\s+|\n+")


@dataclass(frozen=True)
class Side:
    """A model whose vectors of all texts in service are there."""

    number: int
    encode_queries: Callable[[Sequence[str]], NDArray[np.float32]]  # (n, dimensions) float32, unit length


@dataclass(frozen=True)
class Found:
    """How many of the same questions either model answers."""

    of: str  # what was asked, for a person
    sampled: bool  # chance has a part in it
    asked: int
    before: int
    after: int


@dataclass(frozen=True)
class _Probe:
    text: str
    passages: frozenset[int]  # any of them answers it


def compare(conn: Connection, before: Side, after: Side, questions: Sequence[Question] = ()) -> tuple[Found, ...]:
    """What either side finds: first of a sample of the base's own texts, then of the questions, where there are any."""
    found = []
    if probes := _sampled(conn):
        of = "titles and sentences of the base's own texts"
        found.append(Found(of, True, len(probes), _nearest(conn, before, probes), _nearest(conn, after, probes)))
    if asked := [one for one in questions if one.expect and one.as_of is None][:_MOST_QUESTIONS]:
        found.append(
            Found(
                "of the project's questions",
                False,
                len(asked),
                _answered(conn, before, asked),
                _answered(conn, after, asked),
            )
        )
    return tuple(found)


def _sampled(conn: Connection) -> list[_Probe]:
    """Titles and sentences in turn, of texts spread over the base by their hashes; the same ones each time."""
    rows = conn.execute(_SAMPLED, (_SAMPLE,)).fetchall()
    probes = [
        _Probe(title, frozenset(of_title)) if place % 2 and title.strip() else _Probe(_sentence(body), frozenset([own]))
        for place, (own, body, title, of_title) in enumerate(rows)
    ]
    return [probe for probe in probes if probe.text.strip()]


def _sentence(body: str) -> str:
    """The middle words of a text's middle sentence."""
    sentences = [words for s in _SENTENCE_END.split(body) if len(words := s.split()) >= _FEWEST_WORDS]
    words = sentences[len(sentences) // 2] if sentences else body.split()
    start = max((len(words) - _WORDS) // 2, 0)
    return " ".join(words[start : start + _WORDS])


def _nearest(conn: Connection, side: Side, probes: Sequence[_Probe]) -> int:
    """How many of the probes have a text of theirs among the nearest; of a small base fewer count as near."""
    row = conn.execute("select count(*) from kb_store.served_passage").fetchone()
    assert row is not None
    most = min(max(row[0] // 10, 1), _NEAREST)
    vectors = side.encode_queries([probe.text for probe in probes])
    return sum(
        not probe.passages.isdisjoint(_neighbours(conn, side.number, vector, most))
        for probe, vector in zip(probes, vectors, strict=True)
    )


def _neighbours(conn: Connection, number: int, vector: NDArray[np.float32], most: int) -> set[int]:
    rows = conn.execute(
        "select passage_id from kb_store.served_vector where model_id = %s order by vector <=> %s limit %s",
        (number, HalfVector(vector), most),
    )
    return {passage for (passage,) in rows.fetchall()}


def _answered(conn: Connection, side: Side, questions: Sequence[Question]) -> int:
    """How many questions kb.search would answer if the side were served: tried in a transaction that never commits."""
    vectors = side.encode_queries([question.text for question in questions])
    answered = 0
    with conn.transaction():
        conn.execute("update kb_store.model set active = false where active")
        conn.execute("update kb_store.model set active = true where model_id = %s", (side.number,))
        for question, vector in zip(questions, vectors, strict=True):
            limits = (None if question.category is None else list(question.category), question.language)
            expected = [spelling for name in question.expect for spelling in spellings(name)]
            asked = (question.text, Vector(vector), _NEAREST, *limits, *[expected] * 4)
            answered += conn.execute(_ANSWERS, asked).fetchone() == (True,)
        raise psycopg.Rollback
    return answered


_SAMPLED = """
with sample as (
    select s.passage_id, s.passage_sha256, c.body, v.title
    from (
        select p.passage_id, p.passage_sha256
        from kb_store.served_passage join kb_store.passage p using (passage_id)
        order by p.passage_sha256
        limit %s
    ) s
    cross join lateral (
        select k.version_id, k.body
        from kb_store.served_chunk x join kb_store.chunk k using (chunk_id)
        where x.passage_id = s.passage_id
        order by k.chunk_id
        limit 1
    ) c
    join kb_store.version v using (version_id)
), titled as (
    select v.title, array_agg(x.passage_id) as passages
    from kb_store.served_entry e
    join kb_store.version v using (version_id)
    join kb_store.served_chunk x on x.entry_id = e.entry_id
    where v.title in (select title from sample)
    group by v.title
)
select passage_id, body, title, passages
from sample join titled using (title)
order by passage_sha256
"""

_ANSWERS = """
select exists (
    select from kb.search(%s, %s::vector, %s, %s::text[], %s) h
    join kb_store.entry e using (entry_id)
    where h.url = any (%s) or e.key = any (%s) or e.entry_id::text = any (%s) or exists (
        select from kb_store.version v join kb_store.version_variant n using (version_id)
        where v.entry_id = e.entry_id and upper_inf(v.recorded) and n.url = any (%s)
    )
)
"""
