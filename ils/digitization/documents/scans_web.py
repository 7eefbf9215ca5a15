"""Scans sent by a browser, refused files, pictures of pages, what can be taken away."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, cast

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import files, web
from ils.digitization.documents import arranging, queries
from ils.digitization.documents.models import DigitalDocument, DocumentKind
from ils.digitization.documents.reading import note_read
from ils.digitization.documents.rules import DocumentData
from ils.digitization.pages import digitisation, languages
from ils.digitization.scans import actions as scans
from ils.digitization.scans import derivatives
from ils.digitization.scans import queries as scan_queries
from ils.digitization.scans.actions import Arrived
from ils.digitization.scans.models import RefusedScan
from ils.digitization.scans.rules import Refusal
from ils.digitization.text import tree
from ils.digitization.text.actions import text_of
from ils.digitization.text.alto import alto
from ils.errors import N_, IlsError, Invalid
from ils.holdings.items.queries import record_named
from ils.organisation.permissions import Permission
from ils.web.downloads import download, shown
from ils.web.filled import Form
from ils.web.lists import Column, ListDefinition, RowAction
from ils.web.pages import said_problem

#: Bytes of a request with scans: the settings bound each file.
MOST_BYTES = 4_000_000_000


def _receive() -> list[Arrived]:
    """All files of the form, on disk and looked at, before the transaction.

    Raises:
        Invalid: there is none.
    """
    sent = [one for one in request.files.getlist("file") if one.filename]
    if not sent:
        raise Invalid(N_("Files"), N_("Choose a file."))
    config = web.current().config
    return [scans.receive(config, one.stream, one.filename or "") for one in sent]


def _add_form(values: Mapping[str, object] | None) -> Form[DocumentData]:
    return Form(DocumentData, values, choices={"language": languages()}, name="add")


def _add_page(session: Session, form: Form[DocumentData]) -> ResponseReturnValue:
    limits = web.current().config.digitization
    return web.respond(
        session, "digitization/add.html", {}, title=N_("Add scans"), form=form, limits=limits
    )


@digitisation.get("/add")
@web.page(Permission.DIGITISE)
def add_form(session: Session) -> ResponseReturnValue:
    """Choose or drop scans."""
    values = {"kind": DocumentKind.OTHER, "record": request.args.get("record", "")}
    return _add_page(session, _add_form(values))


@digitisation.post("/add")
@web.page(Permission.DIGITISE, write=True, prepare=_receive)
@web.uploads(MOST_BYTES)
def add(session: Session, prepared: object) -> ResponseReturnValue:
    """Take scans in: as one document, or each file as one; a bad file never stops the others."""

    def work(data: DocumentData) -> ResponseReturnValue:
        if isinstance(prepared, IlsError):
            raise prepared
        arrived = cast("list[Arrived]", prepared)
        return _taken_in(session, data, arrived)

    form = _add_form(None)
    return web.handled(session, form, work, lambda form: _add_page(session, form), silent=True)


def _taken_in(session: Session, data: DocumentData, arrived: list[Arrived]) -> ResponseReturnValue:
    record = record_named(session, data.record) if data.record else None
    together = request.form.get("together") == "1"
    number = web.form_int("document")
    document = queries.document(session, number, lock=True) if number is not None else None
    refused: list[RefusedScan] = []
    for one in arrived:
        try:
            with session.begin_nested():
                document = arranging.take_in(
                    session, web.current().config, web.origin().derive(one.name), one,
                    document if together else None, kind=data.kind,
                    title=data.title if together else PurePath(one.name).stem,
                    language=data.language, record=record,
                )  # fmt: skip
        except Refusal as error:
            refused.append(scans.refuse(session, web.current().config, one, error, g.staff.id))
    return _answer(document, refused)


def _answer(document: DigitalDocument | None, refused: list[RefusedScan]) -> ResponseReturnValue:
    if web.by_script():
        return {
            "document": str(document.id) if document is not None else "",
            "refused": [said_problem(one.problem) for one in refused],
        }
    for one in refused:
        flash(said_problem(one.problem))
    if document is None:
        return redirect(url_for("digitisation.refused_scans"))
    return redirect(url_for("digitisation.document", document_id=document.id))


@digitisation.get("/refused")
@web.page(Permission.DIGITISE)
def refused_scans(session: Session) -> ResponseReturnValue:
    """Files that were not taken in, with the reason of each."""
    definition = ListDefinition(
        scan_queries.refused(),
        [
            Column("name", N_("File"), lambda one: one.name, RefusedScan.name,
                   lambda one: url_for("digitisation.refused_file", refused_id=one.id)
                   if one.token else None),
            Column("why", N_("Why"), lambda one: said_problem(one.problem)),
            Column("size", N_("Bytes"), lambda one: one.size, RefusedScan.size),
            Column("at", N_("When"), lambda one: one.at, RefusedScan.at),
        ],
        row_actions=[
            RowAction(
                N_("Remove"),
                lambda one: url_for("digitisation.dismiss_refused", refused_id=one.id),
                lambda one: one.name, lambda _: {},
            )
        ],
        empty=N_("No file was refused."),
    )  # fmt: skip
    return web.list_page(session, definition, title=N_("Refused files"))


@digitisation.get("/refused/<id:refused_id>/file")
@web.page(Permission.DIGITISE)
def refused_file(session: Session, refused_id: int) -> ResponseReturnValue:
    """A refused file, to be looked at or mended."""
    one = scan_queries.refused_by_id(session, refused_id)
    path = files.content_of(web.current().config.folder, one.token)
    if not one.token or not path.is_file():
        raise scan_queries.UnknownScanPage
    return download(path, one.name, "application/octet-stream")


@digitisation.post("/refused/<id:refused_id>/dismiss")
@web.page(Permission.DIGITISE, write=True)
def dismiss_refused(session: Session, refused_id: int) -> ResponseReturnValue:
    """It was looked at: take it away."""
    one = scan_queries.refused_by_id(session, refused_id)
    scans.dismiss(session, web.current().config, one)
    return redirect(url_for("digitisation.refused_scans"))


@digitisation.get("/picture/<id:page_id>/<int:size>.jpg")
@web.page(Permission.VIEW_DIGITISATION)
def picture(session: Session, page_id: int, size: int) -> ResponseReturnValue:
    """A page of a scan for a screen."""
    if size not in derivatives.SIZES:
        raise scan_queries.UnknownScanPage
    page = scan_queries.scan_page(session, page_id)
    made = derivatives.picture(web.current().config.folder, page, size)
    return _kept(shown(made, "image/jpeg"))


def _kept(answer: Any) -> ResponseReturnValue:
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return cast("ResponseReturnValue", answer)


@digitisation.get("/<id:document_id>/document.pdf")
@web.page(Permission.VIEW_DIGITISATION)
def pdf_file(session: Session, document_id: int) -> ResponseReturnValue:
    """The searchable PDF."""
    one = queries.document(session, document_id)
    path = queries.pdf_of(web.current().config.folder, one)
    if path is None:
        raise queries.UnknownDocument
    note_read(one)
    return download(path, f"{one.title or one.id}.pdf", "application/pdf")


@digitisation.get("/<id:document_id>/text.txt")
@web.page(Permission.VIEW_DIGITISATION)
def text_file(session: Session, document_id: int) -> ResponseReturnValue:
    """The text; a form feed stands between pages."""
    one = queries.document(session, document_id)
    note_read(one)
    content = "\n\f\n".join(queries.texts(session, one.id))
    return download(content.encode(), f"{one.title or one.id}.txt", "text/plain; charset=utf-8")


@digitisation.get("/<id:document_id>/alto/<id:number>.xml")
@web.page(Permission.VIEW_DIGITISATION)
def alto_file(session: Session, document_id: int, number: int) -> ResponseReturnValue:
    """A page as ALTO."""
    page = queries.page(session, document_id, number)
    text = text_of(session, page.scan_page_id)
    if text is None:
        raise queries.UnknownDocument
    content = alto(tree.within(text, page.region), page.scan.file.name, number, page.scan.method)
    return download(content, f"{document_id}-{number}.xml", "application/xml")
