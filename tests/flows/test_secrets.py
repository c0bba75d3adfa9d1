"""Secrets stay where they were put (HAZARDS S7): canaries through every way a run can fail, looked for everywhere."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.database import Connection
from tests.badsite import BadSite, redirect, status
from tests.flows.conftest import Ran, Run

_CANARIES = {
    "BASIC": "Basic Y2FuYXJ5LWJhc2lj",
    "COOKIE": "session=canary-cookie-51c",
    "TOKEN": "canary-token-77e",
}
_PASSWORD = "canary-password-90b"
_PROXY = "canary-proxy-33d"
_EVERY = (*_CANARIES.values(), _PASSWORD, _PROXY)


@pytest.fixture
def site() -> Iterator[BadSite]:
    with BadSite() as started:
        yield started


@pytest.fixture
def source(folder: Path, site: BadSite, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Path:
    """A source that sends three secrets, in an environment that holds a fourth."""
    caplog.set_level(logging.DEBUG)
    for name, value in _CANARIES.items():
        monkeypatch.setenv(f"CANARY_{name}", value)
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:{_PROXY}@127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", f"http://user:{_PROXY}@127.0.0.1:9")
    file = folder / "sources" / "shop.toml"
    file.write_text(
        f'kind = "urls"\nstart_urls = ["{site.url("/a")}", "{site.url("/b")}", "{site.url("/c")}"]\ndelay = 0.01\n'
        f'allow_private = ["127.0.0.1:{site.port}"]\n[headers]\nAuthorization = "env:CANARY_BASIC"\n'
        'Cookie = "env:CANARY_COOKIE"\nX-Token = "env:CANARY_TOKEN"\n',
        encoding="utf-8",
    )
    return file


def _found_in(ran: Ran, log: pytest.LogCaptureFixture, folder: Path, db: Connection) -> set[str]:
    """Canaries in what was printed or logged, at any level, in any file of the project but its sources, in any row."""
    rows = db.execute(
        "select to_jsonb(r)::text from kb_store.run r union all select to_jsonb(a)::text from kb_store.attempt a"
        " union all select to_jsonb(p)::text from kb_store.page p"
    ).fetchall()
    kept = [path.read_bytes().decode("utf-8", "replace") for path in (folder / ".freshet").rglob("*") if path.is_file()]
    everything = "\n".join([ran.out, ran.err, log.text, *kept, *(row[0] for row in rows)])
    return {canary for canary in _EVERY if canary in everything}


@pytest.mark.hazard("S7")
def test_s7_no_secret_of_a_source_is_told_however_the_crawl_ends(
    run: Run, folder: Path, source: Path, site: BadSite, db: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    """Refused, failing, redirected elsewhere, with every word of the log asked for; the site itself is sent them."""
    site.script("/a", status(401))
    site.script("/b", status(500))
    site.script("/c", redirect("http://user:other@127.0.0.1:9/login"))
    ran = run("--verbose", "sync", "--json")
    assert ran.code == 3
    assert any("canary-token" in str(hit.headers) for hit in site.hits("/a"))
    assert _found_in(ran, caplog, folder, db) == set()


@pytest.mark.hazard("S7")
def test_s7_a_mistake_of_ours_shows_no_secret(
    run: Run,
    folder: Path,
    source: Path,
    db: Connection,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A traceback asked for by --verbose names lines, never the values that were at hand."""
    import flows.capturing

    def mistaken(*arguments: object, **options: object) -> None:
        secret = _CANARIES["TOKEN"]
        raise RuntimeError(f"a mistake of ours, with {len(secret)} characters at hand")

    monkeypatch.setattr(flows.capturing, "fetch", mistaken)
    ran = run("--verbose", "sync", "--json")
    assert ran.code == 1
    assert "a mistake of ours" in ran.out
    assert _found_in(ran, caplog, folder, db) == set()


@pytest.mark.hazard("S7")
@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://freshet_owner:{_PASSWORD}@127.0.0.1:9/nowhere",
        f"host=127.0.0.1 port=9 user=freshet_owner password={_PASSWORD} dbname=nowhere",
        f"postgresql://freshet_owner:{_PASSWORD}@[::1:9/nowhere",
    ],
)
def test_s7_a_database_that_cannot_be_reached_tells_no_password(
    run: Run,
    folder: Path,
    source: Path,
    db: Connection,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    url: str,
) -> None:
    """Whichever way the address is written, also one that cannot be read."""
    monkeypatch.setenv("DATABASE_URL", url)
    for command in (("sync",), ("status",), ("runs",), ("db", "check"), ("search", "oil")):
        ran = run("--verbose", *command)
        assert ran.code in (1, 2)
        assert "Traceback" not in ran.err
        assert _found_in(ran, caplog, folder, db) == set()


@pytest.mark.hazard("S7")
def test_s7_a_wrong_password_is_refused_without_being_told(
    run: Run,
    folder: Path,
    source: Path,
    db: Connection,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The server's refusal names the user, not what was tried."""
    login, _, rest = database_url.partition("@")
    monkeypatch.setenv("DATABASE_URL", f"{login.rpartition(':')[0]}:{_PASSWORD}@{rest}")
    ran = run("--verbose", "sync")
    assert ran.code == 1
    assert "password authentication failed" in ran.err
    assert _found_in(ran, caplog, folder, db) == set()
