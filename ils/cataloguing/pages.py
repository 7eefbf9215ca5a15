"""Shared by cataloguers' pages: the blueprint, rights, a form as it was sent."""

from __future__ import annotations

from flask import Blueprint, g, request
from sqlalchemy.orm import Session

from ils import web
from ils.catalog import queries, rights
from ils.catalog.subjects import Classes, classes_of
from ils.catalog.worksheets import rules
from ils.catalog.worksheets.definitions import Worksheet, Worksheets, worksheets
from ils.catalog.worksheets.rules import Submitted
from ils.errors import N_, Invalid
from ils.marc import text as marc_text
from ils.marc.record import MarcRecord

cataloguing = Blueprint("cataloguing", __name__, url_prefix="/staff/catalog")

MAX_ROWS = 2000
MAX_ROW_LENGTH = 20  # 1234|200|567


class BadForm(Invalid):
    """The form is not one a page of ours sends."""

    code = "bad_form"
    message = N_("The form could not be read; please reload the page.")


def classes() -> Classes:
    """The library's table of classes."""
    return classes_of(web.current().config.lists)


def sheets() -> Worksheets:
    """The entry forms."""
    return worksheets(web.current().config)


def may_fill(session: Session) -> list[str]:
    """The catalogues whoever is signed in may fill."""
    branch, account = queries.catalogues_of(session, g.staff.id)
    return rights.allowed(web.current().config.lists.catalogues, branch, account)


def check_catalogue(session: Session, catalogue: str) -> str:
    """The catalogue, if it may be filled.

    Raises:
        NotYourCatalogue: it may not.
    """
    every = web.current().config.lists.catalogues
    try:
        rights.check(catalogue, may_fill(session), every)
    except rights.NotYourCatalogue:
        raise rights.NotYourCatalogue(catalogue=web.listed(every, catalogue)) from None
    return catalogue


def submitted_record(base: MarcRecord, worksheet: Worksheet) -> MarcRecord:
    """The record a form or the MARC view says, on top of the version it was made from.

    Raises:
        BadForm: the rows are not ours.
        BadLine: a line of the MARC view is no field.
    """
    if "marc" in request.form:
        return marc_text.parsed(request.form["marc"])
    return rules.filled(base, worksheet, submitted())


def base_record() -> MarcRecord:
    """The record a form was made from: its rows say which of its fields they are.

    Raises:
        BadForm: it is not ours.
    """
    try:
        marc = MarcRecord.load(request.form.get("begun", ""))
        said = [marc.leader, *(text for f in marc.fields for text in (f.tag, f.indicators))]
        said += [text for f in marc.fields for pair in f.subfields for text in pair]
        "".join(said).encode()  # nothing but text, and text that can be kept
    except (ValueError, TypeError, RecursionError):
        raise BadForm from None
    return marc


def submitted() -> list[Submitted]:
    """The rows of a form.

    Raises:
        BadForm: they are not ours.
    """
    rows = request.form.getlist("row")
    if len(rows) > MAX_ROWS:
        raise BadForm
    said = []
    for row in rows:
        number, tag, index = ([*row.split("|"), "", ""])[:3]
        if (
            not all(part.isascii() and part.isdigit() for part in (number, tag, index or "0"))
            or len(row) > MAX_ROW_LENGTH
        ):
            raise BadForm
        prefix = f"{number}."
        values = {
            key.removeprefix(prefix): request.form.getlist(key)
            for key in request.form
            if key.startswith(prefix)
        }
        said.append(Submitted(tag, int(index) if index else None, values))
    return said
