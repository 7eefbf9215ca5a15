"""Ids of rows: numbers that grow with time, unique across processes and installations."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from pathlib import Path

from ils.errors import Unavailable

EPOCH_MS = 1_577_836_800_000  # 2020-01-01T00:00:00Z
NODE_BITS, SEQUENCE_BITS = 10, 12
SLOTS = 16  # processes of one installation that may make ids at once


class Ids:
    """64-bit ids, growing with time, unique across processes and installations.

    41 bits of milliseconds since 2020, 10 bits of node (6 for the installation, 4 for
    the process on it), 12 bits of sequence.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.installation = 0
        self.folder: Path | None = None
        self.slot: int | None = None
        self.last = 0

    def next(self) -> int:
        """A new id."""
        with self.lock:
            if self.slot is None:
                self.slot = self._claim_slot()
            node = self.installation * SLOTS + self.slot
            ms = time.time_ns() // 1_000_000 - EPOCH_MS
            # The last id plus one when the clock stands still, runs back or the
            # sequence of this millisecond is used up: ids never repeat.
            tick = max(ms << SEQUENCE_BITS, self.last + 1)
            self.last = tick
            ms, sequence = tick >> SEQUENCE_BITS, tick & ((1 << SEQUENCE_BITS) - 1)
            return (ms << (NODE_BITS + SEQUENCE_BITS)) | (node << SEQUENCE_BITS) | sequence

    def rise(self, newest: int) -> None:
        """Ids continue after the newest there is, whatever the clock says."""
        with self.lock:
            tick = newest >> (NODE_BITS + SEQUENCE_BITS) << SEQUENCE_BITS
            self.last = max(self.last, tick | ((1 << SEQUENCE_BITS) - 1))

    def settle(self, installation: int, folder: Path) -> None:
        """Whose numbers these are, and where its processes agree on their slots."""
        with self.lock:
            if (self.installation, self.folder) != (installation, folder):
                self.installation, self.folder, self.slot = installation, folder, None

    def _claim_slot(self) -> int:
        """Hold a lock file for the life of the process, so that no other has its number."""
        if self.folder is None:
            return 0
        self.folder.mkdir(parents=True, exist_ok=True)
        for slot in range(SLOTS):
            handle = os.open(self.folder / f"process-{slot:02}.lock", os.O_CREAT | os.O_RDWR, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(handle)
            else:
                return slot
        raise Unavailable(reason=f"more than {SLOTS} processes of this installation are running")

    def forget_slot(self) -> None:
        """A forked child must claim its own."""
        self.lock = threading.Lock()
        self.slot = None


#: Of this process.
ids = Ids()
os.register_at_fork(after_in_child=ids.forget_slot)
