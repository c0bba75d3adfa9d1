"""The schema as PostgreSQL sees it after every migration, as text that only changes when the schema does.

`python -m pipelines.postgres.snapshot` writes schema/snapshot.sql, `--check` compares: a change of the schema is
then read in review as what it does, and a dump out of date fails the build.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from psycopg import conninfo

from pipelines.database import Connection, DatabaseError, connect_uri
from pipelines.postgres import cluster, embedded
from pipelines.postgres.migrations import SCHEMA, migrate

__all__ = ["main", "snapshot"]

_HEADER = "-- Generated: make snapshot. What the migrations and functions in this folder amount to.\n"
# What varies with the dumping program or the session, not with the schema.
_NOISE = re.compile(
    r"^(--\n-- .*\n--\n|-- Dumped .*\n|\\(un)?restrict .*\n|SET .*\n|SELECT pg_catalog\.set_config\(.*\n)", re.MULTILINE
)


def snapshot(conn: Connection) -> str:
    """Schemas kb and kb_store as SQL: tables, constraints, indexes, functions, comments, rights; no data, no owners.

    Needs a server no newer than the pg_dump of the installed wheel; raises DatabaseError naming its complaint.
    """
    address = conninfo.make_conninfo(conn.info.dsn, application_name="snapshot")
    environment = {**cluster.environment(), "PGPASSWORD": conn.info.password, "HOME": os.environ.get("HOME", "/")}
    command = [str(cluster.program("pg_dump")), "--schema-only", "--no-owner", "--schema=kb", "--schema=kb_store"]
    done = subprocess.run([*command, address], capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise DatabaseError(f"the schema could not be dumped: {done.stderr.strip()[-500:]}")
    return _HEADER + re.sub(r"\n{3,}", "\n\n", _NOISE.sub("", done.stdout)).strip("\n").join(("\n", "\n"))


def main(arguments: list[str] | None = None) -> int:
    """Write the snapshot of a freshly migrated database, or compare; 1 when the file is out of date."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.postgres.snapshot", description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", default=SCHEMA / "snapshot.sql")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    chosen = parser.parse_args(arguments)
    made = _of_new_database()
    kept = chosen.file.read_text(encoding="utf-8") if chosen.file.exists() else ""
    if not chosen.check:
        chosen.file.write_text(made, encoding="utf-8")
    elif made != kept:
        difference = difflib.unified_diff(
            kept.splitlines(), made.splitlines(), str(chosen.file), "the schema", lineterm=""
        )
        print("\n".join(difference))
        print(f"{chosen.file} is out of date: make snapshot", file=sys.stderr)
        return 1
    return 0


def _of_new_database() -> str:
    root = Path(tempfile.mkdtemp(prefix="freshet-snapshot-"))
    try:
        server = embedded.start(root / ".freshet", extra="fsync = off")
        with connect_uri(embedded.uri(server), autocommit=True) as conn:
            migrate(conn)
            return snapshot(conn)
    finally:
        embedded.stop(root / ".freshet")
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
