"""What commands of circulation share."""

from __future__ import annotations

import click
from sqlalchemy.orm import Session

from ils.circulation.context import Desk
from ils.codes.keyboard import readings
from ils.console import Console
from ils.ledger import Channel
from ils.organisation.branches.queries import branch_by_code
from ils.patrons import queries as patron_queries
from ils.patrons.models import Patron

BRANCH = click.option("--branch", required=True, help="Code of the branch where it happens.")


def patron_of(session: Session, card: str) -> Patron:
    """The reader with a card.

    Raises:
        UnknownPatron: nobody has it.
    """
    patron = patron_queries.patron_by_card(session, readings(card))
    if patron is None:
        raise patron_queries.UnknownPatron
    return patron


def desk_of(console: Console, session: Session, branch: str) -> Desk:
    """The desk of a branch, as a command works at it."""
    origin = console.origin(branch_by_code(session, branch), Channel.SYSTEM)
    return Desk(session, origin, console.config)
