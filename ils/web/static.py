"""Files that do not change: served for ever under an address that changes with any of them.

Scripts import one another by relative addresses, so one stamp stands for all of them.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, send_from_directory, url_for

FOLDER = Path(__file__).parent.parent / "static"


def install(app: Flask) -> None:
    """Serve the files, and give templates their addresses."""
    app.add_url_rule("/static/<stamp>/<path:name>", "static", _serve)
    app.jinja_env.globals["static"] = address


def address(name: str) -> str:
    """The address of a file."""
    return url_for("static", stamp=_stamp(), name=name)


@cache
def _stamp() -> str:
    content = hashlib.blake2b(digest_size=6)
    for path in sorted(FOLDER.rglob("*.*")):
        content.update(path.read_bytes())
    return content.hexdigest()


def _serve(stamp: str, name: str) -> Response:
    """A file; a page from before an update gets what is there now."""
    del stamp
    return send_from_directory(FOLDER, name)
