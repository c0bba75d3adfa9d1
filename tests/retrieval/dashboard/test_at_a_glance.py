"""What the owner and who is on call see without looking for it: what waits, what happened, what was asked in vain."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from psycopg.types.json import Jsonb

from flows.deciding import Decisions
from pipelines.database import Connection
from pipelines.records import Outcome
from pipelines.settings import load_project
from retrieval.http.app import create_app
from retrieval.keys import create_key
from tests.postgres import TestDatabase
from tests.retrieval.http.conftest import OIL, running
from tests.story import Story, offer, stated

WELL = "Nothing waits for a person."


def plain(text: str) -> str:
    """A page's text without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def unfinished(story: Story, problems: list[dict[str, str]]) -> int:
    """A run that could not look at a page; its number."""
    story.sync({OIL: Outcome.SERVER_ERROR})
    row = story.conn.execute(
        "update kb_store.run set state = 'partial', problems = %s where run_id = (select max(run_id) from kb_store.run)"
        " returning run_id",
        (Jsonb(problems),),
    ).fetchone()
    assert row is not None
    return int(row[0])


def test_that_nothing_waits_is_said(http: httpx.Client) -> None:
    """All is well: one look tells it."""
    assert WELL in http.get("/").text


def test_a_source_that_could_not_be_looked_at_waits_for_a_person(http: httpx.Client, story: Story) -> None:
    """With the way to what its last look met."""
    run = unfinished(story, [])
    text = http.get("/").text
    assert WELL not in text
    assert f'href="/runs/{run}"' in text
    assert "partial" in plain(http.get("/sources").text)


def test_a_paused_source_waits_for_a_person(http: httpx.Client, db: Connection) -> None:
    """With the reason, and the command that ends it."""
    db.execute("update kb_store.source set paused = 'rolled back run 7'")
    assert "paused shop rolled back run 7 freshet resume shop" in plain(http.get("/").text)
    assert "paused" in plain(http.get("/sources").text)


def test_what_happened_within_a_day_is_counted(http: httpx.Client, story: Story) -> None:
    """Offers by what became of them; pages are not counted."""
    story.sync({OIL: [offer(OIL, "Engine oil change with filter for sedans", category=("oil",), price=Decimal(99))]})
    assert "Offers within a day : 3 added 1 changed" in plain(http.get("/").text)


def test_an_end_is_told_by_its_last_day(http: httpx.Client, story: Story) -> None:
    """What ends with the 30th of April is not said to be there until the 1st of May."""
    ends = story.clock.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=20)
    midnight = ends - timedelta(hours=3)  # in Riyadh
    url = "https://shop.test/wipers"
    story.sync({url: [offer(url, "Wiper blades", stated(None, midnight))]})
    last = midnight - timedelta(minutes=1)
    said = f"{last.day} {last:%b} {last.year}"
    assert f"until {said} " in plain(http.get("/").text)
    assert f"until {said}" in plain(http.get("/ask?q=wiper+blades").text)


def test_what_begins_first_stands_first(http: httpx.Client, story: Story) -> None:
    """Upcoming offers in the order in which they begin."""
    at = story.clock
    starts = {"late": 9, "soon": 2, "later": 5}
    for name, days in starts.items():
        url = f"https://shop.test/{name}"
        window = stated(at + timedelta(days=days), at + timedelta(days=30 - days))
        story.sync({url: [offer(url, f"Coming {name}.", window)]})
    assert re.findall(r"Coming (\w+)", http.get("/").text) == ["soon", "later", "late"]


def test_what_was_asked_in_vain_is_shown(http: httpx.Client, db: Connection) -> None:
    """To those who see all sources and may look behind; a search on the page itself is nobody's demand."""
    for _ in range(3):
        http.get("/ask", params={"q": "do you wrap cars in foil"})
    assert "wrap cars" not in http.get("/ask").text
    for _ in range(3):
        db.execute("select kb.note_demand('do you wrap cars in foil', 'en', null)")
    assert "do you wrap cars in foil 3 3" in plain(http.get("/ask").text)
    bot, of_one = create_key(db, "bot", ["read"], None), create_key(db, "shop", ["read", "write"], ["shop"])
    for worn in (bot, of_one):
        assert "wrap cars" not in http.get("/ask", headers={"Authorization": f"Bearer {worn}"}).text


@pytest.mark.parametrize(("language", "price", "category"), [("en", "99 SAR", "oil"), ("ar", "99 ر.س", "زيت المحرك")])
def test_prices_and_categories_speak_the_language(
    database: TestDatabase, tmp_path: Path, story: Story, language: str, price: str, category: str
) -> None:
    """In Arabic a currency has its own sign, and a category the first Arabic word that its source gives for it."""
    words = '[categories]\noil = ["engine oil", "زيت المحرك", "زيت"]\n'
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "shop.toml").write_text(f'kind = "push"\n{words}', encoding="utf-8")
    (tmp_path / "freshet.toml").write_text(f'[database]\nurl = "{database.url()}"\n')
    project = load_project(tmp_path, environment={})
    story.sync({OIL: [offer(OIL, "Engine oil", category=("oil",), price=Decimal(99), currency="SAR")]})
    with running(create_app(project, deciding=Decisions(project))) as address:
        text = httpx.get(f"{address}/?lang={language}", trust_env=False).text.replace("&nbsp;", " ")
    assert price in text
    assert f"<bdi>{category}</bdi>" in text


def test_what_a_run_met_says_what_happened(http: httpx.Client, story: Story) -> None:
    """The message of each problem stands by its page, once; one of the run as a whole stands above."""
    run = unfinished(story, [
        {"url": OIL, "outcome": "server_error", "message": "answered 503"},
        {"url": "", "outcome": "network", "message": "nothing else was asked"},
    ])  # fmt: skip
    text = plain(http.get(f"/runs/{run}").text)
    assert text.count("answered 503") == 1
    assert text.index("nothing else was asked") < text.index("answered 503")
