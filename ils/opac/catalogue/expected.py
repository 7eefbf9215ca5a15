"""When a copy will be free, as lending so far lets expect: an estimate, and said as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils.circulation.holds.queries import waiting_for
from ils.circulation.loans.models import Loan, LoanEnd
from ils.circulation.loans.queries import loans_of_record
from ils.clock import local_day

#: Loans that ended last and are looked at; with fewer than `FEWEST` nothing is said.
SAMPLE, FEWEST = 400, 20
#: The share of loans that end until the later day.
MOST_OF_THEM = 0.8


@dataclass(frozen=True)
class Expected:
    """The day a copy is free as often as not, and the one until which it is in most cases."""

    likely: date
    nearly_surely: date


def expected(
    session: Session, record_id: int, material: str, zone: str, today: date
) -> Expected | None:
    """When somebody who asks now gets a copy; nothing where too little is known."""
    out = [local_day(loan.issued_at, zone) for loan in session.scalars(loans_of_record(record_id))]
    days = _days_out(session, material)
    if not out or len(days) < FEWEST:
        return None
    return reckoned(out, days, waiting_for(session, record_id), today)


def reckoned(lent: Sequence[date], days: Sequence[int], waiting: int, today: date) -> Expected:
    """The estimate.

    Args:
        lent: the days the copies that are out were lent.
        days: how long such documents stayed out.
        waiting: readers who come first.

    >>> reckoned([date(2026, 12, 1)], [8, 10, 12, 14, 20], 0, date(2026, 12, 5))
    Expected(likely=datetime.date(2026, 12, 13), nearly_surely=datetime.date(2026, 12, 21))
    """
    ordered = sorted(days)
    middle = ordered[len(ordered) // 2]
    late = ordered[min(len(ordered) - 1, int(len(ordered) * MOST_OF_THEM))]
    return Expected(
        _turn(lent, middle, middle, waiting, today), _turn(lent, late, middle, waiting, today)
    )


def _turn(lent: Sequence[date], first: int, later: int, waiting: int, today: date) -> date:
    """The day of whose turn it is after all who wait; each of them keeps a copy as long."""
    back = sorted(max(day + timedelta(days=first), today + timedelta(days=1)) for day in lent)
    rounds, place = divmod(waiting, len(back))
    return back[place] + timedelta(days=rounds * later)


def _days_out(session: Session, material: str) -> list[int]:
    ended = select(Loan.issued_at, Loan.ended_at).where(
        Loan.ended_by == LoanEnd.RETURNED, Loan.material == material
    )
    rows = session.execute(ended.order_by(Loan.id.desc()).limit(SAMPLE))
    return [max(1, (end - start).days) for start, end in rows if end is not None]
