"""`ils catalog`: the commands that need no copies; `ils.holdings.cli` adds the others."""

from __future__ import annotations

from dataclasses import fields

import click

from ils import db
from ils.catalog import queries
from ils.catalog.models import BibliographicRecord
from ils.catalog.rules import Description
from ils.console import Commands, Console, print_json, with_console


@click.group(cls=Commands)
def catalog() -> None:
    """Catalogues: import, search, show."""


@catalog.command()
@click.argument("record_id", type=int)
@click.option("--marc", "form", flag_value="marc", help="The fields, one a line.")
@click.option("--json", "form", flag_value="json", help="Columns and MARC as JSON.")
@with_console
def show(console: Console, record_id: int, form: str | None) -> None:
    """Show the record with this number."""
    with db.reading(console.sessions) as session:
        record = queries.record(session, record_id)
        if form == "json":
            print_json(as_json(record) | {"marc": record.marc_record().text().splitlines()})
        elif form == "marc":
            click.echo(record.marc_record().text())
        else:
            for name, value in as_json(record).items():
                click.echo(f"{name:<12} {'' if value is None else value}")


def as_json(record: BibliographicRecord) -> dict[str, object]:
    """The columns of a record, with its id."""
    names = [field.name for field in fields(Description)]
    return {"id": record.id, **{name: getattr(record, name) for name in names}}
