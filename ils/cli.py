"""The `ils` command: collects each package's group."""

from __future__ import annotations

import os
import secrets
import sys
from datetime import date

import click
from sqlalchemy.orm import Session

from ils import __version__, clock, db, i18n, schema, selfcheck, serving
from ils.cataloguing.cli import catalog
from ils.circulation.cli import desk, patrons
from ils.console import CLOCK_IS_RIGHT, Commands, Console, print_json, with_console
from ils.demo import build, way_in
from ils.digitization.cli import digitise
from ils.errors import N_
from ils.holdings.cli import holdings
from ils.ledger.timekeeping import check_clock
from ils.operations import cli as operations
from ils.operations.backup import cli as backups
from ils.operations.worker import check_books, programs
from ils.organisation.branches.actions import add_branch
from ils.organisation.branches.models import BranchType
from ils.organisation.calendar.actions import close_holidays
from ils.organisation.staff.actions import add_staff
from ils.organisation.staff.cli import staff
from ils.organisation.staff.models import Role
from ils.organisation.staff.queries import is_empty
from ils.stats.cli import ledger, stats
from ils.stats.closing import queries as closing_queries
from ils.stats.closing.actions import check_over, close_month, parsed_month
from ils.stats.closing.cli import seal


@click.group(cls=Commands)
@click.version_option(__version__)
def main() -> None:
    """Sandyq, a library system."""
    os.umask(0o077)  # what is written holds readers’ names: for this account’s eyes only


for command in (
    catalog, holdings, digitise, patrons, desk, staff, stats, ledger, operations.worker,
    operations.check, operations.print_log, operations.jobs, backups.backup, backups.restore,
    backups.export, backups.move,
):  # fmt: skip
    main.add_command(command)


@main.command()
@click.option("--branch", default="CGB", show_default=True, help="Code of the first branch.")
@click.option("--admin", default="admin", show_default=True, help="Login of the administrator.")
@click.option("--password", help="Made up and printed if not given.")
@click.option("--bare", is_flag=True, help="Only the tables: no branch, no account.")
@with_console
def init(console: Console, branch: str, admin: str, password: str | None, bare: bool) -> None:
    """Make the database, or bring it up to date; in an empty one, the first account."""
    engine = console.sessions.kw["bind"]
    schema.upgrade(engine)
    with db.transaction(console.sessions) as session:
        if bare or not is_empty(session):
            console.say(N_("The database is up to date."))
            return
        names = console.config.library
        chosen = password or secrets.token_urlsafe(12)
        central = add_branch(
            session,
            None,
            code=branch,
            name_ru=names.name_ru,
            name_kk=names.name_kk,
            timezone=names.timezone,
            type=BranchType.CENTRAL,
        )
        year = clock.local_day(clock.now(), names.timezone).year
        close_holidays(session, central, year, console.config.lists.holidays)
        add_staff(
            session,
            None,
            console.config,
            login=admin,
            name=admin,
            password=chosen,
            roles=Role,
            branch=central,
            language=names.language,
        )
    told = N_("Database made. Sign in as %(login)s with %(password)s")
    console.say(told, login=admin, password=chosen)


@main.command()
@click.option("--if-empty", is_flag=True, help="Do nothing in a library that has data.")
@with_console
def demo(console: Console, if_empty: bool) -> None:
    """Fill an empty library with demonstration data."""
    schema.upgrade(console.sessions.kw["bind"])
    if if_empty:
        with db.reading(console.sessions) as session:
            empty = is_empty(session)
        if not empty:
            click.echo(way_in(console))
            return
    click.echo(build(console))


@main.command()
@CLOCK_IS_RIGHT
@with_console
def serve(console: Console, clock_is_right: bool) -> None:
    """Serve the pages."""
    engine = console.sessions.kw["bind"]
    schema.check(engine)
    if not clock_is_right:
        with db.reading(console.sessions) as session:
            check_clock(session)
    address = f"http://{console.config.server.host}:{console.config.server.port}"
    console.say(N_("Sandyq on %(address)s (Ctrl+C stops it)"), address=address)
    sys.stdout.flush()
    engine.dispose()  # no connection is shared with those that do the work
    serving.serve(console.config, programs(console.config))


@stats.command()
@click.argument("month")
@click.option("--accept", is_flag=True, help="Close although days are missing.")
@click.option("--json", "json_", is_flag=True)
@CLOCK_IS_RIGHT
@with_console
def close(console: Console, month: str, accept: bool, json_: bool, clock_is_right: bool) -> None:
    """Close MONTH (2026-10) and those before it; there is no reopening."""
    first = parsed_month(month)
    today = clock.local_day(clock.now(), console.config.library.timezone)
    check_over(first, today)
    check_books(console.sessions)
    with db.reading(console.sessions) as session:
        checklist = closing_queries.checklist(session, first)
    if len(checklist.months) > 1:
        before = ", ".join(f"{m:%Y-%m}" for m in checklist.months[:-1])
        console.say(N_("Closed with it: %(months)s"), err=True, months=before)
    if checklist.checked:
        console.say(N_("Self-check: %(found)s"), err=True, found=checklist.checked)
    for one in (one for month_ in checklist.silent.values() for one in month_):
        days = ", ".join(f"{day:%d.%m.%Y}" for day in one.days)
        silent = N_("%(branch)s: nothing was written down on %(days)s")
        console.say(silent, err=True, branch=one.branch.code, days=days)

    def work(session: Session) -> list[date]:
        return close_month(
            session,
            first,
            checklist,
            today=today,
            staff_id=None,
            accepted=accept,
            clock_is_right=clock_is_right,
        )

    months = db.run(console.sessions, work)
    sealed = seal(console, hidden=json_)
    if json_:
        print_json({"id": month, "closed": [f"{m:%Y-%m}" for m in months]})
    else:
        console.say(N_("Closed: %(months)s"), months=", ".join(f"{m:%Y-%m}" for m in sealed))


@ledger.command()
@with_console
def verify(console: Console) -> None:
    """Check that the state follows from the ledger."""
    with db.reading(console.sessions) as session:
        found = selfcheck.findings(session)
    for finding in found:
        text = i18n.say(finding.message, console.language)
        click.echo(f"{finding.check}: {finding.count}: {text}", err=True)
    if found:
        click.get_current_context().exit(1)
    console.say(N_("The state follows from the ledger."))
