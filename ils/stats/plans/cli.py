"""`ils stats plan` and `ils stats declare`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from ils import clock, db, i18n
from ils.console import DAY, Commands, Console, print_json, with_console
from ils.documents import spreadsheets
from ils.errors import N_
from ils.organisation.branches.queries import branch_by_code
from ils.stats.definitions.loading import definitions
from ils.stats.plans import actions as planning
from ils.stats.plans import queries, rules
from ils.stats.plans.actions import PlanRejected
from ils.stats.reports.cli import stats

LINE = N_("Line %(number)s")


@stats.group(cls=Commands)
def plan() -> None:
    """Plans: indicator, branch, quarter."""


@plan.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--reason", required=True, help="Why the plan is set or changed.")
@click.option("--json", "json_", is_flag=True)
@with_console
def import_(console: Console, file: Path, reason: str, json_: bool) -> None:
    """Set plans from FILE (XLSX, CSV): indicator, branch, year, quarters I to IV; all or none."""
    known = plan_keys(console)
    rows = list(spreadsheets.rows(file.read_bytes(), console.config.limits))
    try:
        with db.transaction(console.sessions) as session:
            read = planning.read_plans(session, known, rows)
            version = planning.set_plans(session, staff_id=None, reason=reason, planned=read)
    except PlanRejected as error:
        for number, why in error.lines:
            line = i18n.say(LINE, console.language) % {"number": number}
            click.echo(f"{line}: {i18n.say_error(why, console.language)}", err=True)
        raise
    if json_:
        print_json({"id": version.id, "lines": len(read)})
    else:
        console.say(N_("The plan was changed: %(count)s lines."), count=len(read))


@plan.command()
@click.argument("year", type=int)
@click.option("--branch", help="Code of a branch; the whole system if not given.")
@click.option("--json", "json_", is_flag=True)
@with_console
def show(console: Console, year: int, branch: str | None, json_: bool) -> None:
    """Print the plans of a year that stand."""
    with db.reading(console.sessions) as session:
        where = branch_by_code(session, branch) if branch else None
        found = queries.standing_plans(session, year, where.id if where else None)
    if json_:
        print_json([
            {"id": f"{table}.{row}", "year": year, "quarters": values}
            for (table, row), values in found.items()
        ])  # fmt: skip
        return
    for (table, row), values in found.items():
        click.echo("  ".join([f"{table}.{row}", *("—" if v is None else str(v) for v in values)]))


@plan.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_console
def template(console: Console, file: Path) -> None:
    """Write a CSV with every indicator and its plan, to be filled in and imported."""
    year = clock.now().year
    with db.reading(console.sessions) as session:
        standing = queries.standing_plans(session, year, None)
    file.write_bytes(planning.plan_file(sorted(plan_keys(console)), standing, year, ""))


@stats.command()
@click.argument("key")
@click.argument("value")
@click.option("--day", required=True, type=DAY, help="Any day of the period it is for.")
@click.option("--source", required=True, help="Where it comes from.")
@click.option("--branch", help="Code of a branch; the whole system if not given.")
@with_console
def declare(
    console: Console, key: str, value: str, day: datetime, source: str, branch: str | None
) -> None:
    """Declare what nobody can count: population, staff, counters of the site."""
    with db.transaction(console.sessions) as session:
        where = branch_by_code(session, branch) if branch else None
        planning.declare_value(
            session,
            definitions(console.config),
            staff_id=None,
            key=key,
            day=day.date(),
            value=rules.declared_number(value),
            source=source,
            branch=where,
        )


def plan_keys(console: Console) -> set[tuple[str, str]]:
    """All indicators that can be planned."""
    catalogues = tuple(console.config.lists.catalogues)
    return set(rules.plan_keys(definitions(console.config), clock.now().date(), catalogues))
