"""Contracts with right holders."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ils.db import Base, BigId, new_id, one_of


class Rights(StrEnum):
    """What a document may be shown by."""

    PUBLIC_DOMAIN = "public_domain"
    CONTRACT = "contract"
    #: The library published it itself.
    OWN = "own"
    #: Nobody knows: for staff only.
    UNKNOWN = "unknown"


class Scope(StrEnum):
    """Where a contract lets readers read."""

    IN_LIBRARY = "in_library"
    INTERNET = "internet"


class Contract(Base):
    """What a right holder allows."""

    __tablename__ = "rights_contract"
    __table_args__ = (one_of("scope", Scope),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    number: Mapped[str]
    holder: Mapped[str]
    signed_on: Mapped[date]
    #: The last day it holds; ``None``: without an end.
    until: Mapped[date | None]
    scope: Mapped[str]
    download: Mapped[bool] = mapped_column(default=False)
    #: Works, kinds of use, where its paper is.
    note: Mapped[str] = mapped_column(default="")
    #: The scan of its paper.
    paper_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("stored_file.id"))
    #: It was ended before its time.
    ended_at: Mapped[datetime | None]
    created_by: Mapped[int | None] = mapped_column(BigId)
