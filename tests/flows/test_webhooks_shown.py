"""Where people see how webhooks fare: `freshet status`, the page of sources, /metrics, and docs/doors.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from flows.webhooks import MOST_TRIES, Hook
from pipelines.database import Connection
from pipelines.settings import load_project
from pipelines.store import webhooks
from retrieval.http.app import create_app
from retrieval.keys import create_key
from tests.flows.conftest import Run
from tests.flows.test_webhooks import ALL, TYRES, WASH, add, deliver, due, fail
from tests.receiver import KEY, SECRET, Receiver, receiver, says
from tests.retrieval.http.conftest import running
from tests.retrieval.http.test_metrics import figures_of
from tests.story import Story

_HOOKS = """
[[webhook]]
name = "bot"
url = "https://bots.test/canary-path"
secret = "{secret}"
events = ["added", "failed"]
[[webhook]]
url = "https://other.test/canary-path"
secret = "{secret}"
"""
_DOORS = (Path(__file__).parents[2] / "docs" / "doors.md").read_text(encoding="utf-8")


@pytest.fixture
def bot() -> Iterator[Receiver]:
    with receiver() as started:
        yield started


@pytest.fixture
def project(folder: Path, db: Connection, as_writer: Connection, bot: Receiver) -> Path:
    """A project of two webhooks: one gave a message up and has two that wait, the other was never delivered to."""
    (folder / "freshet.toml").write_text(_HOOKS.format(secret=SECRET))
    story = Story(db)
    hook = Hook("bot", bot.address, (KEY,), ALL, (bot.pair,))
    webhooks.register(as_writer, hook.name, hook.events)
    bot.answers.extend([says(500)] * MOST_TRIES + [says(503)])
    add(story, TYRES)
    for _ in range(MOST_TRIES):
        deliver(as_writer, hook)
        due(as_writer)
    add(story, WASH)
    fail(story)
    deliver(as_writer, hook)
    return folder


@pytest.mark.usefixtures("project")
def test_status_tells_what_waits_and_what_was_given_up(run: Run) -> None:
    """Each with its reason, as a document and for a person; no word of an address."""
    told, said = run("status", "--json"), run("status")
    bot, other = told.document["webhooks"]
    assert (bot["name"], bot["waiting"], bot["tries"], bot["reason"]) == ("bot", 2, 1, "answered 503")
    assert (bot["dead_letters"], bot["last_dead"][0]["event"], bot["last_dead"][0]["tries"]) == (1, "added", MOST_TRIES)
    assert (other["name"], other["waiting"]) == ("other.test", None)
    assert re.search(r"webhook bot: 0 delivered, last never, 2 wait since \d", said.out)
    assert re.search(r"FAILING since \S+ \S+: answered 503; tried 1 times?, again \d", said.out)
    assert re.search(r"GIVEN UP \S+ \S+: added of change 1, 10 tries: answered 500", said.out)
    assert "webhook other.test: nothing was ever delivered to it" in said.out
    assert "canary" not in told.out + said.out


@pytest.mark.usefixtures("project")
def test_hooks_lists_what_was_given_up(run: Run) -> None:
    """The same as status has of them, every letter, and how to have it told again."""
    assert run("hooks", "--json").document == {"webhooks": run("status", "--json").document["webhooks"]}
    said = run("hooks").out
    assert re.search(r"GIVEN UP \S+ \S+: added of change 1, 10 tries: answered 500", said)
    assert "freshet hooks resend bot" in said


def test_hooks_resend_tells_again_until_one_is_refused(project: Path, run: Run, bot: Receiver) -> None:
    """Exit 1 while one is refused, 0 when there is nothing left to do, however often it is called."""
    (project / "freshet.toml").write_text(
        f'[[webhook]]\nname = "bot"\nurl = "{bot.address}"\nsecret = "{SECRET}"\nallow_private = ["{bot.pair}"]\n'
    )
    lost = bot.came[0]
    bot.answers.extend([says(500)])
    refused = run("hooks", "resend")
    assert refused.code == 1
    assert "webhook bot: added of change 1: REFUSED again: answered 500" in refused.out
    told = run("hooks", "resend", "bot", "--json")
    assert told.code == 0
    assert told.document == {"webhooks": [{"name": "bot", "told": [lost.id], "refused": None, "left": 0}]}
    assert (bot.came[-1].id, bot.came[-1].body) == (lost.id, lost.body)
    again = run("hooks", "resend")
    assert (again.code, again.out) == (0, "nothing was given up\n")
    unknown = run("hooks", "resend", "bto")
    assert unknown.code == 2
    assert "no webhook 'bto' in freshet.toml; there are: bot" in unknown.err


def test_one_that_wants_no_more_is_told_as_stopped(
    project: Path, run: Run, bot: Receiver, as_writer: Connection
) -> None:
    """410 asks for a person: the line says what to do."""
    del project
    bot.answers.append(says(410))
    due(as_writer)
    deliver(as_writer, Hook("bot", bot.address, (KEY,), ALL, (bot.pair,)))
    assert re.search(r"STOPPED \S+ \S+: answered 410, it wants no more; take it out of\n", run("status").out)


def test_the_page_and_the_figures_tell_the_same_to_who_may_see_all(project: Path, db: Connection) -> None:
    """A key for some sources sees nothing of them; what nothing delivered to has no figure."""
    app = create_app(load_project(project))
    with running(app) as address, httpx.Client(base_url=address, timeout=20, trust_env=False) as http:
        free = {"Authorization": f"Bearer {create_key(db, 'free', ['read', 'write'], None)}"}
        limited = {"Authorization": f"Bearer {create_key(db, 'limited', ['read', 'write'], ['shop'])}"}
        figures = figures_of(http, **free)
        page = http.get("/sources", headers=free).text
        arabic = http.get("/sources?lang=ar", headers=free).text
        narrow = http.get("/sources", headers=limited).text
    assert figures["freshet_webhook_waiting"] == {("bot",): 2}
    assert 0 < figures["freshet_webhook_waiting_seconds"]["bot",] < 600
    assert figures["freshet_webhook_dead_letters"] == {("bot",): 1}
    for said in ("<bdi>bot</bdi>", "answered 503", "Given up: bot", "Change 1", "answered 500", "freshet schedule do"):
        assert said in page, said
    assert "ما تُرك: bot" in arabic
    assert "shop" in narrow
    assert "bot" not in narrow
    assert "canary" not in page


def test_what_the_page_of_doors_shows_verifies_a_message(project: Path, bot: Receiver, as_writer: Connection) -> None:
    """The lines for a receiver in Python work as they stand there, with the secret filled in."""
    del project
    code = next(
        block for block in re.findall(r"^```python\n(.*?)^```", _DOORS, re.S | re.M) if "standardwebhooks" in block
    )
    scope: dict[str, object] = {}
    exec(code.replace("whsec_…", SECRET), scope)
    received = scope["received"]
    assert callable(received)
    due(as_writer)
    deliver(as_writer, Hook("bot", bot.address, (KEY,), ALL, (bot.pair,)))
    got = bot.came[-1]
    assert received(got.body, dict(got.headers))["type"] == "failed"
    assert received(got.body + b" ", dict(got.headers)) is None
