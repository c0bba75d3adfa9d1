"""`python -m tests.properties [SECONDS]`: the state machine for so long, each time from other beginnings."""

from __future__ import annotations

import random
import sys
import time

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.postgres import running_cluster
from tests.properties.clock import stepped_template
from tests.properties.machine import machine_on


def main(seconds: float) -> None:
    """Search until the seconds are over; what is found is raised, as small as it could be made."""
    deadline = time.monotonic() + seconds
    with running_cluster() as cluster:
        cluster.make_template()
        with stepped_template(cluster) as template:
            while time.monotonic() < deadline:
                run_state_machine_as_test(
                    machine_on(cluster, template),
                    settings=settings(
                        max_examples=30, stateful_step_count=random.choice((10, 20, 40)), deadline=None,
                        suppress_health_check=list(HealthCheck), database=None, print_blob=True,
                    ),
                )  # fmt: skip
                print("30 more", flush=True)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 600)
