"""Views of lists that somebody keeps."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import flash, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.organisation.permissions import Permission
from ils.organisation.staff import views
from ils.organisation.web.blueprints import pages


@pages.post("/staff/views")
@web.page(Permission.VIEW_CATALOGUE, write=True)
def save_view(session: Session) -> ResponseReturnValue:
    """Keep the list as it is asked for now."""
    sent = request.form
    address = views.save_view(
        session, g.staff.id, name=sent.get("name", ""), address=sent.get("address", "")
    )
    flash(gettext("The view is saved."))
    return redirect(address)


@pages.post("/staff/views/remove")
@web.page(Permission.VIEW_CATALOGUE, write=True)
def remove_view(session: Session) -> ResponseReturnValue:
    """Forget a view; the list stays."""
    address = request.form.get("address", "")
    views.remove_view(session, g.staff.id, name=request.form.get("name", ""), address=address)
    flash(gettext("The view is removed."))
    path = urlsplit(address).path
    return redirect(path if path.startswith(views.PLACES) else "/")
