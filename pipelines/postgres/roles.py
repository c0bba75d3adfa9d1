"""The four roles of Freshet, which belong to the whole cluster: made once, safely, whoever else makes them too.

Rights come by membership: a bot's own login is made a member of kb_reader and can do what kb_reader can.
"""

from __future__ import annotations

import time
from typing import Any, Literal, get_args

import psycopg
from psycopg import errors, sql

__all__ = ["ROLES", "Role", "create_roles", "grant_roles"]

Role = Literal["owner", "writer", "auditor", "reader"]
ROLES: tuple[Role, ...] = get_args(Role)
_ATTEMPTS = 20

_COMMENTS: dict[Role, str] = {
    "owner": "Owns schemas kb and kb_store and everything in them",
    "writer": "Syncs: writes what was scraped, read and embedded",
    "auditor": "Asks as kb_reader does, without limits, and also what was true and known at any instant",
    "reader": "May execute the functions of schema kb, and read no table",
}


def create_roles(conn: psycopg.Connection[Any]) -> None:
    """Create kb_owner, kb_writer, kb_auditor and kb_reader where they are missing; none can log in.

    `conn` is in autocommit. Raises psycopg's InsufficientPrivilege when it may not create roles. Databases of
    one cluster may be migrated at the same instant: whoever comes second finds the role made.
    """
    for role in ROLES:
        name = f"kb_{role}"
        if _exists(conn, name):
            continue
        _retried(conn, sql.SQL("create role {} nologin").format(sql.Identifier(name)))
        _retried(conn, sql.SQL("comment on role {} is {}").format(sql.Identifier(name), sql.Literal(_COMMENTS[role])))


def grant_roles(conn: psycopg.Connection[Any], member: str) -> None:
    """Make `member` a member of the four roles, so that it may act as each of them; needs the right to grant them."""
    for role in ROLES:
        name = f"kb_{role}"
        if not _may_become(conn, member, name):
            _retried(conn, sql.SQL("grant {} to {}").format(sql.Identifier(name), sql.Identifier(member)))


def _exists(conn: psycopg.Connection[Any], role: str) -> bool:
    return conn.execute("select from pg_roles where rolname = %s", (role,)).rowcount > 0


def _may_become(conn: psycopg.Connection[Any], member: str, role: str) -> bool:
    """Whether `member` may `set role` and also inherits; PostgreSQL 16 told the two apart."""
    rights = ["member"] if conn.info.server_version < 160000 else ["set", "usage"]
    answers = (conn.execute("select pg_has_role(%s, %s, %s)", (member, role, right)).fetchone() for right in rights)
    return all(answer is not None and answer[0] for answer in answers)


def _retried(conn: psycopg.Connection[Any], statement: sql.Composed) -> None:
    """Run a statement on the shared catalogs; tables there know no waiting, they say `tuple concurrently updated`."""
    for attempt in range(_ATTEMPTS):
        try:
            conn.execute(statement)
        except (errors.DuplicateObject, errors.UniqueViolation):
            return
        except errors.InternalError_:
            if attempt == _ATTEMPTS - 1:
                raise
            time.sleep(0.02)
        else:
            return
