"""Contacts, what was read, what the library should buy."""

from __future__ import annotations

from dataclasses import fields

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import clock, web
from ils.circulation.loans.queries import loans_since
from ils.opac import pages
from ils.opac.account import signing
from ils.opac.pages import opac
from ils.patrons import site_access
from ils.patrons.site_access import ContactData
from ils.services.enquiries import actions as enquiries
from ils.services.enquiries import queries as enquiry_queries
from ils.services.enquiries.actions import SuggestionData
from ils.web.filled import Form


@opac.get("/my/settings")
@web.public(check=signing.require)
def my_settings(session: Session) -> ResponseReturnValue:
    """Contacts and whether what is read is kept."""
    patron = signing.reader(session)
    values = {one.name: getattr(patron, one.name) for one in fields(ContactData)}
    return _settings_page(session, Form(ContactData, values))


@opac.post("/my/settings")
@web.public(write=True, check=signing.require)
def save_settings(session: Session) -> ResponseReturnValue:
    """Keep new contacts."""

    def work(data: ContactData) -> ResponseReturnValue:
        site_access.change_contacts(session, signing.reader(session), data)
        flash(gettext("Saved."))
        return redirect(url_for("opac.my_settings"))

    return web.handled(session, Form(ContactData), work, lambda form: _settings_page(session, form))


def _settings_page(session: Session, form: Form[ContactData]) -> ResponseReturnValue:
    return pages.page("settings.html", session, form=form, patron=signing.reader(session))


@opac.get("/my/history")
@web.public(check=signing.require)
def my_history(session: Session) -> ResponseReturnValue:
    """What was read since the reader wished to keep it."""
    patron = signing.reader(session)
    since = patron.history_since
    loans = session.scalars(loans_since(patron.id, since)).all() if since else []
    return pages.page("history.html", session, patron=patron, loans=loans)


@opac.post("/my/history")
@web.public(write=True, check=signing.require)
def keep_history(session: Session) -> ResponseReturnValue:
    """Keep the list from now on, or keep it no more."""
    keep = request.form.get("keep") == "1"
    signing.reader(session).history_since = clock.now() if keep else None
    flash(gettext("From now on you see here what you read.") if keep
          else gettext("What you read is no longer listed."))  # fmt: skip
    return redirect(url_for("opac.my_history"))


@opac.get("/my/suggestions")
@web.public(check=signing.require)
def my_suggestions(session: Session) -> ResponseReturnValue:
    """What the reader asked the library to buy, and what became of it."""
    values = {"what": request.args.get("what", "")}
    return _suggestions_page(session, Form(SuggestionData, values))


@opac.post("/my/suggestions")
@web.public(write=True, check=signing.require)
def add_suggestion(session: Session) -> ResponseReturnValue:
    """Ask the library to buy something."""

    def work(data: SuggestionData) -> ResponseReturnValue:
        patron = signing.reader(session)
        origin = signing.origin_at(session, patron.branch_id)
        enquiries.suggest(session, origin, what=data.what, note=data.note, patron_id=patron.id)
        flash(gettext("Thank you. The library buys by what readers ask for."))
        return redirect(url_for("opac.my_suggestions"))

    return web.handled(
        session, Form(SuggestionData), work, lambda form: _suggestions_page(session, form)
    )


def _suggestions_page(session: Session, form: Form[SuggestionData]) -> ResponseReturnValue:
    own = session.scalars(enquiry_queries.suggestions_of(g.reader.id)).all()
    return pages.page("suggestions.html", session, form=form, suggestions=own)
