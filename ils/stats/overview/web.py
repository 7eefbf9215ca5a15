"""The first page of statistics: this month, last year, the plan, and what needs care."""

from __future__ import annotations

from flask import g
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.organisation.permissions import Permission
from ils.stats import pages
from ils.stats.definitions.loading import definitions
from ils.stats.documents.chart import charts
from ils.stats.documents.content import content
from ils.stats.engine import reporting
from ils.stats.engine.reporting import ReportRequest
from ils.stats.names import Names
from ils.stats.overview import queries
from ils.stats.overview.queries import Doubt
from ils.stats.pages import statistics


@statistics.get("/")
@web.page(Permission.VIEW_STATISTICS)
def overview(session: Session) -> ResponseReturnValue:
    """This month against the same days of last year and the plan, by branch; and doubts."""
    period = queries.month_so_far(web.today())
    branches = pages.branches_of(session, pages.place())
    done = definitions(web.current().config)
    asked = ReportRequest(done.report("overview"), period, branches)
    document = content(
        reporting.filled(session, web.current().config.lists, done, asked), web.current().config
    )
    language = pages.language()
    doubts = queries.doubts(
        session,
        done,
        period,
        asked.scope,
        backs_up=web.current().config.backup.every_hours > 0,
    )
    return pages.rendered(
        session,
        "overview",
        document=document,
        period=period,
        doubts=[(said(one), web.open_address(one.page)) for one in doubts],
        charts=charts(document, language),
        reports=[r for r in done.reports.values() if r.id != "overview"],
        where=pages.place(),
        branch=g.staff.branch,
        sees_all=pages.sees_all(),
    )


def said(doubt: Doubt) -> str:
    """A doubt in the language of the page."""
    language = pages.language()
    facts = {k: v[language] if isinstance(v, Names) else v for k, v in doubt.facts.items()}
    return str(gettext(doubt.message) % facts)
