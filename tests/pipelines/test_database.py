"""Connections: who one is, what one is told when it fails, and what is never told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import psycopg
import pytest
from pgvector import HalfVector, SparseVector
from pydantic import SecretStr

from pipelines.database import ROLES, Connection, DatabaseError, Role, connect, connect_uri, require_versions, uri
from pipelines.setting_values import SettingsError
from pipelines.settings import DatabaseSettings, Project
from tests.postgres import TestDatabase

CANARY = "canary p@ss/w%rd"


def project_at(url: str, folder: Path = Path("/nowhere")) -> Project:
    return Project(directory=folder, database=DatabaseSettings(url=SecretStr(url)))


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_taken_on_a_database_of_ones_own(database: TestDatabase, role: Role) -> None:
    """With DATABASE_URL one logs in as configured and becomes the role asked for; the owner stays who it is."""
    with connect(project_at(database.url()), role=role) as conn:
        found = conn.execute("select session_user, current_user").fetchone()
    assert found == ("freshet_owner", "freshet_owner" if role == "owner" else f"kb_{role}")


def test_a_role_is_added_to_options_already_there(database: TestDatabase) -> None:
    """Options of the configured connection string are kept beside the role."""
    url = database.url() + "&options=-c%20work_mem%3D7MB"
    with connect(project_at(url), role="reader") as conn:
        found = conn.execute("select current_user, current_setting('work_mem')").fetchone()
    assert found == ("kb_reader", "7MB")


def test_a_session_speaks_utc_and_is_named(database_url: str) -> None:
    """Zone, name and time limit are set for the session, and survive a rollback."""
    with connect_uri(database_url, statement_timeout=timedelta(seconds=90), application="sync") as conn:
        conn.rollback()
        found = [
            conn.execute("select current_setting(%s)", (name,)).fetchone()
            for name in ("timezone", "statement_timeout", "application_name")
        ]
        assert not conn.autocommit
    assert found == [("UTC",), ("90s",), ("sync",)]


def test_vectors_travel_as_vectors(db: Connection) -> None:
    """The three types of pgvector are known to every connection."""
    row = db.execute(
        "select %s::vector, %s::halfvec, %s::sparsevec",
        (np.array([1, 2], dtype=np.float32), HalfVector([1, 2]), SparseVector({0: 1.0}, 3)),
    ).fetchone()
    assert row is not None
    assert row[0].to_list() == [1, 2]
    assert (row[1], row[2].to_list()) == (HalfVector([1, 2]), [1, 0, 0])


def test_a_database_without_the_extension_can_be_connected_to(empty_database: TestDatabase) -> None:
    """Before the first migration there are no vector types, and that is no error."""
    with empty_database.connect() as conn:
        assert conn.execute("select to_regtype('vector')").fetchone() == (None,)


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://bot:{CANARY}@127.0.0.1:1/kb",
        "postgresql://bot:canary%20p%40ss%2Fw%25rd@127.0.0.1:1/kb",
        f"host=127.0.0.1 port=1 password='{CANARY}' user=bot",
        f"postgresql://bot:{CANARY}@[::1",
        f"mysql://bot:{CANARY}@127.0.0.1/kb",
        f"password={CANARY}",
    ],
)
def test_no_error_shows_the_password(url: str) -> None:
    """Whatever is wrong with a connection string, its password is not repeated, nor chained to the error."""
    with pytest.raises(DatabaseError) as refused:
        connect_uri(url)
    for role in ROLES:
        with pytest.raises((DatabaseError, SettingsError)) as also:
            connect(project_at(url), role=role)
        assert "canary" not in str(also.value)
        assert also.value.__suppress_context__
    assert "canary" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_a_wrong_password_is_said_to_be_wrong_and_not_shown(database_url: str) -> None:
    """The server's own words come through, with where and what to look at."""
    password = database_url.split(":")[2].split("@")[0]
    with pytest.raises(DatabaseError, match=r"password authentication failed.*DATABASE_URL") as refused:
        connect_uri(database_url.replace(password, "canary-0e"))
    assert "canary" not in str(refused.value)


def test_the_versions_of_the_embedded_server_will_do(db: Connection) -> None:
    """PostgreSQL 15 and pgvector 0.8.4 or newer pass without a word."""
    require_versions(db)


class Claiming:
    """A connection that claims versions no test machine has; everything else of it is real."""

    def __init__(self, conn: Connection, server: int, extension: tuple[str | None, str, str | None] | None) -> None:
        self.info = SimpleNamespace(server_version=server, dbname=conn.info.dbname, host="db.test")
        self._extension = extension

    def execute(self, query: str) -> Any:
        assert "pg_available_extensions" in query
        return SimpleNamespace(fetchone=lambda: self._extension)


@pytest.mark.parametrize(
    ("server", "extension", "told"),
    [
        (140011, None, "is PostgreSQL 14.11; Freshet needs 15 or newer"),
        (150004, None, "has no pgvector; Freshet needs 0.8.4 or newer"),
        (150004, (None, "0.7.4", None), "has pgvector 0.7.4; Freshet needs 0.8.4 or newer: upgrade it on that server"),
        (150004, ("0.7.4", "0.7.4", "public"), "has pgvector 0.7.4; Freshet needs 0.8.4"),
        (
            150004,
            ("0.8.0", "0.10.0", "public"),
            "uses pgvector 0.8.0; .* 0.10.0 is there: alter extension vector update",
        ),
        (150004, ("0.8.5", "0.8.5", "extensions"), "alter extension vector set schema public"),
    ],
)
def test_an_old_server_is_named_with_what_is_needed(
    db: Connection, server: int, extension: tuple[str | None, str, str | None] | None, told: str
) -> None:
    """The message says what was found, what is needed, and the way there; 0.10 is newer than 0.8."""
    with pytest.raises(DatabaseError, match=told):
        require_versions(cast(Connection, Claiming(db, server, extension)))


def test_libpq_variables_name_a_database_too(
    database: TestDatabase, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without DATABASE_URL, libpq's own variables are followed before an embedded server is made."""
    info = psycopg.conninfo.conninfo_to_dict(database.url())
    for variable, key in (("PGHOST", "host"), ("PGPORT", "port"), ("PGUSER", "user"), ("PGPASSWORD", "password")):
        monkeypatch.setenv(variable, str(info[key]))
    monkeypatch.setenv("PGDATABASE", database.name)
    with connect(Project(directory=tmp_path), role="reader") as conn:
        assert conn.execute("select current_database(), current_user").fetchone() == (database.name, "kb_reader")
    assert not (tmp_path / ".freshet").exists()


def test_without_any_name_the_project_has_a_server_of_its_own(database: TestDatabase) -> None:
    """The embedded server of the project's folder answers, with the role's own login."""
    project = Project(directory=database.cluster.server.state.parent)
    with connect(project, role="auditor") as conn:
        assert conn.execute("select session_user, current_database()").fetchone() == ("freshet_auditor", "freshet")
    assert "freshet_reader:" in uri(project, "reader")
