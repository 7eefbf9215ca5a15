"""What is done to many readers: re-registration, the next grade, cards."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.circulation.pages import patrons
from ils.circulation.readers import bulk
from ils.circulation.readers.web import card_sheet
from ils.documents import labels
from ils.errors import N_
from ils.fields import FieldKind, described
from ils.organisation.permissions import Permission
from ils.patrons import queries, rules
from ils.patrons.models import Patron
from ils.web.filled import Form
from ils.web.lists import Column, Filter, ListDefinition, Ticks

BATCH_SIZE = 200


@patrons.get("/reregister")
@web.page(Permission.REREGISTER_MANY)
def reregister_list(session: Session) -> ResponseReturnValue:
    """Readers of last year who are not registered this year."""
    definition, year = _not_yet()
    return web.respond(
        session,
        "circulation/reregister.html",
        {"listing": definition},
        title=N_("Re-registration"),
        year=year,
    )


def _school(patron: Patron) -> str:
    return ", ".join(filter(None, (patron.school, str(patron.grade or ""))))


def _not_yet() -> tuple[ListDefinition, int]:
    args, year = request.values, web.today().year
    grade = args.get("grade", "")
    query = queries.not_yet_registered(
        g.staff.branch.id,
        year,
        category=args.get("category", ""),
        school=args.get("school", ""),
        grade=grade if grade in rules.GRADES else "",
    )
    lists = web.current().config.lists
    definition = ListDefinition(
        query,
        (
            Column("name", N_("Full name"), lambda p: p.name, (Patron.surname, Patron.given_name),
                   lambda p: url_for("patrons.patron", patron_id=p.id)),
            Column("born", N_("Birth date"), lambda p: p.birth_date, Patron.birth_date),
            Column("category", N_("Category"),
                   lambda p: web.listed(lists.categories, p.category), Patron.category),
            Column("school", N_("School"), _school, Patron.school),
        ),
        filters=(
            Filter("school", N_("School")),
            Filter("grade", N_("Grade"), type="text"),
            Filter("category", N_("Category"), web.list_options(lists.categories)),
        ),
        empty=N_("The list is empty."),
        size=BATCH_SIZE,
        ticks=Ticks("patron", lambda p: p.id, lambda p: p.name),
    )  # fmt: skip
    return definition, year


@patrons.post("/reregister")
@web.page(Permission.REREGISTER_MANY, write=True)
def reregister_many(session: Session) -> ResponseReturnValue:
    """Register those who are ticked."""
    texts = request.form.getlist("patron")[:BATCH_SIZE]
    ids = [number for text in texts if (number := web.whole("patron", text)) is not None]
    done = bulk.reregister_many(session, web.origin(), ids)
    flash(gettext("Re-registered for this year: %(count)s.", count=done))
    return redirect(url_for("patrons.reregister_list"))


@dataclass(frozen=True)
class SchoolYearData:
    """The form of a new school year."""

    last_grade: str = described(N_("Last grade"), FieldKind.CHOICE, default="11")
    category: str = described(
        N_("Category of those who leave"), codes="categories", default="student"
    )


@patrons.get("/school-year")
@web.page(Permission.IMPORT_PATRONS)
def school_year(session: Session) -> ResponseReturnValue:
    """What the next school year would do."""
    return _school_year_page(session, _school_year_form({}))


def _school_year_form(values: dict[str, str] | None) -> Form[SchoolYearData]:
    grades = [(grade, grade) for grade in ("11", "12", "9")]
    return Form(SchoolYearData, values, choices={"last_grade": grades})


def _school_year_page(session: Session, form: Form[SchoolYearData]) -> str:
    year = rules.school_year(web.today())
    return render_template(
        "circulation/school_year.html", grades=queries.grades(session, year), year=year, form=form
    )


@patrons.post("/school-year")
@web.page(Permission.IMPORT_PATRONS, write=True)
def advance(session: Session) -> ResponseReturnValue:
    """Everybody at school goes to the next grade."""

    def work(data: SchoolYearData) -> ResponseReturnValue:
        rising, leaving = bulk.advance_school_year(
            session,
            web.origin(),
            last_grade=int(data.last_grade),
            category=data.category,
            categories=web.current().config.lists.categories,
        )
        text = gettext(
            "Promoted: %(rising)s, left school: %(leaving)s.", rising=rising, leaving=leaving
        )
        flash(text)
        return redirect(url_for("patrons.school_year"))

    form = _school_year_form(None)
    return web.handled(session, form, work, lambda form: _school_year_page(session, form))


@patrons.get("/cards.pdf")
@web.page(Permission.MANAGE_PATRONS)
def cards(session: Session) -> ResponseReturnValue:
    """Cards of the readers a search finds, on A4 sheets."""
    query = queries.patrons(request.args.get("q", ""))
    found = session.scalars(query.limit(BATCH_SIZE)).all()
    if not found:
        raise queries.UnknownPatron
    pdf = labels.sheet(web.current().config, [card_sheet(patron) for patron in found])
    return Response(pdf, mimetype="application/pdf")
