"""How sure a bot may be of an answer, fitted to the base itself."""

from __future__ import annotations

from datetime import datetime
from random import Random

import numpy as np
import pytest
from pgvector import Vector

from pipelines.database import Connection
from pipelines.store.answerability import FEWEST_TEXTS, calibrate, fit, is_due
from pipelines.store.foreign_questions import FOREIGN
from pipelines.store.planning import PlannedChunk
from tests.story import CountingEncoder, Story, page

_PARTS = ["brakes", "tyres", "oil", "clutch", "mirrors", "lamps", "seats", "wipers", "gears", "filters"]
_WORK = ["changed", "cleaned", "checked", "mounted", "painted", "measured", "greased", "tightened", "balanced", "sold"]
_PLACES = ["workshop", "yard", "branch", "garage", "counter", "hall"]


def _said(number: int, random: Random) -> str:
    parts, work = random.sample(_PARTS, 3), random.sample(_WORK, 3)
    clauses = [f"{part} are {done} in the {random.choice(_PLACES)}" for part, done in zip(parts, work, strict=True)]
    return f"Here {', '.join(clauses)} by mechanic{number} at shelf{number}."


def _base(conn: Connection, size: int = 80) -> Story:
    random = Random(5)
    story = Story(conn)
    urls = [f"https://shop.test/{number}" for number in range(size)]
    story.sync({url: [page(url, _said(number, random))] for number, url in enumerate(urls)})
    return story


def _calibration(conn: Connection) -> dict[str, tuple[list[float], int]]:
    rows = conn.execute("select path, weights, texts from kb_store.calibration").fetchall()
    return {path: (weights, texts) for path, weights, texts in rows}


def test_a_base_is_calibrated_once_and_again_when_it_has_grown(db: Connection, as_writer: Connection) -> None:
    """By a writer; by three tenths; not for a text more."""
    story = _base(db)
    assert is_due(as_writer)
    calibrate(as_writer, story.encoder)
    assert {texts for _, texts in _calibration(db).values()} == {80}
    assert not is_due(as_writer)
    random = Random(6)
    more = {f"https://shop.test/{n}": [page(f"https://shop.test/{n}", _said(n, random))] for n in range(80, 110)}
    story.sync(more, complete=False)
    assert is_due(as_writer)


def test_the_same_base_gives_the_same_weights(db: Connection) -> None:
    """Nothing in it is left to chance."""
    story = _base(db)
    calibrate(db, story.encoder)
    first = _calibration(db)
    calibrate(db, story.encoder)
    assert _calibration(db) == first


def test_a_small_base_is_not_calibrated(db: Connection) -> None:
    """It is answered by what is known of others."""
    story = _base(db, FEWEST_TEXTS - 1)
    assert not is_due(db)
    calibrate(db, story.encoder)
    row = db.execute("select kb_store.answer_weights('given') = kb_store.general_weights('given')").fetchone()
    assert row == (True,)


def test_a_calibrated_base_tells_its_own_from_the_world(db: Connection, as_reader: Connection) -> None:
    """What stands in it is answered, what it has nothing of is not, with a vector and without."""
    story = _base(db)
    calibrate(db, story.encoder)
    for vector in (True, False):
        own = [_answerable(as_reader, story.encoder, _asks(n), vector) for n in range(0, 80, 8)]
        world = [_answerable(as_reader, story.encoder, text, vector) for text in FOREIGN["en"]]
        assert sum(own) >= 9, own
        assert sum(world) <= len(world) // 4, world


def _asks(number: int) -> str:
    random = Random(5)
    said = [_said(n, random) for n in range(number + 1)][-1]
    return " ".join(said.split()[1:10]) + f" mechanic{number}"


def _answerable(conn: Connection, encoder: CountingEncoder, query: str, with_vector: bool) -> bool:
    vector = Vector(encoder.vector(query)) if with_vector else None
    row = conn.execute("select bool_or(answerable) from kb.search(%s, %s)", (query, vector)).fetchone()
    return bool(row and row[0])


def test_a_probe_is_asked_with_its_entry_and_without(db: Connection) -> None:
    """What is left without it is what its neighbours know, from all chunks of the entry and of its other languages."""

    def chunker(draft: object, observed_at: datetime) -> list[PlannedChunk]:
        return [PlannedChunk("", block.text, block.text) for block in draft.blocks]  # type: ignore[attr-defined]

    story = Story(db, chunker=chunker)
    both, other = "https://shop.test/both", "https://shop.test/other"
    story.sync({both: [page(both, "blue tyres", "blue brakes")], other: [page(other, "red lamps")]})
    row = db.execute(
        "select f.present[2], f.removed[2] from kb_store.passage p, kb_store.probe('blue', null, p.passage_id) f"
        " where p.content = 'blue tyres'"
    ).fetchone()
    assert row is not None
    assert row[0] > -1
    assert row[1] == pytest.approx(np.log(0.05))


def test_a_regression_is_drawn_towards_what_is_known_of_others() -> None:
    """With nothing to learn from the general weights stay; what is told apart clearly moves them its way."""
    general = np.array([0.0, 1.0, 0.0])
    same = np.tile([1.0, 0.5, -1.0], (40, 1))
    assert fit(same, [(same, 1.0)], general)[1:] == pytest.approx(general[1:], abs=0.2)
    random = np.random.default_rng(1)
    near = np.column_stack([np.ones(60), random.normal(0, 1, 60), random.normal(1, 0.5, 60)])
    far = near - [0.0, 0.0, 2.0]
    assert fit(near, [(far, 1.0)], general)[2] > 1


@pytest.mark.parametrize(
    ("query", "said"),
    [("", False), ("the of and", False), ("xylophone", False), ("brakes " * 500, None)],
)
def test_whatever_is_asked_has_a_score(db: Connection, as_reader: Connection, query: str, said: bool | None) -> None:
    """Between nought and one, for no words, unknown ones and a great many."""
    _base(db, 5)
    hits = as_reader.execute("select score, answerable from kb.search(%s)", (query,)).fetchall()
    assert all(0 <= score <= 1 for score, _ in hits)
    assert said is None or not any(answerable for _, answerable in hits)
