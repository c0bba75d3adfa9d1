"""The database makes a query's vector itself, near the model's own, from a table fitted to the base's texts."""

from __future__ import annotations

import string
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import WordPiece

from pipelines.database import Connection
from pipelines.failpoints import armed
from pipelines.store.models import drop_model
from pipelines.store.publishing import register_model
from pipelines.store.query_tables import Asked, fit_query_table, is_due
from pipelines.store.switching import Candidate, build
from pipelines.vectors.models import ModelEntry, resolve_model
from pipelines.vectors.word_pieces import Splitter
from tests.postgres import Cluster
from tests.story import DIMENSIONS, CountingEncoder, Story, page

_TEXTS = [
    f"{service} for your {vehicle} while you wait, {term}"
    for service in ("Engine oil change", "New brake pads", "Wheel alignment", "Battery replacement")
    for vehicle in ("sedan", "pickup", "motorcycle")
    for term in ("today only.", "every weekday.", "with a guarantee.")
]


_WORDS = """
    engine oil change new brake pads wheel alignment battery replacement for your sedan pickup motorcycle while you wait
    today only every weekday with a guarantee polish number fluid and hoses of week motor ##cycle ##ment ##day ##s , .
"""
_VOCABULARY = [*_WORDS.split(), *(sign + letter for sign in ("", "##") for letter in string.ascii_lowercase)]


@cache
def _model() -> ModelEntry:
    """A model of few dimensions that covers English alone."""
    return replace(resolve_model("all-MiniLM-L6-v2"), name="small", id="tests/small", dimensions=DIMENSIONS)


@cache
def _tokenizer() -> Tokenizer:
    return Tokenizer(WordPiece({token: number for number, token in enumerate(dict.fromkeys(_VOCABULARY))}))


@pytest.fixture(autouse=True, scope="module")
def _few_words() -> Iterator[None]:
    """The model's vocabulary is a small one: a true one is read in test_word_pieces."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipelines.vectors.word_pieces.load_tokenizer", lambda model: _tokenizer())
        yield


def _asked() -> Asked:
    return Asked(_model(), CountingEncoder())


def _told(conn: Connection, texts: list[str] = _TEXTS, language: str = "en") -> Story:
    story = Story(conn, model=_model())
    story.sync(
        {f"https://shop.test/{n}": [page(f"https://shop.test/{n}", t, language=language)] for n, t in enumerate(texts)}
    )
    return story


def _vector(conn: Connection, query: str | None) -> Any:
    row = conn.execute("select kb_store.query_vector(%s)", (query,)).fetchone()
    assert row is not None
    return None if row[0] is None else row[0].to_numpy()


@pytest.fixture(scope="module")
def fitted(_few_words: None, migrated_cluster: Cluster) -> Iterator[Connection]:
    """A base with a fitted table, changed by no test."""
    with migrated_cluster.database() as database, database.connect() as conn:
        story = _told(conn)
        assert fit_query_table(conn, story.model_id, _asked()) > 0
        yield conn


def test_a_query_points_where_the_model_puts_it(fitted: Connection) -> None:
    """Also one made of words of several texts, and one that holds a word no text has."""
    for query in ("oil change motorcycle", "Brake pads, pickup!", "battery replacement guarantee"):
        words = query.lower().replace(",", "").replace("!", "")
        assert _vector(fitted, query) @ CountingEncoder().vector(words) > 0.8
    assert _vector(fitted, "unheardofword brake") is not None


def test_without_a_table_there_is_no_vector(db: Connection) -> None:
    """Null, in a base without a model and in one whose model has no table."""
    assert _vector(db, "oil") is None
    _told(db)
    assert _vector(db, "oil") is None


@pytest.mark.parametrize("query", [None, "", " \t\n", "؟!…", "\u0301\u0301", "زيت المحرك"])
def test_what_has_no_word_that_the_model_covers_has_no_vector(fitted: Connection, query: str | None) -> None:
    """Nothing asked, punctuation alone, a script the model was not made for: words decide then."""
    assert _vector(fitted, query) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(query=st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=300))
def test_b5_any_text_has_a_unit_vector_or_none(fitted: Connection, query: str) -> None:
    """Whatever is asked, nothing is raised, and what is given is finite and of length one."""
    vector = _vector(fitted, query)
    assert vector is None or abs(float(np.linalg.norm(vector)) - 1) < 1e-4


def test_the_longest_query_is_answered(fitted: Connection) -> None:
    """Four thousand characters: letters without a blank, what no vocabulary holds, one word again and again."""
    for query in ("z" * 4000, "\U00010330" * 4000, "oil " * 1000, "-" * 4000):
        vector = _vector(fitted, query)
        assert vector is None or abs(float(np.linalg.norm(vector)) - 1) < 1e-4


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(text=st.text(st.sampled_from("aeilnorstcdmpuäß-'. 50کزيت今"), max_size=60))
def test_words_are_cut_alike_here_and_in_the_database(fitted: Connection, text: str) -> None:
    """The fit and the query know the same pieces."""
    pieces = [row[0] for row in fitted.execute("select piece from kb_store.query_piece order by piece").fetchall()]
    row = fitted.execute("select kb_store.query_words(%s)", (text,)).fetchone()
    assert row is not None
    for word in row[0]:
        cut = fitted.execute("select kb_store.word_pieces(model_id, %s) from kb_store.query_table", (word,)).fetchone()
        assert cut is not None
        assert cut[0] == [pieces[number] for number in Splitter(pieces)([word])]


def test_a_table_is_due_once_and_again_when_the_base_has_grown(db: Connection) -> None:
    """By a third; and when it was fitted by another recipe."""
    story = _told(db)
    assert is_due(db, story.model_id)
    fit_query_table(db, story.model_id, _asked())
    assert not is_due(db, story.model_id)
    more = [page(f"https://shop.test/more/{n}", f"Polish number {n}.") for n in range(12)]
    story.sync({draft.key: [draft] for draft in more[:4]}, complete=False)
    assert not is_due(db, story.model_id)
    story.sync({draft.key: [draft] for draft in more}, complete=False)
    assert is_due(db, story.model_id)
    fit_query_table(db, story.model_id, _asked())
    db.execute("update kb_store.query_table set recipe = 'older'")
    assert is_due(db, story.model_id)


def test_a_base_without_texts_that_the_model_covers_has_no_table(db: Connection) -> None:
    """There would be nothing to compare with: it is not due, and a fit makes none."""
    story = _told(db, ["زيت المحرك", "غيار الزيت"], language="ar")
    assert not is_due(db, story.model_id)
    assert fit_query_table(db, story.model_id, _asked()) == 0


def test_p1_the_table_before_serves_until_the_new_one_is_whole(db: Connection) -> None:
    """A fit that ends before it is stored leaves every vector as it was; the next goes through."""
    story = _told(db)
    fit_query_table(db, story.model_id, _asked())
    before = _vector(db, "brake")
    story.sync({"https://shop.test/x": [page("https://shop.test/x", "Brake fluid and brake hoses.")]}, complete=False)

    def fail(name: str) -> None:
        if name == "store the query table":
            raise ConnectionError(name)

    with armed(fail), pytest.raises(ConnectionError):
        fit_query_table(db, story.model_id, _asked())
    assert np.array_equal(_vector(db, "brake"), before)
    fit_query_table(db, story.model_id, _asked())
    assert not np.array_equal(_vector(db, "brake"), before)


def test_the_same_base_gives_the_same_table(db: Connection) -> None:
    """Samples are drawn by a fixed seed from texts in the order of their hashes."""
    story = _told(db)
    fit_query_table(db, story.model_id, _asked())
    tables = "select string_agg(piece || vector::text, ' ' order by piece) from kb_store.query_piece"
    before = db.execute(tables).fetchone()
    fit_query_table(db, story.model_id, _asked())
    assert db.execute(tables).fetchone() == before


def test_a_table_belongs_to_its_model(db: Connection) -> None:
    """One fitted beside the model served changes no vector, and goes with its model."""
    story = _told(db)
    fit_query_table(db, story.model_id, _asked())
    before = _vector(db, "brake")
    other = replace(_model(), name="other", revision="2")
    encoder = CountingEncoder()
    build(db, Candidate(other, encoder, encoder))
    number = db.execute("select model_id from kb_store.model where name = 'other'").fetchone()
    assert number is not None
    fit_query_table(db, number[0], Asked(other, lambda texts: -encoder(texts)))
    assert np.array_equal(_vector(db, "brake"), before)
    assert register_model(db, _model()) == story.model_id
    drop_model(db, "other")
    assert story.count("query_table") == 1
