"""What a bot's login may do, and that nothing it says, sets or makes shows it more: S4, S5, S6."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, LiteralString

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from pipelines.database import Connection, Role
from pipelines.records import Outcome
from pipelines.store import deciding
from tests.postgres import TestDatabase
from tests.story import Story, offer, page, stated

SHOP, OTHER, GONE = "https://shop.test/oil", "https://other.test/secret", "https://other.test/gone"
FUNCTIONS = (
    "search", "offers", "entry", "changes", "explain", "freshness", "active_model", "note_demand", "search_as_of",
    "offers_as_of",
)  # fmt: skip


@pytest.fixture
def story(db: Connection) -> Story:
    """Two sources, each with an offer and a page; of the other one an entry is gone and one withdrawn."""
    story = Story(db)
    story.sync(
        {
            SHOP: [
                offer(SHOP, "Oil change for sedans", category=("oil",)),
                page(f"{SHOP}#p", "Tyres 205/55R16, زيوت المحرك"),
            ]
        }
    )
    other = Story(db, source=story.source.model_copy(update={"name": "other"}))
    pages = {
        OTHER: [
            offer(OTHER, "Secret oil change", stated(None, None), category=("oil",)),
            page(f"{OTHER}#p", "Secret oil."),
        ],
        GONE: [offer(GONE, "Secret tyres", category=("tyres",))],
    }
    other.sync(pages)
    other.sync({**pages, GONE: Outcome.GONE})
    (entry,) = db.execute("select entry_id from kb_store.entry where key = %s", (f"{OTHER}#p",)).fetchone() or (0,)
    deciding.withdraw(db, entry, None, "somebody")
    return story


def login(database: TestDatabase, name: str, role: LiteralString) -> Connection:
    """A connection as a login of its own in that role; it goes with the server of the tests."""
    with database.connect() as owner:
        if not owner.execute("select from pg_roles where rolname = %s", (name,)).rowcount:
            owner.execute(sql.SQL("create role {} login password 'secret' in role {}").format(
                sql.Identifier(name), sql.Identifier(role)
            ))  # fmt: skip
    address = psycopg.conninfo.make_conninfo(database.url(), user=name, password="secret")
    return psycopg.connect(address, autocommit=True)


@pytest.fixture
def limited(story: Story, database: TestDatabase) -> Iterator[Connection]:
    """An auditor's login that is granted one source of the two: it may call everything there is."""
    with login(database, "limited_auditor", "kb_auditor") as conn:
        story.conn.execute("select kb_store.grant_sources('limited_auditor', array['shop'])")
        yield conn


@pytest.fixture
def bot(story: Story, database: TestDatabase) -> Iterator[Connection]:
    """A bot's login of its own, not limited."""
    del story
    with login(database, "some_bot", "kb_reader") as conn:
        yield conn


def test_every_function_is_looked_at_here(db: Connection) -> None:
    """A function that is added to kb must be added to these tests."""
    found = db.execute("select proname from pg_proc where pronamespace = 'kb'::regnamespace").fetchall()
    assert sorted(name for (name,) in found) == sorted(FUNCTIONS)


# ---------------------------------------------------------------- S6: grants

ASKED: tuple[LiteralString, ...] = (
    "select source, entry_id from kb.search('oil secret tyres', source => {})",
    "select source, entry_id from kb.offers(source => {}, upcoming => true)",
    "select source, entry_id from kb.search_as_of(now(), now(), 'oil secret tyres', source => {})",
    "select source, entry_id from kb.offers_as_of(now(), now(), source => {}, upcoming => true)",
    "select source, entry_id from kb.changes() where {}::text[] is null or source = any ({})",
    "select source, 0 from kb.freshness() where {}::text[] is null or source = any ({})",
)
SOURCES: tuple[LiteralString, ...] = (
    "null",
    "'{}'::text[]",
    "array['other']",
    "array['shop', 'other']",
    "array['shop']",
)


@pytest.mark.hazard("S6")
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("narrowed", ["", "shop,other", "other", "shop", ",", "'"])
def test_a_limited_login_sees_its_own_source_alone(limited: Connection, source: LiteralString, narrowed: str) -> None:
    """Through every function, whatever is asked and whatever is set."""
    limited.execute("select set_config('kb.sources', %s, false)", (narrowed,))
    for statement in ASKED:
        seen = limited.execute(statement.replace("{}", source).encode()).fetchall()
        assert {name for name, _ in seen} <= {"shop"}, statement
        if narrowed in ("", "shop", "shop,other") and source in ("null", "array['shop']"):
            assert seen, statement


@pytest.mark.hazard("S6")
def test_what_is_not_granted_is_as_if_it_were_not_there(story: Story, limited: Connection) -> None:
    """An entry of another source, one of it that is gone or withdrawn, and a number never given: one answer."""
    numbers = [n for (n,) in story.conn.execute("select entry_id from kb_store.entry e join kb_store.source s"
               " using (source_id) where s.name = 'other'").fetchall()]  # fmt: skip
    assert len(numbers) == 3
    for statement in (
        "select * from kb.entry({})",
        "select * from kb.entry({}, 'ar')",
        "select * from kb.explain({})",
        "select * from kb.explain({}, 'secret oil')",
        "select * from kb.changes() where entry_id = {}",
    ):
        absent = _said(limited, statement, 2**40)
        assert [_said(limited, statement, number) for number in numbers] == [absent] * 3


def _said(conn: Connection, statement: str, number: int) -> str:
    rows = conn.execute(statement.replace("{}", str(number)).encode()).fetchall()
    return repr(rows).replace(str(number), "N")


@pytest.mark.hazard("S6")
def test_a_limited_login_stays_limited(story: Story, limited: Connection) -> None:
    """By no other name, and not when the last source is taken from it; unlimited is only who is said to be."""
    limited.execute("set role kb_auditor")
    assert limited.execute("select source from kb.freshness()").fetchall() == [("shop",)]
    limited.execute("reset role")
    story.conn.execute("select kb_store.grant_sources('limited_auditor', '{}')")
    assert limited.execute("select source from kb.freshness()").fetchall() == []
    story.conn.execute("select kb_store.grant_sources('limited_auditor', null)")
    assert len(limited.execute("select source from kb.freshness()").fetchall()) == 2


@pytest.mark.parametrize(
    ("name", "sources", "said"),
    [("nobody", "{shop}", "no login nobody"), ("kb_reader", "{shop,x,y}", "no source x, y")],
)
def test_a_grant_of_what_is_not_there_is_an_error(story: Story, name: str, sources: str, said: str) -> None:
    """A slip of the pen must neither widen nor limit anybody."""
    with pytest.raises(psycopg.errors.InvalidParameterValue, match=said):
        story.conn.execute("select kb_store.grant_sources(%s, %s)", (name, sources))


def test_only_the_owner_grants(database: TestDatabase, story: Story) -> None:
    """Neither a bot nor a sync."""
    del story
    roles: tuple[Role, ...] = ("reader", "auditor", "writer")
    for role in roles:
        with database.connect(role) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("select kb_store.grant_sources('freshet_reader', null)")


# ---------------------------------------------------------------- S5: rights

DENIED: tuple[LiteralString, ...] = (
    "select * from kb_store.version",
    "select * from kb_store.served_entry",
    "insert into kb_store.source_grant values ('some_bot', 1)",
    "insert into kb_store.demand values (current_date, 'en', '', 1, 1, 0, 'x')",
    "update kb_store.entry set kind = 'page'",
    "delete from kb_store.withdrawal",
    "truncate kb_store.change",
    "copy kb_store.entry to stdout",
    "copy (select * from kb_store.entry) to stdout",
    "copy (select 1) to program 'true'",
    "copy (select 1) to '/tmp/freshet-test-never'",
    "select kb_store.visible_sources()",
    "select kb_store.offers_at(now(), null, true, 10, null)",
    "select kb_store.grant_sources('some_bot', null)",
    "select * from kb.offers_as_of(now(), now())",
    "select * from kb.search_as_of(now(), now(), 'oil')",
    "set role kb_owner",
    "set role kb_writer",
    "set role kb_auditor",
    "set role freshet_owner",
    "set session authorization freshet_owner",
    "grant kb_owner to some_bot",
    "alter role some_bot superuser",
    "create role another_bot",
    "create schema mine",
    "create table public.mine (a int)",
    "create table kb.mine (a int)",
    "create view public.mine as select 1",
    "create function public.length(text) returns int language sql as 'select 1'",
    "create function kb.offers() returns int language sql as 'select 1'",
    "create operator public.@> (leftarg = tstzmultirange, rightarg = timestamptz, function = multirange_contains_elem)",
    "create cast (text as int) with inout",
    "create type public.hit as (a int)",
    "create event trigger mine on ddl_command_start execute function pg_catalog.suppress_redundant_updates_trigger()",
    "create or replace function kb.entry(bigint, text) returns int language sql as 'select 1'",
    "drop function kb.freshness()",
    "alter function kb.freshness() owner to some_bot",
    "comment on function kb.freshness() is 'mine'",
    "select pg_read_file('/etc/passwd')",
    "select pg_ls_dir('.')",
    "select pg_read_binary_file('/etc/passwd')",
    "select * from pg_authid",
    "select lo_import('/etc/passwd')",
    "select lo_export(1, '/tmp/freshet-test-never')",
    "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'postgres'",
    "select pg_reload_conf()",
    "alter system set work_mem = '1GB'",
    "set session_replication_role = replica",
    "vacuum kb_store.entry",
    "select * from kb_store.lexical_statistic for update",
    "security label on table kb_store.entry is 'x'",
    "do $$ begin perform 1 from kb_store.entry; end $$",
)


@pytest.mark.hazard("S5")
@pytest.mark.parametrize("statement", DENIED)
def test_a_bot_may_execute_and_nothing_else(bot: Connection, statement: LiteralString) -> None:
    """It reads no table, makes nothing, becomes nobody, reaches no file."""
    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidParameterValue)) as refused:
        bot.execute(statement)
    assert "oil" not in str(refused.value)


SETTINGS = {
    "search_path": "pg_temp, public",
    "kb.sources": "",
    "kb.model": "another",
    "kb.anything": "x",
    "timezone": "America/New_York",
    "datestyle": "SQL, DMY",
    "intervalstyle": "sql_standard",
    "extra_float_digits": "-15",
    "default_text_search_config": "pg_catalog.simple",
    "transform_null_equals": "on",
    "standard_conforming_strings": "off",
    "backslash_quote": "on",
    "array_nulls": "off",
    "bytea_output": "escape",
    "enable_seqscan": "off",
    "enable_nestloop": "off",
    "enable_hashjoin": "off",
    "plan_cache_mode": "force_generic_plan",
    "join_collapse_limit": "1",
    "jit": "on",
    "hnsw.ef_search": "1",
    "hnsw.iterative_scan": "off",
    "default_transaction_isolation": "serializable",
    "work_mem": "64kB",
    "check_function_bodies": "off",
    "quote_all_identifiers": "on",
}


@pytest.mark.hazard("S5")
@pytest.mark.parametrize("name", SETTINGS)
def test_what_a_bot_sets_changes_no_answer(bot: Connection, database: TestDatabase, name: str) -> None:
    """Whatever is set before the session's first call, when nothing is planned yet, and after it."""
    before = _answers(bot)
    with login(database, "some_bot", "kb_reader") as fresh:
        for conn in (bot, fresh):
            conn.execute("select set_config(%s, %s, false)", (name, SETTINGS[name]))
            assert _answers(conn) == before


def _answers(conn: Connection) -> list[Any]:
    """What functions answer, without what depends on the clock or is written in the session's own form."""
    return [
        conn.execute("select entry_id, source, url, title, body, round(score::numeric, 4) from kb.search('secret oil')")
        .fetchall(),
        conn.execute("select body, round(text_score::numeric, 4) from kb.search('الزيت tyre 205/55 r16')").fetchall(),
        conn.execute("select entry_id, source, title, category, stale from kb.offers()").fetchall(),
        conn.execute("select entry_id, text, languages, evidence from kb.entry(1)").fetchall(),
        conn.execute("select change_id, change, entry_id, source from kb.changes()").fetchall(),
        conn.execute("select step, rule, passed, detail from kb.explain(1, 'oil change')").fetchall(),
        conn.execute("select source, live, upcoming, suspect from kb.freshness()").fetchall(),
    ]  # fmt: skip


@pytest.mark.hazard("S5")
def test_temporary_objects_mask_nothing(story: Story, database: TestDatabase) -> None:
    """Also where a shared database leaves everybody the right to make them: ours are looked up first."""
    with database.connect("reader") as conn:
        if conn.execute("select has_database_privilege(current_database(), 'temp')").fetchone() == (False,):
            with psycopg.connect(database.superuser_url(), autocommit=True) as administrator:
                administrator.execute(
                    sql.SQL("grant temporary on database {} to public").format(sql.Identifier(database.name))
                )
        before = _answers(conn)
        for statement in (
            "create temporary table served_entry (entry_id bigint)",
            "create temporary table source (source_id int, name text, freshness interval)",
            "create temporary table version (version_id bigint)",
            "create function pg_temp.upper(tstzrange) returns timestamptz language sql return null::timestamptz",
            "create function pg_temp.visible_sources() returns int[] language sql return '{1,2}'::int[]",
            "create function pg_temp.ln(double precision) returns double precision language sql return 0.0",
            "create function pg_temp.clock_timestamp() returns timestamptz language sql return now()",
            "create function pg_temp.always(tstzmultirange, timestamptz) returns boolean language sql return true",
            "create operator pg_temp.@> (leftarg = tstzmultirange, rightarg = timestamptz, function = pg_temp.always)",
            "create domain pg_temp.vector as text",
            "set search_path = pg_temp, pg_catalog, public",
        ):
            conn.execute(statement)
        assert _answers(conn) == before
    del story


@pytest.mark.hazard("S5")
def test_a_bot_cannot_stop_a_publication(bot: Connection, story: Story) -> None:
    """Whatever it listens to, tells, locks or leaves open."""
    bot.execute("listen kb_change")
    bot.autocommit = False
    bot.execute("set transaction isolation level repeatable read")
    _answers(bot)
    bot.execute("select pg_advisory_lock(n) from generate_series(1, 100) n")
    story.sync({SHOP: [offer(SHOP, "Oil change for vans")]})
    assert [row[0] for row in story.conn.execute("select title from kb.offers(source => array['shop'])")] == [
        "Oil change for vans"
    ]
    bot.rollback()


# ---------------------------------------------------------------- S4: parameters

HOSTILE = (
    "", " ", "'", "''", '"', ";", "--", "/*", "\\", "%", "_", "$1", "$$", "%s", "%(a)s", "{}", "{,}", "[]", "null",
    "'; drop schema kb cascade; --", "oil' or '1'='1", "oil') or true --", "$.** ? (@ == 1)", "\u202eoil\u202c",
    "\ufffe", "é\u0301", "زيت\u0640", "🛢" * 50, "a" * 4000, "(" * 2000, "oil " * 900, "<->", "!", "&", "|", ":*",
    "1:2", "{1:1}/1000000000", "-1", "1e309", "NaN", "shop", "other", "en", "ar", "offer", "oil", "\0",
)  # fmt: skip
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60), st.sampled_from(HOSTILE).map(lambda text: text * 3))
ARRAYS = st.one_of(st.none(), st.lists(st.one_of(TEXTS, st.none()), max_size=4))
NUMBERS = st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.sampled_from([0, 1, 100, 101, 10_000, 10_001]))
SMALL = st.one_of(st.none(), st.integers(-(2**31), 2**31 - 1), st.sampled_from([0, 1, 8, 100, 101, 10_001]))
REALS = st.one_of(st.none(), st.floats(width=32), st.sampled_from([0.0, 1.0, -1.0]))
INSTANTS = st.one_of(
    st.none(), st.sampled_from(["-infinity", "infinity", "epoch", "now", "4713-01-01 BC", "294276-12-31"])
)
VECTORS = st.one_of(
    st.none(),
    st.sampled_from(["[]", "[1]", "[" + ",".join(["0"] * 16) + "]", "[" + ",".join(["1"] * 16) + "]", "[NaN]"]),
)
KINDS: dict[str, st.SearchStrategy[Any]] = {
    "text": st.one_of(st.none(), TEXTS), "text[]": ARRAYS, "bigint": NUMBERS, "integer": SMALL, "real": REALS,
    "numeric": REALS, "boolean": st.one_of(st.none(), st.booleans()), "timestamp with time zone": INSTANTS,
    "vector": VECTORS,
}  # fmt: skip


def signatures(conn: Connection) -> dict[str, list[str]]:
    """The types that each function of kb takes."""
    rows = conn.execute(
        "select p.proname, array(select format_type(t, null) from unnest(p.proargtypes::oid[]) with ordinality a(t, n)"
        " order by n) from pg_proc p where p.pronamespace = 'kb'::regnamespace"
    ).fetchall()
    return dict(rows)


@pytest.mark.hazard("S4")
@pytest.mark.parametrize("function", FUNCTIONS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_hostile_values_are_values(function: str, limited: Connection, db: Connection, data: st.DataObject) -> None:
    """Every parameter of every function: no row of another source, no error but that of a value, one statement."""
    types = signatures(db)[function]
    values = [data.draw(KINDS[kind]) for kind in types]
    statement = f"select * from kb.{function}({', '.join(f'%s::{kind}' for kind in types)})"
    rows: list[Any] = []
    with suppress(psycopg.errors.DataError):
        rows = limited.execute(statement.encode(), values).fetchall()
    assert not any(word in repr(rows) for word in ("other.test", "Secret"))


@pytest.mark.hazard("S4")
def test_a_very_long_value_is_refused_before_work_is_done(limited: Connection) -> None:
    """A megabyte in any place is an error of the value."""
    long = "oil " * 250_000
    for call in (
        "search(%s)", "search('oil', category => array[%s])", "search('oil', language => %s)",
        "search('oil', source => array[%s])", "search('oil', kind => array[%s])", "offers(array[%s])",
        "offers(language => %s)", "offers(source => array[%s])", "explain(1, %s)", "note_demand(%s)",
        "search_as_of(now(), now(), %s)", "offers_as_of(now(), now(), array[%s])",
    ):  # fmt: skip
        with pytest.raises(psycopg.errors.InvalidParameterValue):
            limited.execute(f"select * from kb.{call}".encode(), (long,))
