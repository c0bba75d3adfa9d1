"""Trying mutants: a copy of the tree each, the mistake put in, the tests that must notice run there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from xml.etree import ElementTree

from tests.mutants.mutant import ROOT, Mutant

__all__ = ["Trial", "run_unmutated", "try_mutant"]

_COPIED = ("schema", "spiders", "pipelines", "retrieval", "flows", "tests", "examples", "pyproject.toml")
# compiled files come along: copied with their times they stand for their sources, but for the one that is put wrong
_LEFT = shutil.ignore_patterns(".freshet", ".hypothesis")
_SECONDS = 300.0


@dataclass(frozen=True)
class Trial:
    """How some tests ended."""

    failed: int
    broken: int  # tests that could not run, or a run that ended otherwise than by its tests
    seconds: float
    said: str

    @property
    def killed(self) -> bool:
        """Whether a test noticed, and noticed by what it asserts: one that could not even begin proves nothing."""
        return self.failed > 0 and not self.broken


def try_mutant(mutant: Mutant) -> Trial:
    """Run the tests named for a mutant on a tree that has it; raises RottenMutant."""
    with _copy() as tree:
        file = tree / mutant.file
        file.write_text(mutant.applied(file.read_text(encoding="utf-8")), encoding="utf-8")
        return _run(tree, mutant.killers)


def run_unmutated(mutants: Sequence[Mutant]) -> Trial:
    """Run every test named for one of these mutants on the tree as it is."""
    with _copy() as tree:
        return _run(tree, tuple(dict.fromkeys(test for mutant in mutants for test in mutant.killers)))


@contextmanager
def _copy() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="freshet-mutant-") as directory:
        tree = Path(directory)
        for name in _COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, tree / name, ignore=_LEFT)
            else:
                shutil.copy2(ROOT / name, tree / name)
        yield tree


def _run(tree: Path, tests: tuple[str, ...]) -> Trial:
    report, began = tree / "report.xml", monotonic()
    command = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", f"--junitxml={report}", *tests]
    # the copy stands before the installed packages; property tests ask the same questions each time
    environment = os.environ | {"PYTHONPATH": str(tree), "CI": "1"}
    try:
        ran = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return Trial(0, 1, monotonic() - began, f"not done within {_SECONDS:.0f} s")
    failed, broken = _counted(report) if ran.returncode in (0, 1) else (0, 1)
    return Trial(failed, broken, monotonic() - began, ran.stdout[-3000:] + ran.stderr[-1000:])


def _counted(report: Path) -> tuple[int, int]:
    """Tests that failed, and those that could not run."""
    suites = list(ElementTree.parse(report).getroot().iter("testsuite"))
    return sum(int(suite.get("failures", 0)) for suite in suites), sum(int(suite.get("errors", 0)) for suite in suites)
