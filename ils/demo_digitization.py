"""Demonstration data of digitisation: a page that is read already, and one to be recognised."""

from __future__ import annotations

import io
import json
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils.catalog.models import BibliographicRecord
from ils.config import Config
from ils.digitization.documents import actions, arranging
from ils.digitization.documents.linking import link
from ils.digitization.documents.models import DigitalDocument, DocumentKind, DocumentState
from ils.digitization.folders import actions as folders
from ils.digitization.folders.rules import FolderData
from ils.digitization.rights.models import Rights
from ils.digitization.scans import actions as scans
from ils.digitization.text import actions as texts
from ils.digitization.text import tree
from ils.ledger import Origin

#: Pages of a newspaper nobody printed; the text of the first is what Tesseract read of it.
READ, WAITING = "gazeta-14-1", "gazeta-14-2"
TITLE = "Аудан жаршысы, № 14"


def build_digitised(session: Session, config: Config, origin: Origin) -> None:
    """Give the library a page readers see, and one that waits for whoever tries it."""
    folder = config.source / "demo" / "scans"
    record = _record(session)
    shown = _taken_in(session, config, origin, folder / f"{READ}.png", TITLE)
    page = shown.pages[0]
    text = tree.loaded(json.loads((folder / f"{READ}.json").read_text(encoding="utf-8")))
    texts.store(session, page.scan_page_id, text, method="tesseract Cyrillic, sauvola", rotation=0)
    actions.attach(session, origin.derive("demo-scan"), shown, record)
    shown.state, shown.rights = DocumentState.QUEUED, Rights.OWN
    session.flush()
    actions.finish_recognising(session, origin.derive("demo-read"), shown.id)
    actions.publish(session, origin.derive("demo-shown"), shown)
    link(session, origin.derive("demo-link"), config, record)
    data = FolderData(name_ru="Наш край", name_kk="Біздің өлке", public=True)
    folders.put_in(session, folders.add_folder(session, origin, data), shown.id)
    _taken_in(session, config, origin, folder / f"{WAITING}.png", f"{TITLE} (2)")


def _record(session: Session) -> BibliographicRecord:
    """A newspaper of the demonstration, or whatever it has."""
    newspapers = select(BibliographicRecord).order_by(
        BibliographicRecord.worksheet != "newspaper", BibliographicRecord.id
    )
    return session.scalars(newspapers.limit(1)).one()


def _taken_in(
    session: Session, config: Config, origin: Origin, path: Path, title: str
) -> DigitalDocument:
    arrived = scans.receive(config, io.BytesIO(path.read_bytes()), path.name)
    scan = scans.keep(session, config, arrived, DocumentKind.OTHER, None)
    document = actions.new_document(session, origin, kind=DocumentKind.OTHER, title=title)
    arranging.add_scan(session, document, scan)
    return document
