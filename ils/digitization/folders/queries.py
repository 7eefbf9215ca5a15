"""Reading folders."""

from __future__ import annotations

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ils.digitization.documents.models import DigitalDocument, DocumentPage, DocumentState
from ils.digitization.folders.models import Folder, FolderDocument
from ils.digitization.scans.models import ScanFile, ScanPage
from ils.errors import N_, NotFound


class UnknownFolder(NotFound):
    """There is no such folder, or not for whoever asks."""

    code = "unknown_folder"
    message = N_("There is no such folder.")


def folders(*, public: bool = False) -> Select[Folder]:
    """All folders by name; of readers, those they see."""
    query = select(Folder).order_by(Folder.name_ru)
    return query.where(Folder.public) if public else query


def folder(session: Session, folder_id: int, *, public: bool = False) -> Folder:
    """A folder.

    Raises:
        UnknownFolder: there is none, or readers do not see it.
    """
    found = session.get(Folder, folder_id)
    if found is None or (public and not found.public):
        raise UnknownFolder
    return found


def documents_in(folder_id: int, *, published: bool = False) -> Select[DigitalDocument]:
    """The documents of a folder by title."""
    query = (
        select(DigitalDocument)
        .join(FolderDocument, FolderDocument.document_id == DigitalDocument.id)
        .where(FolderDocument.folder_id == folder_id)
        .order_by(DigitalDocument.title, DigitalDocument.id)
    )
    return query.where(DigitalDocument.state == DocumentState.PUBLISHED) if published else query


def sizes(session: Session) -> dict[int, tuple[int, int]]:
    """Folder → (documents, bytes of the scans of their pages; a shared file once)."""
    counts = dict(
        session.execute(
            select(FolderDocument.folder_id, func.count()).group_by(FolderDocument.folder_id)
        ).all()
    )
    own = (
        select(FolderDocument.folder_id, ScanFile.id, ScanFile.size)
        .join(DocumentPage, DocumentPage.document_id == FolderDocument.document_id)
        .join(ScanPage, ScanPage.id == DocumentPage.scan_page_id)
        .join(ScanFile, ScanFile.id == ScanPage.file_id)
        .distinct()
        .subquery()
    )
    size = select(own.c.folder_id, func.sum(own.c.size)).group_by(own.c.folder_id)
    bytes_of = {number: int(total) for number, total in session.execute(size).all()}
    return {number: (count, bytes_of.get(number, 0)) for number, count in counts.items()}


def folders_of(document_id: int) -> Select[Folder]:
    """The folders a document is in."""
    own = select(FolderDocument.folder_id).where(FolderDocument.document_id == document_id)
    return folders().where(Folder.id.in_(own))
