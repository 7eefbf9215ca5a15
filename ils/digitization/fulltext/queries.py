"""Asking the texts of pages: words in any form, then what recognisers confuse with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ils.digitization.documents.models import DigitalDocument, DocumentPage, DocumentState
from ils.digitization.documents.queries import numbers
from ils.digitization.fulltext.following import code_of, page_index
from ils.digitization.fulltext.rules import SHORTEST, skeleton
from ils.digitization.scans.models import PageState, ScanPage
from ils.digitization.text import tree
from ils.digitization.text.models import PageText
from ils.search import engine
from ils.search.analysis import Word, marked, words

#: Pages asked for at first, and looked at together; more where few of them may be read.
AT_ONCE = 300
#: Pages of one document at most.
OF_ONE = 10_000


@dataclass(frozen=True)
class PageHit:
    """A page on which words stand: its place in the document, and the line around them."""

    document: DigitalDocument
    number: int
    line: Sequence[tuple[str, bool]]


def page_ids(
    session: Session, data: Path, asked: str, *, document_id: int | None = None, most: int = AT_ONCE
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
    start: int = 0,
    document_id: int | None = None,
) -> tuple[list[PageHit], bool]:
    """Pages with the words that whoever asks may read, and whether there are more.

    The best first; of one document in order.
    """
    until = start + most + 1
    if document_id is None:
        found = _found(session, data, asked, may_read, until)
    else:
        ids = page_ids(session, data, asked, document_id=document_id, most=OF_ONE)
        found = sorted(_readable(session, ids, may_read), key=lambda one: one[0].number)
    shown = found[start : until - 1]
    texts = _texts(session, [place.scan_page_id for place, _ in shown])
    at = numbers(session, [place.id for place, _ in shown])
    return [
        PageHit(document, at[place.id], _line(tree.within(text, place.region), asked))
        for place, document in shown
        if (text := texts.get(place.scan_page_id)) is not None
    ], len(found) >= until  # fmt: skip


_Found = tuple[Any, DigitalDocument]


def _found(
    session: Session,
    data: Path,
    asked: str,
    may_read: Callable[[DigitalDocument], bool],
    wanted: int,
) -> list[_Found]:
    """The best pages that may be read, so many if there are; the index is asked for more."""
    limit = max(AT_ONCE, wanted)
    while True:
        ids = page_ids(session, data, asked, most=limit)
        found = list(islice(_readable(session, ids, may_read), wanted))
        if len(found) == wanted or len(ids) < limit:
            return found
        limit *= 10


def _readable(
    session: Session, ids: Sequence[int], may_read: Callable[[DigitalDocument], bool]
) -> Iterator[_Found]:
    """(Where a page stands, its document) of those that may be read, in the order of the ids."""
    documents: dict[int, DigitalDocument | None] = {}
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        places = _places(session, part)
        new = {place.document_id for place in places.values()} - documents.keys()
        query = select(DigitalDocument).where(DigitalDocument.id.in_(new))
        documents |= {one.id: one if may_read(one) else None for one in session.scalars(query)}
        for place in (places[one] for one in part if one in places):
            document = documents.get(place.document_id)
            if document is not None:
                yield place, document


def _places(session: Session, ids: Sequence[int]) -> dict[int, Any]:
    """Page → where it stands; those that were taken out are left out."""
    query = select(
        DocumentPage.id, DocumentPage.document_id, DocumentPage.number,
        DocumentPage.scan_page_id, DocumentPage.region,
    ).where(DocumentPage.id.in_(ids), DocumentPage.removed_at.is_(None))  # fmt: skip
    return {row.id: row for row in session.execute(query)}


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
