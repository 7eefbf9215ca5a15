"""`ils stats close` and `verify`."""

from __future__ import annotations

from datetime import date

import click
from sqlalchemy.orm import Session

from ils import clock, db
from ils.console import Console, print_json, with_console
from ils.stats.actions import closing
from ils.stats.cli.reports import stats
from ils.stats.queries import closing as queries
from ils.stats.queries import verification
from ils.stats.reports.loading import definitions


@stats.command()
@click.argument("month")
@click.option("--accept", is_flag=True, help="Close although days are missing.")
@click.option("--json", "json_", is_flag=True)
@with_console
def close(console: Console, month: str, accept: bool, json_: bool) -> None:
    """Close MONTH (2026-10) and those before it; there is no reopening."""
    first = closing.parsed_month(month)
    today = clock.local_day(clock.now(), console.config.library.timezone)
    with db.reading(console.sessions) as session:
        silent = queries.silent_days(session, first)
    for one in silent:
        days = ", ".join(f"{day:%d.%m}" for day in one.days)
        click.echo(f"{one.branch.code}: nothing was written down on {days}", err=True)

    def work(session: Session) -> list[date]:
        return closing.close_month(session, first, today=today, staff_id=None, accepted=accept)

    months = db.run(console.sessions, work)
    sealed = seal(console, hidden=json_)
    if json_:
        print_json({"id": month, "closed": [f"{m:%Y-%m}" for m in months]})
    else:
        click.echo(f"closed: {', '.join(f'{m:%Y-%m}' for m in sealed)}")


def seal(console: Console, *, hidden: bool) -> list[date]:
    """Take the sums of all months that are closed and not sealed, each in its own transaction."""
    with db.reading(console.sessions) as session:
        months = queries.unsealed(session)
    with click.progressbar(months, label="months", hidden=hidden or len(months) < 2) as bar:
        for one in bar:
            with db.transaction(console.sessions) as session:
                closing.seal_month(session, one, definitions())
    return months


@stats.command()
@click.option("--json", "json_", is_flag=True)
@with_console
def verify(console: Console, json_: bool) -> None:
    """Count all closed months again, another way; exit code 1 if anything differs."""
    with db.reading(console.sessions) as session:
        number, found = verification.verify(session)
    if json_:
        print_json({
            "months": number,
            "differences": [
                {"id": f"{d.month:%Y-%m}", "what": d.what, "kept": d.kept, "counted": d.counted}
                for d in found
            ],
        })  # fmt: skip
    for one in found:
        click.echo(f"{one.month:%Y-%m} {one.what}: {one.kept} ≠ {one.counted}", err=True)
    if found:
        click.get_current_context().exit(1)
    if not json_:
        click.echo(f"{number} closed months, nothing differs")
