"""The main job, end to end: a real site, a real crawl, a real model, a real database, by the command line."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from examples.autocare.server import SiteServer
from flows.fetching import fetch
from pipelines.store import runs
from tests.flows.conftest import Run
from tests.postgres import TestDatabase


@pytest.mark.usefixtures("offers_source")
def test_the_example_site_is_read_served_and_costs_nothing_the_second_time(run: Run) -> None:
    """First sync: every page published. Second: every page not modified, nothing embedded, no new version."""
    first = run("sync", "--json")
    assert first.code == 0, first.err
    report = first.document["runs"][0]
    assert report["state"] == "published"
    assert report["pages"]["failed"] == 0
    assert report["chunks"]["embedded"] > 0
    second = run("sync", "--json").document["runs"][0]
    assert second["pages"]["not_modified"] == second["pages"]["requested"] == report["pages"]["requested"]
    assert second["chunks"]["embedded"] == 0
    assert (second["entries"]["added"], second["entries"]["changed"], second["entries"]["withdrawn"]) == (0, 0, 0)
    assert second["entries"]["live"] == report["entries"]["live"]

    offers = run("offers", "--language", "en", "--json").document["offers"]
    assert all(offer["url"].startswith("http://127.0.0.1:") and "/en/" in offer["url"] for offer in offers)
    assert {offer["validity"] for offer in offers} >= {"declared", "stated", "open"}

    hits = run("search", "front brake pads", "--json").document
    assert hits["answerable"]
    assert not hits["degraded"]
    assert hits["hits"][0]["url"].endswith("/en/offers/front-brake-pads")
    arabic = run("search", "سطحة داخل المدينة", "--json").document
    assert arabic["hits"][0]["url"].endswith("/ar/offers/city-towing")

    # what the site shows of ended offers, and what it hides for machines, is in no answer
    texts = " ".join(hit["body"] for query in ("ended last week winter", "99 % off", "ignore previous instructions")
                     for hit in run("search", query, "--max", "50", "--json").document["hits"])  # fmt: skip
    assert "99 %" not in texts
    status = run("status", "--json").document["sources"][0]
    assert status["live"] == report["entries"]["live"]
    assert not status["stale"]
    assert run("db", "check").code == 0

    listed = run("runs", "--json").document["runs"]
    assert [listed_run["state"] for listed_run in listed] == ["published", "published"]
    assert run("runs", "show", listed[0]["run"], "--json").document["pages"] == second["pages"]
    history = run("history", offers[0]["url"], "--json").document["entries"]
    assert [len(entry["versions"]) for entry in history] == [1]


@pytest.mark.usefixtures("few_offers")
def test_a_dry_run_prints_the_plan_and_leaves_everything_alone(run: Run) -> None:
    """Validators too: the sync after it fetches every page whole."""
    planned = run("sync", "--dry-run", "--json").document["runs"][0]
    assert planned["state"] == "planned"
    assert {line["change"] for line in planned["plan"]} == {"added"}
    assert planned["chunks"]["to_embed"] > 0
    assert run("offers", "--json").document["offers"] == []
    assert run("sync", "--json").document["runs"][0]["pages"]["ok"] == planned["pages"]["ok"]


@pytest.mark.hazard("N1")
@pytest.mark.usefixtures("few_offers")
def test_a_site_that_is_down_fails_loudly_and_removes_nothing(run: Run, site: SiteServer) -> None:
    """Closed port: exit 1, each page named, everything still served; reindex needs no site."""
    before = run("sync", "--json").document["runs"][0]["entries"]["live"]
    site.shutdown()
    site.server_close()
    down = run("sync", "--json")
    assert down.code == 1
    report = down.document["runs"][0]
    assert report["state"] == "failed"
    assert report["problems"]
    assert report["entries"]["live"] == before
    again = run("reindex", "--json")
    assert again.code == 0
    assert again.document["runs"][0]["chunks"]["embedded"] == 0
    assert again.document["runs"][0]["entries"]["changed"] == 0


def test_files_become_entries_or_say_why_not(run: Run, folder: Path) -> None:
    """A folder of files: what can be read is served, what cannot is named; a removed file counts as missing."""
    docs = folder / "docs"
    docs.mkdir()
    (docs / "warranty.md").write_text("# Warranty\n\nBrake pads: twelve months.\n", encoding="utf-8")
    (docs / "broken.pdf").write_bytes(b"%PDF-1.7\nthis is not the rest of a PDF")
    (folder / "sources" / "docs.toml").write_text('kind = "files"\npaths = ["docs"]\n', encoding="utf-8")
    ran = run("sync", "--json")
    report = ran.document["runs"][0]
    assert (ran.code, report["state"]) == (3, "partial")
    assert [problem["url"] for problem in report["problems"]] == ["file:docs/broken.pdf"]
    assert run("search", "brake pads warranty", "--json").document["hits"][0]["url"] == "file:docs/warranty.md"

    (docs / "warranty.md").unlink()
    (docs / "broken.pdf").unlink()
    gone = run("sync", "--json")
    assert gone.code == 1
    assert "docs" in gone.document["runs"][0]["problems"][0]["message"]
    assert run("search", "brake pads warranty", "--json").document["hits"]


@pytest.mark.usefixtures("few_offers")
def test_a_source_that_another_run_holds_is_left_to_it(run: Run, database: TestDatabase) -> None:
    """The second sync exits naming the run; nothing else happens."""
    assert run("sync").code == 0
    with database.connect("writer") as conn:
        number = runs.begin_run(conn, "offers")
        second = run("sync")
        listed = run("sync", "--json").document["runs"]
    assert second.code == 1
    assert f"run {number} is at work" in second.out
    assert [report["run"] for report in listed] == [number]


@pytest.mark.hazard("P2")
@pytest.mark.usefixtures("few_offers")
def test_a_signal_ends_the_run_as_cancelled_and_the_report_is_printed(
    run: Run, monkeypatch: pytest.MonkeyPatch, database: TestDatabase
) -> None:
    """Ctrl-C in mid-crawl: state cancelled, lease given back, one JSON document all the same."""
    import flows.capturing

    def interrupted(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(flows.capturing, "fetch", interrupted)
        ran = run("sync", "--json")
    assert ran.code == 130
    assert [report["state"] for report in ran.document["runs"]] == ["cancelled"]
    with database.connect("writer") as conn:
        assert conn.execute("select lease_run from kb_store.source").fetchone() == (None,)


def test_wrong_settings_and_wrong_usage_exit_with_two(run: Run, folder: Path) -> None:
    """File, key, what was found and what is allowed."""
    (folder / "sources" / "bad.toml").write_text('kind = "sitte"\nstart_urls = ["https://x.test/"]\n', encoding="utf-8")
    ran = run("sync")
    assert ran.code == 2
    assert "sources/bad.toml" in ran.err
    assert "sitte" in ran.err
    assert run("sync", "--no-such-option").code == 2
    (folder / "sources" / "bad.toml").write_text('kind = "files"\npaths = ["."]\n', encoding="utf-8")
    (folder / "freshet.toml").write_text('[embedding]\nmodel = "no-such"\n', encoding="utf-8")
    ran = run("sync")
    assert (ran.code, "no-such" in ran.err) == (2, True)
    assert run("runs", "--json").document["runs"] == []
    (folder / "freshet.toml").unlink()
    (folder / "sources" / "bad.toml").unlink()
    assert run("sync", "nobody").code == 2
    assert run("runs", "show", "99").code == 1


def test_init_writes_a_project_that_loads(run: Run, tmp_path: Path) -> None:
    """A new project is valid as it stands, and is never written over."""
    from pipelines.settings import load_project

    assert run("init", tmp_path / "new").code == 0
    assert list(load_project(tmp_path / "new", environment={}).sources) == ["example"]
    assert run("init", tmp_path / "new").code == 1


def test_a_failure_of_ours_in_one_source_leaves_the_others_their_turn(
    run: Run, few_offers: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a source's run raises is its own report's; the next source is synced all the same."""
    import flows.capturing

    (folder / "docs").mkdir()
    (folder / "docs" / "a.md").write_text("# Hours\n\nOpen at nine.\n", encoding="utf-8")
    (folder / "sources" / "zz-docs.toml").write_text('kind = "files"\npaths = ["docs"]\n', encoding="utf-8")
    real = fetch

    def broken(conn: object, project: object, source: object, *rest: object, **options: object) -> object:
        if source.kind == "site":  # type: ignore[attr-defined]
            raise RuntimeError("a mistake of ours")
        return real(conn, project, source, *rest, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(flows.capturing, "fetch", broken)
    ran = run("sync", "--json")
    assert ran.code == 1
    assert [report["state"] for report in ran.document["runs"]] == ["failed", "published"]
    assert "a mistake of ours" in ran.document["runs"][0]["problems"][0]["message"]
    assert "Traceback" not in ran.err


@pytest.mark.hazard("T10")
def test_the_database_s_clock_tells_when_a_page_was_seen(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker whose clock is years ahead makes no offer fresh for years."""
    import flows.capturing

    (folder / "docs").mkdir()
    (folder / "docs" / "a.md").write_text("# Hours\n\nOpen at nine.\n", encoding="utf-8")
    (folder / "sources" / "docs.toml").write_text('kind = "files"\npaths = ["docs"]\n', encoding="utf-8")
    real_fetch, real_now, ahead = fetch, flows.capturing.now, timedelta(days=3650)

    def early(*arguments: Any, **options: Any) -> Any:
        seen = real_fetch(*arguments, **options)
        late = [replace(capture, fetched_at=capture.fetched_at + ahead) for capture in seen.captures()]
        return replace(seen, listed=iter(late))  # type: ignore[type-var]

    monkeypatch.setattr(flows.capturing, "fetch", early)
    monkeypatch.setattr(flows.capturing, "now", lambda: real_now() + ahead)
    assert run("sync").code == 0
    (hit,) = run("search", "open at nine", "--json").document["hits"]
    seen = datetime.fromisoformat(hit["verified_at"])
    assert abs(seen - real_now()) < timedelta(minutes=5)
