"""Issues of newspapers and journals, year by year."""

from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import web
from ils.catalog.models import BibliographicRecord
from ils.catalog.queries import active_record
from ils.digitization.issues import queries
from ils.digitization.pages import digitisation
from ils.errors import N_
from ils.organisation.permissions import Permission
from ils.web.lists import Column, ListDefinition


@digitisation.get("/issues/")
@web.page(Permission.VIEW_DIGITISATION)
def serial_titles(session: Session) -> ResponseReturnValue:
    """Newspapers and journals: whose issues are looked at."""
    definition = ListDefinition(
        queries.titles(),
        [
            Column("title", N_("Title"), lambda one: one.title, BibliographicRecord.title,
                   lambda one: url_for("digitisation.issues", record_id=one.id)),
            Column("material", N_("Material"), lambda one: web.code_name("material", one.material)),
        ],
        empty=N_("No newspaper or journal is described yet."),
    )  # fmt: skip
    return web.list_page(session, definition, title=N_("Issues by date"))


@digitisation.get("/issues/<id:record_id>")
@web.page(Permission.VIEW_DIGITISATION)
def issues(session: Session, record_id: int) -> ResponseReturnValue:
    """The issues of a title in a year: described, scanned, recognised, missing."""
    title = active_record(session, record_id)
    years = queries.years(session, title)
    year = web.argument_int("year") or (years[0] if years else web.today().year)
    return web.respond(
        session, "digitization/issues.html", {}, title=title.title, one=title, years=years,
        year=year, steps=queries.steps(session, title, year),
    )  # fmt: skip
