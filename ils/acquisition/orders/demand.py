"""What readers asked for, beside what is bought."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from ils.acquisition.orders.models import OrderLine
from ils.catalog.identifiers import search_key
from ils.circulation.holds.queries import waiting_by_record
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


def demands_of(session: Session, lines: Sequence[OrderLine]) -> dict[int, LineDemand]:
    """Line → what readers asked for of it: by its record, or by the words of its title."""
    keys = {line.id: search_key(line.title) for line in lines}
    asked = {line.id: " ".join(word.folded for word in words(line.title)) for line in lines}
    one, records = UnmetRequest, {line.record_id for line in lines if line.record_id is not None}
    refused = session.execute(
        select(one.search_key, one.record_id, func.count())
        .where(one.undone_at.is_(None),
               or_(one.record_id.in_(records), *_begin(one.search_key, keys.values())))
        .group_by(one.search_key, one.record_id)
    ).all()  # fmt: skip
    suggested = session.execute(
        select(PurchaseSuggestion.search_key, func.count())
        .where(PurchaseSuggestion.status != SuggestionStatus.DECLINED,
               or_(false(), *_begin(PurchaseSuggestion.search_key, keys.values())))
        .group_by(PurchaseSuggestion.search_key)
    ).all()  # fmt: skip
    searched = session.execute(
        select(SearchMiss.text, func.sum(SearchMiss.count))
        .where(or_(false(), *_begin(SearchMiss.text, asked.values())))
        .group_by(SearchMiss.text)
    ).all()
    waiting = waiting_by_record(session, sorted(records))
    found: dict[int, LineDemand] = {}
    for line in lines:
        key, text, record = keys[line.id], asked[line.id], line.record_id
        refusals = sum(
            n for said, of, n in refused
            if (record is not None and of == record) or (key and said.startswith(key))
        )  # fmt: skip
        suggestions = sum(n for said, n in suggested if key and said.startswith(key))
        searches = sum(int(n) for said, n in searched if text and said.startswith(text))
        found[line.id] = LineDemand(refusals, suggestions, waiting.get(record or 0, 0), searches)
    return found


def _begin(
    column: InstrumentedAttribute[str], keys: Iterable[str]
) -> Iterator[ColumnElement[bool]]:
    """Whether what was asked begins with one of the titles."""
    return (column.startswith(key, autoescape=True) for key in sorted(set(keys)) if key)
