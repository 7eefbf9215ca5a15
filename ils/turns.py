"""A line of threads and processes, one of which has its turn."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path


class Turn:
    """Whose turn it is to write to SQLite, which lets one write at a time.

    SQLite itself makes the others sleep and ask again, so that one of twenty desks may
    wait for seconds. Here they stand in a line: of threads, then of processes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = threading.Lock()
        self.handle: int | None = None

    def __enter__(self) -> None:
        self.lock.acquire()
        try:
            if self.handle is None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self.handle = os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600)
            fcntl.flock(self.handle, fcntl.LOCK_EX)
        except BaseException:
            self.lock.release()
            raise

    def __exit__(self, *_: object) -> None:
        assert self.handle is not None  # noqa: S101 -- entered before
        fcntl.flock(self.handle, fcntl.LOCK_UN)
        self.lock.release()
