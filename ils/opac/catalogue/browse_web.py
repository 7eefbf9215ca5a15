"""The catalogue walked through: subject areas, authors and headings by letters."""

from __future__ import annotations

from collections.abc import Mapping

from flask import g, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import web
from ils.catalog import queries as catalog
from ils.catalog.authorities import queries as headings
from ils.catalog.models import AuthorityKind
from ils.catalog.worksheets.definitions import class_names
from ils.digitization.folders.queries import folders
from ils.errors import N_
from ils.opac import pages
from ils.opac.pages import opac
from ils.search import queries as search
from ils.search.asking import Asked

LETTERS = "АӘБВГҒДЕЁЖЗИЙКҚЛМНҢОӨПРСТУҰҮФХҺЦЧШЩЫІЭЮЯABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
ROWS = 100
#: What is walked through by letters → its name, and the field that finds what is under it.
KINDS = {
    "authors": (N_("Authors"), "author"),
    "subjects": (N_("Subjects"), "subject"),
    "places": (N_("Places"), "subject"),
    "series": (N_("Series"), "series"),
}
HEADINGS = {
    "subjects": AuthorityKind.SUBJECT, "places": AuthorityKind.PLACE,
    "series": AuthorityKind.SERIES,
}  # fmt: skip


@opac.get("/browse")
@web.public()
def browse(session: Session) -> ResponseReturnValue:
    """Subject areas with how much there is, and the ways by letters."""
    lists, folder = web.current().config.lists, web.current().config.folder
    counts = search.found(session, folder, Asked("", most=1), facets=True).facets
    areas = [
        (code, names[g.language if g.language in names else "ru"], names.get("parent"),
         counts.get("division", {}).get(code, 0))
        for code, names in lists.subject_areas.items()
    ]  # fmt: skip
    has_folders = session.scalar(folders(public=True).limit(1)) is not None
    return pages.page("browse.html", session, areas=areas, kinds=KINDS, has_folders=has_folders)


@opac.get("/browse/<any(authors, subjects, places, series):kind>")
@web.public()
def browse_letters(session: Session, kind: str) -> ResponseReturnValue:
    """Names that begin with a letter, with how many records are under each."""
    letter = request.args.get("letter", "")[:1].upper()
    number = pages.number()
    label, field = KINDS[kind]
    if kind == "authors":
        query = catalog.authors_beginning(letter)
    else:
        query = headings.headings_with_records(HEADINGS[kind], letter)
    rows = (
        session.execute(query.offset((number - 1) * ROWS).limit(ROWS + 1)).all() if letter else []
    )
    return pages.page(
        "letters.html", session, kind=kind, label=label, field=field, letters=LETTERS,
        letter=letter, rows=rows[:ROWS], number=number, more=len(rows) > ROWS,
    )  # fmt: skip


@opac.get("/browse/<any(udc, bbk):scheme>")
@web.public()
def browse_classes(session: Session, scheme: str) -> ResponseReturnValue:
    """The tree of a classification, a level at a time, with how much is under each class."""
    names, folder = class_names(web.current().config)[scheme], web.current().config.folder
    at = request.args.get("at", "")
    shown = []
    for code in sorted(names):
        if code != at and _above(code, names) == at:
            asked = Asked("", {scheme: (code,)}, most=1)
            number = search.found(session, folder, asked).total
            deeper = any(_above(other, names) == code for other in names)
            shown.append((code, names[code].name(g.language), number, deeper))
    above, path = at, list[tuple[str, str]]()
    while above in names:
        path.insert(0, (above, names[above].name(g.language)))
        above = _above(above, names)
    return pages.page("classes.html", session, scheme=scheme, classes=shown, path=path)


def _above(code: str, names: Mapping[str, object]) -> str:
    """The class one belongs to: the longest beginning that is a class itself."""
    beginnings = (code[:length] for length in range(len(code) - 1, 0, -1))
    return next((one for one in beginnings if one in names), "")
