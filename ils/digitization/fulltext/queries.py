"""Asking the texts of pages: words in any form, then what recognisers confuse with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ils.digitization.documents.models import DigitalDocument, DocumentPage, DocumentState
from ils.digitization.fulltext.following import code_of, page_index
from ils.digitization.fulltext.rules import SHORTEST, skeleton
from ils.digitization.scans.models import PageState, ScanPage
from ils.digitization.text import tree
from ils.digitization.text.models import PageText
from ils.search import engine
from ils.search.analysis import Word, marked, words

#: Pages looked at for a question; readers see those whose documents they may read.
MOST = 500


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
    rows = {
        row[0].id: row
        for row in session.execute(
            select(DocumentPage, DigitalDocument, PageText)
            .join(DigitalDocument, DigitalDocument.id == DocumentPage.document_id)
            .join(PageText, PageText.id == DocumentPage.scan_page_id)
            .where(DocumentPage.id.in_(ids), DocumentPage.removed_at.is_(None))
        )
    }
    allowed: dict[int, bool] = {}
    found: list[PageHit] = []
    order = [rows[one] for one in ids if one in rows]
    if document_id is not None:
        order.sort(key=lambda row: (row[0].number, row[0].id))
    for page, document, text in order:
        if document.id not in allowed:
            allowed[document.id] = may_read(document)
        if allowed[document.id]:
            line = _line(tree.within(tree.loaded(text.tree), page.region), asked)
            found.append(PageHit(document, _number(session, page), line))
            if len(found) >= most:
                break
    return found


def _line(page: tree.Page, asked: str) -> list[tuple[str, bool]]:
    """The first line with the words; without one (a word was confused), the first of all."""
    first: list[tuple[str, bool]] = []
    for line in page.lines():
        pieces = marked(line.text, asked)
        if any(is_hit for _, is_hit in pieces):
            return pieces
        first = first or pieces
    return first


def _number(session: Session, page: DocumentPage) -> int:
    before = select(func.count(DocumentPage.id)).where(
        DocumentPage.document_id == page.document_id,
        DocumentPage.removed_at.is_(None),
        DocumentPage.number < page.number,
    )
    return (session.scalar(before) or 0) + 1


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
