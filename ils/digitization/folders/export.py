"""A folder written for the national electronic library: PDF, text, MARC, and what is what."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from ils import db, files
from ils.digitization.documents import queries as documents
from ils.digitization.documents.models import READABLE, DigitalDocument
from ils.digitization.folders import queries
from ils.files import Purpose
from ils.jobs.runner import JobContext, JobKind
from ils.marc.record import MarcRecord
from ils.marc.writing import Format, Writer

WRITE_FOLDER = "write_folder"
TYPE = "application/zip"
#: Bytes a folder may have when it is written.
MOST_BYTES = 20_000_000_000


def _write(context: JobContext) -> dict[str, Any]:
    """Write a folder into one file; documents without a text wait for another time."""
    data = context.config.folder
    with db.reading(context.sessions) as session:
        folder = queries.folder(session, context.args["folder"])
        name = folder.name_ru
        query = queries.documents_in(folder.id)
        found = session.scalars(query.where(DigitalDocument.state.in_(READABLE))).all()
    with tempfile.TemporaryFile(dir=data) as target:
        manifest: list[dict[str, Any]] = []
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as packed:
            for number, document in enumerate(context.watched(found), 1):
                with db.reading(context.sessions) as session:
                    manifest.append(_add(session, data, packed, number, document))
            about = {"folder": name, "documents": manifest}
            packed.writestr("manifest.json", json.dumps(about, ensure_ascii=False, indent=1))
        target.seek(0)
        received = files.receive(data, target, MOST_BYTES)
    with context.transaction() as session:
        kept = files.keep(
            session, received, Purpose.ATTACHMENT, name=f"{name[:80]}.zip", type=TYPE,
            created_by=context.args["staff_id"],
        )  # fmt: skip
        result = {"file": kept.id, "documents": len(manifest)}
        context.keep_result(session, result)
    return result


def _add(
    session: Session, data: Path, packed: zipfile.ZipFile, number: int, found: DigitalDocument
) -> dict[str, Any]:
    """Put a document in; returns what the manifest says of it."""
    document = documents.document(session, found.id)
    sums: dict[str, str] = {}

    def put(name: str, content: bytes) -> None:
        packed.writestr(name, content)
        sums[name] = hashlib.sha256(content).hexdigest()

    texts = list(documents.texts(session, document.id))
    put(f"{number:04}.txt", "\n\f\n".join(texts).encode())
    if document.record is not None:
        put(f"{number:04}.xml", _as_xml(document.record.marc_record()))
    path = documents.pdf_of(data, document)
    if path is not None:
        name = f"{number:04}.pdf"
        packed.write(path, name)
        with path.open("rb") as content:
            sums[name] = hashlib.file_digest(content, "sha256").hexdigest()
    contract = document.contract
    return {
        "id": document.id, "title": document.title, "kind": document.kind,
        "language": document.language, "pages": len(texts), "rights": document.rights,
        "contract": f"{contract.number}, {contract.holder}" if contract is not None else "",
        "pdf": document.pdf_state, "sha256": sums,
    }  # fmt: skip


def _as_xml(marc: MarcRecord) -> bytes:
    writer = Writer(Format.MARCXCHANGE)
    content, _ = writer.record(marc)
    return writer.opening() + content + writer.closing()


JOBS = (JobKind(WRITE_FOLDER, _write),)
