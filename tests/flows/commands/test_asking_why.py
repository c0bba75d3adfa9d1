"""`freshet changes`, `explain` and `status` as a person and a script see them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest

from pipelines.database import Connection
from pipelines.records import Outcome
from tests.flows.conftest import Run
from tests.story import Story, offer, page, stated

OIL, OLD, FAQ = (f"https://shop.test/{name}" for name in ("oil", "old", "faq"))


@pytest.fixture
def story(folder: Path, db: Connection) -> Story:
    """A base with a live offer, one that is over, and a page."""
    del folder
    told = Story(db)
    told.sync({OIL: [offer(OIL, "Engine oil\x1b[2J change")], FAQ: [page(FAQ, "We open at nine")]})
    ended = stated(None, told.clock - timedelta(days=1))
    told.sync({OLD: [offer(OLD, "Winter wash", ended)], FAQ: Outcome.NOT_MODIFIED})
    return told


def test_changes_are_printed_and_counted_from(story: Story, run: Run) -> None:
    """All of them as one document, or those after a number, or as text in which nothing scraped can act."""
    found = run("changes", "--json").document["changes"]
    assert [(row["change"], row["url"]) for row in found] == [("added", FAQ), ("added", OIL)]
    assert set(found[0]) >= {"change_id", "at", "entry_id", "kind", "source", "title", "valid_until", "run_id"}
    assert run("changes", "--after", found[0]["change_id"], "--json").document["changes"] == found[1:]
    said = run("changes")
    assert (said.code, "added" in said.out, "\x1b" in said.out) == (0, True, False)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_following_prints_lines_until_it_is_stopped(story: Story, number: signal.Signals) -> None:
    """One JSON document a line as each change comes; a signal ends it with 0."""
    command = [sys.executable, "-m", "flows.cli", "changes", "--follow", "--json"]
    followed = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ)
    try:
        lines: Iterable[str] = followed.stdout or []
        assert [json.loads(line)["url"] for line in islice(lines, 2)] == [FAQ, OIL]
        story.sync({OIL: [offer(OIL, "Another text")], FAQ: Outcome.NOT_MODIFIED})
        assert [json.loads(line)["change"] for line in islice(lines, 1)] == ["changed"]
        followed.send_signal(number)
        assert followed.communicate(timeout=20) == ("", "")
        assert followed.returncode == 0
    finally:
        followed.kill()
        followed.communicate()


def test_explain_says_whether_and_why(story: Story, run: Run) -> None:
    """By number or URL, in any spelling; the explanation succeeds whatever it says."""
    served = run("explain", f"{OIL}?utm_source=mail", "--json")
    assert (served.code, served.document["served"]) == (0, True)
    assert [step["step"] for step in served.document["steps"]] == list(range(1, 10))
    over = run("explain", OLD, "--json")
    assert (over.code, over.document["served"]) == (0, False)
    said = run("explain", over.document["entry_id"])
    assert "✗ end        ended at" in said.out
    assert "Winter" not in said.out


def test_explain_names_what_it_cannot_find(story: Story, run: Run) -> None:
    """Nothing there, no such number, several at one address: exit 1 and the way out."""
    assert run("explain", "https://shop.test/none").code == 1
    unknown = run("explain", "4711")
    assert (unknown.code, unknown.err.startswith("freshet: there is no entry 4711: give the number")) == (1, True)
    shelf = "https://shop.test/list"
    story.sync({shelf: [offer(f"{shelf}#one", url=shelf), offer(f"{shelf}#two", url=shelf)]})
    several = run("explain", shelf)
    assert (several.code, "2 entries stand at" in several.err) == (1, True)


def test_status_quotes_the_first_findings_and_lists_all_when_asked(story: Story, run: Run) -> None:
    """Grouped with counts; the first three with their URL, the rest by --findings, everything in --json."""
    story.sync({FAQ: [page(FAQ, "We open at nine"), *(offer(f"https://shop.test/{n}") for n in range(4))]})
    said = run("status")
    assert "  no-end: 5" in said.out
    assert "and 2 more: freshet status --findings" in said.out
    assert run("status", "--findings").out.count("no end stated") == 5
    document = run("status", "--json").document
    assert [row["source"] for row in document["sources"]] == ["shop"]
    (group,) = (group for group in document["findings"] if group["rule"] == "no-end")
    assert (group["count"], len(group["items"])) == (5, 5)
    assert set(group["items"][0]) == {"url", "entry_id", "message", "quote"}
