"""A plugin for pytest: which tests reach which lines of the files in ``MUTATE_TARGETS``."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

TARGETS = frozenset(os.environ.get("MUTATE_TARGETS", "").split("\n"))
_reached: dict[str, set[str]] = defaultdict(set)
_test = ""


def _line(frame: FrameType, event: str, _argument: object) -> Any:
    if event == "line":
        _reached[f"{frame.f_code.co_filename}:{frame.f_lineno}"].add(_test)
    return _line


def _call(frame: FrameType, _event: str, _argument: object) -> Any:
    return _line if frame.f_code.co_filename in TARGETS else None


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Trace one test with its fixtures."""
    global _test  # noqa: PLW0603 -- a tracer has no other way to know
    _test = item.nodeid
    threading.settrace(_call)
    sys.settrace(_call)
    yield
    sys.settrace(None)
    threading.settrace(None)


def pytest_sessionfinish() -> None:
    """Write down what was reached."""
    if _reached:
        found = {place: sorted(tests) for place, tests in _reached.items()}
        path = Path(os.environ["MUTATE_REACH"]) / f"{os.getpid()}.json"
        path.write_text(json.dumps(found))
