"""How sure a bot may be of an answer, fitted to the base itself: weights of the features of kb_store.answer_features.

Three kinds of question are asked of the base: probes made of its own texts, which it answers; the same as if the
entry that holds their text were removed; and questions about the world, which it does not answer whatever it is about.
A logistic regression tells the first from the others. It is drawn towards kb_store.general_weights, so that a small
sample cannot lead it astray, and its zero, which is a score of one half, is laid where most questions about the world
are refused and few of the probes. docs/answerable.md has the reasons and the figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pgvector import Vector

from pipelines.database import Connection
from pipelines.store.foreign_questions import FOREIGN
from pipelines.store.probing import Probe, make_probes

__all__ = ["FEWEST_TEXTS", "calibrate", "fit", "is_due"]

FEWEST_TEXTS = 50  # of a smaller base a sample says less than what is known of others
_SAMPLE = 200  # probes
_GROWN = 1.3  # times as many texts, or as few, before it is fitted anew
_REMOVED = 0.1  # weight of what was removed: its neighbours often do answer
_FOREIGN_REFUSED = 0.9  # share of questions about the world
# share of the probes: their words are further from the text than a person's, so with vectors more of them may go
_MOST_LOST = {"words": 0.05, "made": 0.25, "given": 0.25}
_SCALES = (1e-3, 0.5, 0.4, 0.15, 0.1)  # by how much a feature differs from question to question; the first is free
_PULL = 5.0  # of the general weights, in questions
_ASKED = 200.0  # questions that each kind counts for
_LONGEST_STEP = 4.0  # of any question's odds at once, in logarithms: a whole one can lead out of reach

Floats = NDArray[np.float64]
Encode = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(frozen=True)
class _Sample:
    """Features of answers, (n, 3) or (n, 5)."""

    present: Floats
    removed: Floats
    foreign: Floats


def is_due(conn: Connection) -> bool:
    """Whether the base is to be calibrated: with its first texts, after a switch, grown or shrunk by three tenths."""
    return conn.execute(_DUE, {"fewest": FEWEST_TEXTS, "grown": _GROWN}).fetchone() == (True,)


def calibrate(conn: Connection, encode_queries: Encode) -> None:
    """Fit what the features of the base's answers weigh, on every path on which it can be asked.

    `encode_queries` gives unit vectors of the active model, (n, dimensions) float32. For `kb_writer` in autocommit: the
    base is asked some hundreds of questions, and the weights are written in one short transaction. The same base gives
    the same weights; one of fewer than FEWEST_TEXTS texts keeps the general ones.
    """
    row = conn.execute(_SERVED, (FEWEST_TEXTS,)).fetchone()
    if row is None:
        return
    model_id, texts = row
    asked = [probe for language, said in _sampled(conn).items() for probe in _questions(language, said, texts)]
    weights = {path: _fitted(conn, path, asked, encode_queries) for path in _MOST_LOST}
    with conn.transaction():
        for path, found in weights.items():
            if found is None:
                conn.execute("delete from kb_store.calibration where model_id = %s and path = %s", (model_id, path))
            else:
                conn.execute(_KEEP, (model_id, path, found.tolist(), texts))


def _sampled(conn: Connection) -> dict[str, list[tuple[int, str]]]:
    """Numbers and bodies of some texts, by language: a question in two languages is asked by nobody."""
    sampled: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for number, body, language in conn.execute(_SAMPLED, (_SAMPLE,)).fetchall():
        sampled[language].append((number, body))
    return sampled


def _questions(language: str, texts: Sequence[tuple[int, str]], seed: int) -> list[Probe]:
    """Probes of these texts, and foreign questions in their language, which are of no text: number 0."""
    return [*make_probes(texts, seed), *(Probe(text, text, 0) for text in FOREIGN.get(language, ()))]


def _fitted(conn: Connection, path: str, asked: Sequence[Probe], encode_queries: Encode) -> Floats | None:
    """The weights of a path; None where too few of the questions can be asked on it."""
    sample = _asked(conn, path, asked, encode_queries)
    if len(sample.present) < FEWEST_TEXTS or not len(sample.foreign):
        return None
    row = conn.execute("select kb_store.general_weights(%s)", (path,)).fetchone()
    assert row is not None
    weights = fit(sample.present, [(sample.removed, _REMOVED), (sample.foreign, 1.0)], np.array(row[0]))
    return _laid(weights, sample, _MOST_LOST[path])


def _asked(conn: Connection, path: str, asked: Sequence[Probe], encode_queries: Encode) -> _Sample:
    """What the base finds for each question, on that path."""
    rows = []
    vectors = encode_queries([one.meaning for one in asked]) if path == "given" else [None] * len(asked)
    for one, vector in zip(asked, vectors, strict=True):
        told = {"words": one.words, "meaning": one.meaning, "passage": one.passage, "made": path == "made"}
        told["vector"] = None if vector is None else Vector(vector)
        rows.append(conn.execute(_PROBE, told).fetchone() or ([], []))
    return _Sample(
        _matrix(path, [present for one, (present, _) in zip(asked, rows, strict=True) if one.passage]),
        _matrix(path, [removed for one, (_, removed) in zip(asked, rows, strict=True) if one.passage]),
        _matrix(path, [present for one, (present, _) in zip(asked, rows, strict=True) if not one.passage]),
    )


def _matrix(path: str, found: Sequence[Sequence[float]]) -> Floats:
    """What was found on that path; a question in a language that the model does not cover has no vector."""
    width = 3 if path == "words" else 5
    return np.array([row for row in found if len(row) == width], dtype=np.float64).reshape(-1, width)


def fit(answered: Floats, others: Sequence[tuple[Floats, float]], general: Floats) -> Floats:
    """Weights of a logistic regression drawn towards `general`, by Newton's method; (features,) float64.

    `others`: features of questions without an answer, and how much each kind of them counts beside the answered.
    """
    kinds = [(answered, 1.0, 1.0), *((kind, 0.0, counts) for kind, counts in others if len(kind))]
    features = np.concatenate([kind for kind, _, _ in kinds])
    truth = np.concatenate([np.full(len(kind), true) for kind, true, _ in kinds])
    counts = np.concatenate([np.full(len(kind), _ASKED * count / len(kind)) for kind, _, count in kinds])
    pull = _PULL * np.square(_SCALES[: len(general)])
    weights = np.zeros_like(general)
    for _ in range(50):
        likely = (1 + np.tanh(features @ weights / 2)) / 2
        slope = features.T @ (counts * (truth - likely)) - pull * (weights - general)
        bend = (features.T * (counts * likely * (1 - likely))) @ features + np.diag(pull)
        step = np.linalg.solve(bend, slope)
        weights = weights + step / max(1.0, float(np.abs(features @ step).max()) / _LONGEST_STEP)
    return weights


def _laid(weights: Floats, sample: _Sample, most_lost: float) -> Floats:
    """The weights with their zero where foreign questions are refused, or where probes would be lost by it."""
    lost = np.quantile(sample.present @ weights, most_lost)
    laid = weights.copy()
    laid[0] -= min(lost, np.quantile(sample.foreign @ weights, _FOREIGN_REFUSED))
    return laid


_SERVED = """
select m.model_id, s.passages
from kb_store.model m cross join kb_store.lexical_statistic s
where m.active and s.passages >= %s
"""

_DUE = """
select s.passages >= %(fewest)s
    and (c.texts is null or s.passages not between c.texts / %(grown)s and c.texts * %(grown)s)
from kb_store.model m
cross join kb_store.lexical_statistic s
left join lateral (select min(c.texts) as texts from kb_store.calibration c where c.model_id = m.model_id) c on true
where m.active
"""

_SAMPLED = """
select s.passage_id, k.body, s.language
from (
    select distinct on (p.passage_sha256) p.passage_id, p.passage_sha256, l.chunk_id, l.language
    from kb_store.served_chunk l
    join kb_store.served_entry e using (entry_id)
    join kb_store.passage p using (passage_id)
    where kb_store.is_live(e.valid, e.ttl, e.verified_at, clock_timestamp())
        and (l.valid is null or l.valid @> clock_timestamp())
    order by p.passage_sha256, l.chunk_id
    limit %s
) s
join kb_store.chunk k using (chunk_id)
order by s.passage_sha256
"""

_PROBE = """
select p.present, p.removed
from kb_store.probe(
    %(words)s,
    case when %(made)s then kb_store.query_vector(%(meaning)s) else %(vector)s::vector end,
    %(passage)s
) p
"""

_KEEP = """
insert into kb_store.calibration (model_id, path, weights, texts) values (%s, %s, %s, %s)
on conflict (model_id, path) do update
set weights = excluded.weights, texts = excluded.texts, fitted_at = excluded.fitted_at
"""
