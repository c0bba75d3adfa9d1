"""Where the index of vectors answers: the same as comparing each, whatever is wanted and however much of it is over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from pgvector import Vector

from bench.synthetic import Material, publish_synthetic
from pipelines.database import Connection
from pipelines.store import vector_index
from pipelines.store.vector_index import keep_vector_index
from tests.postgres import Cluster
from tests.story import DIMENSIONS, Story

_CHUNKS = 5600  # more than are compared one by one
_WORDS = np.array([f"{kind}{number}" for kind in ("brake", "wheel", "branch", "price") for number in range(9)])
_RANDOM = np.random.default_rng(7)


@pytest.fixture(scope="module")
def base(migrated_cluster: Cluster) -> Iterator[Connection]:
    """A base of 1,400 pages in a hundred categories, indexed but for the last tenth; each test's changes are undone."""
    with migrated_cluster.database() as database, database.connect() as conn:
        story = Story(conn)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(vector_index, "FEWEST", 1000)
            publish_synthetic(conn, "first", _material(story), _CHUNKS - 400)
            assert keep_vector_index(conn, story.model_id)
            publish_synthetic(conn, "later", _material(story), 400, first=_CHUNKS)
            assert not keep_vector_index(conn, story.model_id)
        yield conn


def _material(story: Story) -> Material:
    sentences = [[" ".join(_RANDOM.choice(_WORDS, 6)) for _ in range(6)] for _ in range(300)]
    vectors = np.stack([story.encoder.vector(" ".join(said)) for said in sentences])
    return Material(sentences, vectors, story.model)


@contextmanager
def _undone(conn: Connection) -> Iterator[None]:
    with conn.transaction(force_rollback=True):
        yield


_WANTED = "kb_store.wanted_of(%(category)s::text[], %(language)s, null, null, %(least)s::numeric, null)"
_ANYTHING: dict[str, object] = {"category": None, "language": None, "least": None}


def _directions(count: int) -> list[Vector]:
    drawn = _RANDOM.normal(size=(count, DIMENSIONS))
    return [Vector(one / np.linalg.norm(one)) for one in drawn]


def _legs(conn: Connection, direction: Vector, wanted: dict[str, object]) -> tuple[list[int], list[int]]:
    """The texts nearest by vector: by the index, and by comparing each."""
    return tuple(  # type: ignore[return-value]  # two of them
        [
            row[0]
            for row in conn.execute(
                f"select l.passage_id from unnest(({call})) with ordinality l(passage_id, points, place)".encode()
                + b" where l.place <= 10",
                {"direction": direction, **wanted},
            )
        ]
        for call in (
            f"kb_store.nearest_vectors(clock_timestamp(), %(direction)s, '{{}}', {_WANTED}, 500)",
            f"select e.vectors from kb_store.exact_legs(clock_timestamp(), null, %(direction)s, '{{}}', {_WANTED}) e",
        )
    )


def _recall(conn: Connection, wanted: dict[str, object], asked: int = 25) -> float:
    found, there = 0, 0
    for direction in _directions(asked):
        indexed, exact = _legs(conn, direction, wanted)
        found += len(set(indexed) & set(exact))
        there += len(exact)
    return found / there


@pytest.mark.parametrize(
    "wanted",
    [{}, {"language": "en"}, {"least": 500}, {"category": ["c3", "c4", "c5"]}],
    ids=["all", "language", "price", "few"],
)
def test_the_index_finds_what_comparing_each_finds(base: Connection, wanted: dict[str, object]) -> None:
    """Within a recall of 0.98, whatever the filter leaves; texts that came after the index was made are found, too."""
    assert _recall(base, _ANYTHING | wanted) >= 0.98


def test_few_are_compared_and_many_looked_up(base: Connection) -> None:
    """A filter decides by how much it leaves, not by being there: of so many of the nearest it is asked."""
    ask = f"select kb_store.worth_asking(clock_timestamp(), {_WANTED})"
    assert base.execute(ask.encode(), _ANYTHING).fetchone() == (250,)
    assert base.execute(ask.encode(), _ANYTHING | {"language": "en"}).fetchone() == (500,)
    assert base.execute(ask.encode(), _ANYTHING | {"category": ["c3"]}).fetchone() == (0,)
    assert base.execute(ask.encode(), _ANYTHING | {"language": "ar"}).fetchone() == (0,)


def test_what_is_over_costs_no_recall(base: Connection) -> None:
    """Nineteen of twenty entries over and still in the index: five live ones are asked for and come, and only such."""
    with _undone(base):
        base.execute("update kb_store.served_entry set valid = '{(,2020-01-01)}' where entry_id %% 20 > 0", ())
        live = {row[0] for row in base.execute("select entry_id from kb_store.served_entry where entry_id % 20 = 0")}
        assert _recall(base, _ANYTHING) >= 0.95
        for direction in _directions(5):
            hits = base.execute("select entry_id from kb.search('branch2 wheel5', %s, 5)", (direction,)).fetchall()
            assert len(hits) == 5
            assert {row[0] for row in hits} <= live


def test_hardly_anything_live_is_found_all_the_same(base: Connection) -> None:
    """Fewer live than the index is walked for: each is compared then."""
    with _undone(base):
        base.execute("update kb_store.served_entry set valid = '{(,2020-01-01)}' where entry_id %% 700 > 0", ())
        live = {row[0] for row in base.execute("select entry_id from kb_store.served_entry where entry_id % 700 = 0")}
        (direction,) = _directions(1)
        hits = base.execute("select entry_id from kb.search('xylophone', %s, 50)", (direction,)).fetchall()
        assert {row[0] for row in hits} == live


def test_without_its_index_a_base_answers_the_same(base: Connection) -> None:
    """An administrator may drop it: what was near is compared one by one."""
    (direction,) = _directions(1)
    ask = "select entry_id from kb.search('branch2 wheel5', %s, 20)"
    before = base.execute(ask, (direction,)).fetchall()
    with _undone(base):
        (name,) = base.execute(_INDEXES).fetchone() or ("",)
        base.execute(f"drop index kb_store.{name}".encode())
        after = base.execute(ask, (direction,)).fetchall()
    assert len(set(before) & set(after)) >= 19


_INDEXES = """
select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam
where i.indrelid = 'kb_store.served_vector'::regclass and a.amname = 'hnsw'
"""


def test_the_words_of_a_large_base_are_those_of_each_text(base: Connection) -> None:
    """The hundred best by words are the same whether each text is looked at or only the best are asked about."""
    scanned, exact = (
        base.execute(
            f"select l.points from kb_store.query_terms('brake3 price7') q, unnest({call}) l".encode(), _ANYTHING
        ).fetchall()
        for call in (
            f"(kb_store.live_among(clock_timestamp(), '{{}}', {_WANTED}, kb_store.nearest_words(q.weights, 250))).leg",
            f"(kb_store.exact_legs(clock_timestamp(), q.weights, null, '{{}}', {_WANTED})).words",
        )
    )
    assert len(scanned) == 100
    assert scanned == exact
