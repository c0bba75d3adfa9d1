"""Bringing a database to the state that `schema/` describes.

Numbered files run once each, in order, in transactions of their own; the functions of schema kb and the rights
are then replaced in place (`pipelines.postgres.contract`). Two migrations at once wait for each other.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import errors, sql

from pipelines.database import Connection, DatabaseError, require_versions
from pipelines.postgres.contract import replace_contract
from pipelines.postgres.roles import ROLES, create_roles, grant_roles

__all__ = ["SCHEMA", "MigrationError", "migrate", "missing_migrations"]

SCHEMA = Path(__file__).resolve().parents[2] / "schema"

_log = logging.getLogger(__name__)
_LOCK = 0x66726573686574  # "freshet"
_NAME = re.compile(r"\d{4}_[a-z0-9_]+")


class MigrationError(DatabaseError):
    """The database cannot be brought to the state the code describes."""


@dataclass(frozen=True)
class _Migration:
    """One numbered file."""

    name: str  # without .sql
    text: str
    sha256: str  # of the text with \n line ends, so that a checkout's line ends do not matter


def migrate(conn: Connection, *, shared: bool = False, schema: Path = SCHEMA) -> list[str]:
    """Apply what is missing and replace functions and rights; the names of the migrations that ran now.

    `conn` must not be inside a transaction. `shared` allows a database that holds schemas of others.
    Raises DatabaseError on an old server or one Freshet may not use, MigrationError when the database is newer
    than the code, an applied file was changed, or objects of others depend on a function that must go.
    """
    before, conn.autocommit = conn.autocommit, True
    try:
        with _locked(conn):
            return _migrate(conn, shared, schema)
    finally:
        conn.autocommit = before


def missing_migrations(conn: Connection, *, schema: Path = SCHEMA) -> list[str]:
    """The names of the migrations that have not run yet.

    Raises MigrationError when the database is newer than the code, or an applied file was changed.
    """
    return [migration.name for migration in _missing(_read(schema / "migrations"), _applied(conn))]


def _migrate(conn: Connection, shared: bool, schema: Path) -> list[str]:
    files = _read(schema / "migrations")
    require_versions(conn)
    _refuse_foreign_schemas(conn, shared)
    missing = _missing(files, _applied(conn))
    _prepare(conn, shared)
    for migration in missing:
        _apply(conn, migration)
    with conn.transaction():
        conn.execute("set local role kb_owner")
        replace_contract(conn, schema)
    return [migration.name for migration in missing]


@contextmanager
def _locked(conn: Connection) -> Iterator[None]:
    conn.execute("select pg_advisory_lock(%s)", (_LOCK,))
    try:
        yield
    finally:
        if not conn.broken:
            conn.execute("select pg_advisory_unlock(%s)", (_LOCK,))


def _read(directory: Path) -> list[_Migration]:
    migrations = []
    for path in sorted(directory.glob("*.sql")):
        if not _NAME.fullmatch(path.stem):
            raise MigrationError(f"{path}: a migration is named NNNN_name.sql")
        text = path.read_text(encoding="utf-8")
        migrations.append(_Migration(path.stem, text, hashlib.sha256(text.encode()).hexdigest()))
    numbers = [migration.name[:4] for migration in migrations]
    for name, number in zip((m.name for m in migrations), numbers, strict=True):
        if numbers.count(number) > 1:
            raise MigrationError(f"{directory}: number {number} is taken twice, {name} among them: renumber one")
    return migrations


def _applied(conn: Connection) -> dict[str, str]:
    """Name and digest of every migration the database knows, oldest first."""
    if conn.execute("select to_regclass('kb_store.migration') is null").fetchone() == (True,):
        return {}
    return dict(conn.execute("select name, sha256 from kb_store.migration order by name").fetchall())


def _missing(files: list[_Migration], applied: dict[str, str]) -> list[_Migration]:
    known = {migration.name: migration for migration in files}
    unknown = [name for name in applied if name not in known]
    if unknown:
        raise MigrationError(
            f"the database is at {max(applied)}, this Freshet ends at {max(known, default='nothing')}: "
            f"it does not know {', '.join(unknown)}. Install the newer Freshet, or restore a backup"
        )
    for name, digest in applied.items():
        if known[name].sha256 != digest:
            raise MigrationError(f"schema/migrations/{name}.sql was changed after it ran: undo that, add a new file")
    missing = [migration for migration in files if migration.name not in applied]
    if applied and missing and missing[0].name < max(applied):
        raise MigrationError(f"{missing[0].name} would run after {max(applied)}: give it the next free number")
    return missing


def _apply(conn: Connection, migration: _Migration) -> None:
    try:
        with conn.transaction():
            conn.execute("set local role kb_owner")
            conn.execute(migration.text.encode())
            conn.execute(
                "insert into kb_store.migration (name, sha256) values (%s, %s)", (migration.name, migration.sha256)
            )
    except psycopg.Error as error:
        raise MigrationError(f"schema/migrations/{migration.name}.sql failed and changed nothing: {error}") from error
    _log.info("applied %s", migration.name)


def _refuse_foreign_schemas(conn: Connection, shared: bool) -> None:
    foreign = [name for (name,) in conn.execute(_FOREIGN).fetchall()]
    if not foreign:
        return
    held = f"database {conn.info.dbname!r} holds schemas that are not Freshet's: {', '.join(foreign)}"
    if not shared:
        raise DatabaseError(
            f"{held}. Give Freshet a database of its own, or share this one: freshet db migrate --shared"
        )
    _log.warning("%s; it is shared, and the right to make temporary tables stays as it is", held)


# A schema counts as foreign when it is neither PostgreSQL's, nor ours, nor an extension's; `public` when it
# holds a table or function that no extension put there.
_FOREIGN = """
select n.nspname
  from pg_namespace n
 where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'kb', 'kb_store', 'public')
   and not exists (select from pg_depend d
                    where d.classid = 'pg_namespace'::regclass and d.objid = n.oid and d.deptype = 'e')
union all
select 'public'
 where exists (select from pg_class c
                where c.relnamespace = to_regnamespace('public')
                  and not exists (select from pg_depend d
                                   where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'))
    or exists (select from pg_proc p
                where p.pronamespace = to_regnamespace('public')
                  and not exists (select from pg_depend d
                                   where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'))
 order by 1
"""


def _prepare(conn: Connection, shared: bool) -> None:
    """Extension, roles and rights on the database: what needs more than kb_owner. Says who must run what."""
    user = str(conn.info.user)
    database = sql.Identifier(conn.info.dbname)
    try:
        conn.execute("create extension if not exists vector")
        create_roles(conn)
        grant_roles(conn, user)
        if conn.execute("select has_database_privilege('kb_owner', current_database(), 'create')").fetchone() != (
            True,
        ):
            conn.execute(sql.SQL("grant create on database {} to kb_owner").format(database))
        if not shared:
            _take_temp(conn, database)
            _take_public(conn)
    except errors.InsufficientPrivilege as error:
        raise DatabaseError(_who_must_run_what(conn, user, error)) from error


def _take_temp(conn: Connection, database: sql.Identifier) -> None:
    """Temporary objects of a bot must not be able to stand before ours; Freshet's own roles keep them."""
    anybody = conn.execute(
        """select exists (select from pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
                           where d.datname = current_database() and a.grantee = 0 and a.privilege_type = 'TEMPORARY')"""
    ).fetchone()
    if anybody == (True,):
        conn.execute(sql.SQL("revoke temporary on database {} from public").format(database))
        conn.execute(sql.SQL("grant temporary on database {} to kb_owner, kb_writer").format(database))


def _take_public(conn: Connection) -> None:
    """Nor what a bot makes in `public`, where pgvector stands; only databases from before PostgreSQL 15 allow it."""
    if _anybody_may_create(conn):
        conn.execute("revoke create on schema public from public")
    if _anybody_may_create(conn):  # who may not take a right away is warned, not refused
        raise DatabaseError(
            f"anybody may create functions in schema public of database {conn.info.dbname}, which could stand before "
            f"pgvector's, and user {conn.info.user} may not change that. An administrator must run there, once: "
            "revoke create on schema public from public"
        )


def _anybody_may_create(conn: Connection) -> bool:
    found = conn.execute(
        """select from pg_namespace n, aclexplode(n.nspacl) a
            where n.nspname = 'public' and a.grantee = 0 and a.privilege_type = 'CREATE'"""
    )
    return found.rowcount > 0


def _who_must_run_what(conn: Connection, user: str, error: errors.InsufficientPrivilege) -> str:
    name = sql.Identifier(conn.info.dbname).as_string(conn)
    login = sql.Identifier(user).as_string(conn)
    roles = [f"kb_{role}" for role in ROLES]
    return (
        f"user {user} may not prepare database {conn.info.dbname} ({error.diag.message_primary}). "
        "An administrator must run there, once: create extension if not exists vector; "
        + " ".join(f"create role {role};" for role in roles)
        + f" grant {', '.join(roles)} to {login}; grant create on database {name} to kb_owner; "
        f"revoke temporary on database {name} from public; grant temporary on database {name} to kb_owner, kb_writer"
    )
