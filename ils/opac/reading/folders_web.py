"""Thematic folders readers see."""

from __future__ import annotations

from contextlib import closing
from itertools import islice

from flask import g
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import web
from ils.digitization.folders import queries
from ils.opac import pages
from ils.opac.pages import opac
from ils.opac.reading.access import may_read

#: Documents on a page.
ROWS = 50


@opac.get("/folders")
@web.public()
def public_folders(session: Session) -> ResponseReturnValue:
    """All public folders."""
    found = session.scalars(queries.folders(public=True)).all()
    return pages.page("folders.html", session, folders=found)


@opac.get("/folders/<id:folder_id>")
@web.public()
def public_folder(session: Session, folder_id: int) -> ResponseReturnValue:
    """The documents of a folder that whoever asks may read."""
    one = queries.folder(session, folder_id, public=True)
    query = queries.documents_in(one.id, published=True).execution_options(yield_per=200)
    start = (number := pages.number()) * ROWS - ROWS
    with closing(session.scalars(query)) as rows:
        found = list(islice(filter(may_read, rows), start, start + ROWS + 1))
    return pages.page(
        "folder.html", session, title=one.named(g.language), one=one, documents=found[:ROWS],
        number=number, more=len(found) > ROWS,
    )  # fmt: skip
