"""The ledger: what happened, when, where, by whom, and the facts of that moment.

The one source of every figure. Entries are written in the transaction of the change
they describe, by the functions below and by nothing else; the database refuses to
change or delete them. A mistake is mended by an opposite entry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, TypedDict, cast
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    SmallInteger,
    Table,
    bindparam,
    case,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from ils import clock
from ils.db import Base, BigId, new_id
from ils.errors import N_, Refused
from ils.ledger.acts import note_entry
from ils.ledger.vocabulary import Channel, Kind


class Facts(TypedDict, total=False):
    """What an entry may say besides when, where and who. Frozen at that moment.

    Units: ``pages`` and ``bytes`` as their names say, ``amount`` in tiyn, ``age`` in years.
    """

    patron_year_id: int | None
    item_id: int | None
    record_id: int | None
    loan_id: int | None
    document_id: int | None
    act_id: int | None
    pages: int | None
    bytes: int | None
    amount: int | None
    catalogue: str | None
    material: str | None
    language: str | None
    subject_area: str | None
    owner_branch_id: int | None
    patron_category: str | None
    age: int | None
    sex: str | None
    source: str | None
    reason: str | None
    opening_of: str | None
    other_branch_id: int | None


FACTS = (*Facts.__annotations__, "place", "detail")
AMOUNTS = ("count", "pages", "bytes", "amount")


@dataclass(frozen=True)
class Origin:
    """When, where, by whom, by which way, and in answer to which request."""

    at: datetime
    day: date
    branch_id: int
    staff_id: int | None
    channel: Channel
    request_id: UUID = field(default_factory=uuid4)
    service_point_id: int | None = None

    def derive(self, name: str) -> Origin:
        """The same act's further entry: its id follows from the request's."""
        return replace(self, request_id=derived_request_id(self.request_id, name))

    def as_of(self, entry: Entry) -> Origin:
        """A correction of an entry: on its day, by its channel, so that both add up to nothing."""
        channel = Channel(entry.channel)
        return replace(self, at=entry.occurred_at, day=entry.day, channel=channel)

    def at_point(self, service_point_id: int) -> Origin:
        """The same act, at a place of service of the branch."""
        return replace(self, service_point_id=service_point_id)


def derived_request_id(request_id: UUID, name: str) -> UUID:
    """The id of a further entry of the same act."""
    return uuid5(request_id, name)


_late = text("day < posted")


class LedgerKind(Base):
    """A kind of entries there may be, a row each: a new one is an INSERT."""

    __tablename__ = "ledger_kind"

    code: Mapped[str] = mapped_column(primary_key=True)


class LedgerChannel(Base):
    """A way an act may reach the library, a row each."""

    __tablename__ = "ledger_channel"

    code: Mapped[str] = mapped_column(primary_key=True)


class EntryFacts:
    """The facts of an entry that are codes or ages; sums of closed time have the same columns."""

    catalogue: Mapped[str | None]
    material: Mapped[str | None]
    language: Mapped[str | None]
    subject_area: Mapped[str | None]
    patron_category: Mapped[str | None]
    age: Mapped[int | None] = mapped_column(SmallInteger)
    sex: Mapped[str | None]
    source: Mapped[str | None]
    reason: Mapped[str | None]
    #: What an opening balance counts, see `OpeningOf`.
    opening_of: Mapped[str | None]
    place: Mapped[str | None]
    detail: Mapped[str | None]


class Entry(EntryFacts, Base):
    """One line of the ledger; its kinds and channels are told in `docs/glossary.md`.

    A reversal has the amounts of what it reverses with a minus: ``count`` of copies, visits,
    people; ``pages``; ``bytes``; ``amount`` in tiyn.
    """

    __tablename__ = "ledger"
    __table_args__ = (
        CheckConstraint("posted >= day", name="posted_not_before_day"),
        Index("ix_ledger_kind_posted", "kind", "posted"),
        # What came after its month was closed: few, shown apart in every report.
        Index("ix_ledger_late", "posted", sqlite_where=_late, postgresql_where=_late),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(unique=True)
    occurred_at: Mapped[datetime]
    #: The day of the branch it happened on, and the one it counts on: see `posted`.
    day: Mapped[date]
    posted: Mapped[date]
    recorded_at: Mapped[datetime]
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    service_point_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("service_point.id"))
    staff_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    channel: Mapped[str] = mapped_column(ForeignKey("ledger_channel.code"))
    kind: Mapped[str] = mapped_column(ForeignKey("ledger_kind.code"))
    count: Mapped[int] = mapped_column(BigId, default=1)
    pages: Mapped[int | None] = mapped_column(BigId)
    bytes: Mapped[int | None] = mapped_column(BigId)
    amount: Mapped[int | None] = mapped_column(BigId)
    reverses_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("ledger.id"), unique=True)
    patron_year_id: Mapped[int | None] = mapped_column(BigId, index=True)
    item_id: Mapped[int | None] = mapped_column(BigId, index=True)
    record_id: Mapped[int | None] = mapped_column(BigId)
    loan_id: Mapped[int | None] = mapped_column(BigId)
    document_id: Mapped[int | None] = mapped_column(BigId)
    act_id: Mapped[int | None] = mapped_column(BigId)
    owner_branch_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("branch.id"))
    other_branch_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("branch.id"))


class ClosingFrontier(Base):
    """The frontier of the closed months; one row. Nothing can be posted before it."""

    __tablename__ = "ledger_frontier"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    first_open_day: Mapped[date]


# Statements of every scan, built once: building one costs more than running it.
_undoing = aliased(Entry)
_BY_REQUEST = select(Entry).where(Entry.request_id == bindparam("request_id"))
_WITH_REVERSAL = (
    select(Entry.id, _undoing.id)
    .outerjoin(_undoing, _undoing.reverses_id == Entry.id)
    .where(Entry.request_id == bindparam("request_id"))
)
_FIRST_OPEN_DAY = select(ClosingFrontier.first_open_day)
# The day an act counts is found by the statement that writes it: nobody closes a month between.
_on, _open = bindparam("on_day", type_=Date), _FIRST_OPEN_DAY.scalar_subquery()
_INSERT = insert(cast("Table", Entry.__table__)).values(
    posted=case((_on < _open, _open), else_=_on)
)


class AlreadyReversed(Refused):
    """The entry was cancelled before."""

    code = "already_undone"
    message = N_("This was already undone.")


def record(
    session: Session,
    kind: Kind,
    origin: Origin,
    facts: Facts,
    *,
    place: str | None = None,
    detail: str | None = None,
    count: int = 1,
) -> int:
    """Add one entry of one act; returns its id.

    Args:
        detail: the kind's own sub-kind.
    """
    return _add(session, kind, origin, {"count": count, **facts, "place": place, "detail": detail})


def reverse(session: Session, entry: Entry, origin: Origin) -> int:
    """Cancel an entry with an equal and opposite one; returns its id.

    It is dated as the entry is and posted today if that month is closed; it is by the same
    channel and at the same place. Who and when stand in ``origin`` and ``recorded_at``.

    Raises:
        AlreadyReversed: it was cancelled before.
    """
    if reversal_of(session, entry) is not None:
        raise AlreadyReversed
    values: dict[str, Any] = {name: getattr(entry, name) for name in FACTS}
    for name in AMOUNTS:
        amount = getattr(entry, name)
        values[name] = None if amount is None else -amount
    same = origin.as_of(entry)
    place = replace(same, branch_id=entry.branch_id, service_point_id=entry.service_point_id)
    return _add(session, Kind(entry.kind), place, {**values, "reverses_id": entry.id})


def repeat(
    session: Session, entry: Entry, origin: Origin, *, detail: str | None = None, key: str = ""
) -> int | None:
    """Say again, on its own day and at its own place, what an entry said that is reversed.

    Args:
        detail: another sub-kind than it had.
        key: as in `record_once`; ``None`` is returned if an entry stands under it.
    """
    about = {name: getattr(entry, name) for name in (*FACTS, *AMOUNTS)}
    about |= {} if detail is None else {"detail": detail}
    place = replace(
        origin.as_of(entry), branch_id=entry.branch_id, service_point_id=entry.service_point_id
    )
    if key:
        request_id, entry_id = _keyed(session, key)
        if entry_id is not None:
            return None
        place = replace(place, request_id=request_id)
    return _add(session, Kind(entry.kind), place, about)


def entry_of_request(session: Session, request_id: UUID) -> Entry | None:
    """The entry a request made."""
    return session.scalar(_BY_REQUEST, {"request_id": request_id})


def reversal_of(session: Session, entry: Entry) -> Entry | None:
    """The entry that cancels this one, if any."""
    return session.scalar(select(Entry).where(Entry.reverses_id == entry.id))


def record_once(
    session: Session,
    kind: Kind,
    origin: Origin,
    facts: Facts,
    *,
    key: str,
    detail: str | None = None,
    count: int = 1,
) -> int | None:
    """Add an entry unless one with the same ``key`` stands already; ``None`` if it does.

    The request id is made from the key, so that the database itself allows one. After a
    reversal the key may be used again.
    """
    request_id, entry_id = _keyed(session, key)
    if entry_id is not None:
        return None
    at = replace(origin, request_id=request_id)
    return record(session, kind, at, facts, detail=detail, count=count)


def entry_of_key(session: Session, key: str) -> Entry | None:
    """The entry that `record_once` wrote with this key and nobody reversed."""
    entry_id = _keyed(session, key)[1]
    return None if entry_id is None else session.get(Entry, entry_id)


def _keyed(session: Session, key: str) -> tuple[UUID, int | None]:
    """The id of the entry that stands under a key, with the request id free for the next."""
    while True:
        request_id = uuid5(NAMESPACE_URL, f"ledger:{key}")
        found = session.execute(_WITH_REVERSAL, {"request_id": request_id}).one_or_none()
        entry_id, reversal_id = found or (None, None)
        if entry_id is None or reversal_id is None:
            return request_id, entry_id
        key = f"{key}:{reversal_id}"


def record_many(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add many entries at once; each row has every column but ``id`` and when it was posted."""
    moment = clock.now()
    _write(session, [{**entry_row, "id": new_id(), "recorded_at": moment} for entry_row in rows])


def entry_row(
    kind: Kind,
    origin: Origin,
    facts: Facts,
    *,
    count: int,
    detail: str | None = None,
) -> dict[str, Any]:
    """An entry as `record_many` wants it."""
    columns = _columns(kind, origin)
    return {**columns, **dict.fromkeys(FACTS), **facts, "count": count, "detail": detail}


def posted(session: Session, day: date) -> date:
    """The day an act of ``day`` counts: itself, or the first open day if its month is closed."""
    return max(day, first_open_day(session))


def first_open_day(session: Session) -> date:
    """The day after the last closed month: nothing is posted before it."""
    return session.scalars(_FIRST_OPEN_DAY).one()


def close_until(session: Session, day: date) -> None:
    """Move the frontier: nothing can be posted before ``day`` any more. It never moves back.

    Whoever is writing an entry finishes first; whoever comes later finds the new frontier.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE ledger IN SHARE ROW EXCLUSIVE MODE"))
    forward = (
        update(ClosingFrontier)
        .where(ClosingFrontier.first_open_day < day)
        .values(first_open_day=day)
    )
    session.execute(forward)


def _columns(kind: Kind, origin: Origin) -> dict[str, Any]:
    return {
        "kind": kind.value,
        "request_id": origin.request_id,
        "occurred_at": origin.at,
        "day": origin.day,
        "branch_id": origin.branch_id,
        "service_point_id": origin.service_point_id,
        "staff_id": origin.staff_id,
        "channel": origin.channel.value,
        "reverses_id": None,
    }


def _add(session: Session, kind: Kind, origin: Origin, values: Mapping[str, Any]) -> int:
    entry_id = new_id()
    columns = {"id": entry_id, "recorded_at": clock.now(), **_columns(kind, origin)}
    _write(session, [{**columns, **values}])
    note_entry(session, entry_id)
    return entry_id


def _write(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        session.execute(_INSERT, [{**row, "on_day": row["day"]} for row in rows])
