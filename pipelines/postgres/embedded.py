"""The embedded PostgreSQL of a project: one server under `.freshet/postgres`, started on demand, stopped by name.

The server outlives the process that starts it, so that bots stay connected; `stop` ends it. Any number of
processes may ask for it at once: a file lock lets one of them start it. Only the operating-system user that
runs Freshet may become the superuser, over the socket; every other login has a generated password.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import re
import secrets
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from pipelines.postgres import cluster
from pipelines.postgres.cluster import EmbeddedError
from pipelines.postgres.roles import ROLES, Role, create_roles

__all__ = ["EmbeddedError", "Server", "running", "start", "stop", "superuser_uri", "uri"]

_log = logging.getLogger(__name__)

_DATABASE = "freshet"


@dataclass(frozen=True)
class Server:
    """A running embedded server."""

    state: Path  # the project's .freshet folder
    socket: Path  # folder of the socket
    port: int  # names the socket; also the TCP port when `tcp`
    tcp: bool  # listens on 127.0.0.1
    pid: int


def start(state: Path, *, port: int | None = None, extra: str = "") -> Server:
    """The project's server, started if it does not run yet; returns within a second or two.

    `state` is the project's `.freshet` folder, made if absent. `extra` is appended to the server's settings
    (tests turn durability off). Raises EmbeddedError naming the log when the server does not come up.
    """
    state = state.absolute()
    found = running(state)
    if found is None:
        state.mkdir(parents=True, exist_ok=True)
        with _locked(state):
            found = running(state) or _start(state, port, extra)
    if port is not None and (not found.tcp or found.port != port):
        _log.warning("the embedded database runs without port %d; to apply it: freshet db stop", port)
    return found


def running(state: Path) -> Server | None:
    """The project's server if it is up and answers, else None. Starts nothing and takes no lock."""
    state = state.absolute()
    server = _described(state)
    if server is None or not _passwords_file(state).exists() or not _answers(server):
        return None
    return server


def stop(state: Path) -> bool:
    """Stop the project's server; False when none runs. Open connections are closed, nothing is lost."""
    state = state.absolute()
    if not _data(state).exists():
        return False
    with _locked(state):
        server = _described(state)
        if server is None or not _is_ours(server.pid, state):
            return False
        done = cluster.run("pg_ctl", "-w", "-m", "fast", "-D", str(_data(state)), "stop", major=_major(state))
        if done.returncode:
            raise EmbeddedError(f"the embedded database in {state} did not stop: {done.stdout.strip()[-500:]}")
        if server.socket.parent != state:
            shutil.rmtree(server.socket, ignore_errors=True)
        return True


def uri(server: Server, role: Role = "owner") -> str:
    """A connection string that logs in as `role`, password included: over TCP where the server listens."""
    password = json.loads(_passwords_file(server.state).read_text())[role]
    login = f"freshet_{role}:{password}"
    if server.tcp:
        return f"postgresql://{login}@127.0.0.1:{server.port}/{_DATABASE}"
    return f"postgresql://{login}@/{_DATABASE}?{_by_socket(server)}"


def superuser_uri(server: Server, database: str = "postgres") -> str:
    """A connection string for the superuser; works for the operating-system user that runs Freshet alone."""
    return f"postgresql://postgres@/{quote(database)}?{_by_socket(server)}"


def _by_socket(server: Server) -> str:
    return f"host={quote(str(server.socket), safe='')}&port={server.port}"


def _data(state: Path) -> Path:
    return state / "postgres"


def _passwords_file(state: Path) -> Path:
    return state / "passwords.json"


def _major(state: Path) -> int:
    return int((_data(state) / "PG_VERSION").read_text())


@contextmanager
def _locked(state: Path) -> Iterator[None]:
    """Hold the project's lock; the kernel lets go of it when the holder dies, however it dies."""
    with (state / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _described(state: Path) -> Server | None:
    """The server that postmaster.pid speaks of, alive or not; None when there is no whole such file."""
    try:
        lines = (_data(state) / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    if len(lines) < 8:  # still starting
        return None
    pid, _, _, port, directory, address, _, status = (line.strip() for line in lines[:8])
    if status != "ready":
        return None
    return Server(state, Path(directory), int(port), bool(address), int(pid))


def _answers(server: Server) -> bool:
    """Whether somebody accepts connections on the server's socket: a pid alone proves nothing."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(server.socket / f".s.PGSQL.{server.port}"))
        except OSError:
            return False
    return True


def _is_ours(pid: int, state: Path) -> bool:
    """Whether the process is the server of this data directory, and not another that got its number later."""
    import psutil  # type: ignore[import-untyped]  # comes with the wheel, has no types; needed only here

    try:
        command: list[str] = psutil.Process(pid).cmdline()
    except psutil.Error:
        return False
    return str(_data(state)) in command


def _start(state: Path, port: int | None, extra: str) -> Server:
    data = _data(state)
    cluster.require_plain_path(data)
    if not data.exists():
        cluster.initialise(data)
    _forget_strangers(state)
    cluster.configure(data, cluster.socket_directory(state), port, extra)
    _launch(state)
    server = _described(state)
    if server is None:
        raise EmbeddedError(f"the embedded database in {state} started and ended at once: see {data}/startup.log")
    _furnish(server)
    return server


def _forget_strangers(state: Path) -> None:
    """Remove a pid file whose number now belongs to some other process: PostgreSQL itself would refuse to start."""
    pid_file = _data(state) / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().split(maxsplit=1)[0])
    except (FileNotFoundError, ValueError, IndexError):
        return
    if not _is_ours(pid, state):
        pid_file.unlink(missing_ok=True)
    else:  # ours, but its socket is gone or it hangs: what answers nobody must not hold the data
        cluster.run("pg_ctl", "-w", "-m", "fast", "-D", str(_data(state)), "stop", major=_major(state))


def _launch(state: Path) -> None:
    data = _data(state)
    log = data / "startup.log"
    for _ in range(40):
        log.unlink(missing_ok=True)
        arguments = ("-w", "-t", "60", "-D", str(data), "-l", str(log), "start")
        done = cluster.run("pg_ctl", *arguments, major=_major(state))
        if done.returncode == 0:
            return
        said = log.read_text(errors="replace") if log.exists() else done.stdout
        if "still in use" not in said:
            break
        time.sleep(0.25)  # children of a killed server hold its memory until they notice
    raise EmbeddedError(f"the embedded database in {state} did not start: {_why_not(data, said)}")


def _why_not(data: Path, said: str) -> str:
    """What the server said last: in its own log once it had begun to write one."""
    logs = sorted((data / "log").glob("*.log"), key=lambda log: log.stat().st_mtime)
    if logs and "redirecting log output" in said:
        said = logs[-1].read_text(errors="replace").rpartition("starting PostgreSQL")[2].partition("\n")[2]
    lines = [re.sub(r"^[-\d]+ [.:\d]+ \w+ \[\d+\] ", "", line) for line in said.strip().splitlines()]
    return "; ".join(lines)[-1500:]


def _furnish(server: Server) -> None:
    """Make roles, logins, database and extension, whatever of them is missing; then keep the passwords."""
    passwords = _kept_passwords(server.state)
    with psycopg.connect(superuser_uri(server), autocommit=True) as conn:
        create_roles(conn)
        for role in ROLES:
            _login(conn, role, passwords[role])
        if not conn.execute("select from pg_database where datname = %s", (_DATABASE,)).rowcount:
            conn.execute(sql.SQL("create database {} owner freshet_owner").format(sql.Identifier(_DATABASE)))
    with psycopg.connect(superuser_uri(server, _DATABASE), autocommit=True) as conn:
        conn.execute("create extension if not exists vector")
        # large objects belong to whoever makes them, and a bot may make nothing
        conn.execute("revoke execute on function lo_creat, lo_create, lo_from_bytea from public")
    _keep_passwords(server.state, passwords)


def _login(conn: psycopg.Connection[Any], role: Role, password: str) -> None:
    """Make the login `freshet_<role>`; the owner may act as all four and make logins for bots."""
    name = f"freshet_{role}"
    if not conn.execute("select from pg_roles where rolname = %s", (name,)).rowcount:
        conn.execute(sql.SQL("create role {}").format(sql.Identifier(name)))
    rights = sql.SQL("createrole createdb" if role == "owner" else "nocreaterole nocreatedb")
    conn.execute(
        sql.SQL("alter role {} login {} password {}").format(sql.Identifier(name), rights, sql.Literal(password))
    )
    if role != "owner":
        conn.execute(sql.SQL("grant {} to {}").format(sql.Identifier(f"kb_{role}"), sql.Identifier(name)))
        return
    for group in ROLES:
        conn.execute(sql.SQL("grant {} to freshet_owner with admin option").format(sql.Identifier(f"kb_{group}")))


def _kept_passwords(state: Path) -> dict[str, str]:
    """The logins' passwords, those already given out unchanged."""
    file = _passwords_file(state)
    kept: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    return {role: kept.get(role) or secrets.token_urlsafe(24) for role in ROLES}


def _keep_passwords(state: Path, passwords: dict[str, str]) -> None:
    """Write the passwords whole or not at all, readable by the caller alone; their presence says: furnished."""
    beside = _passwords_file(state).with_suffix(".new")
    beside.unlink(missing_ok=True)
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(passwords, file)
    beside.replace(_passwords_file(state))
