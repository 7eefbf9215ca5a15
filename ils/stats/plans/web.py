"""Pages of plans and declared values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from flask import Response, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.errors import N_, IlsError, Invalid
from ils.fields import FieldKind, described
from ils.organisation.branches import queries as branch_queries
from ils.organisation.permissions import Permission
from ils.stats import pages
from ils.stats.definitions.loading import definitions
from ils.stats.documents.wording import number_shown
from ils.stats.models import DeclaredValue, PlanVersion
from ils.stats.names import Names
from ils.stats.pages import statistics
from ils.stats.plans import actions as planning
from ils.stats.plans import queries as plan_queries
from ils.stats.plans import rules
from ils.stats.plans.rules import BadPlan, Planned
from ils.stats.reports.web import file
from ils.web.cells import ListCell
from ils.web.filled import Form
from ils.web.lists import Column, ListDefinition

MAX_FILE_BYTES = 5_000_000
LINES_SHOWN = 20


@statistics.get("/declared")
@web.page(Permission.VIEW_STATISTICS_OF_ALL)
def declared(session: Session) -> ResponseReturnValue:
    """What nobody can count: what was said, by whom, from which source."""
    return _declared_page(session, _declared_form(session, {}))


@dataclass(frozen=True)
class DeclaredData:
    """The form of a declared value."""

    key: str = described(N_("What"), FieldKind.CHOICE)
    day: date = described(N_("Any day of the period"), FieldKind.DAY, width="date")
    branch: str = described(N_("Branch"), FieldKind.CHOICE, empty=N_("whole system"), default="")
    value: str = described(
        N_("Value"), default="", width="short", hint=N_("Leave empty to remove the earlier value.")
    )
    source: str = described(N_("Source"))


def _declared_form(session: Session, values: Mapping[str, Any] | None) -> Form[DeclaredData]:
    inputs = definitions(web.current().config).inputs.values()
    keys = [
        (one.key, f"{one.names[pages.language()]} ({web.code_name('per', one.per)})")
        for one in inputs
    ]
    return Form(
        DeclaredData, values, choices={"key": keys, "branch": pages.branch_choices(session)}
    )


def _declared_page(session: Session, form: Form[DeclaredData]) -> ResponseReturnValue:
    names = {k: one.names for k, one in definitions(web.current().config).inputs.items()}
    history = ListDefinition(
        plan_queries.declared_values(request.args.get("key")),
        (
            Column("what", N_("What"), lambda row: _input_name(names, row[0].key),
                   DeclaredValue.key),
            Column("period", N_("Period"), lambda row: _span(row[0]), DeclaredValue.start),
            Column("branch", N_("Branch"), lambda row: row[2] or gettext("whole system")),
            Column("value", N_("Value"), lambda row: row[0].value, DeclaredValue.value),
            Column("source", N_("Source"), lambda row: row[0].source, DeclaredValue.source),
            Column("who", N_("Who"), lambda row: row[1]),
            Column("when", N_("When"), lambda row: row[0].declared_at, DeclaredValue.declared_at),
        ),
        name="history",
    )  # fmt: skip
    return pages.rendered(
        session,
        "declared",
        {"history": history},
        title=N_("Manually entered figures"),
        form=form,
    )


def _input_name(names: Mapping[str, Names], key: str) -> str:
    return names[key][pages.language()] if key in names else key


def _span(value: DeclaredValue) -> str:
    return pages.span_shown(value.start, value.end)


@statistics.post("/declared")
@web.page(Permission.MANAGE_STATISTICS, write=True)
def declare(session: Session) -> ResponseReturnValue:
    """Declare a value; an earlier one of the same period stays in its history."""

    def work(data: DeclaredData) -> ResponseReturnValue:
        planning.declare_value(
            session,
            definitions(web.current().config),
            staff_id=g.staff.id,
            key=data.key,
            day=data.day,
            value=rules.declared_number(data.value),
            source=data.source,
            branch=pages.branch_of(session, data.branch),
        )
        flash(gettext("Saved."))
        return redirect(url_for("statistics.declared"))

    form = _declared_form(session, None)
    return web.handled(session, form, work, lambda form: _declared_page(session, form))


@statistics.get("/plans")
@web.page(Permission.VIEW_STATISTICS_OF_ALL)
def plans(session: Session) -> ResponseReturnValue:
    """The plans of a year by quarters, and how they came to be."""
    return _plans(session, request.args.get("year", ""), request.args.get("branch", ""))


@statistics.post("/plans")
@web.page(Permission.MANAGE_STATISTICS, write=True)
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
    branch = branch_queries.branch_by_code(session, code) if code else None
    standing = plan_queries.standing_plans(session, year, branch.id if branch else None)
    changed = []
    for table, row, names in _plan_rows():
        quarters = tuple(
            _quarter(f"{table}.{row}.{q}", f"{names[pages.language()]}, {roman}")
            for q, roman in enumerate(("I", "II", "III", "IV"), 1)
        )
        if list(quarters) != standing.get((table, row), [None] * 4):
            changed.append(Planned(table, row, code or None, year, quarters))
    reason = request.form.get("reason", "")
    planning.set_plans(session, staff_id=g.staff.id, reason=reason, planned=changed)
    return len(changed), year


@dataclass(frozen=True)
class PlanFileData:
    """The form of plans in a table."""

    file: None = described(N_("File"), FieldKind.FILE, default=None, accept=".xlsx,.csv")
    reason: str = described(N_("Why the plan is set or changed"))


@statistics.post("/plans/file")
@web.page(Permission.MANAGE_STATISTICS, write=True, prepare=web.sent_rows(MAX_FILE_BYTES))
@web.uploads(MAX_FILE_BYTES)
def import_plans(session: Session, prepared: object) -> ResponseReturnValue:
    """Set plans from a table: indicator, branch, year, four quarters."""
    known = {(table, row) for table, row, _ in _plan_rows()}

    def work(data: PlanFileData) -> ResponseReturnValue:
        if isinstance(prepared, IlsError):
            raise prepared
        read = planning.read_plans(session, known, cast("list[list[str]]", prepared))
        planning.set_plans(session, staff_id=g.staff.id, reason=data.reason, planned=read)
        flash(gettext("The plan was changed: %(count)s lines.", count=len(read)))
        return redirect(url_for("statistics.plans", year=read[0].year))

    form = Form(PlanFileData, name="file")
    return web.handled(session, form, work, lambda form: _plans(session, "", "", sent=form))


@statistics.get("/plans/<int:year>.csv")
@web.page(Permission.VIEW_STATISTICS_OF_ALL)
def plan_template(session: Session, year: int) -> ResponseReturnValue:
    """The plan as a table to be changed."""
    code = request.args.get("branch", "")
    branch = branch_queries.branch_by_code(session, code) if code else None
    standing = plan_queries.standing_plans(session, year, branch.id if branch else None)
    keys = [(table, row) for table, row, _ in _plan_rows()]
    return file(planning.plan_file(keys, standing, year, code), "csv", f"plan-{year}-{code}")


def _plans(
    session: Session,
    year_: str,
    code: str,
    error: IlsError | None = None,
    sent: Form[PlanFileData] | None = None,
) -> Response:
    """The page of plans; after an error, with what was typed and what is wrong with it."""
    try:
        year = rules.plan_year(year_) if year_ else web.today().year
    except BadPlan as wrong:
        year, error = web.today().year, error or wrong
    branch = branch_queries.branch_by_code(session, code) if code else None
    lines = _plan_rows()
    labels = {(table, row): names[pages.language()] for table, row, names in lines}
    changes = ListDefinition(
        plan_queries.plan_versions(year, branch),
        (
            Column("reason", N_("Reason"), lambda change: change[0].reason),
            Column("when", N_("When"), lambda change: change[0].set_at, PlanVersion.set_at),
            Column("who", N_("Who"), lambda change: change[1] or gettext("command line")),
            Column("lines", N_("Lines"), lambda change: _changed_lines(change[2], labels)),
        ),
        name="changes",
        enrich=_with_changes,
    )  # fmt: skip
    return pages.rendered(
        session,
        "plans",
        {"changes": changes},
        title=N_("Changes of the plan"),
        rows=lines,
        titles={table.id: table.names for table in definitions(web.current().config).tables},
        standing=plan_queries.standing_plans(session, year, branch.id if branch else None),
        typed=request.form if error else {},
        year=year,
        branch=branch,
        branches=session.scalars(branch_queries.branches()).all(),
        error=error,
        error_text=web.translated(error) if error else "",
        wrong=error.facts.get("field") if error else None,
        file_form=sent or Form(PlanFileData, {}, name="file"),
        bad=[
            (number, web.translated(why))
            for number, why in getattr(sent.error if sent else None, "lines", ())
        ],
    )


def _with_changes(session: Session, rows: Sequence[Any]) -> list[tuple[Any, ...]]:
    changes = plan_queries.changes_of(session, [version for version, _ in rows])
    return [(version, who, changes.get(version.id, [])) for version, who in rows]


def _changed_lines(
    changes: Sequence[plan_queries.PlanChange], labels: Mapping[tuple[str, str], str]
) -> ListCell:
    """How many lines, and the first of them with what they became."""
    words = [
        f"{labels.get((one.table, one.row), one.row)}, {one.branch or gettext('whole system')}: "
        + " · ".join(str(number_shown(value)) for value in one.quarters)
        for one in changes[:LINES_SHOWN]
    ]
    return ListCell(len(changes), note="; ".join(words))


def _plan_rows() -> list[tuple[str, str, dict[str, str]]]:
    """(table, row, its name in both languages) of everything that can be planned, by table."""
    done, lists = definitions(web.current().config), web.current().config.lists
    found = []
    for table_id, key in rules.plan_keys(done, web.today(), tuple(lists.catalogues)):
        table = done.table(table_id, web.today())
        names = {"ru": key, "kk": key}
        for row in table.rows if table else ():
            base, _, part = key.rpartition(".")
            if row.key == key:
                names = {"ru": row.names.ru, "kk": row.names.kk}
            elif row.key == base and part in row.parts:
                within = done.subsets[part].names
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
