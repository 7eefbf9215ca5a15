"""Topics somebody is kept informed of."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ils.db import Base, BigId, new_id


class Topic(Base):
    """A saved search: of one reader, or of all readers of a category."""

    __tablename__ = "topic"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    patron_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("patron.id"), index=True)
    #: Of a group: a code of the library's tree of categories.
    category: Mapped[str | None]
    name: Mapped[str]
    #: As it is typed into the search.
    query: Mapped[str]
    #: The newest record when it was last looked at: only later ones are told.
    seen: Mapped[int] = mapped_column(BigId)
    created_at: Mapped[datetime]
