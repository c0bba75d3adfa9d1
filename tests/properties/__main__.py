"""The same for longer than a test may take: `python -m tests.properties SECONDS [PUBLICATIONS]`.

The state machine for so many seconds, each time from another beginning; then readers until so many publications.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.postgres import Cluster, running_cluster
from tests.properties.clock import stepped_template
from tests.properties.machine import machine_on
from tests.properties.readers import asking
from tests.properties.world import world


def main(seconds: float, publications: int) -> int:
    """How many answers were never true; what the state machine finds is raised, as small as it could be made."""
    with running_cluster() as cluster:
        cluster.make_template()
        _search(cluster, time.monotonic() + seconds)
        return _ask(cluster, publications) if publications else 0


def _search(cluster: Cluster, deadline: float) -> None:
    with stepped_template(cluster) as template:
        machine, done = machine_on(cluster, template), 0
        while time.monotonic() < deadline:
            limits = settings(
                max_examples=20, stateful_step_count=random.choice((10, 20, 40)), deadline=None, database=None,
                suppress_health_check=list(HealthCheck),
            )  # fmt: skip
            run_state_machine_as_test(machine, settings=limits)
            done += 20
            print(f"{done} histories, all of them served what was live", flush=True)


def _ask(cluster: Cluster, publications: int) -> int:
    started = time.monotonic()
    with cluster.database() as database, tempfile.TemporaryDirectory() as folder:
        with world(database, random.randrange(10**6)) as made, asking(database, Path(folder)) as readers:
            while made.publications < publications:
                made.go_on()
        untrue = [answer for answer in readers.answers if made.history.untrue(answer)]
        print(
            f"{made.publications} publications, {made.killed} writers killed, {len(readers.answers)} answers in "
            f"{time.monotonic() - started:.0f} s: {len(untrue)} untrue, {len(readers.failures)} failed"
        )
        print(Counter(answer.reader for answer in readers.answers), *readers.failures[:3], *untrue[:3], sep="\n")
        return len(untrue) + len(readers.failures)


if __name__ == "__main__":
    asked = [*sys.argv[1:], *("600", "200")[len(sys.argv) - 1 :]]
    sys.exit(min(main(float(asked[0]), int(asked[1])), 1))
