"""What readers asked for, beside what is bought."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from ils.acquisition.orders.models import OrderLine
from ils.catalog.identifiers import search_key
from ils.circulation.holds.queries import waiting_for
from ils.search.analysis import words
from ils.search.models import SearchMiss
from ils.services.enquiries.models import PurchaseSuggestion, SuggestionStatus, UnmetRequest


@dataclass(frozen=True)
class LineDemand:
    """How often something was wanted: refusals, suggestions, holds, searches without an answer."""

    refusals: int
    suggestions: int
    holds: int
    searches: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.refusals + self.suggestions + self.holds + self.searches


def demand_of(session: Session, line: OrderLine) -> LineDemand:
    """What readers asked for of a line: by its record, or by the words of its title."""
    key = search_key(line.title)
    asked = " ".join(word.folded for word in words(line.title))
    refused = [_begins(UnmetRequest.search_key, key)]
    if line.record_id is not None:
        refused.append(UnmetRequest.record_id == line.record_id)
    counted = (
        select(func.count()).where(or_(*refused), UnmetRequest.undone_at.is_(None)),
        select(func.count()).where(
            _begins(PurchaseSuggestion.search_key, key),
            PurchaseSuggestion.status != SuggestionStatus.DECLINED,
        ),
        select(func.coalesce(func.sum(SearchMiss.count), 0)).where(_begins(SearchMiss.text, asked)),
    )
    refusals, suggestions, searches = (int(session.scalar(query) or 0) for query in counted)
    holds = 0 if line.record_id is None else waiting_for(session, line.record_id)
    return LineDemand(refusals, suggestions, holds, searches)


def _begins(column: InstrumentedAttribute[str], key: str) -> ColumnElement[bool]:
    """Whether what was asked begins with the title."""
    return column.startswith(key, autoescape=True) if key else column.is_(None)
