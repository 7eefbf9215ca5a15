"""`ils stats report` and `entries`."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from ils import clock, db
from ils.clock import Period
from ils.console import DAY, Commands, Console, print_json, with_console
from ils.errors import N_, Invalid
from ils.organisation.branches.queries import branch_by_code
from ils.stats.definitions.loading import definitions
from ils.stats.definitions.schema import UnknownTable
from ils.stats.documents.content import content
from ils.stats.documents.formats import FORMATS, write
from ils.stats.engine import entries as entry_queries
from ils.stats.engine import reporting
from ils.stats.engine.explained import explained
from ils.stats.engine.reporting import ReportRequest
from ils.stats.engine.rules import checked_period, told_period
from ils.stats.facets.registry import FACETS
from ils.stats.history import actions as history

#: Links from an entry to a person; a drill-down has no use for them.
PERSONAL = ("patron_year_id", "staff_id", "age", "sex")


@click.group(cls=Commands)
def stats() -> None:
    """Reports, counted from the ledger."""


def _asked(function: Any) -> Any:
    """The options that say which report of what."""
    for option in (
        click.option("--by", help="Two facets for loans_by, for example category,age."),
        click.option("--branch", multiple=True, help="Code of a branch; repeat for a group."),
        click.option("--to", "last", required=True, type=DAY, help="Last day, counted too."),
        click.option("--from", "first", required=True, type=DAY, help="First day."),
    ):
        function = option(function)
    return function


@stats.command()
@click.argument("profile")
@_asked
@click.option("--format", "form", default="text", type=click.Choice(sorted(FORMATS)))
@click.option("--language", type=click.Choice(["kk", "ru"]))
@click.option("--public", is_flag=True, help="For people outside: counts below 5 are hidden.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path))
@with_console
def report(
    console: Console,
    profile: str,
    first: datetime,
    last: datetime,
    branch: tuple[str, ...],
    by: str | None,
    form: str,
    language: str | None,
    public: bool,
    output: Path | None,
) -> None:
    """Print a report of a period, or write it into a file."""
    with db.reading(console.sessions) as session:
        period = checked_period(first.date(), last.date())
        asked = _what(console, session, profile, period, branch, by)
        filled = reporting.filled(session, console.config.lists, definitions(console.config), asked)
        document = content(filled, console.config, public=public)
    chosen = language or ("kk" if console.language == "kk" else "ru")
    data = write(document, form, chosen)
    if output is not None:
        output.write_bytes(data)
    elif FORMATS[form].binary and sys.stdout.isatty():
        raise Invalid("--output", N_("This format needs a file."))
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()


@stats.command()
@click.argument("profile")
@click.argument("table")
@click.argument("row")
@click.argument("column")
@_asked
@click.option("--json", "json_", is_flag=True)
@with_console
def entries(
    console: Console,
    profile: str,
    table: str,
    row: str,
    column: str,
    first: datetime,
    last: datetime,
    branch: tuple[str, ...],
    by: str | None,
    json_: bool,
) -> None:
    """Print the entries behind one cell; their shares add up to it."""
    with db.reading(console.sessions) as session:
        period = checked_period(first.date(), last.date())
        asked = _what(console, session, profile, period, branch, by)
        filling, context = reporting.filling(
            session, console.config.lists, definitions(console.config), asked, table
        )
        query = entry_queries.entries(reporting.terms(filling, row, column), context)
        lines = []
        codes = history.branch_codes(session)
        for entry, share in session.execute(query):
            line = history.exported_entry(entry, codes)
            lines.append({k: v for k, v in line.items() if k not in PERSONAL} | {"share": share})
    if json_:
        print_json({"count": sum(line["share"] for line in lines), "entries": lines})
        return
    for line in lines:
        click.echo(json.dumps(line, ensure_ascii=False))


@stats.command("reports")
@click.option("--json", "json_", is_flag=True)
@with_console
def list_reports(console: Console, json_: bool) -> None:
    """List the reports and their tables."""
    reports = definitions(console.config).reports.values()
    if json_:
        print_json([
            {"id": one.id, "title": {"ru": one.names.ru, "kk": one.names.kk}, "tables": one.tables}
            for one in reports
        ])  # fmt: skip
        return
    for one in reports:
        click.echo(f"{one.id}: {one.names[console.language]}")


@stats.command()
@click.argument("table")
@click.option("--day", type=DAY, help="As the table is on this day; today if not given.")
@click.option("--json", "json_", is_flag=True)
@with_console
def explain(console: Console, table: str, day: datetime | None, json_: bool) -> None:
    """Say which entries the cells of TABLE count: what history must hold to fill it."""
    found = definitions(console.config).table(table, day.date() if day else _today(console))
    if found is None:
        raise UnknownTable(table=table)
    cells = list(explained(found, definitions(console.config)))
    if json_:
        print_json([{"id": f"{c.row} {c.column}", "counts": c.says} for c in cells])
        return
    for one in cells:
        click.echo(f"{one.row} · {one.column}")
        for line in one.says:
            click.echo(f"    {line}")


def _today(console: Console) -> date:
    return clock.local_day(clock.now(), console.config.library.timezone)


def _what(
    console: Console,
    session: Session,
    profile: str,
    period: Period,
    branches: tuple[str, ...],
    by: str | None,
) -> ReportRequest:
    """What the options ask for.

    Raises:
        UnknownReport, UnknownBranch: no such code.
        Invalid: ``by`` is not two facets.
    """
    facets = tuple((by or "").split(",")) if by else None
    if facets is not None and (len(facets) != 2 or not set(facets) <= FACETS.keys()):
        raise Invalid("--by", N_("Name two facets, with a comma between them."))
    found = tuple(branch_by_code(session, code) for code in branches)
    report_ = definitions(console.config).report(profile)
    period = told_period(report_, period, _today(console))
    return ReportRequest(report_, period, found, facets)
