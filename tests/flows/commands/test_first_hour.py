"""What a newcomer runs into: each error names thing, cause and way out, once, and ends as it should; examples."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from flows.cli import app
from tests.flows.conftest import Run


def _helps(command: object, path: str = "freshet") -> Iterator[tuple[str, str]]:
    yield path, getattr(command, "help", None) or ""
    for name, inner in getattr(command, "commands", {}).items():
        yield from _helps(inner, f"{path} {name}")


_HELPS = dict(_helps(typer.main.get_command(app)))


@pytest.mark.parametrize("name", sorted(set(_HELPS) - {"freshet"}))
def test_every_command_is_shown_by_an_example(name: str) -> None:
    """Which is a call of that very command."""
    assert name in _HELPS[name].partition("Example: ")[2]


def test_a_port_that_is_taken_is_named(run: Run, folder: Path) -> None:
    """Nothing claims to listen, and the exit code does not say that a person is waited for."""
    del folder
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = run("serve", "--port", port)
    assert ran.code == 1
    assert ran.err.startswith(f"freshet: cannot listen on 127.0.0.1:{port}: Address already in use. Stop what listens")
    assert "--port" in ran.err


def test_what_is_no_connection_string_is_a_wrong_setting(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not shown: it may hold a password."""
    (tmp_path / "freshet.toml").write_text('[database]\nurl = "mysql://ann:canary@db/x"\n', encoding="utf-8")
    monkeypatch.setenv("FRESHET_PROJECT", str(tmp_path))
    ran = run("status")
    assert ran.code == 2
    assert "postgresql://user:password@host:port/database" in ran.err
    assert "canary" not in ran.err


@pytest.mark.parametrize("typed", ["/nowhere/offers.pdf", "./offers.pdf", "~/offers.pdf"])
def test_a_file_that_is_not_there_is_no_address(run: Run, folder: Path, typed: str) -> None:
    """A path is not asked for on the web."""
    del folder
    ran = run("add", typed)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert f"there is no file {typed}" in ran.err


def test_a_folder_that_cannot_be_written_to_is_named(run: Run, tmp_path: Path) -> None:
    """Here a file stands where the folder would be."""
    (tmp_path / "taken").write_text("")
    ran = run("init", tmp_path / "taken" / "shop")
    assert ran.code == 1
    assert "taken/shop/freshet.toml cannot be written: Not a directory" in ran.err


def test_what_may_not_be_written_is_named_with_the_way_out(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the machine says it, and what to do."""

    def refused(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", f"{folder}/sources/shop.toml")

    monkeypatch.setattr("flows.adding.proposals.propose", refused)
    ran = run("add", "https://shop.test/")
    assert ran.code == 1
    assert ran.err.startswith(f"freshet: Permission denied: {folder}/sources/shop.toml; let this user read and write")


def test_why_a_run_failed_is_said_once(run: Run, folder: Path) -> None:
    """With its report, not before it as well."""
    (folder / "sources" / "docs.toml").write_text('kind = "files"\npaths = ["nowhere"]\n', encoding="utf-8")
    ran = run("sync")
    assert ran.code == 1
    assert (ran.out + ran.err).count("nothing matches below") == 1


def test_an_address_that_is_refused_is_named_once(run: Run, folder: Path) -> None:
    """With what lets it through."""
    url = "http://127.0.0.1:9/offers.json"
    (folder / "sources" / "shop.toml").write_text(f'kind = "feed"\n[feed]\nurl = "{url}"\n', encoding="utf-8")
    (failed,) = [line for line in run("sync").out.splitlines() if "refused" in line and "failed:" in line]
    assert failed.count(url) == 1
    assert 'allow_private = ["127.0.0.1:9"]' in failed
