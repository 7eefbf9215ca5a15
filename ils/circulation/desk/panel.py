"""What the desk shows of an open reader."""

from __future__ import annotations

from flask import g
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.circulation.holds import queries as hold_queries
from ils.circulation.loans import queries as loan_queries
from ils.circulation.loans.rules import Problem
from ils.circulation.policy.queries import terms_at
from ils.patrons import queries as patron_queries
from ils.patrons.models import Patron

LOANS_SHOWN = 10


def said(problem: Problem) -> str:
    """A problem in the page's language."""
    text: str = gettext(problem.message) % dict(problem.facts)
    return text


def panel(session: Session, patron: Patron) -> dict[str, object]:
    """What is shown of an open reader."""
    today = web.today()
    (terms,) = terms_at(session, web.current().config, g.staff.branch.id, patron.category, None)
    standing = loan_queries.patron_status(session, patron.id, today, terms.number("grace_days"))
    blocks = patron_queries.blocks(patron.id).where(patron_queries.active_blocks(today))
    return {
        "patron": patron,
        "today": today,
        "registered": standing.year is not None,
        "held": standing.held,
        "limit": terms.number("max_loans"),
        "overdue": standing.overdue,
        "blocks": session.scalars(blocks).all() if standing.blocks else [],
        "loans": session.scalars(loan_queries.open_loans(patron.id).limit(LOANS_SHOWN)).all(),
        "ready": session.scalars(hold_queries.holds_of(patron.id)).all(),
    }
