"""How often an answer is rightly given and rightly refused, by a base calibrated on nothing but itself.

    python -m bench.answerable ../shared/data/retrieval/{scifact-en,xquad-en,xquad-ar} [--most 300] [--documents 2000]
    python -m bench.answerable ../shared/data/retrieval/{xquad-en,xquad-ar} --halves

lost       questions whose answer is there, refused
off        questions of the other sets in the same language, refused; with --halves a set's texts of every other title
           make the base, and those of its questions that the rest answers are off its subject
removed    questions whose every answering document is taken out of what was found, while its neighbours stay, refused

Each with the query's vector given by the model, made in the base, and by words alone; the last column has the weights.
`--documents` limits a set, keeping those that answer the questions asked.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from time import monotonic

import numpy as np
from numpy.typing import NDArray
from pgvector import Vector

from bench.projects import temporary_project
from bench.sets import Queried, RetrievalSet, publish_set, read_set
from flows.housekeeping import after_publication
from flows.texts import Texts
from pipelines.database import Connection, connect
from pipelines.web.language import language_of

_PATHS = ("given", "made", "words")
Encode = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(frozen=True)
class _Asked:
    """A question that was asked twice: of all that is there, and as if its answers were not."""

    answered: bool
    answered_without: bool


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("sets", type=Path, nargs="+")
    arguments.add_argument("--most", type=int, default=300)
    arguments.add_argument("--documents", type=int)
    arguments.add_argument("--halves", action="store_true")
    given = arguments.parse_args()
    read = [read_set(folder) for folder in given.sets]
    if given.halves:
        asked = [(_drawn(half, given.most, None), off[: given.most]) for half, off in map(_halved, read)]
    else:
        sets = [_drawn(one, given.most, given.documents) for one in read]
        asked = [(one, _foreign(one, [other for other in sets if other is not one])) for one in sets]
    for one, off in asked:
        _measure(one, off)


def _halved(one: RetrievalSet) -> tuple[RetrievalSet, list[Queried]]:
    """The set's documents of every other title with the questions they answer, and the questions of the others."""
    titles = sorted({draft.title for draft in one.documents})
    kept = {draft.key for draft in one.documents if draft.title in set(titles[::2])}
    queries = tuple(query for query in one.queries if query.grades.keys() <= kept)
    strange = [query for query in one.queries if not query.grades.keys() & kept]
    documents = tuple(draft for draft in one.documents if draft.key in kept)
    off = Random(0).sample(strange, len(strange))  # in any order: the first of them are asked
    return replace(one, name=f"{one.name}, half", documents=documents, queries=queries), off


def _drawn(one: RetrievalSet, most: int, documents: int | None) -> RetrievalSet:
    """Some of the questions, and the documents that answer them among as many as wanted."""
    random = Random(0)  # a sample, no secret
    queries = random.sample(one.queries, min(most, len(one.queries)))
    answers = {url for query in queries for url in query.grades}
    kept = [draft for draft in one.documents if draft.key in answers]
    others = [draft for draft in one.documents if draft.key not in answers]
    wanted = len(others) if documents is None else max(documents - len(kept), 0)
    return replace(one, queries=tuple(queries), documents=(*kept, *random.sample(others, min(wanted, len(others)))))


def _foreign(one: RetrievalSet, others: Sequence[RetrievalSet]) -> list[Queried]:
    """Questions of other sets in the languages of this one; of a translation of the same set, none."""
    family = one.name.split("-")[0]
    languages = {draft.language for draft in one.documents}
    strange = [query for other in others if other.name.split("-")[0] != family for query in other.queries]
    return [replace(query, grades={}) for query in strange if language_of(query.text, None) in languages]


def _measure(one: RetrievalSet, foreign: Sequence[Queried]) -> None:
    with temporary_project({}) as project, connect(project, autocommit=True) as conn:
        texts = Texts(project)
        embedded = publish_set(conn, texts, one.documents, texts.encode)
        started = monotonic()
        after_publication(project)
        conn.execute(_LEGS_WITHOUT)
        print(f"{one.name}: {embedded} texts, fitted and calibrated in {monotonic() - started:.0f} s", flush=True)
        for path in _PATHS:
            asked = _ask(conn, path, one.queries, texts.encode_queries)
            off = _ask(conn, path, foreign, texts.encode_queries)
            _tell(conn, path, asked, off)


def _tell(conn: Connection, path: str, asked: Sequence[_Asked], off: Sequence[_Asked]) -> None:
    lost = np.mean([not one.answered for one in asked])
    removed = np.mean([not one.answered_without for one in asked])
    refused = f"{np.mean([not one.answered for one in off]):6.3f}" if off else "     –"
    row = conn.execute("select kb_store.answer_weights(%s)", (path,)).fetchone()
    weights = " ".join(f"{weight:.2f}" for weight in (row or [[]])[0])
    print(f"  {path:6} lost {lost:.3f}  off {refused}  removed {removed:.3f}   {weights}", flush=True)


def _ask(conn: Connection, path: str, queries: Sequence[Queried], encode: Encode) -> list[_Asked]:
    """What kb.search would call answerable of each query, on that path."""
    vectors = encode([one.text for one in queries]) if path == "given" and queries else [None] * len(queries)
    return [
        _Asked(*(conn.execute(_ASK, _told(path, one, vector)).fetchone() or (False, False)))
        for one, vector in zip(queries, vectors, strict=True)
    ]


def _told(path: str, query: Queried, vector: NDArray[np.float32] | None) -> dict[str, object]:
    given = None if vector is None else Vector(vector)
    return {"query": query.text, "vector": given, "made": path == "made", "answers": list(query.grades)}


# what a leg finds when these texts are not there
_LEGS_WITHOUT = """
create function pg_temp.legs_without(legs kb_store.leg[], gone bigint[]) returns kb_store.leg[] language sql as $$
    select array(
        select (l.passage_id, l.points)::kb_store.leg
        from unnest(legs) with ordinality l(passage_id, points, place)
        where l.passage_id <> all (gone)
        order by l.place
    )
$$
"""

_ASK = """
with asked as materialized (
    select t.weights, t.information, case
        when kb_store.covered_languages(%(query)s) is null then null
        when %(made)s then kb_store.query_vector(%(query)s)
        else %(vector)s::vector
    end as direction
    from kb_store.query_terms(%(query)s) t
), found as materialized (
    select a.*, l.words, l.vectors
    from asked a
    cross join lateral kb_store.live_legs(
        clock_timestamp(), a.weights, a.direction, kb_store.covered_languages(%(query)s),
        kb_store.wanted_of(null, null, null, null, null, null)
    ) l
), gone as materialized (
    select coalesce(array_agg(c.passage_id), '{}') as passages
    from kb_store.entry e
    join kb_store.served_chunk c using (entry_id)
    where e.key = any (%(answers)s)
)
select kb_store.confidence(f.weights, f.information, f.words, f.vectors, %(made)s) >= kb_store.answerable_from(),
    kb_store.confidence(
        f.weights, f.information,
        pg_temp.legs_without(f.words, g.passages), pg_temp.legs_without(f.vectors, g.passages), %(made)s
    ) >= kb_store.answerable_from()
from found f
cross join gone g
"""


if __name__ == "__main__":
    main()
