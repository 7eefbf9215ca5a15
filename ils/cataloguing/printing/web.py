"""What is printed or downloaded from the catalogue: cards, lists, references for readers."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session, undefer

from ils import web
from ils.catalog import queries as catalog
from ils.catalog.authorities.rules import spoken
from ils.catalog.models import BibliographicRecord
from ils.catalog.wholes import all_described, described
from ils.cataloguing.printing.rules import Order, printed_list
from ils.cataloguing.printing.rules import bibliography as arranged
from ils.documents import docx, pdf
from ils.documents.pdf import Card
from ils.marc import citations
from ils.marc.gost import Style, entry
from ils.marc.record import MarcRecord
from ils.organisation.permissions import Permission
from ils.search import queries as search
from ils.search.pages import asked_for, free
from ils.web.downloads import download

printed = Blueprint("printed", __name__, url_prefix="/staff/catalog")

MAX_RECORDS = 3000
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    **citations.TYPES,
}


@printed.get("/<id:record_id>/reference.<any(pdf, bib, ris, json):form>")
@web.page(Permission.VIEW_CATALOGUE)
def reference(session: Session, record_id: int, form: str) -> ResponseReturnValue:
    """One record as a catalogue card or a reference."""
    marc = described(session, catalog.record(session, record_id))
    if form == "pdf":
        return _download(pdf.cards([card(marc)]), form, str(record_id))
    key = f"sandyq{record_id}"
    return _download(citations.written(marc, key, form).encode(), form, key)


@printed.get("/cards.pdf")
@web.page(Permission.VIEW_CATALOGUE)
def cards(session: Session) -> ResponseReturnValue:
    """A card for each record found, to be cut or printed on card stock."""
    return _download(pdf.cards([card(marc) for marc in _found(session)] or [EMPTY]), "pdf", "cards")


@printed.get("/list.<any(pdf, docx):form>")
@web.page(Permission.VIEW_CATALOGUE)
def bibliography(session: Session, form: str) -> ResponseReturnValue:
    """What was found as a list, by author, title or subject, with an index of names."""
    asked = request.args.get("order", "")
    order = Order(asked) if asked in set(Order) else Order.AUTHOR
    style = Style.GOST2018 if request.args.get("style") == Style.GOST2018 else Style.GOST71
    list_ = arranged(_found(session), order, style, gettext("Without a subject"))
    title = request.args.get("title") or gettext("Bibliographic list")
    blocks = printed_list(title, list_, gettext("Index of names"))
    write = pdf.document if form == "pdf" else docx.document
    return _download(write(title, blocks), form, "list")


EMPTY = Card("", "", "—", "", "")


def card(marc: MarcRecord) -> Card:
    """What the card of a record says."""
    about = entry(marc, Style.GOST71)
    udc = [v for f in marc.each("675") for v in f.all("a")]
    bbk = [v for f in marc.each("686") for v in f.all("a")]
    mark = "\n".join(filter(None, ((bbk or udc or [""])[0], marc.get("908", "a"))))
    subjects = [spoken(f) for f in marc.each("600", "601", "606", "607") if f.get("a").strip()]
    traced = " ".join(f"{n}. {text}." for n, text in enumerate(subjects, 1))
    kazakh = marc.get("101", "a") == "kaz"
    names = ("ӘОЖ", "КБЖ") if kazakh else ("УДК", "ББК")
    indexes = "   ".join(
        filter(
            None,
            (
                f"{names[0]} {'; '.join(udc)}" if udc else "",
                f"{names[1]} {'; '.join(bbk)}" if bbk else "",
            ),
        )
    )
    return Card(mark, about.heading, about.body, indexes, traced)


def _found(session: Session) -> list[MarcRecord]:
    """The records of the address's search, at most `MAX_RECORDS`."""
    query = free(session, search.records(session, web.current().config.folder, asked_for()))
    rows = session.scalars(query.options(undefer(BibliographicRecord.marc)).limit(MAX_RECORDS))
    return all_described(session, rows)


def _download(content: bytes, form: str, name: str) -> Response:
    return download(content, f"{name}.{form}", TYPES[form])
