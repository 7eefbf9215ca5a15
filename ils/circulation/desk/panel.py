"""What the desk shows of an open reader."""

from __future__ import annotations

from flask import g
from sqlalchemy.orm import Session

from ils import web
from ils.circulation.desk.queries import opened
from ils.circulation.desk.results import Opened
from ils.circulation.holds import queries as hold_queries
from ils.circulation.loans import queries as loan_queries
from ils.circulation.loans.rules import Problem
from ils.patrons import queries as patron_queries

LOANS_SHOWN = 8


def worded(problem: Problem) -> str:
    """A problem in the page's language."""
    return web.worded(problem.message, dict(problem.facts))


def here(session: Session, patron_id: int) -> Opened:
    """A reader as they stand today at the branch of whoever is signed in.

    Raises:
        UnknownPatron: there is none.
    """
    patron = patron_queries.patron(session, patron_id)
    return opened(session, web.current().config, g.staff.branch.id, web.today(), patron)


def panel(session: Session, shown: Opened) -> dict[str, object]:
    """What is shown of an open reader."""
    today, patron, standing = web.today(), shown.patron, shown.standing
    blocks = patron_queries.blocks(patron.id).where(patron_queries.active_blocks(today))
    loans = loan_queries.newest_loans(session, patron.id, LOANS_SHOWN)
    number = loan_queries.number_of_loans(session, patron.id) if len(loans) == LOANS_SHOWN else 0
    return {
        "patron": patron,
        "today": today,
        "registered": standing.year is not None,
        "held": standing.away,
        "in_room": standing.held - standing.away,
        "limit": shown.terms.number("max_loans"),
        "overdue": standing.overdue,
        "blocks": session.scalars(blocks).all() if standing.blocks else [],
        "loans": loans,
        "more": max(0, number - len(loans)),
        "ready": hold_queries.ready_for(session, patron.id),
    }
