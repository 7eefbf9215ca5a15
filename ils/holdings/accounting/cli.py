"""`ils holdings movements`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from ils import db
from ils.console import Console, print_json, with_console
from ils.holdings.accounting import queries
from ils.holdings.accounting.queries import FORMS
from ils.holdings.console import AS_JSON, branch_id, days_options, holdings, period
from ils.organisation.branches.queries import names_of


@holdings.command()
@days_options
@click.option("--branch", help="Only of this branch.")
@click.option("--format", "form", default="csv", type=click.Choice(list(FORMS)), show_default=True)
@click.option("-o", "output", type=click.Path(dir_okay=False, path_type=Path), help="The file.")
@AS_JSON
@with_console
def movements(
    console: Console, first: datetime, last: datetime, branch: str | None, form: str,
    output: Path | None, json_: bool,
) -> None:  # fmt: skip
    """What came, moved and went, for 1С and the accountant."""
    with db.reading(console.sessions) as session:
        query = queries.movements(period(first, last), branch_id(session, branch))
        names = names_of(session, "ru")
        rows = [queries.as_row(row, names) for row in session.execute(query)]
    if output is not None:
        output.write_bytes(FORMS[form][1](rows))
        click.echo(f"{output}: {len(rows)}", err=True)
    if json_:
        print_json({"movements": rows})
    elif output is None:
        click.echo(FORMS["csv"][1](rows).decode("utf-8-sig"), nl=False)
