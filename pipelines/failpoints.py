"""Places where the work can be made to fail, so that tests can prove what failing there does: nothing lasting.

Nobody but a test arms them. Unarmed, one costs a function call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["armed", "failpoint"]

_hook: Callable[[str], None] | None = None


def failpoint(name: str) -> None:
    """A boundary that the work crosses here: a commit, a child started, a stage done."""
    if _hook is not None:
        _hook(name)


@contextmanager
def armed(hook: Callable[[str], None]) -> Iterator[None]:
    """Call `hook` with the name of every failpoint crossed, in whichever thread; it may raise, kill or wait."""
    global _hook
    before, _hook = _hook, hook
    try:
        yield
    finally:
        _hook = before
