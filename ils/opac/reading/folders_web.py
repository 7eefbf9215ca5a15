"""Thematic folders readers see."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import web
from ils.digitization.folders import queries
from ils.digitization.folders.models import Folder
from ils.opac import pages
from ils.opac.pages import opac
from ils.opac.reading.access import access_of


def named(folder: Folder) -> str:
    """Its name in the page's language."""
    return folder.name_kk if web.language() == "kk" else folder.name_ru


@opac.get("/folders")
@web.public()
def public_folders(session: Session) -> ResponseReturnValue:
    """All public folders."""
    found = session.scalars(queries.folders(public=True)).all()
    return pages.page("folders.html", session, folders=found, named=named)


@opac.get("/folders/<id:folder_id>")
@web.public()
def public_folder(session: Session, folder_id: int) -> ResponseReturnValue:
    """The documents of a folder that whoever asks may read."""
    one = queries.folder(session, folder_id, public=True)
    documents = session.scalars(queries.documents_in(one.id, published=True))
    readable = [document for document in documents if access_of(document).read]
    return pages.page("folder.html", session, title=named(one), documents=readable)
