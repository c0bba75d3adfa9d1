"""How sure a bot may be of an answer, fitted to the base itself."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from pgvector import Vector

from pipelines.database import Connection
from pipelines.store.answerability import FEWEST_TEXTS, calibrate, is_due, laid
from pipelines.store.foreign_questions import FOREIGN
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


def test_a_feature_weighs_as_much_a_step_as_elsewhere() -> None:
    """Cosines that lie ten times closer together weigh ten times as much; what tells nothing stays bounded."""
    general, usual = np.array([0.0, 1.0, -0.5, 2.0]), np.array([0.5, 0.5, 0.2])
    random = np.random.default_rng(1)
    own, foreign = (np.column_stack([np.ones(80), random.normal(place, 1, (80, 3))]) for place in (1, -1))
    weights = laid(own, foreign, general, usual)
    closer = laid(own * [1, 1, 1, 0.1], foreign * [1, 1, 1, 0.1], general, usual)
    assert closer[3] == pytest.approx(10 * weights[3])
    assert closer[:3] == pytest.approx(weights[:3])
    still = laid(own * [1, 1, 0, 1], foreign * [1, 1, 0, 1], general, usual)
    assert still[2] == pytest.approx(-2.5)


@pytest.mark.parametrize(("apart", "refused", "lost"), [(8.0, 0.9, 0.0), (0.0, 0.25, 0.25)])
def test_half_is_where_foreign_questions_are_refused_and_not_too_many_of_its_own(
    apart: float, refused: float, lost: float
) -> None:
    """Nine of ten of the first where the two lie apart; a quarter at most of the others where they do not."""
    random = np.random.default_rng(1)
    foreign = np.column_stack([np.ones(400), random.normal(0, 1, (400, 3))])
    own = np.column_stack([np.ones(400), foreign[:, 1:] + apart])
    weights = laid(own, foreign, np.array([0.0, 1.0, 0.0, 1.0]), np.ones(3))
    assert np.mean(foreign @ weights < 0) == pytest.approx(refused, abs=0.01)
    assert np.mean(own @ weights < 0) == pytest.approx(lost, abs=0.01)


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
