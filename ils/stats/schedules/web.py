"""Pages of schedules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ils import web
from ils.errors import N_
from ils.fields import FieldKind, described
from ils.organisation.branches import queries as branch_queries
from ils.organisation.permissions import Permission
from ils.stats import pages
from ils.stats.definitions.loading import definitions
from ils.stats.definitions.schema import Report
from ils.stats.documents.formats import FORMATS, write
from ils.stats.documents.payload import from_payload
from ils.stats.models import PreparedReport, Schedule
from ils.stats.pages import statistics
from ils.stats.reports.web import FORMS, file
from ils.stats.schedules import actions as schedules
from ils.web.cells import ListCell
from ils.web.filled import Form
from ils.web.lists import Column, ListDefinition, RowAction


@statistics.get("/schedules")
@web.page(Permission.VIEW_STATISTICS_OF_ALL)
def schedule_list(session: Session) -> ResponseReturnValue:
    """Reports prepared regularly, and those that were prepared."""
    return _page(session, _form(session, {"language": pages.language()}))


@dataclass(frozen=True)
class ScheduleData:
    """The form of a report prepared regularly."""

    report: str = described(N_("Report"), FieldKind.CHOICE)
    every: str = described(N_("How often"), codes="every", default="month")
    days_after: int = described(
        N_("Days after its end"), FieldKind.WHOLE, default=1, least=1, most=365, width="year"
    )
    branch: str = described(N_("Branch"), FieldKind.CHOICE, empty=N_("whole system"), default="")
    language: str = described(N_("Language"), FieldKind.CHOICE, default="ru")
    addresses: str = described(N_("E-mail addresses, with commas"), default="")


def _form(session: Session, values: Mapping[str, object] | None) -> Form[ScheduleData]:
    reports = definitions(web.current().config).reports.values()
    choices = {
        "report": [(one.id, one.names[pages.language()]) for one in reports],
        "branch": pages.branch_choices(session),
        "language": [("ru", "Русский"), ("kk", "Қазақша")],
    }
    return Form(ScheduleData, values, choices=choices)


def _page(session: Session, form: Form[ScheduleData]) -> ResponseReturnValue:
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
        form=form,
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

    def work(data: ScheduleData) -> ResponseReturnValue:
        values = asdict(data) | {"branch": pages.branch_of(session, data.branch)}
        known = definitions(web.current().config)
        schedules.add_schedule(session, known, today=web.today(), **values)
        flash(gettext("The schedule was added."))
        return redirect(url_for("statistics.schedule_list"))

    form = _form(session, None)
    return web.handled(session, form, work, lambda form: _page(session, form))


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
