"""`python -m tests.mutants [NAME…]`: each mutant must be noticed by the tests named for it; exit 1 naming survivors."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from tests.mutants import in_answering, in_crawling, in_reading, in_the_database, in_webhooks
from tests.mutants.mutant import Mutant, RottenMutant
from tests.mutants.trial import Trial, run_unmutated, try_mutant

__all__ = ["MUTANTS", "main"]

MUTANTS = (
    *in_the_database.MUTANTS,
    *in_reading.MUTANTS,
    *in_crawling.MUTANTS,
    *in_answering.MUTANTS,
    *in_webhooks.MUTANTS,
)


def main(names: Sequence[str]) -> int:
    """Try these mutants, or all; the exit code."""
    unknown = set(names) - {mutant.name for mutant in MUTANTS}
    if unknown:
        print(f"there is no mutant {', '.join(sorted(unknown))}; there are {', '.join(m.name for m in MUTANTS)}")
        return 2
    began = monotonic()
    chosen = [mutant for mutant in MUTANTS if not names or mutant.name in names]
    sound = run_unmutated(chosen)
    if sound.failed or sound.broken:
        print(f"the tests named must pass on the tree as it is, and do not:\n{sound.said}")
        return 1
    print(f"{len(chosen)} mutants; unmutated all their tests pass ({sound.seconds:.0f} s)", flush=True)
    with ThreadPoolExecutor(os.cpu_count() or 1) as side_by_side:
        survivors = [name for name in side_by_side.map(_told, chosen) if name]
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} killed, {monotonic() - began:.0f} s")
    if survivors:
        print(f"survived: {', '.join(survivors)}")
    return 1 if survivors else 0


def _told(mutant: Mutant) -> str:
    """Try one and print how it went; its name when it was not killed."""
    try:
        trial = try_mutant(mutant)
    except RottenMutant as error:
        trial = Trial(0, 1, 0.0, str(error))
    verdict = "killed" if trial.killed else "BROKEN" if trial.broken else "SURVIVED"
    detail = f"\n{trial.said}" if trial.broken else ""
    print(f"{verdict:8} {mutant.name} ({trial.seconds:.0f} s): {mutant.stands_for}{detail}", flush=True)
    return "" if trial.killed else mutant.name


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
