"""Reports on screen: each figure opens its entries, each table can be taken along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask import Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Row, Select
from sqlalchemy.orm import Session

from ils import web
from ils.clock import Period
from ils.errors import N_
from ils.ledger import Entry
from ils.organisation.branches import queries as organisation
from ils.organisation.branches.models import Branch, BranchType
from ils.organisation.permissions import Permission
from ils.stats import pages
from ils.stats.definitions.loading import definitions
from ils.stats.documents.chart import charts
from ils.stats.documents.content import content
from ils.stats.documents.formats import FORMATS, write
from ils.stats.documents.wording import closed_months
from ils.stats.engine import entries as entry_queries
from ils.stats.engine import reporting
from ils.stats.engine.filling import Term
from ils.stats.pages import FACETS, statistics
from ils.web import downloads
from ils.web.cells import ListCell
from ils.web.lists import Column, ListDefinition

FORMS = "any(json, csv, xlsx, docx, pdf)"
EVERYTHING = "everything"


@statistics.get("/report")
@web.page(Permission.VIEW_STATISTICS)
def choose(session: Session) -> ResponseReturnValue:
    """Lead from the form to the address of what was asked for."""
    name = request.args.get("report", "month")
    usual = pages.usual_period(name, web.today())
    first, last = request.args.get("from", ""), request.args.get("to", "")
    days = f"{first}..{last}" if first and last else pages.span(usual)
    period = pages.parsed_span(days)
    groups = request.args.getlist("group")
    grouped = organisation.branches().where(Branch.type.in_(groups))
    named = [*request.args.getlist("branch"), *(one.code for one in session.scalars(grouped))]
    where = "+".join(dict.fromkeys(filter(None, named))) or pages.ALL
    by = ",".join(filter(None, (request.args.get("rows"), request.args.get("columns"))))
    tables = definitions(web.current().config).report(name).tables
    table = request.args.get("table", "")
    table = table if table in tables or table == EVERYTHING else tables[0]
    address = url_for(
        "statistics.report",
        report=name,
        days=pages.span(period),
        where=where if pages.sees_all() else g.staff.branch.code,
        table=table,
        by=by or None,
    )
    return redirect(address)


@statistics.get("/<report>/<days>/<where>/<table>/")
@web.page(Permission.VIEW_STATISTICS)
def report(session: Session, report: str, days: str, where: str, table: str) -> ResponseReturnValue:
    """One table of a report, or all of them."""
    by = request.args.get("by", "")
    asked = pages.asked(session, report, days, where, by)
    one = replace(asked, table=None if table == EVERYTHING else table)
    system = web.current()
    filled = reporting.filled(session, system.config.lists, definitions(web.current().config), one)
    document = content(filled, system.config)
    language = pages.language()
    return pages.rendered(
        session,
        "report",
        document=document,
        closed=closed_months(document.frozen),
        asked=asked,
        where_said=pages.said_branches(asked),
        chosen={branch.id for branch in asked.branches},
        table=table,
        tables_=definitions(web.current().config).tables_of(asked.report, asked.period.last),
        reports=definitions(web.current().config).reports.values(),
        where=where if pages.sees_all() else g.staff.branch.code,
        days=days,
        by=by,
        facets=FACETS,
        charts=charts(document, language),
        spans=pages.usual_spans(web.today()),
        groups=_groups(session) if pages.sees_all() else (),
    )


def _groups(session: Session) -> list[tuple[str, list[Branch]]]:
    """Types of branches, with those of each."""
    found: dict[str, list[Branch]] = {kind.value: [] for kind in BranchType}
    for branch in session.scalars(organisation.branches()):
        found[branch.type].append(branch)
    return [(kind, those) for kind, those in found.items() if those]


@statistics.get(f"/<report>/<days>/<where>/report.<{FORMS}:form>")
@web.page(Permission.VIEW_STATISTICS)
def download(
    session: Session, report: str, days: str, where: str, form: str
) -> ResponseReturnValue:
    """A report as a file, in the language of the page or another one."""
    asked = pages.asked(session, report, days, where, request.args.get("by", ""))
    system = web.current()
    filled = reporting.filled(
        session, system.config.lists, definitions(web.current().config), asked
    )
    public = request.args.get("public") == "1"
    document = content(filled, system.config, public=public)
    wanted = request.args.get("language", "")
    language = wanted if wanted in {"kk", "ru"} else pages.language()
    codes = [branch.code for branch in asked.branches]
    parts = [report, f"{asked.period.start}-{asked.period.last}", *codes, language]
    data = write(document, form, language)
    return file(data, form, "-".join([*parts, "public"] if public else parts))


def _days(terms: Sequence[Term], period: Period) -> tuple[date | None, date]:
    """The first and last day of what is counted; a balance has no first one."""
    windows = {term.window for term in terms}
    if len(windows) != 1:
        return period.start, period.last
    (window,) = windows
    return window.start, window.end - timedelta(days=1)


def file(data: bytes, form: str, name: str) -> Response:
    """A report to keep."""
    return downloads.download(data, f"{name}.{FORMATS[form].suffix}", FORMATS[form].mimetype)


@statistics.get("/<report>/<days>/<where>/<table>/<row>/<column>")
@web.page(Permission.VIEW_STATISTICS)
def entries(
    session: Session, report: str, days: str, where: str, table: str, row: str, column: str
) -> ResponseReturnValue:
    """The entries behind one figure."""
    asked = pages.asked(session, report, days, where, request.args.get("by", ""))
    filling, context = reporting.filling(
        session, web.current().config.lists, definitions(web.current().config), asked, table
    )
    terms = reporting.terms(filling, row, column)
    query = entry_queries.entries(terms, context)
    return pages.rendered(
        session, "entries",
        {"behind": _behind(query, organisation.names_of(session, web.language()))},
        title=filling.rows[row].names[pages.language()],
        days=_days(terms, asked.period),
        sum=entry_queries.sum_of(session, query),
        names=(filling.table.names, filling.rows[row].names, filling.columns[column].names),
        asked=asked,
        where_said=pages.said_branches(asked),
        back=url_for(
            "statistics.report", report=report, days=days, where=where, table=table,
            by=request.args.get("by"),
        ),
    )  # fmt: skip


def _behind(query: Select[Entry, int], branches: Mapping[int, tuple[str, str]]) -> ListDefinition:
    """The entries with what each adds to the figure."""
    lists = web.current().config.lists
    return ListDefinition(
        query,
        (
            Column("action", N_("Action"), lambda row: ListCell(
                web.code_name("kind", row[0].kind),
                tag=gettext("undone") if row[0].reverses_id else ""), Entry.kind),
            Column("when", N_("When"), _when, Entry.occurred_at),
            Column("number", N_("Number"), lambda row: row[1]),
            Column("branch", N_("Branch"), lambda row: branches[row[0].branch_id][1],
                   Entry.branch_id),
            Column("way", N_("Way"), lambda row: web.code_name("channel", row[0].channel),
                   Entry.channel),
            Column("area", N_("Subject area"),
                   lambda row: web.listed(lists.subject_areas, row[0].subject_area),
                   Entry.subject_area),
            Column("language", N_("Language"), lambda row: web.language_name(row[0].language),
                   Entry.language),
            Column("category", N_("Category"),
                   lambda row: web.listed(lists.categories, row[0].patron_category),
                   Entry.patron_category),
            Column("links", N_("Behind it"), lambda row: ListCell("", links=_sources(row[0]))),
        ),
    )  # fmt: skip


def _when(row: Row[Any]) -> ListCell:
    entry, tag = row[0], ""
    if entry.day != entry.posted:
        tag = gettext("counts in %(month)s", month=f"{entry.posted:%m.%Y}")
    return ListCell(entry.occurred_at, tag=tag)


def _sources(entry: Entry) -> list[tuple[str, str]]:
    """The record, the copy and the loan an entry is about."""
    found = []
    if entry.record_id:
        address = url_for("catalogue.record", record_id=entry.record_id)
        found.append((gettext("Record"), address))
        if entry.item_id:
            found.append((gettext("Copy"), f"{address}#copy{entry.item_id}"))
    if entry.loan_id and web.may(Permission.VIEW_LOANS):
        found.append((gettext("Loan"), url_for("patrons.loan", loan_id=entry.loan_id)))
    return found
