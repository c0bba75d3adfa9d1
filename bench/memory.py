"""Peak memory of a first sync, small site against large.

    python -m bench.memory [--sizes 1000 10000]

Each sync is `freshet sync` in a process of its own on a fresh base; what is sampled is that process with all its
children (crawl, document reader, calibration) but without PostgreSQL. Target: ten times the pages, at most 1.2
times the memory, and under 1.5 GB with the model loaded.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from time import monotonic, sleep

import psutil

from bench.projects import temporary_project
from bench.second_sync import SOURCE
from bench.site import serving
from pipelines.settings import Project

_PORT = 8762


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--sizes", type=int, nargs="+", default=[1000, 10000])
    peaks = {pages: _peak_of(pages) for pages in arguments.parse_args().sizes}
    smallest, largest = min(peaks), max(peaks)
    ratio = peaks[largest] / peaks[smallest]
    print(
        f"{largest} pages: {ratio:.2f} times the peak of {smallest} (target 1.2), {peaks[largest]:.0f} MB (target 1500)"
    )


def _peak_of(pages: int) -> float:
    source = SOURCE.format(start=f"http://127.0.0.1:{_PORT}/page/0", port=_PORT)
    with serving(pages, _PORT), temporary_project({"site": source}) as project:
        started = monotonic()
        peak = _sampled(project)
        print(f"{pages} pages: peak {peak:.0f} MB, {monotonic() - started:.0f} s", flush=True)
    return peak


def _sampled(project: Project) -> float:
    """Peak of the resident memory of `freshet sync` and its children, MB."""
    command = [sys.executable, "-m", "flows.cli", "--project", str(project.directory), "sync"]
    peak = 0.0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        root = psutil.Process(process.pid)
        while process.poll() is None:
            peak = max(peak, _resident(root))
            sleep(0.05)
        assert process.returncode == 0, process.returncode
    return peak


def _resident(root: psutil.Process) -> float:
    total = 0
    for process in [root, *_children(root)]:
        try:
            if "postgres" not in process.name():
                total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total / 2**20


def _children(root: psutil.Process) -> list[psutil.Process]:
    try:
        return root.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


if __name__ == "__main__":
    main()
