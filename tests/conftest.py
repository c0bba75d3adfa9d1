"""Fixtures for every test. The database server starts only when a test asks for it, once a process."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from pipelines.database import Connection
from tests.postgres import Cluster, TestDatabase, running_cluster

# A slow machine is no failure; a build asks the same questions each time, a developer new ones.
settings.register_profile("freshet", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("freshet")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The embedded PostgreSQL of this test process, stopped at the end."""
    with running_cluster() as started:
        yield started


@pytest.fixture(scope="session")
def migrated_cluster(cluster: Cluster) -> Cluster:
    """The same server, with the migrated template that databases are cloned from."""
    cluster.make_template()
    return cluster


@pytest.fixture
def database(migrated_cluster: Cluster) -> Iterator[TestDatabase]:
    """A migrated database of the test's own."""
    with migrated_cluster.database() as made:
        yield made


@pytest.fixture
def empty_database(cluster: Cluster) -> Iterator[TestDatabase]:
    """A database of the test's own in which nothing has been migrated, not even the extension."""
    with cluster.database(template=None) as made:
        yield made


@pytest.fixture
def database_url(database: TestDatabase) -> str:
    """The owner's connection string of the test's own database."""
    return database.url()


@pytest.fixture
def db(database: TestDatabase) -> Iterator[Connection]:
    """A connection to the test's own database as owner, in autocommit."""
    with database.connect() as conn:
        yield conn


@pytest.fixture
def as_reader(database: TestDatabase) -> Iterator[Connection]:
    """A bot's connection to the test's own database, in autocommit."""
    with database.connect("reader") as conn:
        yield conn


@pytest.fixture
def as_auditor(database: TestDatabase) -> Iterator[Connection]:
    """An auditor's connection to the test's own database, in autocommit."""
    with database.connect("auditor") as conn:
        yield conn


@pytest.fixture
def as_writer(database: TestDatabase) -> Iterator[Connection]:
    """A writer's connection to the test's own database, in autocommit."""
    with database.connect("writer") as conn:
        yield conn
