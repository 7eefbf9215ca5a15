"""What a visitor did not find, told to the library: an unmet request, one a visit."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.opac import pages, visits
from ils.opac.pages import opac
from ils.services.enquiries.actions import record_unmet_request
from ils.services.enquiries.models import UnmetReason


@opac.post("/search/wish")
@web.public(write=True)
def ask_for(session: Session) -> ResponseReturnValue:
    """Write down what the library has not; one thing a visit, and none of a robot."""
    if cookie.get(visits.TOLD) or not visits.is_person():
        flash(gettext("You told us of one thing already; thank you."))
        return redirect(url_for("opac.start"))
    what = request.form.get("what", "")
    record_unmet_request(session, pages.origin(session), what=what, reason=UnmetReason.ABSENT)
    cookie[visits.TOLD] = True
    flash(gettext("Thank you. The library buys by what readers ask for."))
    return redirect(url_for("opac.start"))
