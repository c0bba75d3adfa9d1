"""`python -m tests.torture [SECONDS] [SEED]`: the fail-the-N-th loop over every command, boundary and way to fail.

Cases come in a random order until the seconds are over, so that a bounded run sees a little of everything.
"""

from __future__ import annotations

import random
import sys
import time

from tests.postgres import running_cluster
from tests.torture.loop import COMMANDS, KINDS, fail_at, rehearse
from tests.torture.stage import staged


def main(seconds: float, seed: int) -> int:
    """Torture for so long; how many cases went wrong."""
    deadline = time.monotonic() + seconds
    wrong = done = 0
    with running_cluster() as cluster:
        cluster.make_template()
        with staged(cluster) as stage:
            rehearsed = {name: rehearse(stage, command) for name, command in COMMANDS.items()}
            cases = [(n, k, at) for n, r in rehearsed.items() for k in KINDS for at in range(1, len(r.crossed) + 1)]
            print(f"{len(cases)} cases, seed {seed}, {seconds:.0f} s", flush=True)
            random.Random(seed).shuffle(cases)
            for name, kind, at in cases:
                if time.monotonic() > deadline:
                    break
                started = time.monotonic()
                print(f"{name} {kind} {at}", end=" ", flush=True)
                said = fail_at(rehearsed[name], kind, at)
                done += 1
                wrong += bool(said)
                print(f"{time.monotonic() - started:.1f} s", said or "ok", flush=True)
    print(f"{done} of {len(cases)} cases, {wrong} wrong")
    return wrong


if __name__ == "__main__":
    budget, seed = [*sys.argv[1:], *("1800", str(time.time_ns() % 10**6))[len(sys.argv) - 1 :]][:2]
    sys.exit(min(main(float(budget), int(seed)), 1))
