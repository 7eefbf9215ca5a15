"""Files a page sends."""

from __future__ import annotations

from flask import Response

from ils.documents import barcodes
from ils.documents.barcodes import Label


def printed(sheet: Label, form: str) -> Response:
    """A sheet as a download."""
    if form == "png":
        return Response(barcodes.png(sheet), mimetype="image/png")
    return Response(barcodes.pdf([sheet]), mimetype="application/pdf")
