"""Lists in pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from flask import (
    request,
)
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ils.web.forms import argument_int

PAGE = 25
Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list and where they stand in it."""

    rows: Sequence[Row]
    number: int
    total: int
    size: int = PAGE

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // self.size))


def paged(session: Session, query: Select[*tuple[Any, ...]], *, size: int = PAGE) -> Page[Any]:
    """The page of a list that the address asks for; entities, or rows of several."""
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    last = max(1, -(-total // size))
    number = min(max(1, argument_int("page") or 1), last)
    window = query.limit(size).offset((number - 1) * size)
    result = session.execute(window)
    single = len(query.column_descriptions) == 1
    rows = result.scalars().unique().all() if single else result.all()
    return Page(rows, number, total, size)


def address_of_page(number: int) -> str:
    """This address with another page number."""
    asked = {**request.args.to_dict(), "page": str(number)}
    return f"{request.path}?{urlencode(asked)}"
