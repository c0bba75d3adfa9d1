"""Whether the process that led a run is dead for certain, so that its lease need not be waited for.

Certain is only what this machine itself knows: of a process elsewhere, or in another container, nothing is said.
"""

from __future__ import annotations

import os
import socket
import time
from functools import cache
from pathlib import Path

__all__ = ["has_died", "machine"]

_SLACK = 2.0  # seconds that two clocks may differ over the same stretch


@cache
def machine() -> str:
    """Names where process numbers mean the same: the host, its boot and, on Linux, the container's numbering."""
    name = socket.gethostname()
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{name} {boot[:13]} {os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        return name


def has_died(host: str, pid: int, age: float) -> bool:
    """Whether the process `pid` of `host` (as `machine` named it), at work since `age` seconds, is no more.

    A number that another process has got since counts as dead. When in doubt: False, and the lease decides.
    """
    if host != machine():
        return False
    import psutil  # type: ignore[import-untyped]  # has no types; needed only here

    try:
        process = psutil.Process(pid)
        younger = time.time() - process.create_time() < age - _SLACK
        return younger or process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False
