"""The first page of statistics: this month, last year, the plan, and what needs care."""

from __future__ import annotations

from flask import g
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import web
from ils.stats.outputs.chart import charts
from ils.stats.outputs.content import content
from ils.stats.queries import overview as queries
from ils.stats.queries import reporting
from ils.stats.queries.reporting import Asked
from ils.stats.reports.definitions import Names
from ils.stats.reports.loading import definitions
from ils.stats.web import shared
from ils.stats.web.shared import SEES, statistics


@statistics.get("/")
@web.page(*SEES)
def overview(session: Session) -> ResponseReturnValue:
    """This month against the same days of last year and the plan, by branch; and doubts."""
    period = queries.month_so_far(web.today())
    branches = shared.branches_of(session, shared.place())
    done = definitions()
    asked = Asked(done.report("overview"), period, branches)
    said = content(reporting.filled(session, web.ils().config.lists, done, asked), web.ils().config)
    language = shared.language()
    doubts = queries.doubts(session, done, period, asked.scope)
    return shared.rendered(
        "overview",
        said=said,
        period=period,
        doubts=[(d.message, {k: _said(v, language) for k, v in d.facts.items()}) for d in doubts],
        charts=charts(said, language),
        reports=[r for r in done.reports.values() if r.id != "overview"],
        where=shared.place(),
        branch=g.staff.branch,
        sees_all=shared.sees_all(),
    )


def _said(value: object, language: str) -> object:
    """A fact of a doubt; names in the language of the page."""
    return value[language] if isinstance(value, Names) else value
