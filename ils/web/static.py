"""Files that do not change: served for ever under an address that changes with any of them.

Scripts import one another by relative addresses, so one stamp stands for all of them. They are
compressed once. A page with a secret in it (the token of its form) is compressed only where it
repeats nothing of what was asked: its length would tell how well that was guessed (BREACH).
"""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from http import HTTPStatus
from pathlib import Path

from flask import Flask, Response, abort, g, request, send_from_directory, session, url_for

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
    if name not in _names():  # another spelling of one would be kept once more
        abort(HTTPStatus.NOT_FOUND)
    plain = send_from_directory(FOLDER, name)
    if not _is_understood(plain):
        return plain
    plain.close()  # the file itself is not sent
    return _in_place_of(plain, _compressed(name))


def compress(response: Response) -> Response:
    """A page, unless its length could tell a secret."""
    if request.endpoint == "static":
        return response
    secret = session or "csrf_token" in g or g.get("staff") is not None
    repeats = request.method != "GET" or request.args
    if (secret and repeats) or response.direct_passthrough or not _is_understood(response):
        return response
    return _in_place_of(response, gzip.compress(response.get_data(), 5, mtime=0))


def _is_understood(response: Response) -> bool:
    """Whether the browser takes it compressed, and it is worth it."""
    kind = response.mimetype or ""
    text = kind.startswith("text/") or kind.endswith(("xml", "javascript"))
    asked = request.accept_encodings["gzip"] > 0
    return text and asked and response.status_code == HTTPStatus.OK


@cache
def _names() -> frozenset[str]:
    return frozenset(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.*"))


@cache
def _compressed(name: str) -> bytes:
    return gzip.compress((FOLDER / name).read_bytes(), mtime=0)


def _in_place_of(response: Response, compressed: bytes) -> Response:
    response.direct_passthrough = False
    response.set_data(compressed)
    response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    return response
