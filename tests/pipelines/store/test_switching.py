"""Another model is built beside the one served and takes over in one instant, unless it finds less."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import psycopg
import pytest
from numpy.typing import NDArray

from pipelines.database import Connection
from pipelines.postgres.checks import run_checks
from pipelines.questions import Question
from pipelines.records import FreshetError
from pipelines.store import publishing, runs
from pipelines.store.models import drop_model, stored_models
from pipelines.store.publishing import ModelSwitched, OtherModelActive, register_model
from pipelines.store.switching import Candidate, RecallFalls, build, switch
from pipelines.vectors.models import ModelEntry
from retrieval.asking import OtherModel
from tests.asking import search
from tests.postgres import TestDatabase
from tests.story import DIMENSIONS, CountingEncoder, Story, page

_URLS = [f"https://shop.test/{n}" for n in range(12)]
_WORDS = "oil brake tyre filter battery coolant wheel engine sedan truck hybrid polish"


@dataclass
class Other:
    """Another model: a direction of its own for every word; counts texts, and runs `meanwhile` before each batch."""

    name: str = "other"
    dimensions: int = DIMENSIONS
    texts: list[str] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None
    meanwhile_asked: Callable[[], object] = lambda: None

    @property
    def model(self) -> ModelEntry:
        digest = hashlib.sha256(self.name.encode()).hexdigest()
        return replace(_model(), name=self.name, weights_sha256=digest, dimensions=self.dimensions)

    def vector(self, text: str) -> NDArray[np.float32]:
        total = np.full(self.dimensions, 1e-6, dtype=np.float32)
        for word in text.lower().split():
            seed = int.from_bytes(hashlib.sha256(f"{self.name} {word}".encode()).digest()[:4], "big")
            total += np.random.default_rng(seed).normal(size=self.dimensions).astype(np.float32)
        return np.asarray(total / np.linalg.norm(total), np.float32)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.meanwhile()
        self.texts.extend(texts)
        return np.stack([self.vector(text) for text in texts])

    def ask(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.meanwhile_asked()
        return np.stack([self.vector(text) for text in texts])

    @property
    def candidate(self) -> Candidate:
        return Candidate(self.model, self.encode, self.ask)


def _model() -> ModelEntry:
    return Story.model


@pytest.fixture
def story(db: Connection) -> Story:
    """A base of twelve pages, each with words of its own."""
    told = Story(db)
    texts = dict(zip(_URLS, _WORDS.split(), strict=True))
    told.sync({url: [page(url, f"{word} service with {word}s alone")] for url, word in texts.items()})
    return told


def _of(story: Story) -> Candidate:
    return Candidate(story.model, story.encoder, story.encoder)


def _served(story: Story) -> str:
    row = story.conn.execute("select name from kb.active_model()").fetchone()
    assert row is not None
    return str(row[0])


def _broken(story: Story) -> list[str]:
    return [check.name for check in run_checks(story.conn) if not check.holds]


def _states(story: Story) -> dict[str, tuple[str, int, int]]:
    return {model.name: (model.state, model.texts, model.missing) for model in stored_models(story.conn)}


@dataclass
class Blind(Other):
    """A model to which all texts are the same."""

    name: str = "blind"

    def vector(self, text: str) -> NDArray[np.float32]:
        del text
        return np.asarray(np.eye(1, self.dimensions)[0], np.float32)


@pytest.mark.hazard("B3")
@pytest.mark.parametrize("dimensions", [DIMENSIONS, 3 * DIMENSIONS])
def test_b3_a_model_that_finds_as_much_takes_over_whole(story: Story, dimensions: int) -> None:
    """Every text in service has its vector before the first query is compared with it; going back embeds nothing."""
    other = Other(dimensions=dimensions)
    done = switch(story.conn, other.candidate, _of(story))
    assert (done.before, done.after, done.embedded, done.switched) == ("counting", "other", len(_URLS), True)
    assert _served(story) == "other"
    assert _broken(story) == []
    assert _states(story) == {"other": ("served", 12, 0), "counting": ("kept", 12, 0)}
    with pytest.raises(OtherModelActive, match=r"other.*counting"):
        register_model(story.conn, story.model)
    story.encoder.texts.clear()
    back = switch(story.conn, _of(story), other.candidate)
    assert (back.embedded, back.compared, story.encoder.texts) == (0, (), [])
    assert _states(story) == {"other": ("kept", 12, 0), "counting": ("served", 12, 0)}
    assert _broken(story) == []


def test_a_model_that_is_served_already_stays(story: Story) -> None:
    """Nothing is compared with itself, nothing moves."""
    done = switch(story.conn, _of(story), _of(story))
    assert (done.switched, done.embedded, done.compared) == (False, 0, ())
    assert _broken(story) == []


def test_an_empty_base_takes_any_model(db: Connection) -> None:
    """There is nothing to find, and nothing to lose."""
    done = switch(db, Other().candidate, None)
    assert (done.before, done.embedded, done.switched) == (None, 0, True)
    assert db.execute("select name from kb.active_model()").fetchone() == ("other",)


def test_a_model_that_finds_less_is_refused_unless_forced(story: Story) -> None:
    """The message gives both figures and the way out; nothing was switched, its vectors wait."""
    blind = Blind()
    with pytest.raises(RecallFalls, match=r"blind answers \d+ of 12 titles.*counting 12.*--force.*model drop blind"):
        switch(story.conn, blind.candidate, _of(story))
    assert _served(story) == "counting"
    assert _states(story)["blind"] == ("building", 12, 0)
    blind.texts.clear()
    assert switch(story.conn, blind.candidate, _of(story), force=True).switched
    assert (_served(story), blind.texts) == ("blind", [])


def test_two_lost_of_a_dozen_are_chance(story: Story) -> None:
    """Of a small sample a share means little: three must be lost before a person is asked."""

    @dataclass
    class Forgetful(Other):
        name: str = "forgetful"

        def vector(self, text: str) -> NDArray[np.float32]:
            asked = "with" not in text.split() or "\n" not in text
            return super().vector("nothing" if asked and {"oil", "brake"} & set(text.split()) else text)

    done = switch(story.conn, Forgetful().candidate, _of(story))
    assert 0 < done.compared[0].before - done.compared[0].after <= 2


def test_the_project_s_questions_are_asked_as_a_bot_asks(story: Story) -> None:
    """By kb.search with words and vectors; expected by URL, key or number; what is served is the same throughout."""
    number = story.conn.execute("select min(entry_id) from kb_store.entry").fetchone()
    questions = [Question("oil", (_URLS[0],)), Question("brake", (str(number[0]) if number else "", _URLS[1]))]
    questions.append(Question("xylophone", ("https://shop.test/none",)))
    other = Other()
    other.meanwhile_asked = lambda: _served(story) == "counting" or pytest.fail("switched before the comparison")
    done = switch(story.conn, other.candidate, _of(story), questions)
    assert [(found.asked, found.before, found.after) for found in done.compared] == [(12, 12, 12), (3, 2, 2)]
    assert _broken(story) == []


def test_a_question_less_is_enough_to_refuse(story: Story) -> None:
    """Questions were chosen by a person: chance has no part in them."""
    story.sync({f"{url}/{n}": [page(f"{url}/{n}", f"part {n} of {url}")] for url in _URLS for n in range(2)})
    meaning = story.encoder.vector("oil service with oils alone")

    @dataclass
    class Understands(CountingEncoder):
        """Knows what petroleum means."""

        def vector(self, text: str) -> NDArray[np.float32]:
            return meaning if text == "petroleum" else super().vector(text)

    served = Candidate(story.model, story.encoder, Understands())
    with pytest.raises(RecallFalls, match=r"other answers 0 of 1 of the project's questions, counting 1"):
        switch(story.conn, Other().candidate, served, [Question("petroleum", (_URLS[0],))])
    assert _served(story) == "counting"


def test_a_build_that_was_cut_short_goes_on_where_it_stood(story: Story) -> None:
    """What was embedded is not embedded again, and nothing of it was served."""
    other = Other()

    def cut() -> None:
        if len(other.texts) >= 10:
            raise ConnectionAbortedError

    other.meanwhile = cut
    with pytest.raises(ConnectionAbortedError):
        switch(story.conn, other.candidate, _of(story), batch=5)
    assert _states(story) == {"counting": ("served", 12, 0), "other": ("building", 10, 2)}
    assert (_served(story), _broken(story)) == ("counting", [])
    other.meanwhile = lambda: None
    assert switch(story.conn, other.candidate, _of(story), batch=5).embedded == 2
    assert sorted(other.texts) == sorted(set(other.texts))


def test_syncs_that_publish_while_building_leave_nothing_missing(story: Story, database: TestDatabase) -> None:
    """Texts that enter service during a build, or between build and switch, are embedded; those that left are not."""
    other = Other()
    with database.connect() as conn:
        syncing = Story(conn, encoder=story.encoder)

        def publish_more() -> None:
            step = len(other.texts)
            new = f"https://shop.test/new/{step}"
            left = story.conn.execute("select count(*) from kb_store.page").fetchone()
            assert left is not None
            syncing.sync({new: [page(new, f"novelty {step}")], _URLS[step % 12]: []}, complete=False)

        during, between = iter([publish_more] * 5), iter([publish_more])
        other.meanwhile = lambda: next(during, int)()
        other.meanwhile_asked = lambda: next(between, int)()
        done = switch(story.conn, other.candidate, _of(story), batch=4)
    assert done.switched
    assert (_served(story), _broken(story)) == ("other", [])
    assert _states(story)["other"][2] == 0
    assert search(story.conn, "novelty 8", embed=other.vector)[0]["url"] == "https://shop.test/new/8"


def test_a_sync_begun_before_the_switch_embeds_what_the_new_model_lacks(story: Story) -> None:
    """Its publication is refused whole, then succeeds with vectors of the model served now."""
    new = "https://shop.test/new"
    run = story.plan({new: [page(new, "a novelty altogether")]})
    publishing.embed_missing(story.conn, run, story.model_id, story.encoder)
    other = Other()
    switch(story.conn, other.candidate, _of(story))
    with pytest.raises(ModelSwitched, match="1 texts have no vector of the active model"):
        publishing.publish(story.conn, run)
    assert _broken(story) == []
    number = register_model(story.conn, other.model)
    assert publishing.embed_missing(story.conn, run, number, other.encode) == 1
    publishing.publish(story.conn, run)
    runs.end_run(story.conn, run, "published")
    assert _broken(story) == []
    assert search(story.conn, "novelty", embed=other.vector)[0]["url"] == new


def test_a_sync_between_switch_and_return_is_embedded_for_the_model_returned_to(story: Story) -> None:
    """Going back embeds what is new since, no more."""
    other = Other()
    switch(story.conn, other.candidate, _of(story))
    later = Story(story.conn, encoder=CountingEncoder(), model=other.model)
    later.encoder.vector = other.vector  # type: ignore[method-assign]
    later.sync({"https://shop.test/new": [page("https://shop.test/new", "a novelty altogether")]}, complete=False)
    assert _states(story) == {"other": ("served", 13, 0), "counting": ("kept", 12, 1)}
    assert switch(story.conn, _of(story), other.candidate).embedded == 1
    assert _broken(story) == []


def test_p1_a_connection_lost_within_the_switch_changes_nothing(story: Story, database: TestDatabase) -> None:
    """The flip is one transaction: cut at its last write, the old model serves, and the next try finishes."""
    story.conn.execute(
        """
        create function kill() returns trigger language plpgsql security definer as $$
        begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
        create trigger kill after delete on kb_store.served_vector for each statement execute function kill();
        """
    )
    other = Other()
    with database.connect() as conn, pytest.raises(psycopg.OperationalError):
        switch(conn, other.candidate, _of(story))
    assert (_served(story), _broken(story)) == ("counting", [])
    assert _states(story)["other"] == ("building", 12, 0)
    story.conn.execute("drop trigger kill on kb_store.served_vector")
    assert switch(story.conn, other.candidate, _of(story)).embedded == 0
    assert (_served(story), _broken(story)) == ("other", [])


@pytest.mark.hazard("K2")
def test_k2_every_answer_during_switches_is_of_one_model(story: Story, database: TestDatabase) -> None:
    """A text asked for by itself has cosine 1 by its own model, whichever serves; by any other it would not."""
    other = Other()
    sides = {"counting": (story.model, story.encoder.vector), "other": (other.model, other.vector)}
    asked = story.conn.execute("select content from kb_store.passage limit 1").fetchone()
    assert asked is not None
    assert abs(float(story.encoder.vector(asked[0]) @ other.vector(asked[0]))) < 0.9
    wrong: list[object] = []
    stop = threading.Event()
    answered = {"counting": 0, "other": 0, "refused": 0}

    def read() -> None:
        with database.connect("reader") as conn:
            while not stop.is_set():
                for name, (model, vector) in sides.items():
                    try:
                        hits = search(conn, asked[0], embed=vector, model=model.identity)
                    except OtherModel:
                        answered["refused"] += 1
                        continue
                    answered[name] += 1
                    if len(hits) < 1 or abs(hits[0]["vector_score"] - 1) > 0.01:
                        wrong.append((name, hits))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(10):
        switch(story.conn, other.candidate, _of(story))
        switch(story.conn, _of(story), other.candidate)
    stop.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert all(answered.values()), answered


@pytest.mark.hazard("B3")
def test_the_model_is_told_by_identity_or_name_or_not_at_all(story: Story, as_reader: Connection) -> None:
    """A bot in SQL may `set kb.model`; a vector of another model is then an error, never a wrong comparison."""
    vector = story.encoder.vector
    for told in (story.model.identity, story.model.name, None):
        assert search(as_reader, "oil", embed=vector, model=told)[0]["vector_score"] is not None
    with pytest.raises(OtherModel, match="is of model another, queries are compared with counting"):
        search(as_reader, "oil", embed=vector, model="another")
    assert search(as_reader, "oil", model="another")[0]["degraded"]
    as_reader.execute("set kb.model = 'another'")
    assert search(as_reader, "oil", embed=vector)


def test_dropping_gives_up_what_is_kept_and_never_what_serves(story: Story) -> None:
    """By name or identity; an unknown name lists what there is; an ambiguous one asks for the identity."""
    other = Other()
    switch(story.conn, other.candidate, _of(story))
    with pytest.raises(FreshetError, match="served with other, which stays"):
        drop_model(story.conn, "other")
    with pytest.raises(FreshetError, match=r"no vectors of a model 'nobody'; it has: other .*served.*counting .*kept"):
        drop_model(story.conn, "nobody")
    assert drop_model(story.conn, story.model.identity[:12]).texts == 12
    assert _states(story) == {"other": ("served", 12, 0)}
    assert _broken(story) == []
    story.encoder.texts.clear()
    assert switch(story.conn, _of(story), other.candidate).embedded == 12
    twin = replace(other.model, weights_sha256="f" * 64)
    build(story.conn, replace(other.candidate, model=twin))
    with pytest.raises(FreshetError, match=r"2 models are called other: .*building.*kept|2 models .*kept.*building"):
        drop_model(story.conn, "other")
    assert drop_model(story.conn, twin.identity[:8]).state == "building"


def test_a_model_dropped_while_it_is_built_ends_the_build(story: Story, database: TestDatabase) -> None:
    """With a message, not with a broken key."""
    other = Other()
    with database.connect() as conn:
        other.meanwhile = lambda: len(other.texts) < 5 or drop_model(conn, "other")
        with pytest.raises(ModelSwitched, match="was dropped while texts were embedded"):
            switch(story.conn, other.candidate, _of(story), batch=5)
    assert (_served(story), _states(story)) == ("counting", {"counting": ("served", 12, 0)})


def test_two_switches_at_once_leave_one_model(story: Story, database: TestDatabase) -> None:
    """The one that came second says so."""
    first, second = Other(), Other(name="second")
    with database.connect() as conn:
        first.meanwhile_asked = lambda: switch(conn, second.candidate, None)
        with pytest.raises(FreshetError, match="another switch of models came first"):
            switch(story.conn, first.candidate, _of(story))
    assert (_served(story), _broken(story)) == ("second", [])


def test_more_dimensions_than_the_database_can_index_are_refused(story: Story) -> None:
    """Before anything is embedded."""
    wide = Other(dimensions=4096)
    with pytest.raises(FreshetError, match=r"4096 dimensions.*at most 4000"):
        switch(story.conn, wide.candidate, _of(story))
    assert wide.texts == []
