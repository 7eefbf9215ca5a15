"""`ils stats` and `ils ledger`."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import IO

import click
from sqlalchemy.orm import Session

from ils import db
from ils.clock import Period
from ils.console import Commands, Console, print_json, with_console
from ils.errors import N_, Invalid
from ils.organisation.models import Branch
from ils.organisation.queries import branch_by_code
from ils.stats import actions, queries
from ils.stats.actions import ImportRejected
from ils.stats.export import as_json, as_text, filled
from ils.stats.reports import REPORTS, Cell, UnknownCell

DAY = click.DateTime(["%Y-%m-%d"])


@click.group(cls=Commands)
def stats() -> None:
    """Reports, counted from the ledger."""


@stats.command()
@click.argument("profile", type=click.Choice(sorted(REPORTS)))
@click.option("--from", "first", required=True, type=DAY, help="First day.")
@click.option("--to", "last", required=True, type=DAY, help="Last day, counted too.")
@click.option("--branch", help="Code of a branch; all of them if not given.")
@click.option("--format", "form", default="text", type=click.Choice(["text", "json"]))
@click.option("--language", type=click.Choice(["kk", "ru", "en"]))
@with_console
def report(
    console: Console,
    profile: str,
    first: datetime,
    last: datetime,
    branch: str | None,
    form: str,
    language: str | None,
) -> None:
    """Print a report of a period."""
    period = _period(first, last)
    with db.reading(console.sessions) as session:
        where = branch_by_code(session, branch) if branch else None
        done = filled(session, console.config, REPORTS[profile], period, where)
        if form == "json":
            print_json(as_json(done))
        else:
            click.echo(as_text(done, language or console.language))


@stats.command()
@click.argument("profile", type=click.Choice(sorted(REPORTS)))
@click.argument("table")
@click.argument("row")
@click.argument("column")
@click.option("--from", "first", required=True, type=DAY)
@click.option("--to", "last", required=True, type=DAY)
@click.option("--branch", help="Code of a branch; all of them if not given.")
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
    branch: str | None,
    json_: bool,
) -> None:
    """Print the entries behind one cell; their counts add up to it."""
    period = _period(first, last)
    with db.reading(console.sessions) as session:
        where = branch_by_code(session, branch) if branch else None
        cell = Cell(REPORTS[profile], table, _row(session, profile, table, row), column)
        query = queries.entries(cell, period, where.id if where else None)
        lines = list(actions.exported(session, query))
    if json_:
        print_json({"count": sum(line["count"] for line in lines), "entries": lines})
        return
    for line in lines:
        click.echo(json.dumps(line, ensure_ascii=False))


def _row(session: Session, profile: str, table_id: str, row: str) -> str:
    """The key entries are asked by: of a branch, its id instead of its code."""
    table = REPORTS[profile].table(table_id)
    if table is None:
        raise UnknownCell(report=profile, cell=table_id)
    if table.rows == "branch_id" and row != "total":
        found: Branch = branch_by_code(session, row)
        return str(found.id)
    return row


@click.group(cls=Commands)
def ledger() -> None:
    """The ledger itself."""


@ledger.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--create-branches", is_flag=True, help="Make branches that are missing.")
@click.option("--json", "json_", is_flag=True)
@with_console
def import_(console: Console, file: Path, create_branches: bool, json_: bool) -> None:
    """Bring entries in from FILE.jsonl, all or none."""
    lines = file.read_bytes().split(b"\n")
    try:
        with (
            click.progressbar(length=len(lines), label="lines", hidden=json_) as bar,
            db.reading(console.sessions) as session,
        ):
            checked = actions.check_history(
                session,
                console.config,
                lines,
                create_branches=create_branches,
                progress=bar.update,
            )
    except ImportRejected as error:
        for number, reason in error.lines:
            click.echo(f"line {number}: {reason}", err=True)
        raise
    done = db.run(console.sessions, lambda s: actions.import_history(s, console.config, checked))
    if json_:
        print_json(
            {
                "id": file.name,
                "imported": done.imported,
                "unchanged": done.unchanged,
                "branches": done.branches,
            }
        )
        return
    click.echo(f"imported: {done.imported}, unchanged: {done.unchanged}")
    if done.branches:
        click.echo(f"branches made: {', '.join(done.branches)}")


@ledger.command("export")
@click.option("-o", "--output", type=click.File("w", encoding="utf-8"), default="-")
@with_console
def export(console: Console, output: IO[str]) -> None:
    """Write every entry, one JSON object a line."""
    with db.reading(console.sessions) as session:
        for line in actions.export_history(session):
            output.write(json.dumps(line, ensure_ascii=False) + "\n")


def _period(first: datetime, last: datetime) -> Period:
    if last < first:
        raise Invalid("--to", N_("The period ends before it begins."))
    return Period.inclusive(first.date(), last.date())
