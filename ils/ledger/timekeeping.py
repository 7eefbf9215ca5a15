"""Whether the clock of the computer can be believed: entries, due dates and ids follow from it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import BUILT, clock
from ils.errors import N_, Unavailable
from ils.ledger.entries import Entry

#: A clock set right by the network may go back by so much.
TOLERANCE = timedelta(minutes=5)


class WrongClock(Unavailable):
    """The clock says what cannot be."""

    code = "wrong_clock"
    message = N_(
        "The clock of this computer says %(now)s, but it must be later than %(newest)s. Set it; "
        "if it is right, start with --clock-is-right."
    )


class ClockJumped(Unavailable):
    """The clock was set by more than a day while the program ran."""

    code = "clock_jumped"
    message = N_(
        "The clock of the server was set by more than a day. Nothing is written down until the "
        "server is started again."
    )


def check_clock(session: Session) -> None:
    """Compare the clock with the newest entry and with the day the program was made.

    Raises:
        WrongClock: it is behind one of them.
    """
    newest = session.scalar(select(Entry.recorded_at).order_by(Entry.id.desc()).limit(1))
    least = max(newest or datetime.min.replace(tzinfo=UTC), datetime.combine(BUILT, time(), UTC))
    now = clock.now()
    if now < least - TOLERANCE:
        raise WrongClock(now=f"{now:%d.%m.%Y %H:%M}", newest=f"{least:%d.%m.%Y %H:%M}")
