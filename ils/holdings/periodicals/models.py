"""Subscriptions, and the issues they bring."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ils.catalog.models import FOLLOWS_RECORD, BibliographicRecord
from ils.db import REQUIRED, Base, BigId, new_id


class Subscription(Base):
    """A periodical for a branch in half a year."""

    __tablename__ = "subscription"
    __table_args__ = (
        CheckConstraint("half IN (1, 2)", name="half"),
        CheckConstraint("sets > 0", name="sets"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    record_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("record.id"), index=True, info=FOLLOWS_RECORD
    )
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    year: Mapped[int]
    half: Mapped[int]
    #: Sets of each issue.
    sets: Mapped[int] = mapped_column(default=1)
    #: Of a set for the half-year, in tiyn.
    price: Mapped[int | None] = mapped_column(BigId)
    supplier: Mapped[str] = mapped_column(default="")
    #: Number in the catalogue of the post.
    index: Mapped[str] = mapped_column(default="")
    #: See `config/serials.toml`.
    pattern: Mapped[str]
    #: Published in Kazakhstan: kept longer, counted apart.
    kazakhstani: Mapped[bool] = mapped_column(default=True)

    record: Mapped[BibliographicRecord] = relationship(lazy="joined", innerjoin=REQUIRED)


class SerialIssue(Base):
    """An issue that is expected, or came."""

    __tablename__ = "serial_issue"
    __table_args__ = (UniqueConstraint("subscription_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    subscription_id: Mapped[int] = mapped_column(BigId, ForeignKey("subscription.id"), index=True)
    number: Mapped[str]
    expected_on: Mapped[date]
    arrived_on: Mapped[date | None]
    #: Copies that came.
    copies: Mapped[int] = mapped_column(default=0)
    claimed_on: Mapped[date | None]
    #: The act that put it on account.
    act_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("stock_act.id"))

    subscription: Mapped[Subscription] = relationship(lazy="joined", innerjoin=REQUIRED)
