"""One stage for the tests of this package: a base as it was, a world that changed, a worker to run commands."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres import Cluster
from tests.torture.stage import Stage, staged


@pytest.fixture(scope="session")
def stage(migrated_cluster: Cluster) -> Iterator[Stage]:
    """The stage of this test process."""
    with staged(migrated_cluster) as made:
        yield made
