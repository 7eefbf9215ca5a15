"""Files a page sends: one way to name them, with ranges."""

from __future__ import annotations

import io
from pathlib import Path

from flask import Response, send_file

from ils.documents import labels
from ils.documents.labels import Label


def download(content: bytes | Path, name: str, mimetype: str) -> Response:
    """A file to keep, under a name in any alphabet."""
    return _sent(content, mimetype, name)


def shown(content: bytes | Path, mimetype: str) -> Response:
    """A file the browser shows where it stands."""
    return _sent(content, mimetype, None)


def _sent(content: bytes | Path, mimetype: str, name: str | None) -> Response:
    source = io.BytesIO(content) if isinstance(content, bytes) else content
    return send_file(
        source, mimetype, as_attachment=name is not None, download_name=name, max_age=0
    )


def printed(sheet: Label, form: str) -> Response:
    """A sheet as a download."""
    if form == "png":
        return shown(labels.png(sheet), "image/png")
    return shown(labels.pdf([sheet]), "application/pdf")
