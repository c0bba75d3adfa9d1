"""What a mutant is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["ROOT", "Mutant", "RottenMutant"]

ROOT = Path(__file__).resolve().parents[2]


class RottenMutant(Exception):
    """The text a mutant replaces does not stand in its file exactly once: the list must follow the code."""


@dataclass(frozen=True)
class Mutant:
    """One deliberately wrong version of our code."""

    name: str
    stands_for: str  # the mistake, as one would make it
    file: str  # relative to the root
    right: str  # stands in the file exactly once
    wrong: str  # what is put in its place
    killers: tuple[str, ...]  # node ids of tests, at least one of which must fail

    def applied(self, text: str) -> str:
        """The file's text with the mistake in it; raises RottenMutant when it is not exactly one."""
        found = text.count(self.right)
        if found != 1:
            raise RottenMutant(
                f"{self.name}: {self.file} holds {found} times what it replaces; bring tests/mutants up to date"
            )
        return text.replace(self.right, self.wrong)
