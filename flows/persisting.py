"""Going on with a run although the database fails it for a while: bounded, and never twice what may happen once.

What is handed to `persist` is either done whole by one transaction or picks up what it has done already, so doing
it again is safe; a publication whose answer was lost is recognised by the run's recorded state.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from pipelines.database import Connection, DatabaseError, is_lost, may_pass

__all__ = ["Line"]

_log = logging.getLogger(__name__)

_PATIENCE = 60.0  # seconds for a server to come back: below a lease, less the pause between two heartbeats
_TRIES = 5  # of one piece of work, however it is hindered
_FIRST_PAUSE = 0.2  # seconds, doubled each time

_Done = TypeVar("_Done")


class Line:
    """A connection that is opened anew when it is lost."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        """`connect` raises DatabaseError when there is none to be had. Raises what it raises."""
        self._connect = connect
        self.conn = connect()

    def close(self) -> None:
        """Close what is open."""
        self.conn.close()

    def persist(self, work: Callable[[Connection], _Done], aim: str) -> _Done:
        """What `work` returns, given a connection; begun anew when the server goes away or others stand in the way.

        Raises DatabaseError naming `aim` when the server stays away for a minute or work is hindered five times.
        """
        pause = _FIRST_PAUSE
        for attempt in range(1, _TRIES + 1):
            try:
                return work(self.conn)
            except Exception as error:
                if not (is_lost(error) or may_pass(error)):
                    raise
                if attempt == _TRIES:
                    raise DatabaseError(_given_up(aim, error)) from error
                _log.warning("%s: %s; trying again", aim, _first_line(error))
                if is_lost(error):
                    self.conn.close()
            time.sleep(pause)
            pause *= 2
            self.mend()
        raise AssertionError("the last try returns or raises")

    def mend(self, patience: float | None = None) -> None:
        """Open the connection anew if it is lost. Raises DatabaseError when that fails for `patience` seconds."""
        patience = _PATIENCE if patience is None else patience
        if not (self.conn.closed or self.conn.broken):
            return
        deadline = time.monotonic() + patience
        pause = _FIRST_PAUSE
        while True:
            try:
                self.conn = self._connect()
                return
            except DatabaseError as error:
                if time.monotonic() + pause > deadline:
                    raise DatabaseError(
                        f"{error}. It went away during the work and was not back within {patience:.0f} s. Nothing was "
                        "half published; when it is back, sync again: what was fetched and embedded is kept"
                    ) from error
            time.sleep(pause)
            pause = min(pause * 2, 2.0)


def _given_up(aim: str, error: BaseException) -> str:
    return (
        f"{aim} was tried {_TRIES} times and failed each time: {_first_line(error)}. What is served stays as it was; "
        "look at what else works on this database, then sync again"
    )


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
