"""A real PostgreSQL for tests: one embedded server a test process, one migrated template, one clone of it a test."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import LiteralString
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from pipelines.database import Connection, connect_uri
from pipelines.postgres import embedded
from pipelines.postgres.migrations import migrate
from pipelines.postgres.roles import Role

__all__ = ["FAST", "Cluster", "TestDatabase", "in_memory", "running_cluster"]

_TEMPLATE = "freshet_template"
# Tests ask for behaviour, not for durability; a killed machine loses nothing worth keeping here.
FAST = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nautovacuum = off\nmax_wal_size = 256MB"


@dataclass
class TestDatabase:
    """One database of a test's own, migrated and empty."""

    __test__ = False  # not a test class

    cluster: Cluster
    name: str

    def url(self, role: Role = "owner") -> str:
        """The connection string that logs in as `freshet_<role>`."""
        return _with_database(embedded.uri(self.cluster.server, role), self.name)

    def superuser_url(self) -> str:
        """The connection string of the server's superuser, for what an administrator would do."""
        return embedded.superuser_uri(self.cluster.server, self.name)

    def connect(self, role: Role = "owner", *, autocommit: bool = True) -> Connection:
        """A new connection as `role`; the caller closes it."""
        return connect_uri(self.url(role), autocommit=autocommit, application="test")


@dataclass
class Cluster:
    """The server of this test process."""

    server: embedded.Server
    _administrator: psycopg.Connection[tuple[object, ...]]
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @contextmanager
    def database(self, template: str | None = _TEMPLATE) -> Iterator[TestDatabase]:
        """A clone of the migrated template, dropped at the end; `template=None`: empty, with nothing migrated."""
        name = f"test_{next(self._numbers)}"
        self._administer(
            "create database {} template {} owner freshet_owner strategy file_copy", name, template or "template1"
        )
        try:
            yield TestDatabase(self, name)
        finally:
            self._administer("drop database {} with (force)", name)

    def make_template(self) -> None:
        """Migrate the template once; every test's database is a copy of its files."""
        self._administer("create database {} owner freshet_owner", _TEMPLATE)
        template = TestDatabase(self, _TEMPLATE)
        with psycopg.connect(template.superuser_url(), autocommit=True) as conn:
            conn.execute("create extension vector")
        with template.connect() as conn:
            migrate(conn)

    def close(self) -> None:
        """Leave the server alone; it goes on running."""
        self._administrator.close()

    def restart(self) -> None:
        """Stop the server, with whatever is connected to it, and start it again."""
        self.close()
        embedded.stop(self.server.state)
        self.server = embedded.start(self.server.state, extra=FAST)
        self._administrator = psycopg.connect(embedded.superuser_uri(self.server), autocommit=True)

    def _administer(self, statement: LiteralString, *names: str) -> None:
        self._administrator.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """A server in a folder of its own, stopped and removed at the end."""
    root = Path(tempfile.mkdtemp(prefix="freshet-test-", dir=in_memory()))
    state = root / ".freshet"
    try:
        server = embedded.start(state, extra=FAST)
        cluster = Cluster(server, psycopg.connect(embedded.superuser_uri(server), autocommit=True))
        with closing(cluster):
            yield cluster
    finally:
        embedded.stop(state)
        shutil.rmtree(root, ignore_errors=True)


def in_memory() -> Path | None:
    """A file system in memory where there is room: cloning a database there takes a tenth of the time."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK) or shutil.disk_usage(memory).free < 2 * 2**30:
        return None
    return memory


def _with_database(url: str, name: str) -> str:
    parts = urlsplit(url)
    # urlunsplit would drop the empty host of a socket address
    return urlunsplit(parts._replace(path=f"/{name}")) if parts.hostname else url.replace("@/freshet?", f"@/{name}?")
