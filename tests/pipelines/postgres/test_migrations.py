"""Migrations run once each and in order; the functions are replaced in place and take nothing of others with them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from pipelines.database import Connection, DatabaseError
from pipelines.postgres.contract import ContractError
from pipelines.postgres.migrations import SCHEMA, MigrationError, migrate
from pipelines.postgres.snapshot import snapshot
from tests.postgres import Cluster, TestDatabase


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    """A small schema folder of the test's own: the real first migration, one table, one function, rights."""
    shutil.copytree(SCHEMA / "migrations", tmp_path / "migrations", ignore=lambda _, names: set(names) - {_FIRST})
    for folder in ("store", "api"):
        (tmp_path / folder).mkdir()
    (tmp_path / "migrations" / "0001_word.sql").write_text("create table kb_store.word (word text);")
    (tmp_path / "api" / "greet.sql").write_text(greet("text", "'hello'"))
    (tmp_path / "roles.sql").write_text("grant usage on schema kb to kb_reader;")
    return tmp_path


_FIRST = "0000_migration.sql"


def greet(returns: str, body: str, arguments: str = "") -> str:
    return f"create or replace function kb.greet({arguments}) returns {returns} language sql as $$ select {body} $$;"


@pytest.fixture
def prepared(empty_database: TestDatabase) -> TestDatabase:
    """An empty database in which an administrator has made the extension, which only a superuser may."""
    with psycopg.connect(empty_database.superuser_url(), autocommit=True) as conn:
        conn.execute("create extension vector")
    return empty_database


@pytest.fixture
def empty(prepared: TestDatabase) -> Iterator[Connection]:
    """The owner's connection to that database."""
    with prepared.connect() as conn:
        yield conn


def greeting(conn: Connection) -> object:
    row = conn.execute("select kb.greet()").fetchone()
    assert row is not None
    return row[0]


def functions(conn: Connection) -> list[str]:
    return [
        signature
        for (signature,) in conn.execute(
            "select oid::regprocedure::text from pg_proc where pronamespace = 'kb'::regnamespace order by 1"
        ).fetchall()
    ]


def test_each_migration_runs_once(empty: Connection, schema: Path) -> None:
    """The first call applies all, the second nothing, a new file alone is applied later; all is kb_owner's."""
    assert migrate(empty, schema=schema) == ["0000_migration", "0001_word"]
    assert migrate(empty, schema=schema) == []
    (schema / "migrations" / "0002_more.sql").write_text("create table kb_store.more (word text);")
    assert migrate(empty, schema=schema) == ["0002_more"]
    owners = empty.execute("select distinct tableowner from pg_tables where schemaname = 'kb_store'").fetchall()
    assert owners == [("kb_owner",)]


def test_a_migration_that_fails_leaves_nothing_behind(empty: Connection, schema: Path) -> None:
    """It is named, what it did is undone, those before it stay, and once corrected it runs."""
    broken = schema / "migrations" / "0002_broken.sql"
    broken.write_text("create table kb_store.half (word text); select 1 / 0;")
    with pytest.raises(MigrationError, match=r"0002_broken\.sql failed and changed nothing: division by zero"):
        migrate(empty, schema=schema)
    assert empty.execute("select to_regclass('kb_store.half'), to_regclass('kb_store.word')").fetchone() == (
        None,
        "kb_store.word",
    )
    broken.write_text("create table kb_store.half (word text);")
    assert migrate(empty, schema=schema) == ["0002_broken"]


def test_a_migration_changed_after_it_ran_is_an_error(empty: Connection, schema: Path) -> None:
    """Line ends alone do not count as a change: a checkout may turn them."""
    migrate(empty, schema=schema)
    ran = schema / "migrations" / "0001_word.sql"
    ran.write_bytes(ran.read_bytes() + b"\n")
    with pytest.raises(MigrationError, match=r"0001_word\.sql was changed after it ran"):
        migrate(empty, schema=schema)
    ran.write_text("create table kb_store.word (word text);")
    first = schema / "migrations" / _FIRST
    first.write_bytes(first.read_bytes().replace(b"\n", b"\r\n"))
    assert migrate(empty, schema=schema) == []


@pytest.mark.hazard("K4")
def test_a_database_newer_than_the_code_is_refused(empty: Connection, schema: Path) -> None:
    """Both are named, and nothing is replaced."""
    migrate(empty, schema=schema)
    (schema / "migrations" / "0001_word.sql").unlink()
    (schema / "api" / "greet.sql").write_text(greet("text", "'older'"))
    with pytest.raises(MigrationError, match="database is at 0001_word, this Freshet ends at 0000_migration"):
        migrate(empty, schema=schema)
    assert greeting(empty) == "hello"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("0001_twice", "number 0001 is taken twice"),
        ("12_short", "a migration is named NNNN_name"),
    ],
)
def test_misnumbered_files_are_refused(empty: Connection, schema: Path, name: str, told: str) -> None:
    """A number stands for one migration."""
    (schema / "migrations" / f"{name}.sql").write_text("select 1;")
    with pytest.raises(MigrationError, match=told):
        migrate(empty, schema=schema)


def test_a_migration_cannot_be_slipped_in_before_one_that_ran(empty: Connection, schema: Path) -> None:
    """The order of files is the order of events."""
    (schema / "migrations" / "0003_later.sql").write_text("select 1;")
    migrate(empty, schema=schema)
    (schema / "migrations" / "0002_earlier.sql").write_text("select 1;")
    with pytest.raises(MigrationError, match="0002_earlier would run after 0003_later"):
        migrate(empty, schema=schema)


def test_two_migrations_at_once_do_the_work_once(prepared: TestDatabase, schema: Path) -> None:
    """Whoever comes second waits, and finds it done."""

    def run(_: int) -> list[str]:
        with prepared.connect() as conn:
            return migrate(conn, schema=schema)

    with ThreadPoolExecutor(4) as pool:
        done = sorted(pool.map(run, range(4)))
    assert done == [[], [], [], ["0000_migration", "0001_word"]]


def test_two_databases_of_one_cluster_migrate_at_once(cluster: Cluster, schema: Path) -> None:
    """Roles belong to the whole cluster; making them from several databases at once harms none."""
    with cluster.database(None) as one, cluster.database(None) as two, cluster.database(None) as three:

        def run(database: TestDatabase) -> list[str]:
            with psycopg.connect(database.superuser_url(), autocommit=True) as conn:
                return migrate(conn, schema=schema)

        with ThreadPoolExecutor(3) as pool:
            assert list(pool.map(run, (one, two, three))) == [["0000_migration", "0001_word"]] * 3


def test_a_function_keeps_what_others_built_upon_it(empty: Connection, schema: Path) -> None:
    """A changed body is replaced in place: the view of somebody else lives on."""
    migrate(empty, schema=schema)
    empty.execute("create schema theirs")
    empty.execute("create view theirs.greeting as select kb.greet() as word")
    (schema / "api" / "greet.sql").write_text(greet("text", "'good day'"))
    migrate(empty, schema=schema, shared=True)
    assert empty.execute("select word from theirs.greeting").fetchone() == ("good day",)


@pytest.mark.parametrize("changed", [greet("int", "1"), greet("text", "'hi'", "name text default null")])
def test_a_changed_signature_drops_the_old_function_alone(empty: Connection, schema: Path, changed: str) -> None:
    """A new result or new arguments: the old form goes, its neighbours stay, the rights are given anew."""
    (schema / "api" / "other.sql").write_text(greet("text", "'other'").replace("greet", "other"))
    (schema / "roles.sql").write_text("grant execute on all functions in schema kb to kb_reader;")
    migrate(empty, schema=schema)
    (schema / "api" / "greet.sql").write_text(changed)
    migrate(empty, schema=schema)
    assert [signature.split("(")[0] for signature in functions(empty)] == ["kb.greet", "kb.other"]
    granted = (
        "select bool_and(has_function_privilege('kb_reader', oid, 'execute')) "
        "from pg_proc where pronamespace = 'kb'::regnamespace"
    )
    assert empty.execute(granted).fetchone() == (True,)


def test_objects_of_others_are_never_dropped(empty: Connection, schema: Path) -> None:
    """When a function must go and somebody built upon it, nothing changes and the error says what and whose."""
    migrate(empty, schema=schema)
    empty.execute("create schema theirs")
    empty.execute("create view theirs.greeting as select kb.greet() as word")
    (schema / "api" / "greet.sql").write_text(greet("int", "1"))
    with pytest.raises(ContractError, match=r"kb\.greet\(\) changes or goes.*view theirs\.greeting"):
        migrate(empty, schema=schema, shared=True)
    assert greeting(empty) == "hello"


def test_a_function_no_longer_in_the_folder_is_dropped(empty: Connection, schema: Path) -> None:
    """Schema kb holds what the folder holds, and nothing else."""
    migrate(empty, schema=schema)
    (schema / "api" / "greet.sql").rename(schema / "api" / "salute.sql")
    (schema / "api" / "salute.sql").write_text(greet("text", "'hello'").replace("greet", "salute"))
    migrate(empty, schema=schema)
    assert functions(empty) == ["kb.salute()"]


def test_functions_of_ours_that_use_a_changed_one_are_made_again(empty: Connection, schema: Path) -> None:
    """A body parsed at creation depends on what it calls; that must not keep the called one from changing."""
    (schema / "store" / "1_number.sql").write_text(
        "create or replace function kb_store.number() returns int language sql return 1;"
    )
    (schema / "store" / "2_double.sql").write_text(
        "create or replace function kb_store.double() returns int language sql return 2 * kb_store.number();"
    )
    (schema / "api" / "greet.sql").write_text(
        "create or replace function kb.greet() returns text language sql return kb_store.double()::text;"
    )
    migrate(empty, schema=schema)
    (schema / "store" / "1_number.sql").write_text(
        "create or replace function kb_store.number() returns bigint language sql return 4;"
    )
    (schema / "store" / "2_double.sql").write_text(
        "create or replace function kb_store.double() returns bigint language sql return 2 * kb_store.number();"
    )
    migrate(empty, schema=schema)
    assert greeting(empty) == "8"


def test_functions_may_refer_to_each_other_whatever_their_files_are_called(empty: Connection, schema: Path) -> None:
    """Bodies are checked when all are there; one that refers to nothing is still found out."""
    (schema / "api" / "greet.sql").write_text(greet("text", "kb.later()"))
    with pytest.raises(ContractError, match=r"api/greet\.sql failed and nothing was replaced: function kb\.later"):
        migrate(empty, schema=schema)
    (schema / "api" / "later.sql").write_text(greet("text", "'at last'").replace("greet", "later"))
    migrate(empty, schema=schema)
    assert greeting(empty) == "at last"


def test_a_new_function_is_nobodys_until_roles_say_so(empty: Connection, schema: Path) -> None:
    """PostgreSQL lets everybody execute a new function; ours begin closed."""
    migrate(empty, schema=schema)
    found = empty.execute("select has_function_privilege('kb_reader', 'kb.greet()', 'execute')").fetchone()
    assert found == (False,)


def test_a_database_of_others_is_refused_unless_shared(
    prepared: TestDatabase, empty: Connection, schema: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Foreign schemas are named; with `shared` they are warned of, and everybody keeps temporary tables there."""
    empty.execute("create schema shop")
    with pytest.raises(DatabaseError, match=r"not Freshet's: shop\. Give Freshet .* freshet db migrate --shared"):
        migrate(empty, schema=schema)
    assert empty.execute("select to_regnamespace('kb')").fetchone() == (None,)
    migrate(empty, schema=schema, shared=True)
    assert "shop" in caplog.text
    with prepared.connect("reader") as bot:
        bot.execute("create temporary table mine (word text)")


def test_tables_in_public_make_a_database_somebody_elses(empty: Connection, schema: Path) -> None:
    """Schema public is everywhere; what counts is whether somebody keeps something in it."""
    empty.execute("create table public.customer (name text)")
    with pytest.raises(DatabaseError, match="not Freshet's: public"):
        migrate(empty, schema=schema)


def test_in_a_database_of_its_own_bots_make_no_temporary_tables(
    prepared: TestDatabase, empty: Connection, schema: Path
) -> None:
    """A temporary object could stand before one of ours; the writer, who syncs, keeps the right."""
    migrate(empty, schema=schema)
    with prepared.connect("reader") as bot, pytest.raises(psycopg.errors.InsufficientPrivilege):
        bot.execute("create temporary table mine (word text)")
    with prepared.connect("writer") as writer:
        writer.execute("create temporary table mine (word text)")


def test_who_may_not_prepare_is_told_who_must_run_what(empty_database: TestDatabase, schema: Path) -> None:
    """The extension takes a superuser here: the statements are given, and once they ran it works."""
    with empty_database.connect() as conn:
        with pytest.raises(DatabaseError, match="An administrator must run there, once: ") as refused:
            migrate(conn, schema=schema)
        statements = str(refused.value).split("once: ")[1].split("; ")
        with psycopg.connect(empty_database.superuser_url(), autocommit=True) as administrator:
            for statement in statements:
                if not statement.startswith("create role"):  # those of this cluster are there already
                    administrator.execute(statement.encode())
        assert migrate(conn, schema=schema) == ["0000_migration", "0001_word"]


def test_the_real_schema_can_be_migrated_again(database: TestDatabase) -> None:
    """Every file of the project's own schema runs a second time over itself and changes nothing."""
    with database.connect() as conn:
        before = snapshot(conn)
        assert migrate(conn) == []
        assert snapshot(conn) == before
    assert "CREATE TABLE kb_store.migration" in before
    assert "\nSET " not in before


@pytest.mark.hazard("S5")
def test_nobody_else_may_make_anything_beside_pgvector(prepared: TestDatabase) -> None:
    """A database from before PostgreSQL 15 lets anybody create in public: that is taken away, or said to be needed."""
    with psycopg.connect(prepared.superuser_url(), autocommit=True) as administrator:
        administrator.execute("grant create on schema public to public")
        administrator.execute("alter schema public owner to postgres")
        with (
            prepared.connect() as conn,
            pytest.raises(DatabaseError, match="revoke create on schema public from public"),
        ):
            migrate(conn)
        administrator.execute("alter schema public owner to pg_database_owner")
    with prepared.connect() as conn:
        migrate(conn)
    with prepared.connect("reader") as bot, pytest.raises(psycopg.errors.InsufficientPrivilege):
        bot.execute("create function public.length(text) returns int language sql as 'select 1'")
