"""Files that are sent: received before the transaction, kept by the act that wanted them."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from flask import g, request
from sqlalchemy.orm import Session

from ils import files
from ils.documents import spreadsheets
from ils.errors import N_, IlsError, Invalid
from ils.files import Purpose, ReceivedFile, StoredFile
from ils.web.system import current


def sent_file(most: int, field: str = N_("File")) -> Callable[[], ReceivedFile]:
    """What prepares a page whose form has a ``file``: it is put on disk.

    The page's own `uploads` lets so many bytes through.

    Args:
        field: what the form calls it.

    Raises:
        Invalid: there is none, or it has more than ``most`` bytes.
    """

    def receive() -> ReceivedFile:
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            raise Invalid(field, N_("Choose a file."))
        return files.receive(current().config.folder, sent.stream, most)

    return receive


def sent_rows(most: int) -> Callable[[], list[list[str]]]:
    """What prepares a page whose form has a table as ``file``: its rows are read.

    Raises:
        NotTable: it is none, or has more than ``most`` bytes.
    """

    def read() -> list[list[str]]:
        sent = request.files.get("file")
        data = sent.read(most) if sent else b""
        return list(spreadsheets.rows(data, current().config.limits))

    return read


def kept_file(session: Session, prepared: object) -> StoredFile:
    """The file a page was prepared with, kept until a job has read it.

    Raises:
        IlsError: what `sent_file` refused.
    """
    if isinstance(prepared, IlsError):
        raise prepared
    sent = request.files["file"]
    return files.keep(
        session, cast("ReceivedFile", prepared), Purpose.UPLOAD,
        name=(sent.filename or "")[-100:], type=sent.mimetype, created_by=g.staff.id,
    )  # fmt: skip
