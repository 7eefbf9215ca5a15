"""Removing a document: one account asks, another agrees. Articles cut out of it."""

from __future__ import annotations

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.digitization.documents import queries, removal
from ils.digitization.pages import digitisation
from ils.organisation.audit.actions import audit
from ils.organisation.permissions import Permission


@digitisation.post("/<id:document_id>/removal/<any(ask, keep, agree):act>")
@web.page(Permission.MANAGE_RIGHTS, write=True)
def remove_document(session: Session, document_id: int, act: str) -> ResponseReturnValue:
    """Ask for the removal, take that back, or agree as the second person."""
    one = queries.document(session, document_id, lock=True)
    title = one.title
    if act == "ask":
        reason = " ".join(request.form.get("reason", "").split())[:500]
        removal.ask_removal(session, one, g.staff.id, reason)
        audit(session, g.staff.id, "document.removal_asked", str(document_id), reason=reason)
    elif act == "keep":
        removal.take_back_removal(session, one)
    else:
        reason = one.removal_reason
        removal.remove(session, web.origin(), one)
        audit(session, g.staff.id, "document.removed", str(document_id), title=title, reason=reason)
        flash(gettext("The document was removed."))
        return redirect(url_for("digitisation.documents"))
    flash(gettext("Saved."))
    return redirect(url_for("digitisation.document", document_id=document_id))
