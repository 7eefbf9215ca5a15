"""Declared values, plans, closing and schedules, for whoever keeps statistics."""

from __future__ import annotations

from datetime import timedelta

from flask import abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import web
from ils.documents import spreadsheets
from ils.errors import N_, Invalid
from ils.organisation import queries as organisation
from ils.organisation.models import Branch
from ils.stats import rules
from ils.stats.actions import closing, planning, schedules
from ils.stats.models import PreparedReport, Schedule
from ils.stats.outputs.formats import FORMATS, write
from ils.stats.queries import closing as closing_queries
from ils.stats.queries import planning as plan_queries
from ils.stats.queries import verification
from ils.stats.reports.loading import definitions
from ils.stats.rules import BadPlan, Planned
from ils.stats.web import shared
from ils.stats.web.reports import FORMS, file
from ils.stats.web.shared import KEEPS, SEES_ALL, statistics

MOST_FILE = 5_000_000


@statistics.get("/declared")
@web.page(*SEES_ALL)
def declared(session: Session) -> ResponseReturnValue:
    """What nobody can count: what was said, by whom, from which source."""
    return shared.rendered(
        "declared",
        inputs=[one for one in definitions().inputs.values() if not one.noted],
        names={key: one.names for key, one in definitions().inputs.items()},
        page=web.paged(session, plan_queries.declared_values(request.args.get("key"))),
        branches=session.scalars(organisation.branches()).all(),
    )


@statistics.post("/declared")
@web.page(*KEEPS, write=True)
def declare(session: Session) -> ResponseReturnValue:
    """Declare a value; an earlier one of the same period stays in its history."""
    planning.declare_value(
        session,
        definitions(),
        staff_id=g.staff.id,
        key=request.form.get("key", ""),
        day=web.form_day("day", N_("Day")),
        value=rules.declared_number(request.form.get("value", "")),
        source=request.form.get("source", ""),
        branch=_branch(session),
    )
    flash(gettext("Written down."))
    return redirect(url_for("statistics.declared"))


@statistics.get("/plans")
@web.page(*SEES_ALL)
def plans(session: Session) -> ResponseReturnValue:
    """The plans of a year by quarters, and how they came to be."""
    return _plans(session, request.args.get("year", ""), request.args.get("branch", ""))


@statistics.post("/plans")
@web.page(*KEEPS, write=True)
def set_plans(session: Session) -> ResponseReturnValue:
    """Set what differs from the plans that stand, as one version with its reason."""
    code = request.form.get("branch", "")
    try:
        with session.begin_nested():
            count, year = _set_plans(session, code)
    except Invalid as error:
        return _plans(session, request.form.get("year", ""), code, error), error.status
    flash(gettext("The plan was changed: %(count)s lines.", count=count))
    return redirect(url_for("statistics.plans", year=year, branch=code or None))


def _set_plans(session: Session, code: str) -> tuple[int, int]:
    year = rules.plan_year(request.form.get("year", ""))
    branch = organisation.branch_by_code(session, code) if code else None
    standing = plan_queries.standing_plans(session, year, branch.id if branch else None)
    changed = []
    for table, row, names in _plan_rows():
        quarters = tuple(
            _quarter(f"{table}.{row}.{q}", f"{names[shared.language()]}, {roman}")
            for q, roman in enumerate(("I", "II", "III", "IV"), 1)
        )
        if list(quarters) != standing.get((table, row), [None] * 4):
            changed.append(Planned(table, row, code or None, year, quarters))
    reason = request.form.get("reason", "")
    planning.set_plans(session, staff_id=g.staff.id, reason=reason, planned=changed)
    return len(changed), year


@statistics.post("/plans/file")
@web.page(*KEEPS, write=True)
@web.uploads(MOST_FILE)
def import_plans(session: Session) -> ResponseReturnValue:
    """Set plans from a table: indicator, branch, year, four quarters."""
    uploaded = request.files.get("file")
    known = {(table, row) for table, row, _ in _plan_rows()}
    try:
        with session.begin_nested():
            rows = spreadsheets.rows(uploaded.read() if uploaded else b"")
            read = planning.read_plans(session, known, rows)
            reason = request.form.get("reason", "")
            planning.set_plans(session, staff_id=g.staff.id, reason=reason, planned=read)
    except Invalid as error:
        return _plans(session, "", "", error), error.status
    flash(gettext("The plan was changed: %(count)s lines.", count=len(read)))
    return redirect(url_for("statistics.plans", year=read[0].year))


@statistics.get("/plans/<int:year>.csv")
@web.page(*SEES_ALL)
def plan_template(session: Session, year: int) -> ResponseReturnValue:
    """The plan as a table to be changed."""
    code = request.args.get("branch", "")
    branch = organisation.branch_by_code(session, code) if code else None
    standing = plan_queries.standing_plans(session, year, branch.id if branch else None)
    keys = [(table, row) for table, row, _ in _plan_rows()]
    return file(planning.plan_file(keys, standing, year, code), "csv", f"plan-{year}-{code}")


def _plans(session: Session, year_: str, code: str, error: Invalid | None = None) -> str:
    """The page of plans; after an error, with what was typed and what is wrong with it."""
    try:
        year = rules.plan_year(year_) if year_ else web.today().year
    except BadPlan as wrong:
        year, error = web.today().year, error or wrong
    branch = organisation.branch_by_code(session, code) if code else None
    page = web.paged(session, plan_queries.plan_versions(year, branch))
    lines = _plan_rows()
    return shared.rendered(
        "plans",
        rows=lines,
        labels={(table, row): names[shared.language()] for table, row, names in lines},
        titles={table.id: table.names for table in definitions().tables},
        standing=plan_queries.standing_plans(session, year, branch.id if branch else None),
        typed=request.form if error else {},
        year=year,
        branch=branch,
        branches=session.scalars(organisation.branches()).all(),
        page=page,
        changes=plan_queries.changes_of(session, [version for version, _ in page.rows]),
        error=web.translated(error) if error else "",
        bad=[(number, web.translated(why)) for number, why in getattr(error, "lines", ())],
    )


@statistics.get("/closing")
@web.page(*SEES_ALL)
def months(session: Session) -> ResponseReturnValue:
    """Closed months, and what speaks against closing the next one."""
    before = (web.today().replace(day=1) - timedelta(days=1)).replace(day=1)
    still_open = closing_queries.open_months(session, before)
    return shared.rendered(
        "closing",
        page=web.paged(session, closing_queries.closed_months()),
        month=before if still_open else None,
        also=still_open[:-1],
        silent=closing_queries.silent_days(session, before) if still_open else (),
        checked=closing_queries.selfcheck(session),
        staff={one.id: one.login for one in session.scalars(organisation.staff_members())},
    )


@statistics.post("/closing")
@web.page(*KEEPS, write=True)
def close(session: Session) -> ResponseReturnValue:
    """Close a month, and those before it that are still open; the worker seals them."""
    month = closing.parsed_month(request.form.get("month", ""))
    accepted = request.form.get("accepted") == "1"
    done = closing.close_month(
        session, month, today=web.today(), staff_id=g.staff.id, accepted=accepted
    )
    span = f"{done[0]:%m.%Y} – {done[-1]:%m.%Y}" if len(done) > 1 else f"{done[0]:%m.%Y}"
    flash(gettext("Closed: %(months)s", months=span))
    return redirect(url_for("statistics.months"))


@statistics.get("/verify")
@web.page(*KEEPS)
def verify(session: Session) -> ResponseReturnValue:
    """Count all closed months again, another way."""
    number, found = verification.verify(session)
    sealing = len(closing_queries.unsealed(session))
    found = [one for one in found if one.what != "seal"]
    return shared.rendered("verified", number=number, found=found, sealing=sealing)


@statistics.get("/schedules")
@web.page(*SEES_ALL)
def schedule_list(session: Session) -> ResponseReturnValue:
    """Reports prepared regularly, and those that were prepared."""
    prepared = select(PreparedReport, Schedule).join(
        Schedule, Schedule.id == PreparedReport.schedule_id
    )
    return shared.rendered(
        "schedules",
        schedules=session.scalars(select(Schedule).order_by(Schedule.id)).all(),
        page=web.paged(session, prepared.order_by(PreparedReport.prepared_at.desc())),
        reports=definitions().reports,
        branches=session.scalars(organisation.branches()).all(),
        codes={b.id: b.code for b in session.scalars(organisation.branches())},
        formats=tuple(FORMATS),
    )


@statistics.post("/schedules")
@web.page(*KEEPS, write=True)
def schedule(session: Session) -> ResponseReturnValue:
    """Have a report prepared and sent regularly."""
    schedules.add_schedule(
        session,
        definitions(),
        report=request.form.get("report", ""),
        every=request.form.get("every", ""),
        language=request.form.get("language", "ru"),
        addresses=request.form.get("addresses", ""),
        days_after=web.form_int("days_after") or 1,
        branch=_branch(session),
        today=web.today(),
    )
    flash(gettext("The schedule was added."))
    return redirect(url_for("statistics.schedule_list"))


@statistics.post("/schedules/<id:schedule_id>")
@web.page(*KEEPS, write=True)
def change_schedule(session: Session, schedule_id: int) -> ResponseReturnValue:
    """Let a schedule rest, or go on."""
    found = session.get(Schedule, schedule_id) or abort(404)
    schedules.stop_schedule(session, found, active=request.form.get("active") == "1")
    return redirect(url_for("statistics.schedule_list"))


@statistics.get(f"/prepared/<id:prepared_id>.<{FORMS}:form>")
@web.page(*SEES_ALL)
def prepared(session: Session, prepared_id: int, form: str) -> ResponseReturnValue:
    """A prepared report as it was, in any format."""
    found = session.get(PreparedReport, prepared_id) or abort(404)
    about = session.get_one(Schedule, found.schedule_id)
    data = write(found.content, form, about.language)
    return file(data, form, f"{about.report}-{found.start}")


def _branch(session: Session) -> Branch | None:
    code = request.form.get("branch", "")
    return organisation.branch_by_code(session, code) if code else None


def _plan_rows() -> list[tuple[str, str, dict[str, str]]]:
    """(table, row, its name in both languages) of everything that can be planned, by table."""
    done, lists = definitions(), web.ils().config.lists
    found = []
    for table_id, key in rules.plan_keys(done, web.today(), tuple(lists.catalogues)):
        table = done.table(table_id, web.today())
        names = {"ru": key, "kk": key}
        for row in table.rows if table else ():
            base, _, part = key.rpartition(".")
            if row.key == key:
                names = {"ru": row.names.ru, "kk": row.names.kk}
            elif row.key == base and part in row.parts:
                within = done.withins[part].names
                names = {
                    "ru": f"{row.names.ru}, {within.ru}", "kk": f"{row.names.kk}, {within.kk}",
                }  # fmt: skip
        if key in lists.catalogues:
            names = dict(lists.catalogues[key])
        found.append((table_id, key, names))
    return found


def _quarter(name: str, label: str) -> int | None:
    try:
        return rules.plan_number(request.form.get(name, ""))
    except BadPlan:
        raise Invalid(label, N_("It must be a whole number, not below 0.")) from None
