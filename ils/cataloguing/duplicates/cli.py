"""`ils catalog merge` and `take-apart`."""

from __future__ import annotations

import click
from sqlalchemy.orm import Session

from ils import db
from ils.catalog.subjects import classes_of
from ils.catalog.worksheets.definitions import worksheets
from ils.cataloguing.duplicates import actions
from ils.cataloguing.imports.actions import NoBranch
from ils.cataloguing.records.cli import catalog
from ils.console import Console, print_json, with_console
from ils.errors import N_
from ils.ledger import Channel, Origin
from ils.organisation.branches.queries import branches


@catalog.command()
@click.argument("kept", type=int)
@click.argument("dropped", type=int)
@click.option("--json", "json_", is_flag=True)
@with_console
def merge(console: Console, kept: int, dropped: int, json_: bool) -> None:
    """Hide the record DROPPED behind KEPT; its copies and articles move. See `take-apart`."""

    def work(session: Session) -> int:
        return actions.merge_records(
            session,
            _origin(console, session),
            kept_id=kept,
            dropped_id=dropped,
            taken=(),
            classes=classes_of(console.config.lists),
            sheets=worksheets(console.config),
        ).id

    merge_id = db.run(console.sessions, work)
    if json_:
        print_json({"id": merge_id, "kept": kept, "dropped": dropped})
    else:
        console.say(N_("%(dropped)s is merged into %(kept)s"), dropped=dropped, kept=kept)


@catalog.command("take-apart")
@click.argument("record_id", type=int)
@with_console
def take_apart(console: Console, record_id: int) -> None:
    """Bring a merged record back, with the copies and articles that moved."""

    def work(session: Session) -> None:
        lists = console.config.lists
        actions.unmerge(session, _origin(console, session), record_id, classes=classes_of(lists))

    db.run(console.sessions, work)
    console.say(N_("%(number)s is in the catalogue again"), number=record_id)


def _origin(console: Console, session: Session) -> Origin:
    """An act of the command line, at the central library."""
    branch = session.scalars(branches()).first()
    if branch is None:
        raise NoBranch
    return console.origin(branch, Channel.SYSTEM)
