"""A base that was damaged by hand: the check that finds it, and what makes it whole again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipelines.database import Connection
from pipelines.postgres.checks import repair, run_checks
from pipelines.records import Outcome
from pipelines.store import runs
from tests.postgres import TestDatabase
from tests.story import Story, offer, page, stated
from tests.torture.dump import canonical, difference

A, B, C, FAQ = (f"https://shop.test/{name}" for name in ("a", "b", "c", "faq"))
_DAY = timedelta(days=1)

# What follows from what is believed: each is found by name, and made as it was.
DERIVED = {
    "a served row that is gone": (
        "delete from kb_store.served_entry where entry_id = 1", "believed_is_served",
    ),
    "a served row of an old version": (
        "update kb_store.served_entry s set version_id = v.version_id from kb_store.version v"
        " where v.entry_id = s.entry_id and not upper_inf(v.recorded)", "served_is_believed",
    ),
    "another window": (
        "update kb_store.served_entry set valid = '{[2020-01-01,2099-01-01)}' where entry_id = 1", "served_is_believed",
    ),
    "another limit": (
        "update kb_store.served_entry set ttl = interval '100000 hours' where ttl is not null",
        "served_limits_are_those_of_sources",
    ),
    "another price": ("update kb_store.served_entry set price = 1", "served_limits_are_those_of_sources"),
    "another language": ("update kb_store.served_entry set languages = '{fr}'", "served_languages_are_those_of_texts"),
    "a vector that is gone": (
        "delete from kb_store.served_vector v where passage_id = (select min(passage_id) from kb_store.served_vector)",
        "served_texts_have_vectors",
    ),
    "a vector of another model": (
        "update kb_store.served_vector v set vector = e.vector from kb_store.embedding e, kb_store.passage p"
        " where p.content = 'Oil change\nOil change' and e.passage_sha256 = p.passage_sha256",
        "served_vectors_are_those_of_texts",
    ),
    "a text nobody says": (
        "insert into kb_store.served_passage (passage_id, length) select p.passage_id, 1 from kb_store.passage p"
        " where not exists (select from kb_store.served_passage s where s.passage_id = p.passage_id)",
        "served_texts_are_those_of_chunks",
    ),
    "a chunk of an old version": (
        "insert into kb_store.served_chunk (chunk_id, entry_id, passage_id, language, ordinal)"
        " select c.chunk_id, v.entry_id, c.passage_id, 'en', c.ordinal"
        " from kb_store.chunk c join kb_store.version v using (version_id)"
        " where v.entry_id = 1 and not upper_inf(v.recorded)", "served_chunks_are_of_served_versions",
    ),
    "a count that drifted": (
        "update kb_store.lexeme set passages = passages + 1 where lexeme_id = 1",
        "document_frequencies_are_a_recount",
    ),
    "a length that drifted": (
        "update kb_store.lexical_statistic set total_length = total_length + 7", "lengths_are_a_recount",
    ),
    "a lease that nobody holds": (
        "update kb_store.source set lease_run = 1, lease_until = clock_timestamp() + interval '1 minute'",
        "leases_are_held",
    ),
    "a run that nobody leads": (
        "update kb_store.run set state = 'running', finished_at = null where run_id = 1",
        "running_runs_hold_their_lease",
    ),
}  # fmt: skip

# What nothing else tells any more: it is found, and who finds it is told to take a backup.
BELIEVED = {
    "two beliefs at once": (
        "update kb_store.version set recorded = tstzrange(lower(recorded), upper(recorded) + interval '1 day')"
        " where not upper_inf(recorded)", "versions_do_not_overlap",
    ),
    "two open versions": (
        "drop index kb_store.version_open; update kb_store.version set recorded = tstzrange(lower(recorded), null),"
        " closed_by = null, closed_reason = null", "versions_do_not_overlap",
    ),
    "another text under a hash": (
        "update kb_store.passage set content = 'altered' where passage_id = 1", "texts_are_what_they_are_known_by",
    ),
    "a vector of another length": (
        "update kb_store.embedding set vector = '[1,2,3]'", "vectors_have_the_length_of_their_model",
    ),
    "a reading of other bytes": (
        "update kb_store.page set reading_id = (select max(reading_id) from kb_store.reading) where url like '%/faq'",
        "pages_read_what_they_hold",
    ),
}  # fmt: skip


@pytest.fixture
def base(db: Connection) -> Connection:
    """A page and three offers, of which one was changed and one ended by 410."""
    story = Story(db)
    window = stated(None, story.clock + 40 * _DAY)
    first = [offer(A, "Oil change", window), offer(B, "Four tyres"), offer(C, "Brake pads", window)]
    story.sync({A: first[:1], B: first[1:2], C: first[2:], FAQ: [page(FAQ, "Where do you stand?")]})
    story.sync(
        {
            A: [offer(A, "Oil change and filter", window)],
            **dict.fromkeys((B, FAQ), Outcome.NOT_MODIFIED),
            C: Outcome.GONE,
        }
    )
    assert _broken(db) == []
    return db


def _broken(db: Connection) -> list[str]:
    return [check.name for check in run_checks(db) if not check.holds]


@pytest.mark.parametrize("damage", DERIVED)
def test_what_follows_from_belief_is_found_and_made_anew(base: Connection, damage: str) -> None:
    """The check named finds it and names the command; that makes the base what it was, without a model."""
    statement, name = DERIVED[damage]
    before = canonical(base)
    base.execute(statement.encode())
    found = {check.name: check for check in run_checks(base) if not check.holds}
    assert name in found
    assert all(check.repair == "freshet db check --repair" for check in found.values())
    repair(base)
    assert _broken(base) == []
    assert not difference(canonical(base), before)


@pytest.mark.parametrize("damage", BELIEVED)
def test_what_is_believed_is_found_when_it_was_altered(base: Connection, damage: str) -> None:
    """The check named finds it, and says what else to do: no repair makes up what was believed."""
    statement, name = BELIEVED[damage]
    base.execute(statement.encode())
    found = {check.name: check for check in run_checks(base) if not check.holds}
    assert name in found
    assert "--repair" not in found[name].repair


def test_a_gap_in_the_feed_is_told(base: Connection) -> None:
    """An offer served unheard of, and an end nobody was told: the repair says both, once."""
    base.execute("delete from kb_store.change where entry_id = 1 or change = 'withdrawn'")
    assert _broken(base) == ["feed_has_told_of_what_is_served"]
    repair(base)
    assert _broken(base) == []
    rows = base.execute("select change, entry_id from kb.changes() order by change_id desc limit 2").fetchall()
    assert set(rows) == {("added", 1), ("expired", 3)}


def test_a_plan_of_a_dead_run_is_forgotten(base: Connection) -> None:
    """What a run meant to do and never did is no belief."""
    story = Story(base)
    run = story.plan({A: [offer(A, "Something new")]})
    runs.end_run(base, run, "failed")
    planned = story.plan({A: [offer(A, "Something new")]})
    base.execute(
        "update kb_store.run set state = 'failed', finished_at = clock_timestamp() where run_id = %s", (planned,)
    )
    assert set(_broken(base)) == {"plans_are_of_running_runs", "leases_are_held"}
    repair(base)
    assert _broken(base) == []


def test_a_text_without_any_vector_stops_the_repair(base: Connection) -> None:
    """Nothing is changed: the command embeds what is missing first, and a person who calls the function is told."""
    base.execute("delete from kb_store.served_vector")
    base.execute("delete from kb_store.embedding")
    before = base.execute("select count(*) from kb_store.served_entry").fetchone()
    with pytest.raises(Exception, match="no vector of the active model"):
        repair(base)
    assert base.execute("select count(*) from kb_store.served_entry").fetchone() == before


def test_the_repair_goes_on_beside_readers(base: Connection, database: TestDatabase) -> None:
    """A bot sees the base before it or after it, never without what is served."""
    with database.connect("reader") as bot, base.transaction():
        base.execute("select kb_store.repair()")
        assert bot.execute("select count(*) from kb.offers()").fetchone() == (2,)
