"""The index of nearest neighbours is made when it pays, renewed beside the old one, and never stands in the way."""

from __future__ import annotations

import pytest
from pgvector import Vector

from pipelines.database import Connection
from pipelines.failpoints import armed
from pipelines.postgres.checks import run_checks
from pipelines.store import vector_index
from pipelines.store.vector_index import keep_vector_index
from tests.postgres import TestDatabase
from tests.story import Story, Told, page

_WORDS = (
    "oil",
    "brake",
    "tyre",
    "filter",
    "battery",
    "coolant",
    "wheel",
    "engine",
    "sedan",
    "truck",
    "hybrid",
    "polish",
)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """An index pays from a hundred texts on."""
    monkeypatch.setattr(vector_index, "FEWEST", 100)


def _pages(count: int, first: int = 0) -> dict[str, Told]:
    told: dict[str, Told] = {}
    for n in range(first, first + count):
        url = f"https://shop.test/{n}"
        told[url] = [page(url, f"{_WORDS[n % 12]} {_WORDS[n // 12 % 12]} number {n}")]
    return told


def _indexes(conn: Connection) -> list[str]:
    rows = conn.execute(
        "select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam"
        " where i.indrelid = 'kb_store.served_vector'::regclass and a.amname = 'hnsw' order by 1"
    )
    return [name for (name,) in rows.fetchall()]


def _indexed_to(conn: Connection) -> int:
    row = conn.execute("select indexed_to from kb_store.model where active").fetchone()
    assert row is not None
    return int(row[0])


def test_a_small_base_has_none(db: Connection) -> None:
    """Comparing each is quick there."""
    story = Story(db)
    story.sync(_pages(99))
    assert not keep_vector_index(db, story.model_id)
    assert (_indexes(db), _indexed_to(db)) == ([], 0)


def test_it_is_made_once_and_renewed_when_a_tenth_is_new(db: Connection) -> None:
    """Nothing is done between; the one renewed is the only one."""
    story = Story(db)
    story.sync(_pages(200))
    assert keep_vector_index(db, story.model_id)
    first = _indexes(db)
    assert first == [f"served_vector_{story.model_id}_{_indexed_to(db)}"]
    assert not keep_vector_index(db, story.model_id)
    story.sync(_pages(215))
    assert not keep_vector_index(db, story.model_id)
    assert _indexes(db) == first
    story.sync(_pages(240))
    assert keep_vector_index(db, story.model_id)
    assert len(_indexes(db)) == 1
    assert _indexes(db) != first


def test_it_is_given_up_when_the_base_has_shrunk(db: Connection) -> None:
    """Half of what made it pay is little enough."""
    story = Story(db)
    story.sync(_pages(120))
    assert keep_vector_index(db, story.model_id)
    db.execute("delete from kb_store.served_vector where passage_id % 3 > 0")
    assert keep_vector_index(db, story.model_id)
    assert (_indexes(db), _indexed_to(db)) == ([], 0)


def test_one_that_was_dropped_is_made_anew(db: Connection) -> None:
    """An administrator's restore or repair may leave it out; `db check` says so meanwhile."""
    story = Story(db)
    story.sync(_pages(120))
    assert keep_vector_index(db, story.model_id)
    db.execute(f"drop index kb_store.{_indexes(db)[0]}".encode())
    assert [r.name for r in run_checks(db) if not r.holds] == ["vector_index_stands"]
    assert keep_vector_index(db, story.model_id)
    assert [r.name for r in run_checks(db) if not r.holds] == []


def test_a_making_that_is_cut_short_leaves_the_old_one_serving(db: Connection) -> None:
    """What was half made is swept away by the next."""
    story = Story(db)
    story.sync(_pages(120))
    assert keep_vector_index(db, story.model_id)
    served = _indexed_to(db)
    story.sync(_pages(160))

    def cut(name: str) -> None:
        if name == "vector index made":
            raise KeyboardInterrupt

    with armed(cut), pytest.raises(KeyboardInterrupt):
        keep_vector_index(db, story.model_id)
    assert (_indexed_to(db), len(_indexes(db))) == (served, 2)
    assert keep_vector_index(db, story.model_id)
    assert (_indexed_to(db) > served, len(_indexes(db))) == (True, 1)


def test_two_do_not_make_it_at_once(db: Connection, database: TestDatabase) -> None:
    """Who comes second leaves it to the first."""
    story = Story(db)
    story.sync(_pages(120))
    with database.connect() as other:
        other.execute("select pg_advisory_lock(%s)", (0x686E7377,))
        assert not keep_vector_index(db, story.model_id)
        assert _indexes(db) == []
        other.execute("select pg_advisory_unlock(%s)", (0x686E7377,))  # a session's end would, a moment later
    assert keep_vector_index(db, story.model_id)


def test_an_index_that_no_model_points_to_goes(db: Connection) -> None:
    """A model left behind has none, so that it may come back without filling one text by text."""
    story = Story(db)
    story.sync(_pages(120))
    assert keep_vector_index(db, story.model_id)
    db.execute("update kb_store.model set indexed_to = 0")
    assert keep_vector_index(db, story.model_id + 1)
    assert _indexes(db) == []


def test_what_is_near_is_found_after_much_came_and_went(db: Connection) -> None:
    """After churn and a vacuum the index finds nineteen of twenty that comparing each finds."""
    story = Story(db)
    story.sync(_pages(200))
    assert keep_vector_index(db, story.model_id)
    story.sync(_pages(200, first=100))
    db.execute("vacuum kb_store.served_vector")
    wanted = "kb_store.wanted_of(null, null, null, null, null, null)"
    ask = f"""
        select count(*) from (
            select i.passage_id from unnest(kb_store.nearest_vectors(now(), %(v)s, '{{}}', {wanted}, 500)) i limit 20
        ) i
        where i.passage_id in (
            select e.passage_id
            from unnest((kb_store.exact_legs(now(), null, %(v)s, '{{}}', {wanted})).vectors) e
            limit 20
        )
    """
    directions = [Vector(story.encoder.vector(f"{one} {other}")) for one in _WORDS for other in _WORDS[:3]]
    found = [db.execute(ask.encode(), {"v": direction}).fetchone() for direction in directions]
    assert sum(row[0] for row in found if row) >= 0.95 * 20 * len(directions)
