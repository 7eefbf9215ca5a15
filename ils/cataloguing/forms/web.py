"""New records and changes: the entry form, the MARC view, article after article."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.catalog import queries
from ils.catalog.comparison import Difference
from ils.catalog.editing import actions
from ils.catalog.editing.actions import ChangedMeanwhile
from ils.catalog.issues import of_same_issue
from ils.catalog.models import BibliographicRecord
from ils.catalog.records.links import reference
from ils.catalog.worksheets import rules
from ils.catalog.worksheets.definitions import Worksheet
from ils.cataloguing.pages import (
    base_record,
    cataloguing,
    check_catalogue,
    classes,
    may_fill,
    sheets,
    submitted_record,
)
from ils.digitization.documents import queries as documents
from ils.digitization.documents.actions import attach
from ils.errors import N_, IlsError, Invalid, Refused
from ils.marc import text as marc_text
from ils.marc.gost import entry
from ils.marc.record import Field, MarcRecord, linked
from ils.organisation.permissions import Permission
from ils.web.lists import Column, Filter, ListDefinition

#: The source, the language and the kind stay from one article to the next.
CARRIED = {"101", "102", "461", "463", "939"}
ARTICLES = {"article", "earticle"}
LANGUAGES = {"kk": "kaz", "ru": "rus"}
SERIALS_SHOWN = 100
#: The year before the number of an issue in its title, which stands in its own place.
ISSUE_YEAR = re.compile(r"^\d{4},\s*")


@dataclass(frozen=True)
class FormPage:
    """What the page of an entry form shows."""

    worksheet: Worksheet
    marc: MarcRecord
    catalogue: str
    record: BibliographicRecord | None = None
    revision: int = 0
    error: IlsError | None = None
    theirs: tuple[Difference, ...] = ()
    disputed: tuple[str, ...] = ()
    dirty: bool = False


def form_page(
    session: Session, sheet: FormPage, *, as_marc: bool | None = None
) -> ResponseReturnValue:
    """The entry form of a record that is new, changed, or was not saved."""
    if as_marc is None:
        as_marc = request.args.get("view") == "marc" or "marc" in request.form
    shown = rules.shown(sheet.worksheet, sheet.marc)
    status = sheet.error.status if sheet.error else 200
    page = render_template(
        "catalog/edit.html",
        sheet=sheet,
        groups=[(group, list(rules.rows(group, sheet.marc))) for group in sheet.worksheet.groups],
        others=[f for n, f in enumerate(sheet.marc.fields) if n not in shown],
        lists_=sheets().lists,
        sheets=sheets(),
        may_fill=may_fill(session),
        as_marc=as_marc,
        marc_text=request.form.get("marc")
        if isinstance(sheet.error, marc_text.BadLine)
        else marc_text.shown(sheet.marc),
        text=str(entry(sheet.marc)) if sheet.marc.get("200", "a") else "",
        error_text=web.translated(sheet.error) if sheet.error else "",
        same_issue=of_same_issue(session, sheet.marc) if _is_new_article(sheet) else [],
    )
    return page, int(status)


def _is_new_article(sheet: FormPage) -> bool:
    return sheet.record is None and sheet.worksheet.code in ARTICLES


@cataloguing.get("/new")
@web.page(Permission.EDIT_CATALOGUE)
def new(session: Session) -> ResponseReturnValue:
    """Choose a kind of document, or begin its form; an article may follow another."""
    code = request.args.get("worksheet", "")
    if code not in sheets().forms:
        return render_template("catalog/new.html", sheets=sheets())
    worksheet = sheets().forms[code]
    language = LANGUAGES.get(g.staff.language, "rus")
    marc = rules.blank(worksheet, web.today(), language)
    catalogue = worksheet.catalogue
    if after := web.argument_int("after"):
        before = queries.record(session, after)
        marc, catalogue = next_article(marc, before.marc_record()), before.catalogue
    elif host := web.argument_int("host"):
        whole = queries.record(session, host)
        if worksheet.code == "issue":
            marc = next_issue(marc, whole, web.today().year)
        else:
            marc = of_issue(marc, whole, request.args)
    may = may_fill(session)
    if catalogue not in may and may:
        catalogue = may[0]
    return form_page(session, FormPage(worksheet, marc, catalogue))


def next_article(blank: MarcRecord, before: MarcRecord) -> MarcRecord:
    """A new article with the source of the one before; its pages are to be typed."""
    kept = []
    for f in before.fields:
        if f.tag in CARRIED:
            inside = [p for p in f.subfields if not (f.tag == "463" and p[0] == "v")]
            kept.append(Field(f.tag, f.indicators, inside))
    tags = {f.tag for f in kept}
    fields = [f for f in blank.fields if f.tag not in tags] + kept
    return MarcRecord(blank.leader, sorted(fields, key=lambda f: f.tag))


def next_issue(blank: MarcRecord, serial: BibliographicRecord, year: int) -> MarcRecord:
    """A new issue of a newspaper or journal of this year; its number is to be typed."""
    own = serial.marc_record()
    number = Field("001", "", [("", reference(serial.link_key))])
    issn = [Field("011", "  ", [("a", own.get("011", "a"))])] if own.get("011", "a") else []
    name = Field("200", "1 ", [("a", own.get("200", "a"))])
    fields = [
        linked("461", " 0", [number, *issn, name]),
        Field("200", "0 ", [("a", f"{year}, № ")]),
        Field("210", "  ", [("d", str(year))]),
        *own.each("101"), *own.each("102"),
    ]  # fmt: skip
    tags = {f.tag for f in fields}
    kept = [f for f in blank.fields if f.tag not in tags]
    return MarcRecord(blank.leader, sorted([*kept, *fields], key=lambda f: f.tag))


def of_issue(blank: MarcRecord, host: BibliographicRecord, said: Mapping[str, str]) -> MarcRecord:
    """A new article of an issue of a serial, of a serial, or of a book."""
    own = host.marc_record()
    title = next(own.each("200"), Field("200", "1 ", []))
    name = Field("200", "1 ", [(c, v) for c, v in title.subfields if c in {"a", "e"}][:2])
    number = Field("001", "", [("", reference(host.link_key))])
    pages = [("v", said["pages"].strip()[:20])] if said.get("pages") else []
    if host.worksheet == "issue":
        called = Field("200", "0 ", [("a", ISSUE_YEAR.sub("", title.get("a"))), *pages])
        source = [*own.each("461"), linked("463", " 0", [number, called, *own.each("210")])]
    elif host.worksheet in {"journal", "newspaper"}:
        issn = [Field("011", "  ", [("a", own.get("011", "a"))])] if own.get("011", "a") else []
        source = [linked("461", " 0", [number, *issn, Field("200", "1 ", name.subfields[:1])])]
        issue = said.get("number", "").strip()
        inside = [Field("200", "0 ", [*([("a", issue)] if issue else []), *pages])]
        inside.append(Field("210", "  ", [("d", said.get("year", "").strip())]))
        source.append(linked("463", " 0", [f for f in inside if f.has_text()] or inside[:1]))
    else:
        published = [(c, v) for f in own.each("210") for c, v in f.subfields if c in {"a", "d"}]
        part = Field("200", name.indicators, [*name.subfields, *pages])
        source = [linked("463", " 0", [number, part, Field("210", "  ", published)])]
    if headline := said.get("title", "").strip()[:500]:
        source.append(Field("200", "1 ", [("a", headline)]))
        blank = MarcRecord(blank.leader, [f for f in blank.fields if f.tag != "200"])
    language = list(own.each("101")) or list(blank.each("101"))
    fields = [f for f in blank.fields if f.tag != "101"] + source + language
    return MarcRecord(blank.leader, sorted(fields, key=lambda f: f.tag))


@cataloguing.post("/new")
@web.page(Permission.EDIT_CATALOGUE, write=True)
def create(session: Session) -> ResponseReturnValue:
    """Save a new record; then its page, or the next article of the issue."""
    worksheet = sheets().form(request.form.get("worksheet", ""))
    catalogue = request.form.get("catalogue", worksheet.catalogue)
    marc = base_record()
    origin = web.origin()
    try:
        marc = submitted_record(marc, worksheet)
        check_catalogue(session, catalogue)
        record = actions.save_new(
            session, origin, marc=marc, classes=classes(), sheets=sheets(), catalogue=catalogue
        )
    except (Invalid, Refused) as error:
        return form_page(session, FormPage(worksheet, marc, catalogue, error=error, dirty=True))
    flash(gettext("Saved."))
    if document_id := web.form_int("document"):
        document = documents.document(session, document_id, lock=True)
        if document.record_id is None:
            attach(session, origin.derive("attach"), document, record)
        return redirect(url_for("digitisation.document", document_id=document_id))
    if request.form.get("then") == "next":
        to = url_for("cataloguing.new", worksheet=worksheet.code, after=record.id)
        return redirect(to)
    return redirect(url_for("catalogue.record", record_id=record.id))


@cataloguing.get("/<id:record_id>/edit")
@web.page(Permission.EDIT_CATALOGUE)
def edit(session: Session, record_id: int) -> ResponseReturnValue:
    """The entry form of a record."""
    record = queries.record(session, record_id)
    if not record.active:
        raise actions.NotActive
    check_catalogue(session, record.catalogue)
    worksheet = sheets().form(request.args.get("worksheet") or record.worksheet)
    marc = record.marc_record()
    return form_page(session, FormPage(worksheet, marc, record.catalogue, record, record.revision))


@cataloguing.post("/<id:record_id>/edit")
@web.page(Permission.EDIT_CATALOGUE, write=True)
def save(session: Session, record_id: int) -> ResponseReturnValue:
    """Save the changes, or show who was first and what they changed."""
    record = queries.record(session, record_id, lock=True)
    origin = web.origin()
    worksheet = sheets().form(request.form.get("worksheet", record.worksheet))
    catalogue = request.form.get("catalogue", record.catalogue)
    seen = web.form_int("revision") or 0
    mine = shown = base_record()
    try:
        mine = submitted_record(shown, worksheet)
        check_catalogue(session, record.catalogue)
        check_catalogue(session, catalogue)
        actions.save_changes(
            session,
            origin,
            record,
            mine=mine,
            seen_revision=seen,
            classes=classes(),
            sheets=sheets(),
            catalogue=catalogue,
        )
    except ChangedMeanwhile as error:
        sheet = FormPage(
            worksheet,
            error.merged,
            catalogue,
            record,
            record.revision,
            error,
            tuple(error.theirs),
            tuple(error.disputed),
            dirty=True,
        )
        return form_page(session, sheet)
    except (Invalid, Refused) as error:
        return form_page(
            session, FormPage(worksheet, mine, catalogue, record, seen, error, dirty=True)
        )
    flash(gettext("Saved."))
    return redirect(url_for("catalogue.record", record_id=record.id))


@cataloguing.post("/switch")
@web.page(Permission.EDIT_CATALOGUE)
def switch(session: Session) -> ResponseReturnValue:
    """The other view of what is typed, form or MARC; nothing is saved."""
    worksheet = sheets().form(request.form.get("worksheet", ""))
    catalogue, seen = request.form.get("catalogue", ""), web.form_int("revision") or 0
    record_id = web.form_int("record")
    record = queries.record(session, record_id) if record_id else None
    shown = base_record()
    try:
        marc = submitted_record(shown, worksheet)
    except Invalid as error:
        sheet = FormPage(worksheet, shown, catalogue, record, seen, error, dirty=True)
        return form_page(session, sheet, as_marc="marc" in request.form)
    sheet = FormPage(worksheet, marc, catalogue, record, seen, dirty=True)
    return form_page(session, sheet, as_marc="marc" not in request.form)


@cataloguing.get("/articles")
@web.page(Permission.EDIT_CATALOGUE)
def articles(session: Session) -> ResponseReturnValue:
    """Begin an issue: choose the newspaper or journal, the year and the number, once."""
    text = request.args.get("q", "")
    definition = ListDefinition(
        queries.serials(text),
        (
            Column("title", N_("Newspaper or journal"), lambda serial: serial.title,
                   BibliographicRecord.title),
        ),
        filters=(Filter("q", N_("Newspaper or journal")),),
        size=SERIALS_SHOWN,
    )  # fmt: skip
    return web.respond(
        session,
        "catalog/articles.html",
        {"serials": definition},
        title=N_("Newspapers and journals"),
        year=web.today().year,
    )
