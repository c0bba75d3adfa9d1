"""The list of mutants follows the code; that each is killed is asked by `make mutants`."""

from __future__ import annotations

import ast

import pytest

from tests.mutants.__main__ import MUTANTS
from tests.mutants.mutant import ROOT, Mutant, RottenMutant
from tests.mutants.trial import Trial


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_stands_in_its_file_once_and_is_another_text(mutant: Mutant) -> None:
    """What it replaces is there exactly once, and Python with the mistake in it is still Python."""
    text = (ROOT / mutant.file).read_text(encoding="utf-8")
    wrong = mutant.applied(text)
    assert wrong != text
    if mutant.file.endswith(".py"):
        ast.parse(wrong)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_tests_named_for_a_mutant_exist(mutant: Mutant) -> None:
    """Each node id is a function of a test file."""
    assert mutant.killers
    for killer in mutant.killers:
        file, _, test = killer.partition("::")
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        assert test.partition("[")[0] in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_names_are_unique() -> None:
    """By name a mutant is tried alone."""
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


def test_a_text_that_is_not_there_once_is_said() -> None:
    """The code moved on, or says it twice: the list has to be brought up to date."""
    mutant = Mutant("m", "", "f", "old", "new", ("t",))
    for text in ("nothing of it", "old and old"):
        with pytest.raises(RottenMutant, match="bring tests/mutants up to date"):
            mutant.applied(text)


def test_a_test_that_cannot_begin_kills_nothing() -> None:
    """An error is no assertion: the mutant may have broken the fixture instead of the rule."""
    assert Trial(1, 0, 0.0, "").killed
    assert not Trial(0, 0, 0.0, "").killed
    assert not Trial(1, 1, 0.0, "").killed
