"""Who of the staff reads what is not open to everybody is written down, once a sitting."""

from __future__ import annotations

from flask import g
from flask import session as cookie

from ils import web
from ils.digitization.documents.models import DigitalDocument
from ils.digitization.rights.models import Rights
from ils.organisation.audit.actions import audit

#: Of a cookie: the documents whose reading was noted, the last ones.
NOTED, MOST = "noted_documents", 20
OPEN = {Rights.PUBLIC_DOMAIN, Rights.OWN}


def note_read(document: DigitalDocument) -> None:
    """Have it noted after the page that an account reads a document not open to all."""
    note(document, g.staff.id)


def note(document: DigitalDocument, by: int | None) -> None:
    """Have the reading of a restricted document noted; ``None``: a reader inside the library."""
    noted = list(cookie.get(NOTED, []))
    if document.rights in OPEN or str(document.id) in noted:
        return
    cookie[NOTED] = [*noted, str(document.id)][-MOST:]
    number = str(document.id)
    web.afterwards(lambda session: audit(session, by, "document.read", number))
