"""Files of scans, their pages, and files that were refused."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ils.db import REQUIRED, Base, BigId, new_id, one_of

#: The tree of the data folder scans lie in, as they came; and the one of refused ones.
MASTERS, QUARANTINE = "masters", "quarantine"


class PageState(StrEnum):
    """Where the recognising of a page is."""

    WAITING = "waiting"
    RECOGNISED = "recognised"
    #: It could not be recognised; the others were.
    FAILED = "failed"
    #: There is nothing on it.
    BLANK = "blank"


class ScanFile(Base):
    """A scan as it came; the file is never changed."""

    __tablename__ = "scan_file"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    #: Where it lies in the data folder: ``masters/day/name``.
    token: Mapped[str] = mapped_column(unique=True)
    sha256: Mapped[str] = mapped_column(unique=True)
    #: Bytes.
    size: Mapped[int] = mapped_column(BigId)
    #: As it was called where it came from.
    name: Mapped[str]
    type: Mapped[str]
    received_at: Mapped[datetime]
    received_by: Mapped[int | None] = mapped_column(BigId)
    #: When all of it was last read and had its checksum; and whether it had not.
    verified_at: Mapped[datetime] = mapped_column(index=True)
    damaged: Mapped[bool] = mapped_column(default=False)

    pages: Mapped[list[ScanPage]] = relationship(
        back_populates="file", order_by="ScanPage.index", cascade="all, delete-orphan"
    )


class ScanPage(Base):
    """A page of a scan: how large, which way up, how far its text is."""

    __tablename__ = "scan_page"
    __table_args__ = (
        UniqueConstraint("file_id", "index"),
        one_of("state", PageState),
        CheckConstraint("rotation IN (0, 90, 180, 270)", name="rotation"),
        Index("ix_scan_page_state", "state"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    file_id: Mapped[int] = mapped_column(BigId, ForeignKey("scan_file.id"))
    #: From nought.
    index: Mapped[int]
    #: Pixels as it lies in the file; of a PDF, at the resolution it is recognised in.
    width: Mapped[int]
    height: Mapped[int]
    #: Dots per inch; ``None``: the file does not say.
    dpi: Mapped[int | None]
    #: Degrees clockwise that put it upright.
    rotation: Mapped[int] = mapped_column(default=0)
    #: Codes of what was noticed when it came, see `config/scans.toml`.
    notes: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: Barcodes on it; ``None``: nobody looked yet.
    barcodes: Mapped[list[str] | None] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(default=PageState.WAITING)
    #: How it was recognised: the engine with its version, model and treatment of the picture.
    method: Mapped[str] = mapped_column(default="")
    #: Letters in words the engine is sure of, and how sure it is of all, in hundredths.
    letters: Mapped[int] = mapped_column(default=0)
    confidence: Mapped[int | None]
    #: How long that took, in milliseconds.
    took_ms: Mapped[int | None]
    #: The code of why it could not be recognised.
    error: Mapped[str] = mapped_column(default="")
    #: The document whose figures it is in: articles share pages, and each counts once.
    counted_in: Mapped[int | None] = mapped_column(BigId)

    file: Mapped[ScanFile] = relationship(back_populates="pages", lazy="joined", innerjoin=REQUIRED)

    @property
    def upright(self) -> tuple[int, int]:
        """Width and height as it is read."""
        return (
            (self.height, self.width) if self.rotation in {90, 270} else (self.width, self.height)
        )


class RefusedScan(Base):
    """A file that was not taken in: why, and where it lies until somebody has looked."""

    __tablename__ = "refused_scan"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    #: Empty: it was never written, being too large.
    token: Mapped[str] = mapped_column(default="")
    name: Mapped[str]
    size: Mapped[int] = mapped_column(BigId)
    #: The refusal, as `IlsError.as_json`.
    problem: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime]
    by: Mapped[int | None] = mapped_column(BigId)
