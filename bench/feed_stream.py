"""The cost of a change in a feed: snapshots of a real promotion listing replayed as a JSON feed.

    python -m bench.feed_stream [--steps 52] [--data ../shared/data/streams/promos-ph]

Each snapshot lists some 500 items, of which some 400 a step differ only in a field nobody mapped (`last_seen`).
Printed a step: what really changed in the mapped fields, what was published of it, texts embedded, seconds.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import statistics
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

from bench.projects import temporary_project
from flows.reports import Report
from flows.sync import Options, sync_source
from pipelines.database import connect
from pipelines.settings import Project

SOURCE = """
kind = "feed"
timezone = "Asia/Manila"
[guard]
max_lost_percent = 100
max_lost_count = 100000
[feed]
path = "feed.json"
entry = "offer"
fields = { title = "title", text = "description", validity = "discount_text", category = "category", url = "url" }
"""
MAPPED = ("title", "description", "discount_text", "category", "url")


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--steps", type=int, default=52)
    arguments.add_argument("--data", type=Path, default=Path("../shared/data/streams/promos-ph"))
    given = arguments.parse_args()
    with temporary_project({"promos": SOURCE}) as project:
        told = list(_replayed(project, sorted(given.data.glob("*.json.gz"))[: given.steps]))
        later = told[1:]
        print(f"{len(later)} steps after the first: {sum(t['real'] for t in later)} items really new or changed, "
              f"{sum(t['noise'] for t in later)} changed in noise alone, {sum(t['versions'] for t in later)} versions, "
              f"{sum(t['embedded'] for t in later)} texts embedded")  # fmt: skip
        print(f"seconds a step: median {statistics.median(t['seconds'] for t in later):.2f}, "
              f"largest {max(t['seconds'] for t in later):.2f}; "
              f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")  # fmt: skip


def _replayed(project: Project, files: list[Path]) -> Iterator[dict[str, Any]]:
    before: dict[str, str] = {}
    bytes_before: dict[str, str] = {}
    for number, file in enumerate(files, 1):
        items = json.loads(gzip.decompress(file.read_bytes()))
        said = {_name(item): json.dumps([item.get(field) for field in MAPPED]) for item in items}
        whole = {_name(item): json.dumps(item) for item in items}
        (project.directory / "feed.json").write_text(json.dumps(items), encoding="utf-8")
        versions, started = _versions(project), monotonic()
        report = sync_source(project, project.source("promos"), Options())
        step = {
            "seconds": monotonic() - started,
            "real": sum(before.get(name) != text for name, text in said.items()),
            "noise": sum(
                name in before and before[name] == said[name] and bytes_before[name] != text
                for name, text in whole.items()
            ),
            "versions": _versions(project) - versions,
            "embedded": report.chunks["embedded"],
        }
        _print(number, len(items), step, report, gone=len(before.keys() - said.keys()))
        before, bytes_before = said, whole
        yield step


def _print(number: int, items: int, step: dict[str, Any], report: Report, *, gone: int) -> None:
    print(f"{number:3} {report.state:9} {items} items, really new {step['real']:3}, gone {gone:3}, "
          f"noise {step['noise']:3} | versions {step['versions']:3}, withdrawn {report.entries['withdrawn']:3}, "
          f"embedded {step['embedded']:3}, bad {report.pages['failed']}, {step['seconds']:.2f} s",
          flush=True)  # fmt: skip


def _name(item: dict[str, Any]) -> str:
    return f"{item['url']} {item['title']}"


def _versions(project: Project) -> int:
    with connect(project, autocommit=True) as conn:
        row = conn.execute("select count(*) from kb_store.version").fetchone()
        assert row is not None
        return int(row[0])


if __name__ == "__main__":
    main()
