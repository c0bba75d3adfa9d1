"""The central property: served is live at every instant, whatever syncs, crashes, clocks and persons came before."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.postgres import Cluster
from tests.properties.clock import stepped_template
from tests.properties.machine import machine_on


def test_served_is_live_at_every_instant(migrated_cluster: Cluster) -> None:
    """Held against a model in plain Python, by the functions a bot calls, at every bound to come."""
    with stepped_template(migrated_cluster) as template:
        run_state_machine_as_test(
            machine_on(migrated_cluster, template),
            settings=settings(
                max_examples=10, stateful_step_count=18, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )
