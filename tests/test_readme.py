"""Every command, query and program of the README works as it stands there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import psycopg
import pytest

from tests.flows.conftest import Run, few_offers, folder, offers_source, run, site
from tests.postgres import TestDatabase

__all__ = ["few_offers", "folder", "offers_source", "run", "site"]  # fixtures used here

_ROOT = Path(__file__).parent.parent
_README = (_ROOT / "README.md").read_text(encoding="utf-8")
# Lines that change the machine or need one of your own; what they name is checked apart.
_NOT_RUN = ("export ", "pip ", "docker ", "make ")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", _README, re.S | re.M)


def _commands() -> list[str]:
    lines = [line.split("   #")[0].strip() for block in _blocks("sh") for line in block.splitlines()]
    return [line for line in lines if line and not line.startswith(_NOT_RUN)]


@pytest.mark.usefixtures("few_offers")
def test_commands_queries_and_programs_of_the_readme_work(
    run: Run, database: TestDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the order they stand, on a project with a site."""
    monkeypatch.chdir(tmp_path)
    for command in _commands():
        name, *arguments = shlex.split(command)
        assert name == "freshet", command
        ran = run(*arguments)
        assert ran.code == 0, f"{command}: {ran.out}{ran.err}"
    with psycopg.connect(database.url("reader"), autocommit=True) as conn:
        for query in _blocks("sql"):
            conn.execute(query.encode())
    for program in _blocks("python"):
        exec(compile(program, "README.md", "exec"), {})


def test_the_sources_of_the_readme_are_valid(tmp_path: Path) -> None:
    """A source shown is a source that loads."""
    from pipelines.settings import load_project

    (tmp_path / "sources").mkdir()
    for number, block in enumerate(_blocks("toml")):
        (tmp_path / "sources" / f"shown{number}.toml").write_text(block, encoding="utf-8")
    assert load_project(tmp_path, environment={}).sources


def test_make_targets_and_files_named_in_the_readme_exist() -> None:
    """`make WORD` is a target; a link leads to a file."""
    targets = set(re.findall(r"^(\w+):", (_ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    assert set(re.findall(r"\bmake ([a-z]+)\b", _README)) <= targets
    for link in re.findall(r"\]\((?!http)([^)#]+)\)", _README):
        assert (_ROOT / link).exists(), link
