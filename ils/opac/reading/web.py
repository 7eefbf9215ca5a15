"""The viewer of a document: pages that scroll, words that are found, the text, the file."""

from __future__ import annotations

from http import HTTPStatus

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import web
from ils.digitization.documents import queries
from ils.digitization.documents.models import DocumentPage
from ils.digitization.documents.queries import UnknownDocument
from ils.digitization.fulltext import queries as fulltext
from ils.digitization.scans import derivatives
from ils.digitization.text import tree
from ils.digitization.text.actions import text_of
from ils.opac import pages
from ils.opac.pages import opac
from ils.opac.reading.access import OpenedDocument, may_read, note_download, note_view, opened
from ils.opac.reading.marks import marks_on
from ils.web.downloads import download, shown

#: Thumbnails on each side of a page; hits on a page.
BESIDE, HITS = 3, 20


@opac.get("/read/<id:document_id>")
@opac.get("/read/<id:document_id>/<id:number>")
@web.public()
def read(session: Session, document_id: int, number: int = 1) -> ResponseReturnValue:
    """A page of a document, with what is asked for marked on it."""
    one = opened(session, document_id)
    page = queries.page(session, document_id, number)
    last = queries.count_pages(session, document_id)
    text = text_of(session, page.scan_page_id)
    own = tree.within(text, page.region) if text is not None else None
    asked = request.args.get("q", "").strip()[:200]
    note_view(one, number)
    beside = range(max(1, number - BESIDE), min(last, number + BESIDE) + 1)
    return pages.page(
        "read.html", session, document=one.document, access=one.access, page=page, number=number,
        last=last, own=own, asked=asked, marks=marks_on(own, asked) if own and asked else [],
        beside=[(at, _picture(queries.page(session, document_id, at), document_id, 200))
                for at in beside],
        picture=_picture(page, document_id, 800), sizes=_sizes(page, document_id),
        shape=_shape(page),
        readable=queries.count_readable(session, document_id),
        plain=request.args.get("as") == "text",
    )  # fmt: skip


def _picture(page: DocumentPage, document_id: int, size: int) -> str:
    return url_for(
        "opac.read_picture", document_id=document_id, page_id=page.id, size=size,
        r=page.scan.rotation,
    )  # fmt: skip


def _shape(page: DocumentPage) -> tuple[int, int]:
    """Width and height of what is shown of a page: its place is kept before it comes."""
    width, height = page.scan.upright
    _, _, across, down = page.region or (0, 0, 1000, 1000)
    return width * across // 1000, height * down // 1000


def _sizes(page: DocumentPage, document_id: int) -> str:
    """The pictures of a page for the browser to choose from, with their widths."""
    width, height = page.scan.upright
    found = []
    for size in derivatives.SIZES[1:]:
        shown_width = min(width, size * width // max(width, height))
        found.append(f"{_picture(page, document_id, size)} {shown_width}w")
    return ", ".join(found)


@opac.get("/read/<id:document_id>/<id:number>/lines.svg")
@web.public()
def read_lines(session: Session, document_id: int, number: int) -> ResponseReturnValue:
    """The text of a page line by line at its places, to be laid over the picture and copied."""
    opened(session, document_id)
    page = queries.page(session, document_id, number)
    text = text_of(session, page.scan_page_id)
    if text is None:
        raise UnknownDocument
    own = tree.within(text, page.region)
    answer = make_response(render_template("opac/read_lines.svg", own=own))
    answer.mimetype = "image/svg+xml"
    return answer


@opac.get("/read/<id:document_id>/search")
@web.public()
def search_inside(session: Session, document_id: int) -> ResponseReturnValue:
    """Where in a document words stand: a line of each page, with the way to it."""
    one = opened(session, document_id)
    asked = request.args.get("q", "").strip()[:200]
    data = web.current().config.folder
    number = pages.number()
    found, more = fulltext.hits(
        session, data, asked, lambda _: True, start=(number - 1) * HITS, most=HITS,
        document_id=document_id,
    )  # fmt: skip
    return pages.page(
        "read_search.html", session, document=one.document, asked=asked, hits=found,
        number=number, more=more, last=queries.count_pages(session, document_id),
        readable=queries.count_readable(session, document_id),
    )  # fmt: skip


def _own_page(
    session: Session, document_id: int, page_id: int
) -> tuple[OpenedDocument, DocumentPage]:
    one = opened(session, document_id)
    page = session.get(DocumentPage, page_id)
    if page is None or page.document_id != document_id or page.removed_at is not None:
        raise UnknownDocument
    return one, page


@opac.get("/read/<id:document_id>/picture/<id:page_id>/<int:size>.jpg")
@web.public()
def read_picture(
    session: Session, document_id: int, page_id: int, size: int
) -> ResponseReturnValue:
    """A page as a picture."""
    one, page = _own_page(session, document_id, page_id)
    if size not in derivatives.SIZES:
        raise UnknownDocument
    path = derivatives.picture(web.current().config.folder, page.scan, size, page.region)
    answer = shown(path, "image/jpeg")
    # Access is asked for anew each time: a contract may end at midnight.
    answer.headers["Cache-Control"] = "private, max-age=600" if one.access.download else "no-store"
    return answer


@opac.get("/read/<id:document_id>/document.pdf")
@web.public()
def read_pdf(session: Session, document_id: int) -> ResponseReturnValue:
    """The searchable PDF, where readers may keep it."""
    one = opened(session, document_id)
    path = queries.pdf_of(web.current().config.folder, one.document)
    if not one.access.download or path is None:
        raise UnknownDocument
    answer = download(path, f"{one.document.title or document_id}.pdf", "application/pdf")
    if answer.status_code == HTTPStatus.OK:
        note_download(one.document)
    return answer


@opac.get("/texts")
@web.public()
def texts(session: Session) -> ResponseReturnValue:
    """Search in the texts of all documents whoever asks may read."""
    asked = request.args.get("q", "").strip()[:200]
    data = web.current().config.folder
    number = pages.number()
    found, more = fulltext.hits(
        session, data, asked, may_read, start=(number - 1) * HITS, most=HITS
    )
    return pages.page(
        "texts.html", session, text=asked, hits=found, number=number, more=more,
        counted=fulltext.searchable_pages(session),
    )  # fmt: skip
