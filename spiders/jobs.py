"""The job as it travels from the parent to the crawl's process: one line of JSON, never a file or an argument."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from pipelines.records import CrawlJob, CrawlLimits

__all__ = ["RESULT", "read_job", "write_job"]

RESULT = "result.json"  # in the crawl's directory: how it went as a whole
_TUPLES = ("start_urls", "allow", "deny", "allow_private")


def write_job(job: CrawlJob) -> str:
    """Return the job as one line of JSON, with a line end; the directory is not in it."""
    fields = asdict(job) | {"headers": dict(job.headers)}
    del fields["directory"]
    return json.dumps(fields) + "\n"


def read_job(line: str, directory: Path) -> CrawlJob:
    """Return the job of a line that `write_job` made."""
    fields = json.loads(line)
    fields |= {name: tuple(fields[name]) for name in _TUPLES}
    return CrawlJob(**fields | {"directory": directory, "limits": CrawlLimits(**fields["limits"])})
