"""The table by which the database makes a query's vector itself: when it is due, from what it is fitted, its storing.

    vectors.word_pieces     the pieces that words are cut into
    vectors.query_samples   short texts made from the base's own
    vectors.query_fit       the regression
    schema/store/34_*.sql   how a query is cut and added up

Words are made by the database alone, for the samples as for the queries. Nothing here is needed to publish, and until a
new table is whole the one before it serves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pgvector import HalfVector

from pipelines.database import Connection
from pipelines.failpoints import failpoint
from pipelines.records import FreshetError
from pipelines.vectors.models import ModelEntry
from pipelines.vectors.query_fit import Alone, fit_pieces
from pipelines.vectors.query_samples import short_texts
from pipelines.vectors.word_pieces import GOES_ON, Splitter, known_pieces, vocabulary

__all__ = ["Asked", "fit_query_table", "is_due"]

_RECIPE = "1"  # another whenever a fit would come out differently
_GROWN = 0.3  # share of new texts at which the table is fitted anew
_TEXTS = 20_000  # of the base: samples as they are, for they have vectors, and by their sentences
_SENTENCES, _FRAGMENTS = 16_000, 4_000
_WORDS_A_TEXT = 20  # words asked alone for each text of the base: a small base is not to wait for a whole vocabulary
_BATCH = 2_000  # texts cut into words by one statement

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Asked:
    """A model and how it embeds queries."""

    model: ModelEntry
    encode_queries: Callable[[Sequence[str]], Floats]  # -> (n, dimensions), unit length


@dataclass(frozen=True)
class _Extent:
    """The base's texts in languages that the model covers."""

    texts: int
    newest: int  # passage; 0: none
    due: bool


def is_due(conn: Connection, number: int) -> bool:
    """Whether the model has no table though there are texts to fit one to, or it is of too few of them by now."""
    return _extent(conn, number).due


def fit_query_table(conn: Connection, number: int, asked: Asked) -> int:
    """Fit and store the model's table; how many pieces it has, 0 where the base has no text that the model covers.

    Outside any transaction until it is stored in one of its own. Raises FreshetError.
    """
    extent = _extent(conn, number)
    texts = conn.execute(_SAMPLE, (number, number, _TEXTS)).fetchall()
    if not texts:
        return 0
    items = vocabulary(asked.model)
    pieces = known_pieces(items, _words(conn, [item.text for item in items]))
    own = short_texts([text for text, _ in texts], _SENTENCES, _FRAGMENTS)
    whole = texts if asked.model.query_prompt == asked.model.passage_prompt else []
    cut = Splitter(pieces)
    samples = [cut(words) for words in _words(conn, own + [text for text, _ in whole])]
    kept = _kept(pieces, samples, _WORDS_A_TEXT * extent.texts)
    alone = _alone(pieces, kept, asked)
    targets = np.concatenate([asked.encode_queries(own), *(vector.to_numpy()[None] for _, vector in whole)])
    vectors = fit_pieces(_renumbered(samples, kept), targets.astype(np.float32), alone)
    _require_finite(vectors, asked.model)
    failpoint("store the query table")
    _store(conn, number, extent, [pieces[n] for n in kept], vectors)
    return len(kept)


def _extent(conn: Connection, number: int) -> _Extent:
    row = conn.execute(_EXTENT, {"model": number, "recipe": _RECIPE, "grown": _GROWN}).fetchone()
    assert row is not None
    return _Extent(*row)


def _words(conn: Connection, texts: Sequence[str]) -> list[list[str]]:
    """The words of each text, as the database sees them."""
    found: list[list[str]] = []
    for start in range(0, len(texts), _BATCH):
        rows = conn.execute(_WORDS, (list(texts[start : start + _BATCH]),)).fetchall()
        found.extend(words for (words,) in rows)
    return found


def _kept(pieces: Sequence[str], samples: Sequence[Sequence[int]], words: int) -> list[int]:
    """The pieces worth a row: those of the samples, and the most frequent words of the vocabulary."""
    begin = [number for number, piece in enumerate(pieces) if not piece.startswith(GOES_ON)]
    return sorted({number for sample in samples for number in sample}.union(begin[:words]))


def _alone(pieces: Sequence[str], kept: Sequence[int], asked: Asked) -> Alone:
    """What the model says of each piece that is a word, or begins one."""
    begins = np.array([not pieces[number].startswith(GOES_ON) for number in kept])
    vectors = np.zeros((len(kept), asked.model.dimensions), np.float32)
    vectors[begins] = asked.encode_queries([pieces[n] for n, is_word in zip(kept, begins, strict=True) if is_word])
    return Alone(vectors, begins, np.array(kept, np.int64))


def _renumbered(samples: Sequence[Sequence[int]], kept: Sequence[int]) -> list[list[int]]:
    place = {number: row for row, number in enumerate(kept)}
    return [[place[number] for number in sample] for sample in samples]


def _require_finite(vectors: Floats, model: ModelEntry) -> None:
    if not np.isfinite(vectors.astype(np.float16)).all():
        raise FreshetError(f"the query table fitted to model {model.name} is not finite; nothing was stored")


def _store(conn: Connection, number: int, extent: _Extent, pieces: Sequence[str], vectors: Floats) -> None:
    """Put the new table in the place of the one before, at once."""
    longest = max(len(piece.removeprefix(GOES_ON)) for piece in pieces)
    with conn.transaction(), conn.cursor() as cursor:
        cursor.execute(_ENTER, (number, _RECIPE, longest, extent.texts, extent.newest))
        cursor.execute("delete from kb_store.query_piece where model_id = %s", (number,))
        with cursor.copy("copy kb_store.query_piece (model_id, piece, vector) from stdin with (format binary)") as copy:
            copy.set_types(["int4", "text", "halfvec"])
            for piece, vector in zip(pieces, vectors, strict=True):
                copy.write_row((number, piece, HalfVector(vector)))


_EXTENT = """
select count(c.passage_id), coalesce(max(c.passage_id), 0),
    count(c.passage_id) > 0 and (
        t.model_id is null or t.recipe <> %(recipe)s
        or count(*) filter (where c.passage_id > t.newest) > %(grown)s * t.texts
    )
from (select) sole
left join kb_store.covered_passages(%(model)s) c on true
left join kb_store.query_table t on t.model_id = %(model)s
group by t.model_id
"""

# by hash: a sample, and the same one of the same texts
_SAMPLE = """
select p.content, v.vector
from kb_store.covered_passages(%s) c
join kb_store.passage p using (passage_id)
join kb_store.served_vector v using (passage_id)
where v.model_id = %s
order by p.passage_sha256
limit %s
"""

_WORDS = """
select kb_store.query_words(t.text)
from unnest(%s::text[]) with ordinality as t(text, place)
order by t.place
"""

_ENTER = """
insert into kb_store.query_table (model_id, recipe, longest, texts, newest)
values (%s, %s, %s, %s, %s)
on conflict (model_id) do update
set recipe = excluded.recipe, longest = excluded.longest, texts = excluded.texts, newest = excluded.newest,
    fitted_at = excluded.fitted_at
"""
