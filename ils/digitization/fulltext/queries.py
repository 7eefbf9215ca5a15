"""Asking the texts of pages: words in any form, then what recognisers confuse with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from ils.digitization.documents.models import DigitalDocument, DocumentPage, DocumentState
from ils.digitization.fulltext.following import code_of, page_index
from ils.digitization.fulltext.rules import SHORTEST, skeleton
from ils.digitization.scans.models import PageState, ScanPage
from ils.digitization.text import tree
from ils.digitization.text.models import PageText
from ils.search import engine
from ils.search.analysis import Word, marked, words

#: Pages looked at for a question; readers see those whose documents they may read.
MOST = 300


@dataclass(frozen=True)
class PageHit:
    """A page on which words stand: its place in the document, and the line around them."""

    document: DigitalDocument
    number: int
    line: Sequence[tuple[str, bool]]


def page_ids(
    session: Session, data: Path, asked: str, *, document_id: int | None = None, most: int = MOST
) -> list[int]:
    """Ids of pages of documents with all the words, the best first."""
    index = page_index(data).current(session)
    said = [word for word in words(asked, typed=True) if len(word.exact) > 1][:20]
    if index is None or not said:
        return []
    query = engine.all_of([_word(word) for word in said])
    if document_id is not None:
        query = engine.narrowed_by_code(query, code_of(document_id))
    numbers, _ = engine.ids(index, query, limit=most)
    return numbers


def _word(word: Word) -> engine.Question:
    exact = engine.boosted(engine.word_query(word, engine.FULL_TEXT), 10.0)
    if len(word.exact) < SHORTEST:
        return exact
    loose = engine.any_query([f"={skeleton(word.exact)}"], engine.LOOSE, 0.1)
    return engine.any_of([exact, loose])


def hits(
    session: Session,
    data: Path,
    asked: str,
    may_read: Callable[[DigitalDocument], bool],
    *,
    most: int,
    document_id: int | None = None,
) -> list[PageHit]:
    """Pages with the words that whoever asks may read; the best first, of one document in order."""
    ids = page_ids(session, data, asked, document_id=document_id)
    places = _places(session, ids)
    documents = _documents(session, {place.document_id for place in places.values()}, may_read)
    found = [places[one] for one in ids if one in places]
    found = [place for place in found if place.document_id in documents]
    if document_id is not None:
        found.sort(key=lambda place: (place.number, place.id))
    shown = found[:most]
    texts = _texts(session, [place.scan_page_id for place in shown])
    numbers = _numbers(session, [place.id for place in shown])
    return [
        PageHit(
            documents[place.document_id], numbers[place.id],
            _line(tree.within(text, place.region), asked),
        )
        for place in shown
        if (text := texts.get(place.scan_page_id)) is not None
    ]  # fmt: skip


def _places(session: Session, ids: Sequence[int]) -> dict[int, Any]:
    """Page → where it stands; those that were taken out are left out."""
    query = select(
        DocumentPage.id, DocumentPage.document_id, DocumentPage.number,
        DocumentPage.scan_page_id, DocumentPage.region,
    ).where(DocumentPage.id.in_(ids), DocumentPage.removed_at.is_(None))  # fmt: skip
    return {row.id: row for row in session.execute(query)}


def _documents(
    session: Session, ids: set[int], may_read: Callable[[DigitalDocument], bool]
) -> dict[int, DigitalDocument]:
    """Those of the documents that may be read."""
    query = select(DigitalDocument).where(DigitalDocument.id.in_(ids))
    return {one.id: one for one in session.scalars(query) if may_read(one)}


def _texts(session: Session, page_ids: Sequence[int]) -> dict[int, tree.Page]:
    query = select(PageText.id, PageText.tree).where(PageText.id.in_(page_ids))
    return {number: tree.loaded(data) for number, data in session.execute(query)}


def _line(page: tree.Page, asked: str) -> list[tuple[str, bool]]:
    """The first line with the words; without one (a word was confused), the first of all."""
    first: list[tuple[str, bool]] = []
    for line in page.lines():
        pieces = marked(line.text, asked)
        if any(is_hit for _, is_hit in pieces):
            return pieces
        first = first or pieces
    return first


def _numbers(session: Session, page_ids: Sequence[int]) -> dict[int, int]:
    """Page → its number in its document, counted without those that were taken out."""
    other = aliased(DocumentPage)
    before = (
        select(func.count(other.id))
        .where(
            other.document_id == DocumentPage.document_id,
            other.removed_at.is_(None),
            other.number <= DocumentPage.number,
        )
        .scalar_subquery()
    )
    query = select(DocumentPage.id, before).where(DocumentPage.id.in_(page_ids))
    return {row[0]: row[1] for row in session.execute(query)}


def searchable_pages(session: Session) -> tuple[int, int]:
    """(Pages with a text, all pages) of published documents."""
    own = (
        select(ScanPage.state, func.count())
        .join(DocumentPage, DocumentPage.scan_page_id == ScanPage.id)
        .join(DigitalDocument, DigitalDocument.id == DocumentPage.document_id)
        .where(DigitalDocument.state == DocumentState.PUBLISHED, DocumentPage.removed_at.is_(None))
        .group_by(ScanPage.state)
    )
    counts = dict(session.execute(own).all())
    return counts.get(PageState.RECOGNISED, 0), sum(counts.values())
