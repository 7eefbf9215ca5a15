"""What is done to many readers once a year: re-registration, the next grade."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from ils.errors import N_, Invalid
from ils.ledger import Channel, Origin
from ils.organisation.audit.actions import audit
from ils.patrons import queries, rules
from ils.patrons.actions import register_year
from ils.patrons.models import Patron


def reregister_many(session: Session, origin: Origin, patron_ids: Sequence[int]) -> int:
    """Register readers of the branch anew, without a visit; who is registered is passed over.

    Returns:
        How many were registered now.
    """
    done = 0
    by_hand = replace(origin, channel=Channel.SYSTEM)
    waiting = queries.not_yet_registered(origin.branch_id, origin.day.year)
    query = waiting.where(Patron.id.in_(patron_ids)).order_by(None).order_by(Patron.id)
    for patron in session.scalars(query.with_for_update()):
        if queries.patron_year(session, patron.id, origin.day.year) is None:
            register_year(session, by_hand.derive(str(patron.id)), patron, new=False)
            done += 1
    return done


def advance_school_year(
    session: Session,
    origin: Origin,
    *,
    last_grade: int,
    category: str,
    categories: Container[str],
) -> tuple[int, int]:
    """Everybody at school goes to the next grade, once in a school year.

    Args:
        last_grade: who was in it leaves school.
        category: of those who leave, from their next registration on.

    Returns:
        How many went up, and how many left.

    Raises:
        Invalid: an unknown category, or no grade.
    """
    if category not in categories:
        raise Invalid(N_("Category"), N_("Choose one from the list."))
    if not 4 <= last_grade <= 12:
        raise Invalid(N_("Last grade"), N_("It must be a number from 4 to 12."))
    year = rules.school_year(origin.day)
    missed = year - func.coalesce(Patron.grade_year, year - 1)
    behind = queries.of_earlier_grade(year)
    leaving = session.execute(
        update(Patron)
        .where(*behind, Patron.grade + missed > last_grade)
        .values(grade=None, grade_year=None, category=category)
    ).rowcount  # type: ignore[attr-defined]  # of every UPDATE
    rising = session.execute(
        update(Patron).where(*behind).values(grade=Patron.grade + missed, grade_year=year)
    ).rowcount  # type: ignore[attr-defined]
    session.expire_all()
    said = {"rising": rising, "leaving": leaving, "year": year}
    audit(session, origin.staff_id, "patrons.school_year", str(year), **said)
    return rising, leaving
