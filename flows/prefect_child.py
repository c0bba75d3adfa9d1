"""The process of a project's own Prefect server: `python -m flows.prefect_child PORT`; ends when its parent does."""

from __future__ import annotations

import os
import signal
import sys
import threading

__all__ = ["main"]


def main(port: int) -> None:
    """Serve Prefect's API on 127.0.0.1:`port` until SIGTERM, or until standard input ends: then the parent is gone."""
    import uvicorn

    threading.Thread(target=_end_with_parent, daemon=True).start()
    uvicorn.run(
        "prefect.server.api.server:create_app", factory=True, host="127.0.0.1", port=port,
        log_level="warning", lifespan="on",
        timeout_graceful_shutdown=3,  # clients keep websockets open that would delay the end for ever
    )  # fmt: skip


def _end_with_parent() -> None:
    while os.read(0, 1):  # unbuffered: a buffer's lock would be held when the interpreter ends
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main(int(sys.argv[1]))
