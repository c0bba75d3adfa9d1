"""The functions replaced in place: schema kb from `schema/api`, those behind it from `schema/store`, rights last.

One file a function. `create or replace` keeps what others built upon a function. Only when its result or the names
of its arguments change must it be dropped first: exactly that one and those of ours that use it, which are made
again; never what others built.
"""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
from psycopg import errors, sql

from pipelines.database import Connection, DatabaseError

__all__ = ["ContractError", "replace_contract"]

# The hint of `cannot change return type of existing function` names it, in every language of the server.
_NAMED_IN_HINT = re.compile(r"[^\s(]+\(.*\)")
_NAMED_IN_FILE = re.compile(r"create or replace (?:function|procedure) ([^\s(]+)\(")


class ContractError(DatabaseError):
    """The functions of schemas kb and kb_store could not be replaced."""


def replace_contract(conn: Connection, schema: Path) -> None:
    """Make kb and kb_store hold exactly the functions of `store/` and `api/`, then run `roles.sql`; all or nothing.

    `conn` is inside a transaction and acts as kb_owner. Files run by name, `store` first; bodies are checked once
    all are there, so they may refer to each other. Raises ContractError naming the file, or the function and what
    of others depends on it.
    """
    files = [*sorted((schema / "store").glob("*.sql")), *sorted((schema / "api").glob("*.sql"))]
    before = _functions(conn)
    conn.execute("set local check_function_bodies = off")
    for file in files:
        _replace(conn, file)
    for signature in _untouched(before, _functions(conn)):
        _drop(conn, signature)
    conn.execute("set local check_function_bodies = on")
    for file in files:  # also makes anew what had to go with a function whose signature changed
        _run(conn, file)
    if (schema / "roles.sql").exists():
        _run(conn, schema / "roles.sql")


def _functions(conn: Connection) -> dict[str, str]:
    """Signature of every function of ours, with what changes when it is replaced: the version of its row."""
    rows = conn.execute(
        """select oid::regprocedure::text, oid || ' ' || xmin from pg_proc
            where pronamespace in (to_regnamespace('kb'), to_regnamespace('kb_store'))"""
    )
    return dict(rows.fetchall())


def _untouched(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [signature for signature, version in before.items() if after.get(signature) == version]


def _replace(conn: Connection, file: Path) -> None:
    try:
        with conn.transaction():
            _execute(conn, file)
    except errors.InvalidFunctionDefinition as error:
        named = _NAMED_IN_HINT.search(error.diag.message_hint or "")
        if named is None:
            raise _failed(file, error) from error
        _drop(conn, named.group())
        _run(conn, file)
    except errors.AmbiguousFunction:  # it takes something else than it did: both stand under one name
        for signature in _overloads(conn, file):
            _drop(conn, signature)
        _run(conn, file)
    except psycopg.Error as error:
        raise _failed(file, error) from error


def _overloads(conn: Connection, file: Path) -> list[str]:
    """The signatures of ours that have the name of the file's function."""
    made = _NAMED_IN_FILE.search(file.read_text(encoding="utf-8"))
    return [s for s in _functions(conn) if made and s.partition("(")[0] == made.group(1)]


def _run(conn: Connection, file: Path) -> None:
    try:
        _execute(conn, file)
    except psycopg.Error as error:
        raise _failed(file, error) from error


def _execute(conn: Connection, file: Path) -> None:
    conn.execute(file.read_text(encoding="utf-8").encode())


def _drop(conn: Connection, signature: str) -> None:
    """Drop one function and those of ours whose bodies use it; raise when others built upon it."""
    found = conn.execute("select to_regprocedure(%s)::oid", (signature,)).fetchone()
    if found is None or found[0] is None:  # it went with another one
        return
    for (user,) in conn.execute(_OUR_USERS, (found[0],)).fetchall():
        _drop(conn, user)
    try:
        conn.execute(sql.SQL("drop routine {}").format(sql.SQL(signature)))  # PostgreSQL's own rendering of the name
    except errors.DependentObjectsStillExist as error:
        raise ContractError(
            f"{signature} changes or goes, but objects of others are built upon it: {error.diag.message_detail}. "
            "Drop those first, migrate, and make them anew"
        ) from error


_OUR_USERS = """
select p.oid::regprocedure::text
  from pg_depend d
  join pg_proc p on p.oid = d.objid
 where d.classid = 'pg_proc'::regclass and d.refclassid = 'pg_proc'::regclass and d.refobjid = %s and d.deptype = 'n'
   and p.oid <> d.refobjid
   and p.pronamespace in (to_regnamespace('kb'), to_regnamespace('kb_store'))
"""


def _failed(file: Path, error: psycopg.Error) -> ContractError:
    return ContractError(f"schema/{file.parent.name}/{file.name} failed and nothing was replaced: {error}")
