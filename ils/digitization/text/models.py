"""The text of a page of a scan, and what people changed in it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ils.db import Base, BigId, new_id


class PageText(Base):
    """The text of a page; see `tree` for what it looks like."""

    __tablename__ = "page_text"
    __table_args__ = (
        # What is to be checked: few pages of many, and their texts are large.
        Index(
            "ix_page_text_doubtful", "doubtful", "id",
            sqlite_where=text("doubtful > 0"), postgresql_where=text("doubtful > 0"),
        ),
    )  # fmt: skip

    #: The page of the scan.
    id: Mapped[int] = mapped_column(BigId, ForeignKey("scan_page.id"), primary_key=True)
    tree: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: What it was before it was last recognised again, so that this can be taken back.
    former: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    #: A new reading that waits for a decision, because people had put lines right.
    proposal: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    #: Lines without the tree, for search and for reading.
    plain: Mapped[str]
    #: Words nobody is sure of or knows, and nobody looked at.
    doubtful: Mapped[int]
    #: Grows with each change of any text: what follows the texts asks for all after one.
    change_number: Mapped[int] = mapped_column(BigId, default=new_id, index=True)


class LineRevision(Base):
    """A line somebody corrected or said to be right."""

    __tablename__ = "line_revision"
    __table_args__ = (Index("ix_line_revision_page_id_id", "page_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    page_id: Mapped[int] = mapped_column(BigId, ForeignKey("scan_page.id"))
    #: Of the line in the tree.
    line: Mapped[str]
    #: As the engine or whoever was before had it, and as it is now.
    before: Mapped[str]
    after: Mapped[str]
    by: Mapped[int | None] = mapped_column(BigId)
    at: Mapped[datetime]
