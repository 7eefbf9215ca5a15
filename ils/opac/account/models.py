"""Lists readers make for themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ils.catalog.models import FOLLOWS_RECORD
from ils.db import Base, BigId, new_id


class ReaderListEntry(Base):
    """A document on a list of a reader: to read, to give, for a paper."""

    __tablename__ = "reader_list_entry"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    patron_id: Mapped[int] = mapped_column(BigId, ForeignKey("patron.id"), index=True)
    record_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("record.id"), index=True, info=FOLLOWS_RECORD
    )
    #: Of the list; empty: what the reader wants to read.
    name: Mapped[str] = mapped_column(default="", server_default="")
    added_at: Mapped[datetime]
