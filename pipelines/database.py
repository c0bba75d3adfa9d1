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
from pipelines.setting_values import SettingsError, reveal

if TYPE_CHECKING:
    from collections.abc import Iterable
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
    "explained",
    "is_embedded",
    "is_lost",
    "may_pass",
    "require_versions",
    "uri",
]

Connection = psycopg.Connection[tuple[Any, ...]]

OLDEST_POSTGRESQL = 15
OLDEST_PGVECTOR = (0, 8, 4)

# A process that stands still inside a transaction must not keep its locks past its lease (90 s).
_IDLE_IN_TRANSACTION = "60s"
# How soon a server that vanished without a word is taken for gone; what an address says itself wins.
_KEEPALIVE = {"connect_timeout": 10, "keepalives_idle": 20, "keepalives_interval": 5, "keepalives_count": 3,
              "tcp_user_timeout": 30_000}  # fmt: skip


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
        said = conninfo.conninfo_to_dict(address)
        defaults: dict[str, Any] = {name: value for name, value in _KEEPALIVE.items() if name not in said}
        conn = psycopg.connect(
            address, autocommit=True, application_name=application, cursor_factory=_Cursor, **defaults
        )
        milliseconds = 0 if statement_timeout is None else int(statement_timeout.total_seconds() * 1000)
        conn.execute(
            "select set_config('timezone', 'UTC', false), set_config('statement_timeout', %s, false),"
            " set_config('idle_in_transaction_session_timeout', %s, false)",
            (str(milliseconds), _IDLE_IN_TRANSACTION),
        )
        _register_vector(conn)
    except psycopg.Error as error:
        raise DatabaseError(_without_secrets(address, error)) from None  # the cause would show the string again
    conn.autocommit = autocommit
    return conn


class _Cursor(psycopg.Cursor[Any]):
    """A cursor after whose many statements the server still watches over how long the transaction stands idle.

    What psycopg sends last for many statements is a flush, and with it PostgreSQL (18 too) takes its watch off.
    """

    def executemany(self, query: Any, params_seq: Iterable[Any], *, returning: bool = False) -> None:
        """As psycopg's, and one empty statement more."""
        super().executemany(query, params_seq, returning=returning)
        self.connection.execute("select")


def is_lost(error: BaseException) -> bool:
    """Whether the error says that the server went away, or cut us off: the same may go well on a new connection."""
    if not isinstance(error, psycopg.Error):
        return False
    if error.sqlstate is None:  # not the server speaks, but libpq: of a connection that is none any more
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return error.sqlstate.startswith("08") or error.sqlstate in _CUT_OFF


def may_pass(error: BaseException) -> bool:
    """Whether the error came of others' work at the same moment, so that the same transaction may go well again."""
    return isinstance(error, psycopg.Error) and error.sqlstate in _IN_THE_WAY


def explained(error: psycopg.Error) -> str:
    """What the server refused and the way out, for a person: no statement, no value of one."""
    said = (error.diag.message_primary or str(error)).strip().partition("\n")[0]
    if error.sqlstate == "53100":
        return (
            f"the disk of the database is full ({said}). Nothing of this step was written, what is served is still "
            "answered; free space there, then sync again"
        )
    if is_lost(error):
        return f"the database went away ({said}). What is served stays as it was; when it is back, sync again"
    return f"{type(error).__name__}: {said}; run with --verbose, and report it if it stays"


_CUT_OFF = {
    "57P01", "57P02", "57P03", "57P05",  # shut down, crashed, not yet ready, idle too long
    "25P03", "25P04",  # stood still in a transaction; transaction too long
    "53300",  # too many connections
}  # fmt: skip
_IN_THE_WAY = {"40001", "40P01", "55P03"}  # serialisation failure, deadlock, lock timeout


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
        return _readable(reveal(project.database.url, "freshet.toml: database.url"))
    return "" if any(os.environ.get(name) for name in ("PGHOST", "PGSERVICE", "PGDATABASE", "PGHOSTADDR")) else None


def _readable(address: str) -> str:
    """The connection string, if it is one; raises SettingsError."""
    try:
        conninfo.conninfo_to_dict(address)
    except psycopg.Error:
        raise SettingsError(
            "[database] url of freshet.toml, or DATABASE_URL: no connection string; write it as "
            "postgresql://user:password@host:port/database"
        ) from None
    return address


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
