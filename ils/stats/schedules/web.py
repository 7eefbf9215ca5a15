"""Pages of schedules."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import web
from ils.organisation.branches import queries as branch_queries
from ils.organisation.permissions import Permission
from ils.stats import pages
from ils.stats.definitions.loading import definitions
from ils.stats.documents.formats import FORMATS, write
from ils.stats.documents.payload import from_payload
from ils.stats.models import PreparedReport, Schedule
from ils.stats.pages import form_branch, statistics
from ils.stats.reports.web import FORMS, file
from ils.stats.schedules import actions as schedules


@statistics.get("/schedules")
@web.page(Permission.VIEW_STATISTICS_OF_ALL)
def schedule_list(session: Session) -> ResponseReturnValue:
    """Reports prepared regularly, and those that were prepared."""
    prepared = select(PreparedReport, Schedule).join(
        Schedule, Schedule.id == PreparedReport.schedule_id
    )
    return pages.rendered(
        "schedules",
        schedules=session.scalars(select(Schedule).order_by(Schedule.id)).all(),
        page=web.paged(session, prepared.order_by(PreparedReport.prepared_at.desc())),
        reports=definitions(web.current().config).reports,
        branches=session.scalars(branch_queries.branches()).all(),
        codes={b.id: b.code for b in session.scalars(branch_queries.branches())},
        formats=tuple(FORMATS),
    )


@statistics.post("/schedules")
@web.page(Permission.MANAGE_STATISTICS, write=True)
def schedule(session: Session) -> ResponseReturnValue:
    """Have a report prepared and sent regularly."""
    schedules.add_schedule(
        session,
        definitions(web.current().config),
        report=request.form.get("report", ""),
        every=request.form.get("every", ""),
        language=request.form.get("language", "ru"),
        addresses=request.form.get("addresses", ""),
        days_after=web.form_int("days_after") or 1,
        branch=form_branch(session),
        today=web.today(),
    )
    flash(gettext("The schedule was added."))
    return redirect(url_for("statistics.schedule_list"))


@statistics.post("/schedules/<id:schedule_id>")
@web.page(Permission.MANAGE_STATISTICS, write=True)
def change_schedule(session: Session, schedule_id: int) -> ResponseReturnValue:
    """Let a schedule rest, or go on."""
    found = session.get(Schedule, schedule_id) or abort(404)
    schedules.stop_schedule(session, found, active=request.form.get("active") == "1")
    return redirect(url_for("statistics.schedule_list"))


@statistics.get(f"/prepared/<id:prepared_id>.<{FORMS}:form>")
@web.page(Permission.VIEW_STATISTICS_OF_ALL)
def prepared(session: Session, prepared_id: int, form: str) -> ResponseReturnValue:
    """A prepared report as it was, in any format."""
    found = session.get(PreparedReport, prepared_id) or abort(404)
    about = session.get_one(Schedule, found.schedule_id)
    data = write(from_payload(found.content), form, about.language)
    return file(data, form, f"{about.report}-{found.start}")
