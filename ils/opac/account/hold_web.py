"""A document kept for the reader at a branch of their choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.catalog import queries as catalog
from ils.circulation.holds import actions
from ils.circulation.holds import queries as hold_queries
from ils.circulation.loans import queries as loan_queries
from ils.errors import N_
from ils.fields import FieldKind, described
from ils.holdings.items.queries import copies_by_branch
from ils.opac import pages
from ils.opac.account import signing
from ils.opac.pages import opac
from ils.organisation.branches.queries import names_of, working
from ils.web.filled import Form


@dataclass(frozen=True)
class PickupData:
    """The form of a reader's hold."""

    branch: str = described(N_("Where you will come for it"), FieldKind.CHOICE)
    patron: str = described(N_("For whom"), FieldKind.CHOICE, default="")


@opac.get("/record/<id:record_id>/hold")
@web.public(check=signing.require)
def ask_hold(session: Session, record_id: int) -> ResponseReturnValue:
    """The form: where the reader will come."""
    codes = {number: code for number, (code, _) in names_of(session, g.language).items()}
    values = {
        "branch": codes.get(signing.reader(session).branch_id, ""), "patron": str(g.reader.id)
    }  # fmt: skip
    return _page(session, record_id, _form(session, values))


@opac.post("/record/<id:record_id>/hold")
@web.public(write=True, check=signing.require)
def place_own_hold(session: Session, record_id: int) -> ResponseReturnValue:
    """Wait for the document; it is kept as soon as a copy is free."""

    def work(data: PickupData) -> ResponseReturnValue:
        names = names_of(session, g.language)
        branch_id = next(number for number, (code, _) in names.items() if code == data.branch)
        record = catalog.active_record(session, record_id)
        persons = {str(one.id): one for one in signing.persons(session)}
        patron = persons.get(data.patron) or signing.reader(session)
        hold = actions.place_hold(
            signing.desk_of(session, branch_id),
            patron=patron,
            record=record,
            branch_id=branch_id,
            own_due=loan_queries.own_due(session, patron.id, record.id),
        )
        number = hold_queries.place_in_queue(session, hold)
        flash(gettext("“%(title)s” is kept for you; you are number %(number)s.",
                      title=record.title, number=number))  # fmt: skip
        return redirect(url_for("opac.my"))

    return web.handled(
        session, _form(session, None), work, lambda form: _page(session, record_id, form)
    )


def _form(session: Session, values: Mapping[str, object] | None) -> Form[PickupData]:
    branches = working(session, g.language)
    persons = [(str(one.id), one.name) for one in signing.persons(session)]
    without = ("patron",) if len(persons) == 1 else ()
    return Form(
        PickupData, values, choices={"branch": branches, "patron": persons}, without=without
    )


def _page(session: Session, record_id: int, form: Form[PickupData]) -> ResponseReturnValue:
    record = catalog.active_record(session, record_id)
    copies = copies_by_branch(session, [record_id]).get(record_id, [])
    free = sum(one.free for one in copies)
    return pages.page("hold.html", session, record=record, form=form, free=free)
