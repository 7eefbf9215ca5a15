"""Pages of schedules."""

from __future__ import annotations

from collections.abc import Mapping

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ils import web
from ils.errors import N_
from ils.organisation.branches import queries as branch_queries
from ils.organisation.permissions import Permission
from ils.stats import pages
from ils.stats.definitions.loading import definitions
from ils.stats.definitions.schema import Report
from ils.stats.documents.formats import FORMATS, write
from ils.stats.documents.payload import from_payload
from ils.stats.models import PreparedReport, Schedule
from ils.stats.pages import form_branch, statistics
from ils.stats.reports.web import FORMS, file
from ils.stats.schedules import actions as schedules
from ils.web.lists import Column, ListCell, ListDefinition, RowAction


@statistics.get("/schedules")
@web.page(Permission.VIEW_STATISTICS_OF_ALL)
def schedule_list(session: Session) -> ResponseReturnValue:
    """Reports prepared regularly, and those that were prepared."""
    prepared = select(PreparedReport, Schedule).join(
        Schedule, Schedule.id == PreparedReport.schedule_id
    )
    reports = definitions(web.current().config).reports
    branches = session.scalars(branch_queries.branches()).all()
    return pages.rendered(
        session,
        "schedules",
        {
            "schedules": _schedules(reports, {branch.id: branch.code for branch in branches}),
            "prepared": _prepared(prepared.order_by(PreparedReport.prepared_at.desc()), reports),
        },
        title=N_("Schedules"),
        reports=reports,
        branches=branches,
    )


def _report_name(reports: Mapping[str, Report], code: str, language: str) -> str:
    return reports[code].names[language] if code in reports else code


def _schedules(reports: Mapping[str, Report], codes: Mapping[int, str]) -> ListDefinition:
    """What is prepared regularly."""
    keeps = pages.may_keep()

    def change(label: str, *, active: bool) -> RowAction:
        return RowAction(
            label,
            lambda one: url_for("statistics.change_schedule", schedule_id=one.id),
            lambda one: _report_name(reports, one.report, pages.language()),
            sends=lambda _: {"active": int(active)},
            shown=lambda one: keeps and one.active is not active,
        )

    return ListDefinition(
        select(Schedule).order_by(Schedule.id),
        (
            Column("report", N_("Report"),
                   lambda one: _report_name(reports, one.report, pages.language())),
            Column("every", N_("How often"), lambda one: web.code_name("every", one.every),
                   Schedule.every),
            Column("branch", N_("Branch"),
                   lambda one: codes.get(one.branch_id) or gettext("whole system")),
            Column("addresses", N_("Addresses"), lambda one: one.addresses, Schedule.addresses),
        ),
        row_actions=(change(N_("Pause"), active=False), change(N_("Resume"), active=True)),
        name="schedules",
    )  # fmt: skip


def _prepared(
    query: Select[PreparedReport, Schedule], reports: Mapping[str, Report]
) -> ListDefinition:
    """What was prepared, with its files."""
    return ListDefinition(
        query,
        (
            Column("report", N_("Report"),
                   lambda row: _report_name(reports, row[1].report, row[1].language)),
            Column("period", N_("Period"), lambda row: pages.span_shown(row[0].start, row[0].end),
                   PreparedReport.start),
            Column("files", N_("Files"), lambda row: ListCell("", links=_files(row[0].id))),
        ),
        name="prepared",
    )  # fmt: skip


def _files(prepared_id: int) -> list[tuple[str, str]]:
    return [
        (form.upper(), url_for("statistics.prepared", prepared_id=prepared_id, form=form))
        for form in FORMATS
    ]


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
