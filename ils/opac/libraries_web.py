"""The libraries of the system, for those who want to come: where, when, by phone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import web
from ils.opac import pages
from ils.opac.pages import opac
from ils.organisation.branches.models import Branch
from ils.organisation.branches.queries import branches
from ils.organisation.calendar.models import ClosedDay
from ils.organisation.calendar.queries import closed_between
from ils.organisation.calendar.rules import Calendar

#: Closed days are told so far ahead.
AHEAD = timedelta(days=28)


@dataclass(frozen=True)
class PublicBranch:
    """A branch, whether it is open today, and the closed days to come that are no usual ones."""

    branch: Branch
    open_today: bool
    closed: Sequence[ClosedDay]


@opac.get("/libraries")
@web.public()
def libraries(session: Session) -> ResponseReturnValue:
    """All branches that serve readers, the central one first."""
    today = pages.today()
    closed = closed_between(session, today, today + AHEAD)
    there = session.scalars(branches().where(Branch.active)).all()
    shown = [_library(branch, closed.get(branch.id, ()), today) for branch in there]
    return pages.page("libraries.html", session, libraries=shown)


def _library(branch: Branch, closed: Sequence[ClosedDay], today: date) -> PublicBranch:
    known = Calendar(branch.closed_weekdays, {one.day for one in closed})
    return PublicBranch(branch, known.works_on(today), closed)
