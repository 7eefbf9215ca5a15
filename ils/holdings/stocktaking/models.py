"""Checks of the stock, the copies they expect, the scans; places with labels of their own."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ils.db import Base, BigId, new_id, one_of


class StocktakeState(StrEnum):
    """How far a check is."""

    #: The list of what is expected is being made.
    PREPARING = "preparing"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class ScanOutcome(StrEnum):
    """What a scan at a shelf turned out to be."""

    HERE = "here"
    ALREADY = "already"
    ELSEWHERE = "elsewhere"
    ON_LOAN = "on_loan"
    IN_TRANSIT = "in_transit"
    WITHDRAWN = "withdrawn"
    FOUND = "found"
    UNKNOWN = "unknown"


class ShelfPlace(Base):
    """A room or shelf with a label: scanned, it is where the copies after it stand."""

    __tablename__ = "shelf_place"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    #: What its barcode says: SQ-P1, SQ-P2 …
    code: Mapped[str] = mapped_column(unique=True)
    #: As it stands in the copies: “Абонемент, стеллаж 3”.
    name: Mapped[str]


class Stocktake(Base):
    """A check: of a branch, or of a place there."""

    __tablename__ = "stocktake"
    __table_args__ = (one_of("state", StocktakeState),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    name: Mapped[str]
    state: Mapped[str] = mapped_column(default=StocktakeState.PREPARING)
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    #: Only copies whose place begins so; empty: the whole branch.
    location: Mapped[str] = mapped_column(default="")
    day: Mapped[date]
    #: A copy somebody had in hand since this day counts as present.
    seen_since: Mapped[date | None]
    basis: Mapped[str] = mapped_column(default="")
    commission: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    closed_at: Mapped[datetime | None]


class StocktakeItem(Base):
    """A copy a check expects, as it was when the check began."""

    __tablename__ = "stocktake_item"
    __table_args__ = (
        UniqueConstraint("stocktake_id", "item_id"),
        Index("ix_stocktake_item_item", "item_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    stocktake_id: Mapped[int] = mapped_column(BigId, ForeignKey("stocktake.id"))
    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id"))
    status: Mapped[str]
    #: When it was scanned first.
    counted_at: Mapped[datetime | None]


class StocktakeScan(Base):
    """A scan of a check; none is dropped."""

    __tablename__ = "stocktake_scan"
    __table_args__ = (
        one_of("outcome", ScanOutcome),
        Index("ix_stocktake_scan_outcome", "stocktake_id", "outcome"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    stocktake_id: Mapped[int] = mapped_column(BigId, ForeignKey("stocktake.id"))
    at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    code: Mapped[str]
    item_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("item.id"))
    place_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("shelf_place.id"))
    outcome: Mapped[str]
    #: Its question is answered, see `ils.holdings.stocktaking.findings`.
    settled: Mapped[bool] = mapped_column(default=False)
