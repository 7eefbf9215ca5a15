"""Phones nobody can dial, and phones of several readers: a work list."""

from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import web
from ils.circulation.pages import patrons
from ils.errors import N_
from ils.organisation.permissions import Permission
from ils.patrons import queries
from ils.patrons.models import Patron
from ils.web.lists import Column, ListDefinition


@patrons.get("/phones")
@web.page(Permission.MANAGE_PATRONS)
def phones(session: Session) -> ResponseReturnValue:
    """What is to be put right, and who may be one person twice."""
    return web.respond(
        session,
        "circulation/phones.html",
        {
            "wrong": ListDefinition(
                queries.wrong_phones(), _columns(),
                empty=N_("All phones can be dialled."), name="wrong",
            ),
            "shared": ListDefinition(
                queries.shared_phones(), _columns(),
                empty=N_("No phone belongs to readers of different families."), name="shared",
            ),
        },
        title=N_("Phones to check"),
    )  # fmt: skip


def _columns() -> list[Column]:
    return [
        Column("phone", N_("Phone"), lambda p: p.phone_number or p.phone,
               (Patron.phone_number, Patron.phone)),
        Column("name", N_("Full name"), lambda p: p.name, (Patron.surname, Patron.given_name),
               lambda p: url_for("patrons.patron", patron_id=p.id)),
        Column("born", N_("Birth date"), lambda p: p.birth_date, Patron.birth_date),
        Column("card", N_("Card"), lambda p: p.card, Patron.card),
        Column("guardian", N_("Guardian"), lambda p: p.guardian_name),
    ]  # fmt: skip
