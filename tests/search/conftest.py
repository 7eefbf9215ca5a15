"""A catalogue of real citations, and asking it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ils import db
from ils.catalog.records.actions import add_record
from ils.catalog.subjects import classes_of
from ils.search import queries
from ils.search.asking import Asked
from ils.search.following import index_of

sys.path.append(str(Path(__file__).parent.parent / "catalog"))
from citations import citations, entered
from shelves import BOOKS


class Catalogue:
    """The records of a library, asked as people ask."""

    def __init__(self, library) -> None:
        self.library = library
        self.titles: dict[int, str] = {}

    def add(self, marc, catalogue: str | None = None) -> int:
        with db.transaction(self.library.sessions) as session:
            record = add_record(
                session, self.library.origin(), marc=marc, catalogue=catalogue,
                classes=classes_of(self.library.config.lists),
            )  # fmt: skip
            self.titles[record.id] = record.title
            return record.id

    def found(self, text: str, *, counted: bool = False, **narrowed):
        asked = Asked(text, **narrowed)
        with db.reading(self.library.sessions) as session:
            return queries.found(session, self.library.config.folder, asked, facets=counted)

    def ask(self, text: str, **narrowed) -> list[str]:
        """The titles of what is found, the best first."""
        ids = self.found(text, **narrowed).ids
        with db.reading(self.library.sessions) as session:
            return [record.title for record in session.scalars(queries.ranked(session, ids))]

    @property
    def index(self):
        return index_of(self.library.config.folder)


@pytest.fixture
def catalogue(library) -> Catalogue:
    return Catalogue(library)


@pytest.fixture
def cited(catalogue) -> dict[int, dict]:
    """Record → the citation it was entered from."""
    return {catalogue.add(entered(one)): one for one in citations()}


@pytest.fixture
def shelf(catalogue) -> Catalogue:
    for marc in BOOKS:
        catalogue.add(marc)
    return catalogue
