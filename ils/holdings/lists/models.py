"""How lists of one source name their columns."""

from __future__ import annotations

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from ils.db import Base, BigId, new_id


class ListLayout(Base):
    """The columns of a source, as a person said once what they are."""

    __tablename__ = "list_layout"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    source: Mapped[str] = mapped_column(unique=True)
    #: The name of a column as it stands in the file → what it is, see `rules.COLUMNS`.
    columns: Mapped[dict[str, str]] = mapped_column(JSON)
