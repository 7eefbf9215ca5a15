"""Reports on screen; each figure opens its entries."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import clock, web
from ils.clock import Period
from ils.errors import N_, Invalid
from ils.organisation import queries as organisation
from ils.organisation.models import Branch, Role
from ils.stats import queries
from ils.stats.export import filled
from ils.stats.reports import MONTH, REPORTS, Cell, UnknownCell

statistics = Blueprint("statistics", __name__, url_prefix="/staff/stats")

SEES_ALL = frozenset({Role.STATISTICIAN, Role.ADMINISTRATOR})


@statistics.get("/")
@web.page(Role.STATISTICIAN, Role.ADMINISTRATOR, Role.DESK)
def month(session: Session) -> ResponseReturnValue:
    """The work of a period; this month, unless another one is asked for."""
    period, branch = _period(), _branch(session)
    return render_template(
        "stats/report.html",
        done=filled(session, web.ils().config, MONTH, period, branch),
        period=period,
        branch=branch,
        branches=session.scalars(organisation.branches()).all() if _sees_all() else (),
    )


@statistics.get("/entries")
@web.page(Role.STATISTICIAN, Role.ADMINISTRATOR, Role.DESK)
def entries(session: Session) -> ResponseReturnValue:
    """The entries behind one cell."""
    period, branch = _period(), _branch(session)
    asked = {name: request.args.get(name, "") for name in ("table", "row", "column")}
    report = request.args.get("report", "")
    if report not in REPORTS:
        raise UnknownCell(report=report, cell=" ".join(asked.values()))
    cell = Cell(REPORTS[report], **asked)
    query = queries.entries(cell, period, branch.id if branch else None)
    return render_template(
        "stats/entries.html",
        page=web.paged(session, query),
        sum=queries.sum_of(session, query),
        measure=cell.place()[1],
        period=period,
        branch=branch,
        names=organisation.names_of(session, web.language()),
    )


def _sees_all() -> bool:
    return not SEES_ALL.isdisjoint(g.staff.roles)


def _branch(session: Session) -> Branch | None:
    """The branch asked for; a branch's own staff see their branch only."""
    if not _sees_all():
        return session.get_one(Branch, g.staff.branch.id)
    code = request.args.get("branch", "")
    return organisation.branch_by_code(session, code) if code else None


def _period() -> Period:
    today = clock.local_day(clock.now(), g.staff.branch.timezone)
    first = _day("from", N_("From"), today.replace(day=1))
    last = _day("to", N_("To"), today)
    if last < first:
        raise Invalid(N_("To"), N_("The period ends before it begins."))
    return Period.inclusive(first, last)


def _day(name: str, field: str, default: date) -> date:
    text = request.args.get(name, "")
    return web.parsed_day(text, field) if text else default
