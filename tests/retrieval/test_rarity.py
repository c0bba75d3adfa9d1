"""What a session limited to some sources learns of how rare a word is: nothing of the texts it may not see."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pipelines.database import Connection
from pipelines.records import Draft
from pipelines.source_settings import Source
from tests.story import Story, page

OWN = ["Oil change for sedans", "Tyres for vans", "Brake check on Fridays"]
FOREIGN = ["Oil and gas", "Oil paintings", "Zeppelin rides", "Brake pads"]
UNRELATED = ["Ink and pens", "Ink drawings", "Balloon rides", "Clay pots"]  # as long


def told(conn: Connection, name: str, texts: Sequence[str]) -> None:
    """A source of that name with a page for each text."""
    source = Source(name=name, kind="site", start_urls=(f"https://{name}.test/",))
    pages: dict[str, list[Draft]] = {}
    for number, text in enumerate(texts):
        url = f"https://{name}.test/{number}"
        pages[url] = [page(url, text)]
    Story(conn, source=source).sync(pages)


@pytest.mark.parametrize("query", ["oil", "oil zeppelin", "brake tyres", "unheard sedans"])
def test_the_words_of_other_sources_make_no_difference(db: Connection, as_reader: Connection, query: str) -> None:
    """Whether others say the words of a query or none of them: the same hits, with the same scores."""
    told(db, "shop", OWN)
    as_reader.execute("set kb.sources = 'shop'")
    found = []
    for said in (FOREIGN, UNRELATED):
        told(db, "gallery", said)
        found.append(as_reader.execute("select url, score, text_score from kb.search(%s)", (query,)).fetchall())
    assert found[0] == found[1]


def test_a_session_that_sees_all_counts_all(db: Connection) -> None:
    """Without a limit a word's rarity is that among all texts in service; one that stands nowhere has no number."""
    told(db, "shop", OWN)
    told(db, "gallery", FOREIGN)
    rows = db.execute("select lexeme, lexeme_id is not null, rarity from kb_store.asked_terms('oil tyres kites')")
    found = {lexeme: (stands, round(rarity, 2)) for lexeme, stands, rarity in rows.fetchall()}
    assert found == {"oil": (True, 0.83), "tyre": (True, 1.67), "kite": (False, 2.77)}
