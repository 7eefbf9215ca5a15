"""The order readers wait in, and who is served out of it."""

from __future__ import annotations

from ils.circulation.context import Desk
from ils.circulation.holds import queries
from ils.circulation.holds.models import Hold, HoldStatus
from ils.errors import N_, Refused
from ils.organisation.audit.actions import audit


class NotWaiting(Refused):
    """A copy is set aside already, or the hold has ended."""

    code = "hold_not_waiting"
    message = N_("This reader does not wait any more.")


def put_first(desk: Desk, hold: Hold) -> None:
    """Have the next copy go to this reader; others keep their order.

    Raises:
        NotWaiting: there is nothing to be first for.
    """
    _check_waiting(hold)
    first = queries.holds_on(desk.session, hold.record_id)[0]
    if first is not hold:
        hold.rank = first.order - 1
        _tell(desk, hold, "hold.first")


def put_back(desk: Desk, hold: Hold) -> None:
    """Have a reader wait where the day of the hold places them.

    Raises:
        NotWaiting: the place no longer matters.
    """
    _check_waiting(hold)
    if hold.rank is not None:
        hold.rank = None
        _tell(desk, hold, "hold.in_order")


def _check_waiting(hold: Hold) -> None:
    if hold.ended_at is not None or hold.status != HoldStatus.WAITING:
        raise NotWaiting


def _tell(desk: Desk, hold: Hold, action: str) -> None:
    subject, record = str(hold.patron_id), hold.record_id
    audit(desk.session, desk.origin.staff_id, action, subject, hold=hold.id, record=record)
