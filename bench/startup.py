"""How soon a command answers, as whole processes.

    python -m bench.startup [--project DIR] [--rounds 5]

`freshet --help`, and `freshet search` against the running database of a synced project (default: the example's,
after `make demo ONCE=1`). Targets: 0.5 s and 1.5 s.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
from time import monotonic

_QUESTION = "how much is an oil change"


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--project", default="examples/autocare")
    arguments.add_argument("--rounds", type=int, default=5)
    given = arguments.parse_args()
    search = ["--project", given.project, "search", _QUESTION, "--json"]
    subprocess.run(_command(search), check=True, stdout=subprocess.DEVNULL)  # starts the database if need be
    for name, arguments_of, target in (("--help", ["--help"], 0.5), ("search", search, 1.5)):
        seconds = sorted(_timed(_command(arguments_of)) for _ in range(given.rounds))
        print(
            f"freshet {name:7} median {statistics.median(seconds):.2f} s, worst {seconds[-1]:.2f} s (target {target})"
        )


def _command(arguments: list[str]) -> list[str]:
    return [sys.executable, "-m", "flows.cli", *arguments]


def _timed(command: list[str]) -> float:
    started = monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return monotonic() - started


if __name__ == "__main__":
    main()
