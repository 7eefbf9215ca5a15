"""Noting what was searched for in vain."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ils.search.analysis import words
from ils.search.models import SearchMiss

LONGEST = 100
#: A number so long is somebody's telephone or card, and nothing to buy.
DIGITS = 5


def note_miss(session: Session, text: str, *, language: str, branch_id: int, day: date) -> None:
    """Count a search that found nothing, with the month and the branch; never whose it was."""
    said = words(text)
    key = " ".join(word.folded for word in said)[:LONGEST]
    if not key or any(word.exact.isdigit() and len(word.exact) > DIGITS for word in said):
        return
    month = day.replace(day=1)
    same = (
        SearchMiss.month == month,
        SearchMiss.text == key,
        SearchMiss.language == language,
        SearchMiss.branch_id == branch_id,
    )
    there = session.scalar(select(SearchMiss.id).where(*same))
    if there is None:
        session.add(SearchMiss(month=month, text=key, language=language, branch_id=branch_id))
    else:
        more = update(SearchMiss).where(SearchMiss.id == there)
        session.execute(more.values(count=SearchMiss.count + 1))
