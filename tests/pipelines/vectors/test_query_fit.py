"""Sums of fitted pieces point where the samples do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipelines.vectors.query_fit import Alone, fit_pieces
from pipelines.vectors.query_samples import short_texts

_CHANCE = np.random.default_rng(3)


def _alone(asked: bool) -> Alone:
    vectors = np.eye(6, dtype=np.float32) * asked
    return Alone(vectors, np.full(6, asked), np.arange(6))


def _unit(rows: list[list[float]]) -> NDArray[np.float32]:
    found = np.array(rows, np.float32)
    lengths: NDArray[np.float32] = np.linalg.norm(found, axis=1, keepdims=True)
    return found / lengths


def test_samples_are_met_whether_or_not_the_model_was_asked_of_their_pieces() -> None:
    """Pieces alone only say where to begin."""
    true = _CHANCE.normal(size=(6, 6)).astype(np.float32)
    samples = [list(_CHANCE.choice(6, size=3)) for _ in range(200)]
    targets = _unit([list(true[sample].sum(axis=0)) for sample in samples])
    for asked in (True, False):
        table = fit_pieces(samples, targets, _alone(asked))
        made = _unit([list(table[sample].sum(axis=0)) for sample in samples])
        assert (made * targets).sum(axis=1).mean() > 0.95


def test_a_piece_in_no_sample_points_where_the_model_puts_it_alone() -> None:
    """And one that the model was not asked about stays silent."""
    table = fit_pieces([[0, 1], [1]], _unit([[1, 1, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0]]), _alone(True))
    assert table[5].argmax() == 5
    assert table[5].sum() > 0
    silent = fit_pieces([[0, 1], [1]], _unit([[1, 1, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0]]), _alone(False))
    assert not silent[5].any()


def test_a_frequent_piece_is_less_loud() -> None:
    """What stands everywhere says little."""
    samples = [[0, n % 4 + 1] for n in range(400)]
    targets = _unit([list(np.eye(6)[n % 4 + 1]) for n in range(400)])
    table = fit_pieces(samples, targets, _alone(True))
    assert np.linalg.norm(table[0]) < 0.2 * np.linalg.norm(table[1])


def test_samples_without_any_piece_do_no_harm() -> None:
    """Nothing divides by zero, and the table stays finite."""
    table = fit_pieces([[], [0], []], _unit([[1, 0, 0, 0, 0, 0]] * 3), _alone(True))
    assert np.isfinite(table).all()
    assert np.isfinite(fit_pieces([[], []], _unit([[1, 0, 0, 0, 0, 0]] * 2), _alone(False))).all()


def test_short_texts_are_sentences_headings_and_fragments_of_them() -> None:
    """The same of the same passages; none twice; as many as asked for."""
    passages = [
        "Opening hours\nWe open at nine. We close at ten!",
        "Tyres are mounted and balanced here. Why wait? Drive in.",
    ]
    texts = short_texts(passages, 100, 100)
    assert {"Opening hours", "We open at nine.", "We close at ten!"} <= set(texts)
    assert all(any(text in passage for passage in passages) for text in texts)
    assert len(texts) == len(set(texts))
    assert texts == short_texts(passages, 100, 100)
    assert len(short_texts(passages, 2, 1)) <= 3
    assert short_texts([], 5, 5) == []
