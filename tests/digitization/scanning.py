"""Scans for tests: pages drawn with a text, documents that are recognised already."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from sqlalchemy import select

from ils import db
from ils.digitization.documents import actions, arranging, queries
from ils.digitization.documents.models import DigitalDocument, DocumentState
from ils.digitization.scans import actions as scans
from ils.digitization.scans.models import ScanPage
from ils.digitization.text import actions as texts
from ils.digitization.text.tree import Line, Page, PlacedWord, joined
from ils.organisation.staff.models import Role

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def drawn(text: str, size: tuple[int, int] = (1240, 1754), points: int = 34) -> Image.Image:
    """A page of A4 at 150 dots per inch with some lines."""
    picture = Image.new("L", size, 248)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.truetype(FONT, points)
    for number, line in enumerate(text.split("\n")):
        draw.text((100, 120 + number * points * 2), line, font=font, fill=16)
    return picture


def as_file(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def page_of(text: str, certainty: int = 95) -> Page:
    """The text of a page as an engine returns it: a block, a line each, words of equal places."""
    lines = []
    for number, line in enumerate(text.split("\n")):
        words = [
            PlacedWord(100 + 200 * at, 100 + 80 * number, 180, 40, certainty, word)
            for at, word in enumerate(line.split())
        ]
        lines.append(Line(str(number + 1), words, "engine"))
    return Page(1240, 1754, 150, [lines])


class Digitising:
    """Whoever digitises, without pages."""

    def __init__(self, library) -> None:
        self.library = library

    def arrive(self, content: bytes, name: str = "скан.png") -> scans.Arrived:
        return scans.receive(self.library.config, io.BytesIO(content), name)

    def take_in(self, *contents: bytes, kind: str = "book", record: str = "", **about) -> int:
        """A document of some files; returns its number."""
        with db.transaction(self.library.sessions) as session:
            origin = self.library.origin()
            described = self.library.record(session, record) if record else None
            one = actions.new_document(
                session, origin, kind=kind, record=described, **{"title": "Шежіре", **about}
            )
            for number, content in enumerate(contents or [as_file(drawn("Абай"))]):
                arrived = self.arrive(content, f"бет {number + 1}.png")
                arranging.add_scan(
                    session, one, scans.keep(session, self.library.config, arrived, kind, None)
                )
            return one.id

    def recognised(self, *texts_: str, **about) -> int:
        """A document whose pages have these texts, as if an engine had read them."""
        number = self.take_in(*(as_file(drawn(text, (400, 566), 12)) for text in texts_), **about)
        with db.transaction(self.library.sessions) as session:
            one = queries.document(session, number)
            pages = session.scalars(queries.pages(number)).all()
            for page, text in zip(pages, texts_, strict=True):
                texts.store(session, page.scan_page_id, page_of(text), method="m", rotation=0)
            one.state = DocumentState.QUEUED
            actions.finish_recognising(session, self.library.origin(), number)
        return number

    def do(self, act, number: int, *values, **named):
        """An action with a document, in a transaction of its own."""
        with db.transaction(self.library.sessions) as session:
            one = queries.document(session, number, lock=True)
            return act(session, one, *values, **named)

    def act(self, act, number: int, *values, **named):
        """An action that wants to know when and where."""
        with db.transaction(self.library.sessions) as session:
            one = queries.document(session, number, lock=True)
            return act(session, self.library.origin(), one, *values, **named)

    def document(self, number: int) -> DigitalDocument:
        with db.reading(self.library.sessions) as session:
            return queries.document(session, number)

    def pages(self, number: int) -> list[ScanPage]:
        with db.reading(self.library.sessions) as session:
            return [page.scan for page in session.scalars(queries.pages(number))]

    def states(self, number: int) -> list[str]:
        return [page.state for page in self.pages(number)]

    def text(self, number: int, page: int = 1) -> str:
        with db.reading(self.library.sessions) as session:
            own = texts.text_of(session, queries.page(session, number, page).scan_page_id)
            return "" if own is None else joined(own)


@pytest.fixture
def digitising(library_clock, library) -> Digitising:
    return Digitising(library)


@pytest.fixture
def digitiser(library_clock, library, browser):
    """A digitiser at a page."""
    library.account("сканер", Role.DIGITISER)
    browser.sign_in("сканер")
    return browser


@pytest.fixture
def described(library) -> str:
    """The number of a copy whose record describes what is digitised."""
    library.copy("B1", title="Ақмола ақиқаты")
    return "B1"


def page_ids(library, number: int) -> list[int]:
    with db.reading(library.sessions) as session:
        return [page.id for page in session.scalars(queries.pages(number))]


def quarantined(data: Path) -> list[str]:
    return sorted(path.name for path in (data / "quarantine").glob("*/*"))


def masters(data: Path) -> list[Path]:
    return sorted(path for path in (data / "masters").glob("*/*") if path.is_file())


__all__ = ["replace", "select"]
