"""When a scan was made: its own time, and what is put aside because that cannot be.

A desk without a line keeps its scans and sends them later. Each says when it was made, by the
server's clock as its page knew it. What says something impossible is done only when a person
has looked at it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Select, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ils.db import Base, BigId, new_id
from ils.errors import N_, NotFound, Refused
from ils.ledger import Channel

#: So much later it is a scan of a desk that had no line.
LATE = timedelta(seconds=60)
#: What is older, a person has to look at.
OLDEST = timedelta(days=14)


class UnknownScan(NotFound):
    """No scan with this number waits for a decision."""

    code = "unknown_scan"
    message = N_("This scan is not waiting for a decision.")


class ScanDiffers(Refused):
    """What is to be accepted is not what was scanned."""

    code = "scan_differs"
    message = N_("This is not the scan that was put aside. Load the page again.")


@dataclass(frozen=True)
class Moment:
    """When something was done, and whether its desk had a line."""

    at: datetime
    channel: Channel = Channel.DESK


def moment(at: datetime, now: datetime) -> Moment | None:
    """What the time of a scan means that arrives now; ``None``: it cannot be believed.

    A clock that is a little fast is forgiven.
    """
    if at > now + LATE or now - at > OLDEST:
        return None
    return Moment(at, Channel.OFFLINE) if now - at > LATE else Moment(min(at, now))


class ScanException(Base):
    """A scan from the future or from long ago: a person accepts or refuses it."""

    __tablename__ = "scan_exception"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(unique=True)
    #: What was asked for: the address and its form. Taken away by the decision.
    path: Mapped[str]
    form: Mapped[dict[str, Any]] = mapped_column(JSON)
    staff_id: Mapped[int] = mapped_column(BigId, ForeignKey("staff.id"))
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    scanned_at: Mapped[datetime]
    received_at: Mapped[datetime]
    accepted: Mapped[bool | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))


def put_aside(session: Session, scan: ScanException) -> None:
    """Keep a scan for a person to look at; sent twice, it is kept once."""
    same = select(ScanException.id).where(ScanException.request_id == scan.request_id)
    if session.scalar(same) is None:
        session.add(scan)
        session.flush()


def undecided(branch_id: int) -> Select[ScanException]:
    """Scans of a branch that wait for a decision, oldest first."""
    query = select(ScanException).where(ScanException.decided_at.is_(None))
    return query.where(ScanException.branch_id == branch_id).order_by(ScanException.id)


def waiting(session: Session, number: int, branch_id: int) -> ScanException:
    """A scan of a branch that waits for a decision, held until the transaction ends.

    Raises:
        UnknownScan: there is none.
    """
    query = undecided(branch_id).where(ScanException.id == number).with_for_update()
    found = session.scalar(query)
    if found is None:
        raise UnknownScan
    return found


def accept(
    scan: ScanException, *, path: str, form: dict[str, Any], now: datetime, staff_id: int
) -> Moment:
    """Let a scan be done after all: at its own time, or when it came if that is later.

    Raises:
        ScanDiffers: what is sent is not what was put aside.
    """
    if scan.path != path or scan.form != form:
        raise ScanDiffers
    at = min(scan.scanned_at, scan.received_at)
    _decide(scan, accepted=True, now=now, staff_id=staff_id)
    return Moment(at, Channel.OFFLINE)


def refuse(scan: ScanException, *, now: datetime, staff_id: int) -> None:
    """Never do a scan."""
    _decide(scan, accepted=False, now=now, staff_id=staff_id)


def _decide(scan: ScanException, *, accepted: bool, now: datetime, staff_id: int) -> None:
    scan.accepted, scan.decided_at, scan.decided_by = accepted, now, staff_id
    scan.form = {}


def forget(session: Session, patron_id: int, cards: set[str]) -> None:
    """Drop the scans that name a reader."""
    named = {str(patron_id), *cards}
    query = select(ScanException.id, ScanException.form)
    rows = session.execute(query.where(ScanException.decided_at.is_(None)))
    numbers = [number for number, form in rows if named & {str(v) for v in form.values()}]
    session.execute(delete(ScanException).where(ScanException.id.in_(numbers)))
