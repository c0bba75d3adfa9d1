"""A database that fits this version of Freshet before anything is asked of it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from pipelines.database import Connection, DatabaseError, connect, is_embedded
from pipelines.postgres.migrations import SCHEMA, migrate, missing_migrations
from retrieval.demand import keep_demand

if TYPE_CHECKING:
    from pipelines.settings import Project

__all__ = ["deployed_schema", "make_ready", "migrate_project", "refuse_other_schema"]


def make_ready(project: Project) -> None:
    """Migrate the embedded database when it is behind; raise DatabaseError when one of your own is.

    A server that others rely on is changed only when a person says so: `freshet db migrate`. Raises MigrationError when
    the database is newer than this Freshet.
    """
    with connect(project, autocommit=True) as conn:
        if not _may_see(conn):
            return  # a bot's own login: what it may ask it may ask, whatever the version
        if deployed_schema(conn) != _wanted():
            missing_migrations(conn)
            if not is_embedded(project):
                raise DatabaseError("the database does not fit this version of Freshet yet: run freshet db migrate")
            _migrate(conn, shared=False)
        keep_demand(conn, project.demand.enabled)


def migrate_project(project: Project, *, shared: bool = False) -> list[str]:
    """Bring the project's database to this version; names of the migrations that ran."""
    with connect(project, autocommit=True) as conn:
        if not _may_see(conn):
            raise DatabaseError(
                f"user {conn.info.user} may not migrate database {conn.info.dbname}: connect as its owner, for example "
                "with what freshet db uri --role owner prints"
            )
        return _migrate(conn, shared)


def _may_see(conn: Connection) -> bool:
    """Whether this login may look into kb_store, or there is none yet."""
    row = conn.execute(
        "select to_regnamespace('kb_store') is null or has_schema_privilege(to_regnamespace('kb_store'), 'usage')"
    ).fetchone()
    return row == (True,)


def _migrate(conn: Connection, shared: bool) -> list[str]:
    ran = migrate(conn, shared=shared)
    conn.execute(
        "insert into kb_store.deployment (schema_sha256) values (%s)"
        " on conflict (sole) do update set schema_sha256 = excluded.schema_sha256, at = clock_timestamp()",
        (_wanted(),),
    )
    return ran


def deployed_schema(conn: Connection) -> bytes | None:
    """Hash of the schema that was deployed last; None before the first time. For those who may see kb_store."""
    if conn.execute("select to_regclass('kb_store.deployment') is null").fetchone() == (True,):
        return None
    row = conn.execute("select schema_sha256 from kb_store.deployment").fetchone()
    return None if row is None else bytes(row[0])


def refuse_other_schema(conn: Connection, begun_with: bytes | None) -> None:
    """Raise DatabaseError when another schema than that was deployed meanwhile: the work done may not fit it."""
    if deployed_schema(conn) != begun_with:
        raise DatabaseError(
            "the database was brought to another version of Freshet while the run was at work: nothing was published. "
            "What was fetched, read and embedded is kept: sync again, with that version"
        )


def _wanted() -> bytes:
    """Hash of every file of the schema that is deployed."""
    digest = hashlib.sha256()
    for path in sorted(SCHEMA.glob("*/*.sql")):
        digest.update(f"{path.parent.name}/{path.name}\0".encode() + path.read_bytes() + b"\0")
    digest.update((SCHEMA / "roles.sql").read_bytes())
    return digest.digest()
