"""How well texts are recognised, by what people corrected: by title and decade."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein
from sqlalchemy import select
from sqlalchemy.orm import Session

from ils.catalog.models import BibliographicRecord
from ils.digitization.documents.models import DigitalDocument, DocumentPage
from ils.digitization.text.models import LineRevision


@dataclass(frozen=True)
class Quality:
    """Lines of a title and decade people looked at, their letters, and how many were wrong."""

    title: str
    decade: int | None
    lines: int
    letters: int
    wrong: int

    @property
    def rate(self) -> float:
        """Wrong letters in a hundred."""
        return 100 * self.wrong / max(1, self.letters)


def qualities(session: Session) -> list[Quality]:
    """By title and decade, those with the most wrong letters in a hundred first."""
    rows = session.execute(
        select(
            DigitalDocument.title, BibliographicRecord.year, LineRevision.page_id,
            LineRevision.line, LineRevision.before, LineRevision.after,
        )
        .join(DocumentPage, DocumentPage.scan_page_id == LineRevision.page_id)
        .join(DigitalDocument, DigitalDocument.id == DocumentPage.document_id)
        .outerjoin(BibliographicRecord, BibliographicRecord.id == DigitalDocument.record_id)
        .order_by(LineRevision.id, DigitalDocument.id)
    )  # fmt: skip
    return summed(
        (title, year, f"{page}/{line}", before, after)
        for title, year, page, line, before, after in rows
    )


def summed(rows: Iterable[tuple[str, int | None, str, str, str]]) -> list[Quality]:
    """Of (title, year, line, text before, text after) in the order they were made.

    A line counts once: as the engine read it, against what it is in the end. One that was read
    anew since is another line, whatever its number.
    """
    first: dict[tuple[str, int | None, str, int], str] = {}
    last: dict[tuple[str, int | None, str, int], str] = {}
    readings: dict[tuple[str, int | None, str], int] = defaultdict(int)
    for title, year, line, before, after in rows:
        own = (title, year // 10 * 10 if year else None, line)
        if last.get((*own, readings[own]), before) != before:
            readings[own] += 1
        key = (*own, readings[own])
        first.setdefault(key, before)
        last[key] = after
    sums: dict[tuple[str, int | None], list[int]] = defaultdict(lambda: [0, 0, 0])
    for key, after in last.items():
        numbers = sums[key[:2]]
        numbers[0] += 1
        numbers[1] += len(after)
        numbers[2] += Levenshtein.distance(first[key], after)
    found = [Quality(title, decade, *numbers) for (title, decade), numbers in sums.items()]
    return sorted(found, key=lambda one: (-one.rate, one.title))
