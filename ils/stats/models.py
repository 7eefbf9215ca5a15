"""What is kept beside the ledger: closed months, plans, declared values, prepared reports."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ils.db import Base, BigId, new_id
from ils.ledger import EntryFacts


class ClosedMonth(Base):
    """A month nothing can be posted to any more, with the seal of what it held.

    Closing moves the frontier of the ledger and makes the row; sealing, right after it,
    adds the sums and the digest.
    """

    __tablename__ = "closed_month"
    __table_args__ = (CheckConstraint("closed_by IS NOT NULL OR automatic", name="by_somebody"),)

    month: Mapped[date] = mapped_column(primary_key=True)
    closed_at: Mapped[datetime]
    closed_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    #: Closed by the worker or a command, by nobody's account.
    automatic: Mapped[bool]
    #: What the checklist found and was accepted: its lines, in Russian and Kazakh codes.
    accepted: Mapped[list[Any]] = mapped_column(JSON, default=list)
    sealed_at: Mapped[datetime | None]
    entries: Mapped[int | None] = mapped_column(BigId)
    #: SHA-256 of all its entries and of the month before: see `closing.verification.digest_of`.
    digest: Mapped[str | None]
    #: Kind → branch code → sums of count, pages, bytes, amount, entries.
    totals: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class SummarySpan(Base):
    """Days whose totals are kept: a closed month, or a year of them.

    Slice 0 tells entries apart by everything the standing reports ask for, the others by what
    single tables do: they are short, and most figures need no more.
    """

    __tablename__ = "summary_span"
    __table_args__ = (UniqueConstraint("start", "end", "slice"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    start: Mapped[date]
    end: Mapped[date]
    slice: Mapped[int]
    #: Kind → the columns its totals are told apart by.
    columns_by_kind: Mapped[dict[str, list[str]]] = mapped_column(JSON)


class SummaryTotal(EntryFacts, Base):
    """Entries of a kind within a span, with the same facts, added up. Made anew at will."""

    __tablename__ = "summary_total"
    __table_args__ = (Index("ix_summary_total_kind_span_id", "kind", "span_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    span_id: Mapped[int] = mapped_column(BigId, ForeignKey("summary_span.id", ondelete="CASCADE"))
    kind: Mapped[str]
    branch_id: Mapped[int | None] = mapped_column(BigId)
    owner_branch_id: Mapped[int | None] = mapped_column(BigId)
    other_branch_id: Mapped[int | None] = mapped_column(BigId)
    service_point_id: Mapped[int | None] = mapped_column(BigId)
    channel: Mapped[str | None]
    count: Mapped[int] = mapped_column(BigId)
    pages: Mapped[int] = mapped_column(BigId)
    bytes: Mapped[int] = mapped_column(BigId)
    amount: Mapped[int] = mapped_column(BigId)
    entries: Mapped[int] = mapped_column(BigId)


class DeclaredValue(Base):
    """A value nobody can count, as somebody declared it; a later one of the same period stands.

    Rows are never changed: a correction is a new row, the earlier ones are its history.
    """

    __tablename__ = "declared_value"
    __table_args__ = (Index("ix_declared_value_key_start", "key", "start"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    key: Mapped[str]
    #: ``None``: of the whole system.
    branch_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("branch.id"))
    start: Mapped[date]
    end: Mapped[date]
    #: ``None`` takes an earlier declaration back.
    value: Mapped[Decimal | None] = mapped_column(Numeric(16, 2))
    source: Mapped[str]
    declared_at: Mapped[datetime]
    declared_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))


class PlanVersion(Base):
    """One setting or change of plans: when, by whom and why."""

    __tablename__ = "plan_version"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    set_at: Mapped[datetime]
    set_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    reason: Mapped[str]


class PlanValue(Base):
    """What is planned of an indicator for a quarter; the latest version stands."""

    __tablename__ = "plan_value"
    __table_args__ = (
        UniqueConstraint("version_id", "table_id", "row", "branch_id", "year", "quarter"),
        CheckConstraint("quarter BETWEEN 1 AND 4", name="quarter"),
        Index("ix_plan_value_year_table_id", "year", "table_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(BigId, ForeignKey("plan_version.id"))
    #: A table with a plan column, and the key of one of its rows.
    table_id: Mapped[str]
    row: Mapped[str]
    #: ``None``: of the whole system.
    branch_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("branch.id"))
    year: Mapped[int]
    quarter: Mapped[int]
    #: ``None`` takes an earlier plan back.
    value: Mapped[int | None] = mapped_column(BigId)


class Schedule(Base):
    """A report the worker prepares and sends by itself."""

    __tablename__ = "schedule"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    report: Mapped[str]
    #: ``week``, ``month``, ``quarter`` or ``year``.
    every: Mapped[str]
    #: It is prepared so many days after its period ended.
    days_after: Mapped[int] = mapped_column(default=1)
    branch_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("branch.id"))
    language: Mapped[str]
    #: Addresses, separated by commas; none: it is only kept.
    addresses: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    #: Periods that end before it are not prepared.
    since: Mapped[date]


class PreparedReport(Base):
    """A report as it was when it was prepared."""

    __tablename__ = "prepared_report"
    __table_args__ = (UniqueConstraint("schedule_id", "start"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    schedule_id: Mapped[int] = mapped_column(BigId, ForeignKey("schedule.id"))
    start: Mapped[date]
    end: Mapped[date]
    prepared_at: Mapped[datetime]
    #: The report as `documents.payload` writes it; every format is made of it.
    content: Mapped[dict[str, Any]] = mapped_column(JSON)


#: Who notes that it was there: the worker in each round, the self-check when it ran.
WORKER, SELFCHECK, BACKUP, JOURNAL = "worker", "selfcheck", "backup", "journal"
#: The newest proved backup must not be older.
BACKUP_LATE = timedelta(hours=48)
#: Nor the last writing of the journal, while the worker is there.
JOURNAL_LATE = timedelta(minutes=15)


class Heartbeat(Base):
    """When the worker last did its round, or the self-check ran, and what was wrong."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    problem: Mapped[str] = mapped_column(default="")
