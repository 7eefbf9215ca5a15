"""While a record is typed: its description, what is wrong, what it doubles, what to suggest."""

from __future__ import annotations

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import web
from ils.catalog import author_marks, checks, queries
from ils.catalog.authorities import queries as authorities
from ils.catalog.authorities import rules as headings
from ils.catalog.duplicates import find_duplicates
from ils.catalog.identifiers import heading_key
from ils.catalog.models import BibliographicRecord
from ils.catalog.records import rules
from ils.catalog.records.links import reference
from ils.catalog.worksheets.definitions import class_names
from ils.cataloguing.pages import (
    base_record,
    cataloguing,
    classes,
    sheets,
    submitted_record,
)
from ils.marc.gost import Style, entry
from ils.organisation.permissions import Permission

CLASSES_SHOWN = 10
CLASS_SCHEMES = {"udc", "bbk"}


@cataloguing.post("/preview")
@web.page(Permission.EDIT_CATALOGUE)
def preview(session: Session) -> ResponseReturnValue:
    """The panel beside a form: the description, the problems, the possible doubles."""
    worksheet = sheets().form(request.form.get("worksheet", ""))
    marc = submitted_record(base_record(), worksheet)
    about = rules.describe(marc, classes())
    return render_template(
        "catalog/_preview.html",
        gost=str(entry(marc)),
        gost2018=str(entry(marc, Style.GOST2018)),
        problems=checks.problems(marc, worksheet, sheets()),
        doubles=find_duplicates(session, about, but=web.form_int("record")),
        about=about,
        mark=sheets().marks.completed(marc).get(author_marks.MARK, "a"),
        label=sheets(),
    )


@cataloguing.get("/suggest")
@web.page(Permission.EDIT_CATALOGUE)
def suggest(session: Session) -> ResponseReturnValue:
    """Headings or classes that begin so: a label, the subfields they fill, the link."""
    kind, text = request.args.get("kind", ""), request.args.get("q", "").strip()
    if not text:
        return jsonify([])
    if kind in CLASS_SCHEMES:
        return jsonify(_classes(kind, text))
    if kind == "whole":
        return jsonify([_whole(record) for record in session.scalars(queries.wholes(text))])
    found: dict[int, dict[str, object]] = {}
    for authority, form in authorities.suggestions(session, text, kind):
        named = next(
            (
                f
                for f in authority.marc_record().fields
                if f.tag[0] == "2" and f.tag[1:] in headings.KINDS
            ),
            None,
        )
        if named is None:
            continue
        label = authority.heading
        if form.form != authority.heading:
            label = f"{form.form} → {authority.heading}"
        values: dict[str, str] = {}
        for code, value in named.subfields:
            values.setdefault(code, value)
        one: dict[str, object] = {
            "label": label,
            "values": values,
            "link": reference(authority.link_key),
        }
        found.setdefault(authority.id, one)
    return jsonify(list(found.values()))


def _whole(record: BibliographicRecord) -> dict[str, object]:
    """A journal or set as a suggestion: what of it stands in the link of its parts."""
    title = record.title.partition(" : ")[0]
    values = {"200a": title, "011a": record.issn or "", "001": reference(record.link_key)}
    year = f", {record.year}" if record.year else ""
    return {"label": f"{record.title}{year}", "values": values, "link": ""}


def _classes(scheme: str, text: str) -> list[dict[str, object]]:
    """Classes by their index or a word of their names in both languages."""
    words, language = heading_key(text), web.language()
    found: list[dict[str, object]] = []
    for index, names in class_names(web.current().config)[scheme].items():
        said = f" {heading_key(names.ru)} {heading_key(names.kk)}"
        if index.startswith(text) or (words and f" {words}" in said):
            name = names.kk if language == "kk" else names.ru
            found.append({"label": f"{index} {name}", "values": {"a": index}, "link": ""})
    return found[:CLASSES_SHOWN]
