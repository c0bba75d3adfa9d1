"""What the child that reads documents may do: no network, no secrets, bounded memory, files and processor time.

Nothing here replaces the kill from outside: it makes a parser that goes wrong fail early, and
keeps one that was taken over from reaching anything.
"""

from __future__ import annotations

import ctypes
import os
import resource
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

from pipelines.documents.results import DocumentLimits

__all__ = ["allow_cpu", "child_environment", "confine"]

_CLONE_NEWUSER = 0x10000000  # linux/sched.h
_CLONE_NEWNET = 0x40000000
_KEPT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH")


def child_environment(directory: Path) -> dict[str, str]:
    """The child's whole environment: nothing of the caller's but its search path, so no secret can leak.

    unstructured reports usage unless told not to (0.27: unstructured/utils.py, _telemetry_opt_out;
    unstructured/_usage_notice.py), and the model hub clients download unless offline.
    """
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {
        "HOME": str(directory),
        "TMPDIR": str(directory),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "DO_NOT_TRACK": "1",
        "SCARF_NO_ANALYTICS": "1",
        "UNSTRUCTURED_DISABLE_NOTICE": "1",
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def confine(limits: DocumentLimits) -> None:
    """Apply every limit to this process and what it starts; call before the first import that is not the library's."""
    _leave_network()
    _limit(resource.RLIMIT_AS, limits.memory)
    _limit(resource.RLIMIT_FSIZE, limits.written)
    _limit(resource.RLIMIT_NOFILE, limits.open_files)
    _limit(resource.RLIMIT_CORE, 0)


def allow_cpu(seconds: int) -> None:
    """Give the next document that many seconds of processor time; SIGXCPU ends the process after them."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = int(used.ru_utime + used.ru_stime) + 1 + seconds
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, hard))


def _limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    bounded = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (bounded, bounded))


def _leave_network() -> None:
    """Enter an empty network namespace where the kernel lets us, and refuse sockets in Python everywhere."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(_CLONE_NEWNET) != 0:
            libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)  # refused in some containers: Python's refusal remains
    socket.socket = _NoSocket  # type: ignore[misc]  # meant: the class is replaced for good
    socket.create_connection = _refuse
    socket.getaddrinfo = _refuse


class _NoSocket(socket.socket):
    def __init__(self, *_: Any, **__: Any) -> None:
        _refuse()


def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise PermissionError("a document reader has no network")
