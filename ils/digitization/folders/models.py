"""Folders: documents about one thing, or one person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ils.db import Base, BigId, new_id


class Folder(Base):
    """A named collection of documents."""

    __tablename__ = "digital_folder"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    name_ru: Mapped[str]
    name_kk: Mapped[str]
    public: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    def named(self, language: str) -> str:
        """Its name in a language of pages."""
        return self.name_kk if language == "kk" else self.name_ru


class FolderDocument(Base):
    """A document in a folder."""

    __tablename__ = "folder_document"
    __table_args__ = (UniqueConstraint("folder_id", "document_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    folder_id: Mapped[int] = mapped_column(BigId, ForeignKey("digital_folder.id"))
    document_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("digital_document.id", ondelete="CASCADE"), index=True
    )
