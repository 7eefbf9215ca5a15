"""Readers: find, register, change, and what belongs to one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import web
from ils.circulation import queries
from ils.circulation.actions import patrons as actions
from ils.circulation.models import Patron, PatronPhoto
from ils.circulation.rules.patrons import LooksRegistered, PatronData
from ils.circulation.web.shared import panel, patrons
from ils.documents import barcodes
from ils.errors import N_, IlsError
from ils.organisation.models import Role
from ils.organisation.queries import names_of
from ils.web.downloads import printed

DESKS = (Role.DESK, Role.ADMINISTRATOR)
TEXTS = (
    "surname", "given_name", "patronymic", "card", "sex", "category", "language", "phone",
    "email", "address", "channel", "school", "grade", "workplace", "disability", "wishes",
    "notes", "guardian", "guardian_name", "guardian_phone",
)  # fmt: skip


@patrons.get("/")
@web.page(Role.DESK, Role.STATISTICIAN, Role.ADMINISTRATOR)
def patron_list(session: Session) -> ResponseReturnValue:
    """Find a reader by name or card."""
    text = request.args.get("q", "")
    found = web.paged(session, queries.patrons(text))
    return render_template("circulation/patrons.html", page=found, text=text)


@patrons.get("/new")
@web.page(*DESKS)
def new_patron(session: Session) -> ResponseReturnValue:
    """The form of a registration."""
    del session
    values = {"language": web.language(), "guardian": request.args.get("guardian", "")}
    return _form(None, values, None)


@patrons.post("/new")
@web.page(*DESKS, write=True)
def register(session: Session) -> ResponseReturnValue:
    """Register a reader."""
    try:
        categories = web.ils().config.lists.categories
        with session.begin_nested():
            patron = actions.register_patron(
                session,
                web.origin(),
                _data(),
                categories,
                even_if_alike="even_if_alike" in request.form,
            )
    except IlsError as error:
        return _form(None, request.form, error)
    return redirect(url_for("patrons.patron", patron_id=patron.id))


@patrons.get("/<id:patron_id>")
@web.page(*DESKS)
def patron(session: Session, patron_id: int) -> ResponseReturnValue:
    """One reader: registrations, loans, holds, blocks, family."""
    found = queries.patron(session, patron_id)
    return render_template(
        "circulation/patron.html",
        years=session.scalars(queries.years_of(found.id)).all(),
        open_loans=web.paged(session, queries.open_loans(found.id)),
        holds=session.scalars(queries.holds_of(found.id)).all(),
        all_blocks=session.scalars(queries.blocks(found.id)).all(),
        former_cards=session.scalars(queries.former_cards(found.id)).all(),
        family=[p for p in session.scalars(queries.family_of(found)) if p.id != found.id],
        has_photo=session.get(PatronPhoto, found.id) is not None,
        branches=names_of(session, web.language()),
        **panel(session, found),
    )


@patrons.post("/<id:patron_id>/reregister")
@web.page(*DESKS, write=True)
def reregister_here(session: Session, patron_id: int) -> ResponseReturnValue:
    """Register the reader for this year."""
    actions.reregister_patron(session, web.origin(), queries.patron(session, patron_id))
    return redirect(url_for("patrons.patron", patron_id=patron_id))


@patrons.get("/<id:patron_id>/edit")
@web.page(*DESKS)
def edit_patron(session: Session, patron_id: int) -> ResponseReturnValue:
    """The form with a reader's data."""
    found = queries.patron(session, patron_id)
    values: dict[str, Any] = {name: getattr(found, name, "") for name in TEXTS}
    guardian = queries.patron(session, found.guardian_id) if found.guardian_id else None
    values |= {
        "birth_date": found.birth_date.strftime("%d.%m.%Y"),
        "consent": "1" if found.consent_at else "",
        "home_delivery": "1" if found.home_delivery else "",
        "grade": "" if found.grade is None else str(found.grade),
        "guardian": guardian.card if guardian else "",
    }
    return _form(found, values, None)


@patrons.post("/<id:patron_id>/edit")
@web.page(*DESKS, write=True)
def save_patron(session: Session, patron_id: int) -> ResponseReturnValue:
    """Save a reader's data."""
    found = queries.patron(session, patron_id, lock=True)
    try:
        categories = web.ils().config.lists.categories
        with session.begin_nested():
            actions.change_patron(session, web.origin(), found, _data(), categories)
    except IlsError as error:
        return _form(found, request.form, error)
    return redirect(url_for("patrons.patron", patron_id=patron_id))


@patrons.get("/<id:patron_id>/card.<any(png, pdf):form>")
@web.page(*DESKS)
def card(session: Session, patron_id: int, form: str) -> ResponseReturnValue:
    """The reader's card."""
    return printed(card_sheet(queries.patron(session, patron_id)), form)


def card_sheet(patron: Patron) -> barcodes.Sheet:
    """What a reader's card says, in the reader's language."""
    library = getattr(web.ils().config.library, f"name_{patron.language}")
    return barcodes.card(patron.card, library, patron.name, "")


def _data() -> PatronData:
    values: dict[str, Any] = {name: request.form.get(name, "") for name in TEXTS}
    values["channel"] = values["channel"] or "phone"
    return PatronData(
        **values,
        birth_date=web.form_day("birth_date", N_("Birth date")),
        home_delivery="home_delivery" in request.form,
        consent="consent" in request.form,
    )


def _form(
    patron: Patron | None, values: Mapping[str, object], error: IlsError | None
) -> ResponseReturnValue:
    page = render_template(
        "circulation/patron_form.html",
        patron=patron,
        v=values,
        error=web.translated(error) if error else None,
        alike=error.found if isinstance(error, LooksRegistered) else [],
    )
    return page, error.status if error else 200
