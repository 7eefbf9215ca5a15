"""Folders made, filled, removed."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ils.digitization.folders.models import Folder, FolderDocument
from ils.digitization.folders.rules import FolderData
from ils.ledger import Origin


def add_folder(session: Session, origin: Origin, data: FolderData) -> Folder:
    """A new folder."""
    folder = Folder(
        name_ru=data.name_ru, name_kk=data.name_kk, public=data.public, created_at=origin.at
    )
    session.add(folder)
    session.flush()
    return folder


def change_folder(session: Session, folder: Folder, data: FolderData) -> None:
    """Another name; readers see it or not."""
    folder.name_ru, folder.name_kk, folder.public = data.name_ru, data.name_kk, data.public
    session.flush()


def put_in(session: Session, folder: Folder, document_id: int) -> None:
    """Put a document into a folder; it may be in several, and in each once."""
    own = (FolderDocument.folder_id == folder.id, FolderDocument.document_id == document_id)
    if session.scalar(select(FolderDocument.id).where(*own)) is None:
        session.add(FolderDocument(folder_id=folder.id, document_id=document_id))
        session.flush()


def take_out(session: Session, folder: Folder, document_id: int) -> None:
    """Take a document out of a folder; it stays what it is."""
    own = (FolderDocument.folder_id == folder.id, FolderDocument.document_id == document_id)
    session.execute(delete(FolderDocument).where(*own))
