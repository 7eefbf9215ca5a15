"""`ils stats schedule`."""

from __future__ import annotations

import click
from sqlalchemy import select

from ils import clock, db
from ils.console import Commands, Console, print_json, with_console
from ils.errors import N_
from ils.organisation.branches.queries import branch_by_code
from ils.stats.definitions.loading import definitions
from ils.stats.models import Schedule
from ils.stats.reports.cli import stats
from ils.stats.schedules import actions as schedules
from ils.stats.schedules import rules
from ils.stats.schedules.jobs import prepare_due


@stats.group(cls=Commands)
def schedule() -> None:
    """Reports that are prepared and sent regularly."""


@schedule.command()
@click.argument("report")
@click.option("--every", type=click.Choice(rules.EVERY), default="month", show_default=True)
@click.option("--days-after", default=1, show_default=True, help="Days after the period ended.")
@click.option("--branch", help="Code of a branch; the whole system if not given.")
@click.option("--language", type=click.Choice(["kk", "ru"]), default="ru", show_default=True)
@click.option("--to", "addresses", default="", help="E-mail addresses, with commas.")
@with_console
def add(
    console: Console,
    report: str,
    every: str,
    days_after: int,
    branch: str | None,
    language: str,
    addresses: str,
) -> None:
    """Have REPORT prepared and sent regularly."""
    today = clock.local_day(clock.now(), console.config.library.timezone)
    with db.transaction(console.sessions) as session:
        made = schedules.add_schedule(
            session,
            definitions(console.config),
            report=report,
            every=every,
            language=language,
            addresses=addresses,
            days_after=days_after,
            branch=branch_by_code(session, branch) if branch else None,
            today=today,
        )
    console.say(N_("Schedule %(number)s was added."), number=made.id)


@schedule.command("list")
@click.option("--json", "json_", is_flag=True)
@with_console
def list_(console: Console, json_: bool) -> None:
    """List the schedules."""
    with db.reading(console.sessions) as session:
        found = session.scalars(select(Schedule).order_by(Schedule.id)).all()
    said = [
        {"id": s.id, "report": s.report, "every": s.every, "to": s.addresses, "active": s.active}
        for s in found
    ]
    if json_:
        print_json(said)
        return
    for one in said:
        click.echo("  ".join(str(value) for value in one.values()))


@schedule.command()
@with_console
def run(console: Console) -> None:
    """Prepare what is due now; the worker does it by itself."""
    console.say(N_("Prepared: %(count)s"), count=prepare_due(console.sessions, console.config))
