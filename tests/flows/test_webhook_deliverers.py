"""Deliverers of webhooks as they run: threads and processes, several at once, killed, without their database."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from flows import posting, webhooks
from flows.readiness import migrate_project
from flows.webhooks import delivering
from pipelines.database import Connection
from pipelines.settings import Project, SettingsError, load_project
from pipelines.store.webhooks import states
from tests.flows.test_webhooks import add, fail, two_days_later
from tests.postgres import TestDatabase
from tests.receiver import SECRET, Receiver, hang, receiver
from tests.retrieval.http.test_questions import shut_out
from tests.story import Story

URLS = [f"https://shop.test/{n:04}" for n in range(12)]
_PATIENCE = 60.0  # seconds; far more than a busy machine takes


@pytest.fixture
def bot() -> Iterator[Receiver]:
    with receiver() as started:
        yield started


@pytest.fixture
def project(tmp_path: Path, database: TestDatabase, bot: Receiver, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with one webhook, whose deliverers look more often than they need to."""
    monkeypatch.setenv("FRESHET_EMBEDDING__BACKEND", "onnx")
    for name, seconds in (("_LOOK_EVERY", 0.2), ("_SLICE", 0.05), ("_AWAY", 0.1), ("_GRACE", 1.0)):
        monkeypatch.setattr(webhooks, name, seconds)
    return written(tmp_path, database, bot)


def written(folder: Path, database: TestDatabase, *bots: Receiver) -> Project:
    """A project whose webhooks are these receivers."""
    hooks = [
        f'[[webhook]]\nname = "bot{n}"\nurl = "{bot.address}/"\nsecret = "{SECRET}"\nallow_private = ["{bot.pair}"]\n'
        for n, bot in enumerate(bots)
    ]
    (folder / "freshet.toml").write_text(f'[database]\nurl = "{database.url()}"\n' + "".join(hooks))
    return load_project(folder, environment={})


def known(conn: Connection, *names: str) -> None:
    """Return when deliverers have begun to deliver to these webhooks."""
    until = time.monotonic() + _PATIENCE
    while any(row["waiting"] is None for row in states(conn, names)):
        assert time.monotonic() < until, "nobody delivers"
        time.sleep(0.02)


def noted(conn: Connection, number: int) -> None:
    """Return when so many messages are noted as delivered."""
    until = time.monotonic() + _PATIENCE
    while states(conn, ["bot0"])[0]["delivered"] < number:
        assert time.monotonic() < until, states(conn, ["bot0"])
        time.sleep(0.02)


def test_several_deliverers_tell_everything_once_and_in_order(project: Project, bot: Receiver, db: Connection) -> None:
    """`freshet serve` and `freshet schedule` may both run: nobody has to choose."""
    story = Story(db)
    with ExitStack() as running:
        for _ in range(3):
            running.enter_context(delivering(project))
        known(db, "bot0")
        for url in URLS:
            add(story, url)
        fail(story)
        bot.wait_for(len(URLS) + 1)
        noted(db, len(URLS) + 1)
    assert [got.told["data"]["source"] for got in bot.came] == ["shop"] * 13
    assert [got.told["data"].get("url") for got in bot.came][:12] == URLS
    assert bot.came[-1].told["type"] == "failed"


def test_what_has_ended_is_told_although_nothing_else_runs(
    project: Project, bot: Receiver, db: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No scheduler, no sync: a deliverer has the clock's work done by itself."""
    monkeypatch.setattr(webhooks, "_SWEEP_EVERY", 0.1)
    add(Story(db), URLS[0])
    with delivering(project):
        known(db, "bot0")
        two_days_later(db)
        assert bot.wait_for(1)[0].told["type"] == "expired"


def test_one_that_hangs_holds_no_other_up(
    project: Project, bot: Receiver, db: Connection, database: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has a thread of its own; a stop does not wait for it either."""
    monkeypatch.setattr(posting, "TIMEOUT", 30.0)
    story = Story(db)
    with receiver() as dead:
        dead.answers.extend([hang] * 3)
        both = written(project.directory, database, bot, dead)
        with delivering(both):
            known(db, "bot0", "bot1")
            add(story, *URLS[:3])
            dead.wait_for(1)
            bot.wait_for(3)
            began = time.monotonic()
        assert time.monotonic() - began < 20
        assert len(dead.came) == 1


def test_while_the_database_is_away_nothing_is_lost(
    project: Project, bot: Receiver, db: Connection, database: TestDatabase
) -> None:
    """It goes and comes back; what was published before and after is told, in order, and a start needs no database."""
    with database.connect() as conn:
        add(Story(conn), URLS[0])
    with shut_out(database):
        waiting = delivering(project)
        waiting.__enter__()
    try:
        with database.connect() as conn:
            known(conn, "bot0")
            add(Story(conn), URLS[1])
            bot.wait_for(1)
            noted(conn, 1)
        with shut_out(database):
            pass
        with database.connect() as conn:
            add(Story(conn), URLS[2])
            bot.wait_for(2)
            noted(conn, 2)
    finally:
        waiting.__exit__(None, None, None)
    assert [got.told["data"]["url"] for got in bot.came] == URLS[1:3]


def test_a_secret_that_cannot_sign_is_said_at_the_start(tmp_path: Path, database: TestDatabase) -> None:
    """Before anything runs, not in a thread's log."""
    (tmp_path / "freshet.toml").write_text(
        f'[database]\nurl = "{database.url()}"\n[[webhook]]\nurl = "https://x.test"\nsecret = "short"\n'
    )
    project = load_project(tmp_path, environment={})
    with pytest.raises(SettingsError, match="24 to 64"), delivering(project):
        raise AssertionError("it began")


# ---------------------------------------------------------------- as processes


@contextmanager
def serving(project: Project) -> Iterator[subprocess.Popen[bytes]]:
    """`freshet serve` as a process of its own."""
    migrate_project(project)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from flows.cli import main; main()", "serve", "--port", str(port)]
    environment = {**os.environ, "FRESHET_PROJECT": str(project.directory)}
    environment.pop("DATABASE_URL", None)
    with (project.directory / "serve.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def test_one_killed_while_it_tells_is_followed_by_one_that_tells_it_again(
    project: Project, bot: Receiver, db: Connection
) -> None:
    """kill -9 between request and answer: the next `freshet serve` sends the same message, by the same id."""
    bot.answers.append(hang)
    with serving(project) as first:
        known(db, "bot0")
        add(Story(db), URLS[0])
        bot.wait_for(1)
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    db.execute("update kb_store.webhook set next_try = clock_timestamp()")
    with serving(project) as second:
        lost, again = bot.wait_for(2)
        assert (lost.id, lost.body) == (again.id, again.body)
        noted(db, 1)
        bot.answers.append(hang)
        add(Story(db), URLS[1])
        bot.wait_for(3)
        began = time.monotonic()
        second.send_signal(signal.SIGTERM)
        assert second.wait(_PATIENCE) == 130  # as any command that was stopped
        assert time.monotonic() - began < 20, "a receiver that hangs must not hold a stop up"
    assert "Traceback" not in (project.directory / "serve.log").read_text()
