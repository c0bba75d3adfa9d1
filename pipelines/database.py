"""Connections to the project's PostgreSQL: the embedded one, or the one that settings or environment name.

Every connection speaks UTC and knows pgvector's types. Errors are wrapped once, here, and never show a password.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import psycopg
from psycopg import conninfo

from pipelines.postgres import embedded
from pipelines.postgres.roles import ROLES, Role
from pipelines.records import FreshetError
from pipelines.setting_values import reveal

if TYPE_CHECKING:
    from datetime import timedelta

    from pipelines.settings import Project

__all__ = [
    "OLDEST_PGVECTOR",
    "OLDEST_POSTGRESQL",
    "ROLES",
    "Connection",
    "DatabaseError",
    "Role",
    "connect",
    "connect_uri",
    "is_embedded",
    "require_versions",
    "uri",
]

Connection = psycopg.Connection[tuple[Any, ...]]

OLDEST_POSTGRESQL = 15
OLDEST_PGVECTOR = (0, 8, 4)


class DatabaseError(FreshetError):
    """The database cannot be reached, is too old, or is not Freshet's to use."""


def connect(
    project: Project,
    *,
    role: Role = "owner",
    autocommit: bool = False,
    statement_timeout: timedelta | None = None,
    application: str = "freshet",
) -> Connection:
    """A connection to the project's database, acting as `role`; the embedded server is started if need be.

    Raises DatabaseError when the database cannot be reached, without showing the password.
    """
    return connect_uri(
        uri(project, role), autocommit=autocommit, statement_timeout=statement_timeout, application=application
    )


def connect_uri(
    address: str,
    *,
    autocommit: bool = False,
    statement_timeout: timedelta | None = None,
    application: str = "freshet",
) -> Connection:
    """A connection to the database at `address`, a libpq connection string; otherwise as `connect`."""
    try:
        conn = psycopg.connect(address, autocommit=True, application_name=application, connect_timeout=10)
    except psycopg.Error as error:
        raise DatabaseError(_without_secrets(address, error)) from None  # the cause would show the string again
    milliseconds = 0 if statement_timeout is None else int(statement_timeout.total_seconds() * 1000)
    conn.execute(
        "select set_config('timezone', 'UTC', false), set_config('statement_timeout', %s, false)",
        (str(milliseconds),),
    )
    _register_vector(conn)
    conn.autocommit = autocommit
    return conn


def uri(project: Project, role: Role = "owner") -> str:
    """A working connection string for `role`, its password included: print it only when a person asks for it.

    For the embedded server it logs in as that role; for another database it logs in as configured and becomes
    the role (`owner`: stays who it is).
    """
    address = _configured(project)
    if address is None:
        return embedded.uri(embedded.start(project.state, port=project.database.port), role)
    return address if role == "owner" else _acting_as(address, role)


def is_embedded(project: Project) -> bool:
    """Whether the project's database is its own embedded server, and nobody else's."""
    return _configured(project) is None


def require_versions(conn: Connection) -> None:
    """Raise DatabaseError, naming what was found and what is needed, on an old PostgreSQL or pgvector."""
    found = conn.info.server_version
    if found < OLDEST_POSTGRESQL * 10000:
        raise DatabaseError(
            f"{_place(conn)} is PostgreSQL {found // 10000}.{found % 10000}; Freshet needs {OLDEST_POSTGRESQL} "
            "or newer: upgrade it, or leave DATABASE_URL out and use the embedded one"
        )
    _require_pgvector(conn)


def _require_pgvector(conn: Connection) -> None:
    needed = ".".join(map(str, OLDEST_PGVECTOR))
    row = conn.execute(
        """select e.extversion, a.default_version, n.nspname
             from pg_available_extensions a
             left join pg_extension e on e.extname = a.name
             left join pg_namespace n on n.oid = e.extnamespace
            where a.name = 'vector'"""
    ).fetchone()
    if row is None:
        raise DatabaseError(
            f"{_place(conn)} has no pgvector; Freshet needs {needed} or newer: install it on that server"
        )
    installed, available, schema = row
    if _version(available) < OLDEST_PGVECTOR and _version(installed or available) < OLDEST_PGVECTOR:
        raise DatabaseError(
            f"{_place(conn)} has pgvector {installed or available}; Freshet needs {needed} or newer: "
            "upgrade it on that server, then: alter extension vector update"
        )
    if installed is not None and _version(installed) < OLDEST_PGVECTOR:
        raise DatabaseError(
            f"{_place(conn)} uses pgvector {installed}; Freshet needs {needed} or newer, and {available} is there: "
            "alter extension vector update"
        )
    if schema not in {None, "public"}:
        raise DatabaseError(
            f"{_place(conn)} keeps pgvector in schema {schema!r}, where Freshet's functions do not look: "
            "alter extension vector set schema public"
        )


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text))


def _place(conn: Connection) -> str:
    return f"database {conn.info.dbname!r} on {conn.info.host or 'this machine'}"


def _register_vector(conn: Connection) -> None:
    """Teach the connection vector, halfvec and sparsevec; nothing to teach before the extension exists."""
    from pgvector.psycopg import register_vector  # numpy comes with it

    if conn.execute("select to_regtype('vector') is not null").fetchone() == (True,):
        register_vector(conn)


def _configured(project: Project) -> str | None:
    """The connection string of settings or environment; "" means libpq's PG* variables; None: embedded."""
    if project.database.url is not None:
        return reveal(project.database.url, "freshet.toml: database.url")
    return "" if any(os.environ.get(name) for name in ("PGHOST", "PGSERVICE", "PGDATABASE", "PGHOSTADDR")) else None


def _acting_as(address: str, role: Role) -> str:
    """The same connection string with `role` set at the start of the session, beside options already there."""
    try:
        parts = conninfo.conninfo_to_dict(address)
    except psycopg.Error as error:
        raise DatabaseError(_without_secrets(address, error)) from None
    options = f"{parts.pop('options', None) or ''} -c role=kb_{role}".strip()
    user, password, database = (parts.pop(key, None) for key in ("user", "password", "dbname"))
    login = quote(str(user or ""), safe="") + (f":{quote(str(password), safe='')}" if password else "")
    query = urlencode({**parts, "options": options}, quote_via=quote)
    return f"postgresql://{login}{'@' if login else ''}/{quote(str(database or ''), safe='')}?{query}"


def _without_secrets(address: str, error: psycopg.Error) -> str:
    """What went wrong, for a person: never the connection string, never a password in any form."""
    try:
        parts = conninfo.conninfo_to_dict(address)
    except psycopg.Error:
        return "the connection string cannot be read: write it as postgresql://user:password@host:port/database"
    said = " ".join(str(error).split())
    for secret in filter(None, (parts.get("password"), parts.get("sslpassword"), os.environ.get("PGPASSWORD"))):
        said = said.replace(str(secret), "***").replace(quote(str(secret), safe=""), "***")
    where = f"{parts.get('host') or os.environ.get('PGHOST') or 'the local socket'}:{parts.get('port') or '5432'}"
    return (
        f"the database {parts.get('dbname') or ''!s} at {where} cannot be reached: {said}. "
        "Look at [database] url in freshet.toml or at DATABASE_URL, and whether the server runs"
    )
