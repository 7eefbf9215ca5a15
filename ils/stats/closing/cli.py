"""`ils stats verify`, and the sealing after `ils stats close`."""

from __future__ import annotations

from datetime import date

import click

from ils import db
from ils.console import Console, print_json, with_console
from ils.errors import N_
from ils.stats.closing import queries, verification
from ils.stats.closing.automatic import seal_closed
from ils.stats.definitions.loading import definitions
from ils.stats.reports.cli import stats


def seal(console: Console, *, hidden: bool) -> list[date]:
    """Take the sums of all months that are closed and not sealed."""
    with db.reading(console.sessions) as session:
        number = len(queries.unsealed(session))
    with click.progressbar(length=number, label="months", hidden=hidden or number < 2) as bar:
        return seal_closed(
            console.sessions, definitions(console.config), progress=lambda _: bar.update(1)
        )


@stats.command()
@click.option("--json", "json_", is_flag=True)
@with_console
def verify(console: Console, json_: bool) -> None:
    """Count all closed months again, another way; exit code 1 if anything differs."""
    with db.reading(console.sessions) as session:
        months = len(session.scalars(queries.closed_months()).all())
        with click.progressbar(length=months, label="months", hidden=json_) as bar:
            number, found = verification.verify(session, progress=lambda _: bar.update(1))
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
        console.say(N_("%(number)s closed months, nothing differs."), number=number)
