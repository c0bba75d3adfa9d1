"""`python -m tests.torture.small_disk FOLDER`, in a mount namespace of its own: a server whose disk fills up.

FOLDER becomes a small file system in memory that ends with this process. Prints one JSON document: how the sync ended
on the full disk, what was served then, and what the base was like after one more with room again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from pipelines.postgres.checks import run_checks
from tests import postgres
from tests.torture.dump import canonical, difference
from tests.torture.loop import COMMANDS, rehearse
from tests.torture.stage import Stage, staged

_SIZE = "1g"
_BIG = 120  # items whose texts need room


def main(folder: Path) -> dict[str, object]:
    """Fill the disk, sync, make room, sync."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_SIZE},mode=1777", "none", str(folder)], check=True)
    postgres.in_memory = lambda: folder  # the server's own folder lies there, the project does not
    tempfile.tempdir = None
    with postgres.running_cluster() as cluster:
        cluster.make_template()
        with staged(cluster) as stage:
            _grow(stage)
            wanted = rehearse(stage, COMMANDS["sync"]).wanted
            return _filled(stage, folder, wanted)


def _filled(stage: Stage, folder: Path, wanted: set[str]) -> dict[str, object]:
    with stage.base() as database:
        with database.connect() as conn:
            before = conn.execute("select title from kb.offers() order by 1").fetchall()
            balloon = _blow_up(folder)
            ended = stage.run(database, ["sync", "--json"])
            served = conn.execute("select title from kb.offers() order by 1").fetchall() == before
            broken = [check.name for check in run_checks(conn) if not check.holds]
        balloon.unlink()
        again = stage.run(database, ["sync", "--json"])
        with database.connect() as conn:
            left = difference(canonical(conn), wanted)
    return {
        "code": ended.code, "said": ended.said, "served": served, "broken": broken,
        "again": again.code, "left": left,
    }  # fmt: skip


def _grow(stage: Stage) -> None:
    file = stage.folder / "promos.csv"
    sku, name, price, ends, _ = file.read_text(encoding="utf-8").splitlines()[1].split(",", 4)
    with file.open("a", encoding="utf-8") as feed:
        for number in range(_BIG):
            text = " ".join(f"{word}{number}" for word in ("wheel", "brake", "filter", "engine", "lamp") * 60)
            feed.write(f"{sku}-{number},{name} {number},{price},{ends},{text}\n")


def _blow_up(folder: Path) -> Path:
    """Take all the room that is left."""
    balloon = folder / "balloon"
    with balloon.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(2**16))
        except OSError:
            pass
    return balloon


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))), flush=True)
    os._exit(0)
