"""Records of other libraries: looked for, shown beside each other, taken over into a form."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.catalog import queries as catalog
from ils.catalog.identifiers import isbns
from ils.cataloguing.copying import asking, z3950
from ils.cataloguing.copying.asking import OfferedRecord
from ils.cataloguing.copying.targets import Answered, SoughtRecord, Target, targets
from ils.cataloguing.forms.web import FormPage, form_page
from ils.cataloguing.pages import BadForm, cataloguing, classes, may_fill, sheets
from ils.errors import IlsError
from ils.organisation.permissions import Permission

LONGEST = 200


@dataclass(frozen=True)
class LibrarySearch:
    """What was asked, of whom, and what came of it."""

    wanted: SoughtRecord
    chosen: frozenset[str]
    offers: list[OfferedRecord]
    answers: list[Answered]


def _asked() -> LibrarySearch:
    """Ask; outside of any transaction, since others may let us wait."""
    said = {name: request.args.get(name, "").strip()[:LONGEST] for name in ("title", "author")}
    text = request.args.get("isbn", "").strip()[:LONGEST]
    wanted = SoughtRecord(next(iter(isbns(text)), text), **said)
    known = targets(web.current().config)
    chosen = frozenset(request.args.getlist("target")) & {target.code for target in known}
    asked: list[Target] = [target for target in known if target.code in chosen]
    if not wanted.said() or not asked:
        return LibrarySearch(wanted, chosen or frozenset(target.code for target in known), [], [])
    offers, answers = asking.ask(asked, wanted, classes())
    return LibrarySearch(wanted, chosen, offers, answers)


@cataloguing.get("/copy")
@web.page(Permission.EDIT_CATALOGUE, prepare=_asked)
def copy(session: Session, prepared: LibrarySearch | IlsError) -> ResponseReturnValue:
    """Ask other libraries for a record."""
    if isinstance(prepared, IlsError):
        raise prepared
    numbers = sorted({n for offer in prepared.offers for n in offer.about.isbns})
    known = session.scalars(catalog.records().where(catalog.has_isbn(numbers))) if numbers else ()
    there = {number: record.id for record in known for number in isbns(record.isbn or "")}
    return render_template(
        "catalog/copy.html",
        asked=prepared,
        targets=targets(web.current().config),
        yaz=z3950.installed(),
        there=lambda offer: next((there[n] for n in offer.about.isbns if n in there), None),
        said=_said,
    )


def _said(answer: Answered) -> str:
    """What one library answered, in words."""
    name = answer.target.name[web.language()]
    if answer.problem:
        return str(
            gettext("%(library)s: no answer (%(why)s)", library=name, why=gettext(answer.problem))
        )
    return str(gettext(
        "%(library)s: found %(total)s, shown %(shown)s",
        library=name, total=answer.total, shown=len(answer.records),
    ))  # fmt: skip


@cataloguing.post("/copy")
@web.page(Permission.EDIT_CATALOGUE)
def take_over(session: Session) -> ResponseReturnValue:
    """The entry form with a record of another library; nothing is saved yet.

    Raises:
        BadForm: the record is none that was offered.
    """
    marc = asking.unpacked(request.form.get("record", ""))
    code = request.form.get("worksheet", "")
    if marc is None or code not in sheets().forms:
        raise BadForm
    worksheet = sheets().form(code)
    may = may_fill(session)
    catalogue = worksheet.catalogue if worksheet.catalogue in may or not may else may[0]
    return form_page(session, FormPage(worksheet, marc, catalogue, dirty=True))
