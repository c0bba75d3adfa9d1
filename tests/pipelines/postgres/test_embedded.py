"""The embedded PostgreSQL: one a project whoever asks, kept running, never harmed by what went before."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # comes with the wheel, has no types
import psycopg
import pytest

from pipelines.postgres import embedded
from pipelines.postgres.roles import ROLES, Role
from tests.postgres import FAST, Cluster, in_memory

START = """
import sys, pathlib
from pipelines.postgres import embedded
print(embedded.start(pathlib.Path(sys.argv[1])).pid)
"""


@pytest.fixture
def state() -> Iterator[Path]:
    """A project's state folder; whatever server was started in it is stopped at the end."""
    root = Path(tempfile.mkdtemp(prefix="freshet-test-", dir=in_memory()))
    try:
        yield root / ".freshet"
    finally:
        embedded.stop(root / ".freshet")
        shutil.rmtree(root, ignore_errors=True)


def connected(server: embedded.Server, role: Role = "owner") -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(embedded.uri(server, role), autocommit=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_processes_that_start_it_at_once_share_one_server(state: Path) -> None:
    """Six processes find no server and all want one: they get the same, and it outlives them."""
    starters = [
        subprocess.Popen([sys.executable, "-c", START, str(state)], stdout=subprocess.PIPE, text=True) for _ in range(6)
    ]
    pids = {starter.communicate()[0] for starter in starters}
    running = embedded.running(state)
    assert running is not None
    assert pids == {f"{running.pid}\n"}
    with connected(running) as conn:
        assert conn.execute("select extname from pg_extension where extname = 'vector'").fetchone() == ("vector",)


def test_a_killed_server_is_started_again_with_its_data(state: Path) -> None:
    """kill -9 leaves a pid file and a socket that answer nobody; the next start makes good and loses nothing."""
    server = embedded.start(state)
    with connected(server) as conn:
        conn.execute("create table kept (word text)")
        conn.execute("insert into kept values ('still here')")
    os.kill(server.pid, signal.SIGKILL)
    psutil.Process(server.pid).wait(10)
    again = embedded.start(state)
    assert again.pid != server.pid
    with connected(again) as conn:
        assert conn.execute("select word from kept").fetchall() == [("still here",)]


def test_a_pid_file_that_names_another_process_stops_nothing_and_kills_nobody(state: Path) -> None:
    """After a restart of the machine the number in a left-over pid file may be anybody's."""
    server = embedded.start(state, extra=FAST)
    pid_file = state / "postgres" / "postmaster.pid"
    left_over = pid_file.read_text().replace(str(server.pid), str(os.getpid()), 1)
    embedded.stop(state)
    pid_file.write_text(left_over)
    assert embedded.running(state) is None
    assert embedded.stop(state) is False
    assert embedded.start(state, extra=FAST).pid != os.getpid()


def test_a_starter_killed_halfway_leaves_nothing_in_the_way(state: Path) -> None:
    """A data directory is made beside and renamed, so half of one is never taken for a whole one."""
    half = state / "postgres.new-left"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    (state / "passwords.new").write_text("{")
    server = embedded.start(state, extra=FAST)
    assert not half.exists()
    assert stat.S_IMODE((state / "passwords.json").stat().st_mode) == 0o600
    assert set(json.loads((state / "passwords.json").read_text())) == set(ROLES)
    assert server == embedded.running(state)


def test_a_deep_project_folder_puts_its_socket_elsewhere(state: Path) -> None:
    """A socket's path holds some hundred bytes; a longer one gets a short folder, gone when the server stops."""
    deep = state.parent / ("d" * 120) / "عروض" / ".freshet"
    server = embedded.start(deep, extra=FAST)
    try:
        assert str(server.socket).startswith("/tmp/freshet-")
        with connected(server) as conn:
            assert conn.execute("select 1").fetchone() == (1,)
    finally:
        assert embedded.stop(deep) is True
    assert not server.socket.exists()
    assert embedded.stop(deep) is False


def test_a_folder_may_have_an_odd_name(state: Path) -> None:
    """Spaces, quotes, commas and percent signs are only a name; what a shell would interpret is refused."""
    odd = state.parent / "Ali's shop, 50% off & more" / ".freshet"
    try:
        with connected(embedded.start(odd, extra=FAST)) as conn:
            assert conn.execute("select 1").fetchone() == (1,)
    finally:
        embedded.stop(odd)
    trap = state.parent / "$(touch caught)" / ".freshet"
    with pytest.raises(embedded.EmbeddedError, match="has the character '\\$'"):
        embedded.start(trap)


def test_a_port_listens_on_loopback_with_a_password(state: Path, caplog: pytest.LogCaptureFixture) -> None:
    """With `port` the connection string goes over TCP, and without the password nobody comes in."""
    port = free_port()
    server = embedded.start(state, port=port, extra=FAST)
    address = embedded.uri(server, "reader")
    assert f"@127.0.0.1:{port}/" in address
    with psycopg.connect(address) as conn:
        assert conn.execute("select session_user").fetchone() == ("freshet_reader",)
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(f"postgresql://freshet_reader@127.0.0.1:{port}/freshet")
    embedded.start(state, port=port + 1)
    assert "freshet db stop" in caplog.text


def test_a_port_that_is_taken_is_why_it_did_not_start(state: Path) -> None:
    """In the server's own words, without the lines that only tell that it logs."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(embedded.EmbeddedError, match=f"Address already in use.*port {port}") as refused:
            embedded.start(state, port=port)
    assert "redirecting" not in str(refused.value)
    assert "UTC [" not in str(refused.value)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_has_a_login_of_its_own(cluster: Cluster, role: Role) -> None:
    """`uri` logs in as the role asked for, and that login has the role's rights."""
    with connected(cluster.server, role) as conn:
        found = conn.execute("select session_user, pg_has_role(session_user, %s, 'usage')", (f"kb_{role}",)).fetchone()
    assert found == (f"freshet_{role}", True)


def test_the_owner_may_act_as_every_role_and_admit_bots(cluster: Cluster) -> None:
    """The default login may `set role` to the others and make logins that are members of them."""
    with connected(cluster.server) as conn:
        for role in ROLES:
            conn.execute(f"set role kb_{role}")
            conn.execute("reset role")
        conn.execute("create role test_bot login in role kb_reader")
        conn.execute("drop role test_bot")


@pytest.mark.parametrize("becoming", ["postgres", "freshet_owner", "kb_owner", "kb_writer", "kb_auditor"])
def test_a_reader_becomes_nobody_else(cluster: Cluster, becoming: str) -> None:
    """A bot's login cannot take another role."""
    with (
        connected(cluster.server, "reader") as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        conn.execute(f"set role {becoming}")


def test_the_socket_alone_admits_nobody(cluster: Cluster) -> None:
    """Whoever reaches the socket still needs a password; only the superuser is known by the operating system."""
    address = embedded.uri(cluster.server, "owner")
    password = address.split(":")[2].split("@")[0]
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(address.replace(f":{password}@", "@"))
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(address.replace(password, "guessed"))


def test_text_is_utf8_and_its_order_the_same_on_every_machine(cluster: Cluster) -> None:
    """Encoding and collation come from PostgreSQL itself, not from the machine's locales."""
    with connected(cluster.server) as conn:
        row = conn.execute(
            """select current_setting('server_encoding'), datlocprovider, datlocale
                 from pg_database where datname = current_database()"""
        ).fetchone()
    assert row == ("UTF8", "b", "C.UTF-8")


def test_the_server_sees_no_secret_of_the_environment(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its processes live long and belong to another user: they get a bare environment."""
    if not Path("/proc/self/environ").exists():
        pytest.skip("no /proc on this system")
    monkeypatch.setenv("HOOK_SECRET", "canary-91d")
    server = embedded.start(state, extra=FAST)
    assert b"canary-91d" not in Path(f"/proc/{server.pid}/environ").read_bytes()


DROPPED = """
import os, pathlib, pwd, sys
import psutil, psycopg, encodings.idna, shutil, tempfile
from pipelines.postgres import embedded
nobody = pwd.getpwnam("nobody")
os.setgroups([]); os.setgid(nobody.pw_gid); os.setuid(nobody.pw_uid)
state = pathlib.Path(sys.argv[1])
server = embedded.start(state)
with psycopg.connect(embedded.uri(server)) as conn:
    print(conn.execute("select session_user").fetchone()[0], psutil.Process(server.pid).username())
embedded.stop(state)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="the whole suite already runs as an ordinary user")
def test_it_works_for_an_ordinary_user_too(state: Path) -> None:
    """Run by root it becomes a user of its own; run by anybody else it stays who it is."""
    state.mkdir()
    os.chown(state.parent, 65534, 65534)
    os.chown(state, 65534, 65534)
    done = subprocess.run([sys.executable, "-c", DROPPED, str(state)], capture_output=True, text=True, check=False)
    assert done.stdout == "freshet_owner nobody\n", done.stderr


@pytest.mark.hazard("S5")
@pytest.mark.parametrize("call", ["lo_create(0)", "lo_creat(-1)", "lo_from_bytea(0, 'x')"])
def test_a_bot_makes_no_large_object(cluster: Cluster, call: str) -> None:
    """They would be its own, and fill the disk."""
    with (
        psycopg.connect(embedded.uri(cluster.server, "reader"), autocommit=True) as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        conn.execute(f"select {call}".encode())
