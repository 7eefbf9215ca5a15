"""The index of pages follows their texts; it can be thrown away and is made anew.

A file beside it says up to when it stands; it is written after the index, so that a crash has
some pages indexed twice and none left out.
"""

from __future__ import annotations

import fcntl
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import changes, clock, db
from ils.catalog.queries import SLOWEST_TRANSACTION
from ils.db import id_before
from ils.digitization.documents.models import DigitalDocument, DocumentPage
from ils.digitization.fulltext.rules import loosened
from ils.digitization.text import tree
from ils.digitization.text.models import PageText
from ils.search import engine
from ils.search.documents import Searchable
from ils.search.following import fingerprint

#: Pages brought in at once.
AT_ONCE = 200
STATE = "state.json"


class PageIndex:
    """The index of the pages of one library in this process."""

    def __init__(self, data: Path) -> None:
        self.place = data / "search_pages"
        self._guard = threading.Lock()
        self._opened: tuple[str, engine.Engine] | None = None

    def current(self, session: Session) -> engine.Engine | None:
        """The postings as they stand; ``None``: nothing was indexed yet."""
        state = self._state(session)
        if not state:
            return None
        with self._guard:
            if self._opened is None or self._opened[0] != state["written"]:
                self._opened = state["written"], engine.Engine(self._folder(session))
            return self._opened[1]

    def catch_up(self, session: Session) -> int:
        """Bring in what changed; returns how many pages."""
        with self._alone() as ours:
            if not ours:
                return 0
            state = self._state(session)
            reached, number = state.get("reached", 0), 0
            known: dict[str, int] = state.get("known", {})
            for part in _changed(session, id_before(reached, SLOWEST_TRANSACTION), known):
                records = [_searchable(*row) for row in part]
                folder = self._folder(session)
                engine.write(folder, records, (), heap=engine.LIVE_HEAP, fresh=False)
                number += len(records)
                reached = max(reached, part[-1][2].change_number)
                known |= {str(page.id): text.change_number for page, _, text in part}
                again = id_before(reached, SLOWEST_TRANSACTION)
                known = {page: change for page, change in known.items() if change > again}
                self._note(session, reached, known)
            return number

    def _folder(self, session: Session) -> Path:
        database = changes.mark(session).database.hex
        return self.place / f"{database}-{fingerprint()}"

    def _state(self, session: Session) -> dict[str, Any]:
        try:
            text = (self._folder(session) / STATE).read_text(encoding="utf-8")
            state: dict[str, Any] = json.loads(text)
        except (OSError, ValueError):
            return {}
        return state

    def _note(self, session: Session, reached: int, known: dict[str, int]) -> None:
        """Write down up to which change it stands, and what of the last was brought in."""
        folder = self._folder(session)
        part = folder / f"{STATE}.part"
        state = {"reached": reached, "written": clock.now().isoformat(), "known": known}
        part.write_text(json.dumps(state))
        part.rename(folder / STATE)
        self._opened = None

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        self.place.mkdir(parents=True, exist_ok=True)
        with (self.place / "lock").open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True


Row = tuple[DocumentPage, DigitalDocument, PageText]


def _changed(session: Session, after: int, known: dict[str, int]) -> Iterator[Sequence[Row]]:
    """Pages whose texts changed after a number, in parts; those that are known are passed over."""
    number = PageText.change_number
    query = (
        select(DocumentPage.id, number)
        .join(PageText, PageText.id == DocumentPage.scan_page_id)
        .where(number > after)
        .order_by(number, DocumentPage.id)
    )
    new = [page for page, change in session.execute(query) if known.get(str(page)) != change]
    for start in range(0, len(new), AT_ONCE):
        rows = session.execute(
            select(DocumentPage, DigitalDocument, PageText)
            .join(DigitalDocument, DigitalDocument.id == DocumentPage.document_id)
            .join(PageText, PageText.id == DocumentPage.scan_page_id)
            .where(DocumentPage.id.in_(new[start : start + AT_ONCE]))
            .order_by(number, DocumentPage.id)
        ).all()
        if rows:
            yield rows
        session.expunge_all()


def _searchable(page: DocumentPage, document: DigitalDocument, text: PageText) -> Searchable:
    own = text.plain
    if page.region is not None:
        own = tree.joined(tree.within(tree.loaded(text.tree), page.region))
    return Searchable(
        page.id, {engine.FULL_TEXT: [own]}, [code_of(document.id)], {}, None, document.title, "",
        document.language or None, 0.0, {engine.LOOSE: loosened(own)},
    )  # fmt: skip


def code_of(document_id: int) -> str:
    """What pages of a document are narrowed by."""
    return f"d{document_id}"


_indexes: dict[Path, PageIndex] = {}


def page_index(data: Path) -> PageIndex:
    """The index of the pages of the library in a data folder."""
    return _indexes.setdefault(data, PageIndex(data))


def follow(data: Path, sessions: db.Sessions) -> int:
    """What the worker does now and then: bring everything in."""
    with db.reading(sessions) as session:
        return page_index(data).catch_up(session)
