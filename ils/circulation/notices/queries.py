"""Reading notices: what is planned, what became of them, whom nothing reaches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from ils.circulation.loans.models import Loan
from ils.circulation.losses.queries import claimed
from ils.circulation.notices.models import Notice, NoticeChannel, NoticeState
from ils.holdings.items.models import Item
from ils.messages.outbox import OutgoingMessage
from ils.patrons.models import Patron

#: Nothing leaves for these by itself: somebody has to go there.
BY_HAND = (NoticeState.BY_HAND, NoticeState.FAILED)


def open_loans(branch_id: int, first: date, last: date) -> Select[int]:
    """Loans of a branch that are due within some days, the earliest first."""
    return (
        select(Loan.id)
        .where(
            Loan.branch_id == branch_id, Loan.ended_at.is_(None), Loan.patron_id.is_not(None),
            Loan.due.between(first, last), Loan.id.not_in(claimed()),
        )
        .order_by(Loan.due, Loan.id)
    )  # fmt: skip


def with_readers(ids: Sequence[int]) -> Select[Loan, Patron]:
    """Loans that are still open, with their readers."""
    return (
        select(Loan, Patron)
        .join(Patron, Patron.id == Loan.patron_id)
        .where(Loan.id.in_(ids), Loan.ended_at.is_(None))
        .order_by(Loan.id)
    )


def of_loans(ids: Sequence[int]) -> Select[Notice]:
    """What was planned or done about some loans."""
    return select(Notice).where(Notice.loan_id.in_(ids)).order_by(Notice.id)


def planned_readers(branch_id: int, today: date) -> Select[int]:
    """Readers with something to be told at a branch."""
    own = (Notice.state == NoticeState.PLANNED, Notice.branch_id == branch_id, _is_time(today))
    return select(Notice.patron_id).where(*own).distinct().order_by(Notice.patron_id)


def planned_of(patron_id: int, today: date) -> Select[Notice]:
    """What is to be told to a reader."""
    own = (Notice.patron_id == patron_id, Notice.state == NoticeState.PLANNED, _is_time(today))
    return select(Notice).where(*own).order_by(Notice.due, Notice.id)


def _is_time(today: date) -> ColumnElement[bool]:
    return or_(Notice.not_before.is_(None), Notice.not_before <= today)


def told_since(session: Session, patron_id: int, since: datetime, *, testing: bool) -> bool:
    """Whether a reader was told anything since a moment; of a test, whether that was tested."""
    sent = Notice.state == (NoticeState.TESTED if testing else NoticeState.SENT)
    own = select(Notice.id).where(Notice.patron_id == patron_id, sent, Notice.settled_at >= since)
    return session.scalar(own.limit(1)) is not None


def with_message(message_id: int) -> Select[Notice]:
    """What is told by a message."""
    own = (Notice.message_id == message_id, Notice.state == NoticeState.PLANNED)
    return select(Notice).where(*own).order_by(Notice.id)


def loans_with_titles(ids: Sequence[int]) -> Select[Loan]:
    """Loans with what is lent."""
    return (
        select(Loan)
        .join(Loan.item)
        .join(Item.record)
        .where(Loan.id.in_(ids))
        .options(contains_eager(Loan.item).contains_eager(Item.record))
        .order_by(Loan.due, Loan.id)
    )


def notices(
    branch_id: int | None, state: str = "", level: str = ""
) -> Select[Notice, Patron, Loan]:
    """Notices with readers and loans, the latest first; those by hand while they are needed."""
    query = (
        select(Notice, Patron, Loan)
        .join(Patron, Patron.id == Notice.patron_id)
        .join(Loan, Loan.id == Notice.loan_id)
        .order_by(Notice.id.desc())
    )
    if branch_id is not None:
        query = query.where(Notice.branch_id == branch_id)
    if state:
        query = query.where(Notice.state == state)
    if state in BY_HAND:  # nobody calls for what is back
        query = query.where(
            Loan.ended_at.is_(None), Loan.due == Notice.due, Loan.id.not_in(claimed())
        )
    return query.where(Notice.level == level) if level else query


def problems(session: Session, message_ids: Sequence[int]) -> dict[int, str]:
    """Message → why it did not leave when it was last tried."""
    query = select(OutgoingMessage.id, OutgoingMessage.problem).where(
        OutgoingMessage.id.in_(message_ids), OutgoingMessage.problem != "",
        OutgoingMessage.sent_at.is_(None),
    )  # fmt: skip
    return dict(session.execute(query).all())


def short_messages(branch_id: int | None, today: date) -> Select[int]:
    """Readers a short message is planned for by now."""
    query = select(Notice.patron_id).where(
        Notice.state == NoticeState.PLANNED, Notice.channel == NoticeChannel.SMS, _is_time(today)
    )
    if branch_id is not None:
        query = query.where(Notice.branch_id == branch_id)
    return query.distinct().order_by(Notice.patron_id)


def counts(session: Session, branch_id: int | None) -> dict[str, int]:
    """State → how many notices."""
    needed = Notice.state.not_in(BY_HAND) | (
        Loan.ended_at.is_(None) & (Loan.due == Notice.due) & Loan.id.not_in(claimed())
    )
    query = select(Notice.state, func.count()).join(Loan, Loan.id == Notice.loan_id)
    query = query.where(needed).group_by(Notice.state)
    if branch_id is not None:
        query = query.where(Notice.branch_id == branch_id)
    return dict(session.execute(query).all())
