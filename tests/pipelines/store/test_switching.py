"""Another model is built beside the one served and takes over in one instant, unless it finds less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from pipelines.database import Connection
from pipelines.postgres.checks import run_checks
from pipelines.store.publishing import OtherModelActive, register_model
from pipelines.store.switching import RecallFalls, switch_model
from tests.story import DIMENSIONS, CountingEncoder, Story, page

_URLS = [f"https://shop.test/{n}" for n in range(12)]
_WORDS = "oil brake tyre filter battery coolant wheel engine sedan truck hybrid polish"


@pytest.fixture
def story(db: Connection) -> Story:
    """A base of twelve pages, each with words of its own."""
    told = Story(db)
    texts = dict(zip(_URLS, _WORDS.split(), strict=True))
    told.sync({url: [page(url, f"{word} service with {word}s alone")] for url, word in texts.items()})
    return told


def _blind(texts: Sequence[str]) -> NDArray[np.float32]:
    """A model to which all texts are the same."""
    return np.tile(np.eye(1, DIMENSIONS, dtype=np.float32), (len(texts), 1))


def test_a_model_that_finds_as_much_takes_over_whole(story: Story) -> None:
    """Every text in service has its vector before the first query is compared with it; switching back costs nothing."""
    other = replace(story.model, name="other", weights_sha256="1" * 64)
    encoder = CountingEncoder()
    done = switch_model(story.conn, other, encoder, encoder, story.encoder)
    assert (done.before, done.after, done.embedded) == ("counting", "other", len(_URLS))
    assert story.conn.execute("select name from kb.active_model()").fetchone() == ("other",)
    assert [check.name for check in run_checks(story.conn) if not check.holds] == []
    with pytest.raises(OtherModelActive, match=r"other.*counting"):
        register_model(story.conn, story.model)
    assert switch_model(story.conn, story.model, story.encoder, story.encoder, encoder).embedded == 0


def test_a_model_that_finds_less_is_refused_unless_forced(story: Story) -> None:
    """The message gives both figures; nothing was switched."""
    worse = replace(story.model, name="worse", weights_sha256="2" * 64)
    # among few texts the ten nearest are found by luck
    story.sync({f"{url}/{n}": [page(f"{url}/{n}", f"part {n} of {url}")] for url in _URLS for n in range(9)})
    with pytest.raises(RecallFalls, match=r"worse finds \d+%.*counting \d+%"):
        switch_model(story.conn, worse, _blind, _blind, story.encoder)
    assert story.conn.execute("select name from kb.active_model()").fetchone() == ("counting",)
    assert switch_model(story.conn, worse, _blind, _blind, story.encoder, force=True).after == "worse"
