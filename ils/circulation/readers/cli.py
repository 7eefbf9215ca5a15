"""Commands of `ils patrons`."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from ils import db
from ils.circulation.console import BRANCH, desk_of, patron_of
from ils.circulation.readers import actions as privacy
from ils.console import DAY, Commands, Console, print_json, with_console
from ils.documents import labels
from ils.ledger import Channel
from ils.organisation.branches.queries import branch_by_code
from ils.patrons import queries as patron_queries
from ils.patrons.actions import register_patron, reregister_patron
from ils.patrons.fields import PatronData

PREVIEW_ROWS = 20


@click.group(cls=Commands)
def patrons() -> None:
    """Readers."""


@patrons.command()
@click.option("--surname", required=True)
@click.option("--given-name", required=True)
@click.option("--patronymic", default="")
@click.option("--birth-date", required=True, type=DAY)
@click.option("--category", required=True)
@click.option("--card", default="", help="Barcode of the card; the next free one if not given.")
@click.option("--sex", default="", type=click.Choice(["", "f", "m"]))
@click.option("--language", default="ru", type=click.Choice(["kk", "ru", "en"]))
@click.option("--phone", default="")
@click.option("--email", default="")
@click.option("--address", default="")
@click.option("--consent", is_flag=True, help="The reader agreed to the processing of data.")
@BRANCH
@with_console
def register(console: Console, branch: str, birth_date: datetime, **values: str) -> None:
    """Register a new reader for this year."""
    data = PatronData(birth_date=birth_date.date(), **values)  # type: ignore[arg-type]  # by name
    with db.transaction(console.sessions) as session:
        origin = console.origin(branch_by_code(session, branch), Channel.SYSTEM)
        patron = register_patron(session, origin, data, console.config.lists.categories)
        click.echo(f"{patron.id} {patron.card}")


@patrons.command()
@click.argument("card")
@BRANCH
@with_console
def reregister(console: Console, card: str, branch: str) -> None:
    """Register a known reader for this year."""
    with db.transaction(console.sessions) as session:
        origin = console.origin(branch_by_code(session, branch), Channel.SYSTEM)
        reregister_patron(session, origin, patron_of(session, card))


@patrons.command()
@click.argument("card")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path))
@with_console
def card(console: Console, card: str, output: Path) -> None:
    """Print a reader's card into a PNG or PDF file."""
    with db.reading(console.sessions) as session:
        patron = patron_of(session, card)
        library = console.config.library.name(patron.language)
        sheet = labels.label(console.config, "card", patron.card, library, patron.name)
    pdf = output.suffix.lower() == ".pdf"
    output.write_bytes(labels.pdf([sheet]) if pdf else labels.png(sheet))


@patrons.command()
@click.argument("card")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path))
@with_console
def export(console: Console, card: str, output: Path) -> None:
    """Write all that is kept of one reader into a JSON file."""
    with db.reading(console.sessions) as session:
        told = privacy.export_personal_data(session, patron_of(session, card))
    output.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")


@patrons.command()
@click.argument("card")
@click.option("--yes", is_flag=True, help="Do not ask.")
@BRANCH
@with_console
def anonymise(console: Console, card: str, branch: str, yes: bool) -> None:
    """Erase one reader; figures stay as they were."""
    if not yes:
        click.confirm(f"Erase {card} for good?", abort=True)
    with db.transaction(console.sessions) as session:
        patron = patron_of(session, card)
        privacy.erase_patron(desk_of(console, session, branch), patron)


@patrons.command()
@click.argument("text")
@click.option("--json", "json_", is_flag=True)
@with_console
def find(console: Console, text: str, json_: bool) -> None:
    """Find readers by name or card."""
    with db.reading(console.sessions) as session:
        found = session.scalars(patron_queries.patrons(text).limit(50)).all()
        rows = [{"id": p.id, "card": p.card, "name": p.name} for p in found]
    if json_:
        print_json({"patrons": rows})
        return
    for row in rows:
        click.echo(f"{row['card']}  {row['name']}")
