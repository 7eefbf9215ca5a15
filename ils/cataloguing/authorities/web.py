"""Headings: the list, and the form of one with its other forms and the records that use it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.catalog import queries
from ils.catalog.authorities import actions
from ils.catalog.authorities.actions import HeadingData, OtherForm
from ils.catalog.authorities.rules import DIGITS
from ils.catalog.models import AuthorityKind, AuthorityRecord, FormRelation
from ils.cataloguing.pages import cataloguing, check_catalogue, classes, sheets
from ils.errors import IlsError, Invalid, Refused, Stale
from ils.organisation.permissions import Permission

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
    page = web.paged(session, queries.headings(text, kind or None))
    return render_template("catalog/headings.html", page=page, text=text, kind=kind)


@cataloguing.get("/headings/new")
@web.page(Permission.EDIT_CATALOGUE)
def new_heading(session: Session) -> ResponseReturnValue:
    """The form of a new heading."""
    del session
    kind = _kind(request.args.get("kind", ""))
    return _page(HeadingData(kind, ()))


@cataloguing.post("/headings/new")
@web.page(Permission.EDIT_CATALOGUE, write=True)
def create_heading(session: Session) -> ResponseReturnValue:
    """Save it."""
    data = _said()
    try:
        authority = actions.add_heading(session, web.origin(), data)
    except (Invalid, Refused) as error:
        return _page(data, error=error)
    return redirect(url_for("cataloguing.heading", authority_id=authority.id))


@cataloguing.get("/headings/<id:authority_id>")
@web.page(Permission.EDIT_CATALOGUE)
def heading(session: Session, authority_id: int) -> ResponseReturnValue:
    """A heading with its forms, and the records that use it."""
    authority = queries.heading(session, authority_id)
    users = web.paged(session, queries.records_using(authority))
    return _page(_data(authority), authority=authority, users=users)


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
        return _page(data, authority=authority, error=error)
    flash(gettext("Saved; records changed: %(count)s.", count=changed))
    return redirect(url_for("cataloguing.heading", authority_id=authority.id))


@cataloguing.post("/headings/<id:authority_id>/delete")
@web.page(Permission.EDIT_CATALOGUE, write=True)
def delete_heading(session: Session, authority_id: int) -> ResponseReturnValue:
    """Hide a heading nobody uses."""
    authority = queries.heading(session, authority_id, lock=True)
    actions.delete_heading(session, web.origin(), authority)
    return redirect(url_for("cataloguing.headings"))


def _page(
    data: HeadingData,
    *,
    authority: AuthorityRecord | None = None,
    users: object = None,
    error: IlsError | None = None,
) -> ResponseReturnValue:
    rows = [*data.others, *[OtherForm(FormRelation.SEE, "")] * EMPTY_FORMS]
    page = render_template(
        "catalog/heading.html",
        data=data,
        parts=PARTS[data.kind],
        name=dict(reversed(data.name)),
        rows=rows,
        authority=authority,
        users=users,
        languages=sheets().lists["languages"],
        error_text=web.translated(error) if error else "",
    )
    return page, int(error.status) if error else 200


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
