"""The register of suppliers, donors, institutions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from ils.db import Base, BigId, new_id, one_of


class PartnerKind(StrEnum):
    """What somebody is to the stock."""

    SUPPLIER = "supplier"
    DONOR = "donor"
    INSTITUTION = "institution"


class Partner(Base):
    """Somebody acts, orders and subscriptions name; they keep the name as it was written."""

    __tablename__ = "partner"
    __table_args__ = (one_of("kind", PartnerKind),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    name: Mapped[str]
    #: The name without regard to case.
    name_key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    #: БИН or ИИН: twelve digits.
    tax_number: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    contact: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    #: Forms no longer suggest it.
    closed: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
