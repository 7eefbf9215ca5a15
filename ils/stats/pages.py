"""Who may see what of statistics, and for which days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, g
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.clock import Period
from ils.errors import N_, Forbidden
from ils.organisation.branches import queries as branch_queries
from ils.organisation.branches import queries as organisation
from ils.organisation.branches.models import Branch
from ils.organisation.permissions import Permission
from ils.stats.definitions.loading import definitions
from ils.stats.documents.wording import number_shown, shown
from ils.stats.engine.reporting import ReportRequest
from ils.stats.engine.rules import checked_period, told_period
from ils.web.lists import ListDefinition

statistics = Blueprint("statistics", __name__, url_prefix="/staff/stats")

ALL = "all"


class OtherBranch(Forbidden):
    """Staff of a branch see their own figures."""

    code = "other_branch"
    message = N_("You may see the figures of the branch “%(branch)s” only.")


def sees_all() -> bool:
    """Whether whoever is signed in sees every branch."""
    return web.may(Permission.VIEW_STATISTICS_OF_ALL)


def may_keep() -> bool:
    """Whether whoever is signed in may plan, declare and close."""
    return web.may(Permission.MANAGE_STATISTICS)


def place() -> str:
    """The ``where`` of an address: everything, or the own branch."""
    code: str = g.staff.branch.code
    return ALL if sees_all() else code


def branches_of(session: Session, where: str) -> tuple[Branch, ...]:
    """The branches an address names, ``A+B`` or ``all``; a branch's staff see their own only.

    Raises:
        UnknownBranch: no branch has the code.
        OtherBranch: it is not one's own.
    """
    if not sees_all():
        if where != g.staff.branch.code:
            raise OtherBranch(branch=g.staff.branch.code)
        return (session.get_one(Branch, g.staff.branch.id),)
    if where == ALL:
        return ()
    return tuple(organisation.branch_by_code(session, code) for code in where.split("+"))


def parsed_span(text: str) -> Period:
    """The period of an address: ``2026-01-01..2026-03-31``, both days counted.

    Raises:
        Invalid: it is none.
    """
    first, _, last = text.partition("..")
    return checked_period(
        web.parsed_day(first, N_("From")), web.parsed_day(last or first, N_("To"))
    )


def span(period: Period) -> str:
    """A period as an address says it."""
    return f"{period.start}..{period.last}"


def span_shown(start: date, end: date) -> str:
    """Days up to, and not including, ``end``."""
    return f"{start:%d.%m.%Y} – {end - timedelta(days=1):%d.%m.%Y}"


def usual_period(report: str, today: date) -> Period:
    """The period a report is first offered for: the running month, quarter, half-year or year."""
    months = definitions(web.current().config).report(report).months or 1
    month = (today.month - 1) // months * months + 1
    return Period.inclusive(date(today.year, month, 1), today)


def usual_spans(today: date) -> list[tuple[str, str]]:
    """What is asked for most: the name of a period, and the period as an address says it."""
    month = today.replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    year = date(today.year, 1, 1)
    return [
        (gettext(name), span(Period.inclusive(first, last)))
        for name, first, last in (
            (N_("This month"), month, today),
            (N_("Last month"), before, month - timedelta(days=1)),
            (N_("This quarter"), quarter, today),
            (N_("Since the beginning of the year"), year, today),
            (N_("Last year"), date(today.year - 1, 1, 1), year - timedelta(days=1)),
        )
    ]


def rendered(
    session: Session,
    template: str,
    lists: Mapping[str, ListDefinition] | None = None,
    **values: Any,
) -> Response:
    """A page of statistics with some lists, and what all of them need."""
    return web.respond(
        session,
        f"stats/{template}.html",
        lists or {},
        language_=language(),
        shown_figure=shown,
        shown_number=number_shown,
        keeps=may_keep(),
        **values,
    )


def language() -> str:
    """The language of figures' names: reports have two."""
    return "kk" if web.language() == "kk" else "ru"


def said_branches(asked: ReportRequest) -> str:
    """What a report is of, in words."""
    names = ", ".join(branch.name(web.language()) for branch in asked.branches)
    return names or gettext("All branches")


def asked(session: Session, report: str, days: str, where: str, by: str = "") -> ReportRequest:
    """What an address asks for."""
    facets = tuple(by.split(",")) if by else ()
    pair = (facets[0], facets[1]) if len(facets) == 2 and set(facets) <= set(FACETS) else None
    found = definitions(web.current().config).report(report)
    period = told_period(found, parsed_span(days), web.today())
    return ReportRequest(found, period, branches_of(session, where), pair)


#: What loans can be cut by on the page.
FACETS = ("division", "language", "material", "place", "category", "age", "branch", "channel")


def branch_of(session: Session, code: str) -> Branch | None:
    """The branch a form names; ``None``: the system."""
    return branch_queries.branch_by_code(session, code) if code else None


def branch_choices(session: Session) -> list[tuple[str, str]]:
    """The branches a form may name."""
    branches = session.scalars(branch_queries.branches())
    return [(branch.code, branch.name(web.language())) for branch in branches]
