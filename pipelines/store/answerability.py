"""How sure a bot may be of an answer, fitted to the base itself: weights of the features of kb_store.answer_features.

Two kinds of question are asked of the base: probes made of its own texts, which it answers, and questions about the
world, which it does not answer whatever it is about. How far the features spread among them says what a step of each is
worth here: cosines of one model lie closer together than another's. So measured, the features weigh what they weigh in
every base (kb_store.general_weights); only the zero, which is a score of one half, is laid anew, where most questions
about the world are refused and not too many of the probes. docs/answerable.md has the reasons and the figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from pgvector import Vector

from pipelines.database import Connection
from pipelines.store.foreign_questions import FOREIGN
from pipelines.store.probing import Probe, make_probes

__all__ = ["FEWEST_TEXTS", "calibrate", "is_due", "laid"]

FEWEST_TEXTS = 50  # of a smaller base a sample says less than what is known of others
_SAMPLE = 200  # probes
_GROWN = 1.3  # times as many texts, or as few, before it is fitted anew
_FOREIGN_REFUSED = 0.9  # share of questions about the world
_MOST_LOST = 0.25  # share of the probes: their words are further from the text than a person's
# how far each feature but the first spreads in the bases that the general weights were fitted to
_USUAL_SPREAD = {"words": (0.53, 0.5, 0.7), "made": (0.53, 0.5, 0.165), "given": (0.53, 0.5, 0.165)}
_LEAST_SPREAD = 0.2  # of the usual: in a base where all questions look alike none tells more for it

Floats = NDArray[np.float64]
Encode = Callable[[Sequence[str]], NDArray[np.float32]]


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
    weights = {path: _fitted(conn, path, asked, encode_queries) for path in _USUAL_SPREAD}
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
    own, foreign = _asked(conn, path, asked, encode_queries)
    if len(own) < FEWEST_TEXTS or not len(foreign):
        return None
    row = conn.execute("select kb_store.general_weights(%s)", (path,)).fetchone()
    assert row is not None
    return laid(own, foreign, np.array(row[0]), np.array(_USUAL_SPREAD[path]))


def _asked(conn: Connection, path: str, asked: Sequence[Probe], encode_queries: Encode) -> tuple[Floats, Floats]:
    """Features of the base's answers to the probes and to the foreign questions that have a vector on that path."""
    vectors = encode_queries([one.meaning for one in asked]) if path == "given" else [None] * len(asked)
    found: tuple[list[list[float]], list[list[float]]] = ([], [])
    for one, vector in zip(asked, vectors, strict=True):
        given = None if vector is None else Vector(vector)
        told = {"words": one.words, "meaning": one.meaning, "path": path, "vector": given}
        row = conn.execute(_PROBE, told).fetchone()
        if row is not None:
            found[0 if one.passage else 1].append(row[0])
    return np.array(found[0]).reshape(-1, 4), np.array(found[1]).reshape(-1, 4)


def laid(own: Floats, foreign: Floats, general: Floats, usual_spread: Floats) -> Floats:
    """The general weights, (4,), as they are in a base where questions have these features, (n, 4) each.

    A feature weighs as much a standard deviation as where it spreads as usual; zero is where nine of ten foreign
    questions are refused, or a quarter of the base's own would be lost.
    """
    spread = np.concatenate([own, foreign])[:, 1:].std(axis=0)
    steps = general[1:] * usual_spread / np.maximum(spread, _LEAST_SPREAD * usual_spread)
    zero = min(np.quantile(own[:, 1:] @ steps, _MOST_LOST), np.quantile(foreign[:, 1:] @ steps, _FOREIGN_REFUSED))
    return np.concatenate([[-zero], steps])


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
select kb_store.probe(%(words)s, d.direction)
from (
    select case %(path)s when 'given' then %(vector)s::vector when 'made' then kb_store.query_vector(%(meaning)s) end
) d(direction)
where %(path)s = 'words' or (d.direction is not null and kb_store.covered_languages(%(words)s) is not null)
"""

_KEEP = """
insert into kb_store.calibration (model_id, path, weights, texts) values (%s, %s, %s, %s)
on conflict (model_id, path) do update
set weights = excluded.weights, texts = excluded.texts, fitted_at = excluded.fitted_at
"""
