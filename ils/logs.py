"""What the program did, a line each: JSON, a file a day in ``logs`` of the data folder.

A line says when, which process, what happened and facts about it: numbers of rows, codes,
milliseconds. Never names, cards, titles or anything typed; an unexpected error stands with its
class and frames, and its message without values.
"""

from __future__ import annotations

import json
import logging
import os
import re
import traceback
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from ils import clock
from ils.errors import IlsError

FOLDER = "logs"
RETENTION = timedelta(days=60)
MAX_MESSAGE_LENGTH = 300
#: What may be a value in the message of an error: quoted, in brackets, long numbers, our letters.
VALUES = re.compile(
    r"\S+@\S+|'[^']*'|\"[^\"]*\"|«[^»]*»|“[^”]*”|\([^()]*\)|\d{4,}|\w*[^\W\d_a-zA-Z]\w*"
)

_logger = logging.getLogger("ils")


class _DailyFile(logging.Handler):
    """Appends lines to the file of the day, and drops files that are too old."""

    def __init__(self, folder: Path, process: str) -> None:
        super().__init__()
        self.folder, self.process = folder, process
        self.day: date | None = None
        self.file = -1

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; lines of several processes do not mix."""
        try:
            line = {"at": clock.now().isoformat(timespec="milliseconds"), "process": self.process}
            line |= {"level": record.levelname.lower(), "event": record.getMessage()}
            line |= getattr(record, "facts", {})
            if record.exc_info and record.exc_info[1] is not None:
                line |= described(record.exc_info[1])
            text = json.dumps(line, ensure_ascii=False, default=str) + "\n"
            os.write(self._today(), text.encode())
        except Exception:  # noqa: BLE001 -- a full disk must not stop a desk
            self.handleError(record)

    def _today(self) -> int:
        day = clock.now().date()
        if day != self.day:
            self.close()
            self.folder.mkdir(parents=True, exist_ok=True)
            for old in self.folder.glob("*.jsonl"):
                if old.stem < (day - RETENTION).isoformat():
                    old.unlink(missing_ok=True)
            path = self.folder / f"{day.isoformat()}.jsonl"
            self.file = os.open(path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
            self.day = day
        return self.file

    def close(self) -> None:
        """Close the file; a later line opens it again."""
        if self.file >= 0:
            os.close(self.file)
        self.file, self.day = -1, None
        super().close()


def install(data: Path, process: str) -> None:
    """Write lines into a data folder from now on; ``process``: web, worker or command."""
    for handler in [h for h in _logger.handlers if isinstance(h, _DailyFile)]:
        _logger.removeHandler(handler)
        handler.close()
    _logger.setLevel(logging.INFO)
    _logger.propagate = False
    _logger.addHandler(_DailyFile(data / FOLDER, process))


def event(name: str, **facts: object) -> None:
    """Something happened as it should."""
    _logger.info(name, extra={"facts": facts})


def fault(name: str, error: BaseException, **facts: object) -> None:
    """Something nobody expected, with its frames."""
    caught: tuple[type[BaseException], BaseException, TracebackType | None]
    caught = (type(error), error, error.__traceback__)
    _logger.error(name, extra={"facts": facts}, exc_info=caught)


def described(error: BaseException) -> dict[str, Any]:
    """An unexpected error: its class, its message without values, where it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    found: dict[str, Any] = {
        "error": type(error).__qualname__,
        "message": error.code if isinstance(error, IlsError) else without_values(str(error)),
        "traceback": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found | ({"cause": described(cause)} if cause is not None else {})


def without_values(message: str) -> str:
    """The first line of a message; what may be a value in it is ``…``."""
    first = message.partition("\n")[0]
    return VALUES.sub("…", first)[:MAX_MESSAGE_LENGTH]


def lines(data: Path, since: datetime) -> Iterator[dict[str, Any]]:
    """The lines written since a moment, oldest first; what is no line is passed over."""
    first = since.astimezone(UTC).date().isoformat()
    for path in sorted((data / FOLDER).glob("*.jsonl")):
        if path.stem < first:
            continue
        with path.open(encoding="utf-8", errors="replace") as file:
            for text in file:
                try:
                    line = json.loads(text)
                    if datetime.fromisoformat(line["at"]) >= since:
                        yield line
                except (ValueError, TypeError, KeyError):  # cut off by a power failure
                    continue
