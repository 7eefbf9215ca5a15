"""Headings: the list, and the form of one with its other forms and the records that use it."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.catalog.authorities import actions, merging, queries
from ils.catalog.authorities.actions import HeadingData, OtherForm
from ils.catalog.authorities.rules import DIGITS, forms
from ils.catalog.models import (
    AuthorityKind,
    AuthorityRecord,
    BibliographicRecord,
    FormRelation,
)
from ils.cataloguing.pages import cataloguing, check_catalogue, classes, sheets
from ils.errors import N_, IlsError, Invalid, Refused, Stale
from ils.organisation.permissions import Permission
from ils.web.lists import Column, Filter, ListDefinition, number_of_rows

#: Subfields of a name by what it names.
PARTS = {
    AuthorityKind.PERSON: "abgfc", AuthorityKind.BODY: "abd", AuthorityKind.SUBJECT: "axyz",
    AuthorityKind.PLACE: "ax", AuthorityKind.TITLE: "ah", AuthorityKind.SERIES: "ax",
    AuthorityKind.GENRE: "a",
}  # fmt: skip
EMPTY_FORMS = 3


@cataloguing.get("/headings")
@web.page(Permission.EDIT_CATALOGUE)
def headings(session: Session) -> ResponseReturnValue:
    """Headings by the beginning of any of their forms."""
    text, kind = request.args.get("q", ""), request.args.get("kind", "")
    definition = ListDefinition(
        queries.headings(text, kind or None),
        (
            Column("heading", N_("Heading"), lambda row: row.heading, AuthorityRecord.heading,
                   lambda row: url_for("cataloguing.heading", authority_id=row.id)),
            Column("kind", N_("Kind"), lambda row: web.code_name("authority_kind", row.kind),
                   AuthorityRecord.kind),
        ),
        filters=(
            Filter("q", N_("Beginning of a name, in any script")),
            Filter("kind", N_("Kind"), web.code_names("authority_kind")),
        ),
        empty=N_("Nothing was found."),
    )  # fmt: skip
    return web.list_page(
        session, definition, title=N_("Authorities"), template="catalog/headings.html"
    )


@cataloguing.get("/headings/new")
@web.page(Permission.EDIT_CATALOGUE)
def new_heading(session: Session) -> ResponseReturnValue:
    """The form of a new heading."""
    kind = _kind(request.args.get("kind", ""))
    return _page(session, HeadingData(kind, ()))


@cataloguing.post("/headings/new")
@web.page(Permission.EDIT_CATALOGUE, write=True)
def create_heading(session: Session) -> ResponseReturnValue:
    """Save it."""
    data = _said()
    try:
        authority = actions.add_heading(session, web.origin(), data)
    except (Invalid, Refused) as error:
        return _page(session, data, error=error)
    return redirect(url_for("cataloguing.heading", authority_id=authority.id))


@cataloguing.get("/headings/<id:authority_id>")
@web.page(Permission.EDIT_CATALOGUE)
def heading(session: Session, authority_id: int) -> ResponseReturnValue:
    """A heading with its forms, and the records that use it."""
    authority = queries.heading(session, authority_id)
    if authority.merged_into_id is not None:
        return redirect(url_for("cataloguing.heading", authority_id=authority.merged_into_id))
    return _page(session, _data(authority), authority=authority)


@cataloguing.post("/headings/<id:authority_id>")
@web.page(Permission.EDIT_CATALOGUE, write=True)
def change_heading(session: Session, authority_id: int) -> ResponseReturnValue:
    """Save it, here and in the records that use it."""
    authority = queries.heading(session, authority_id, lock=True)
    data = _said()
    for catalogue in session.scalars(queries.catalogues_using(authority)):
        check_catalogue(session, catalogue)  # the records change with it
    try:
        changed = actions.change_heading(
            session,
            web.origin(),
            authority,
            data,
            seen_revision=web.form_int("revision") or 0,
            classes=classes(),
        )
    except (Invalid, Refused, Stale) as error:
        return _page(session, data, authority=authority, error=error)
    flash(gettext("Saved; records changed: %(count)s.", count=changed))
    return redirect(url_for("cataloguing.heading", authority_id=authority.id))


@cataloguing.post("/headings/<id:authority_id>/delete")
@web.page(Permission.EDIT_CATALOGUE, write=True)
def delete_heading(session: Session, authority_id: int) -> ResponseReturnValue:
    """Hide a heading nobody uses."""
    authority = queries.heading(session, authority_id, lock=True)
    actions.delete_heading(session, web.origin(), authority)
    return redirect(url_for("cataloguing.headings"))


@cataloguing.get("/headings/<id:authority_id>/merge")
@web.page(Permission.EDIT_CATALOGUE)
def partners(session: Session, authority_id: int) -> ResponseReturnValue:
    """Headings that this one may stand for, by the beginning of a name."""
    kept = queries.heading(session, authority_id)
    text = request.args.get("q", kept.heading.partition(",")[0])
    definition = ListDefinition(
        queries.headings(text, kept.kind).where(AuthorityRecord.id != kept.id),
        (
            Column("heading", N_("Heading"), lambda row: row.heading, AuthorityRecord.heading,
                   lambda row: url_for("cataloguing.compare_headings", authority_id=kept.id,
                                       other_id=row.id)),
        ),
        filters=(Filter("q", N_("Beginning of a name, in any script"), value=text),),
        empty=N_("Nothing was found."),
    )  # fmt: skip
    return web.list_page(session, definition, title=kept.heading, template="catalog/partners.html")


@cataloguing.get("/headings/<id:authority_id>/merge/<id:other_id>")
@web.page(Permission.EDIT_CATALOGUE)
def compare_headings(session: Session, authority_id: int, other_id: int) -> ResponseReturnValue:
    """What becomes of two headings when one stands for both."""
    kept, dropped = queries.heading(session, authority_id), queries.heading(session, other_id)
    users = queries.records_using(dropped)
    return web.respond(
        session,
        "catalog/merge_headings.html",
        {},
        title=N_("Merge two authority records"),
        kept=kept,
        dropped=dropped,
        forms=forms(merging.merged(kept.marc_record(), dropped.marc_record())),
        count=number_of_rows(session, users),
    )


@cataloguing.post("/headings/<id:authority_id>/merge/<id:other_id>")
@web.page(Permission.EDIT_CATALOGUE, write=True)
def merge_headings(session: Session, authority_id: int, other_id: int) -> ResponseReturnValue:
    """Let the first stand for the other."""
    locked = {n: queries.heading(session, n, lock=True) for n in sorted((authority_id, other_id))}
    for catalogue in session.scalars(queries.catalogues_using(locked[other_id])):
        check_catalogue(session, catalogue)
    changed = merging.merge_headings(
        session, web.origin(), locked[authority_id], locked[other_id], classes=classes()
    )
    flash(gettext("Merged; records changed: %(count)s.", count=changed))
    return redirect(url_for("cataloguing.heading", authority_id=authority_id))


def _page(
    session: Session,
    data: HeadingData,
    *,
    authority: AuthorityRecord | None = None,
    error: IlsError | None = None,
) -> ResponseReturnValue:
    rows = [*data.others, *[OtherForm(FormRelation.SEE, "")] * EMPTY_FORMS]
    users = {} if authority is None else {"users": _users(authority)}
    return web.respond(
        session,
        "catalog/heading.html",
        users,
        error=error,
        title=authority.heading if authority else N_("New authority record"),
        data=data,
        parts=PARTS[data.kind],
        name=dict(reversed(data.name)),
        rows=rows,
        authority=authority,
        languages=sheets().lists["languages"],
        error_text=web.translated(error) if error else "",
    )


def _users(authority: AuthorityRecord) -> ListDefinition:
    """The records that use a heading."""
    return ListDefinition(
        queries.records_using(authority),
        (
            Column("title", N_("Title"), lambda r: r.title, BibliographicRecord.title,
                   lambda r: url_for("catalogue.record", record_id=r.id)),
            Column("authors", N_("Authors"), lambda r: r.authors, BibliographicRecord.authors),
            Column("year", N_("Year"), lambda r: str(r.year or ""), BibliographicRecord.year),
        ),
        name="users",
    )  # fmt: skip


def _kind(text: str) -> AuthorityKind:
    try:
        return AuthorityKind(text)
    except ValueError:
        return AuthorityKind.PERSON


def _said() -> HeadingData:
    kind = _kind(request.form.get("kind", ""))
    name = tuple((code, request.form.get(f"name-{code}", "")) for code in PARTS[kind])
    texts = request.form.getlist("form")
    relations, languages = request.form.getlist("relation"), request.form.getlist("language")
    known = {relation.value: relation for relation in actions.TAGS}
    others = tuple(
        OtherForm(known[relation], text, language)
        for text, relation, language in zip(texts, relations, languages, strict=False)
        if relation in known
    )
    return HeadingData(kind, name, others, request.form.get("note", ""))


def _data(authority: AuthorityRecord) -> HeadingData:
    marc, kind = authority.marc_record(), AuthorityKind(authority.kind)
    name: tuple[tuple[str, str], ...] = ()
    others: list[OtherForm] = []
    for f in marc.fields:
        if len(f.tag) != 3 or f.tag[1:] != DIGITS[kind]:
            continue
        if f.tag[0] == "2":
            name = tuple((c, v) for c, v in f.subfields if c in PARTS[kind])
            continue
        relation = next((r for r, block in actions.TAGS.items() if block == f.tag[0]), None)
        if relation is not None:
            others.append(OtherForm(relation, actions.shown_form(f), f.get("8")))
    return HeadingData(kind, name, tuple(others), marc.get("330", "a"))
