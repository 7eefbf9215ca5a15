"""Settings: loans that are due on closed days, moved on and back."""

from __future__ import annotations

from flask import flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.circulation.due_dates import actions, queries
from ils.circulation.due_dates.models import MovedDueDates
from ils.circulation.pages import required
from ils.circulation.policy.web import lending
from ils.errors import N_
from ils.organisation.branches.queries import names_of
from ils.organisation.permissions import Permission
from ils.web import Column, ListDefinition, RowAction


@lending.get("/due-dates")
@web.page(Permission.VIEW_RULES)
def due_dates(session: Session) -> ResponseReturnValue:
    """What is due on closed days, and what was moved."""
    names = names_of(session, web.language())

    def branch(move: MovedDueDates) -> str:
        return names[move.branch_id][1]

    moves = ListDefinition(
        queries.moves(),
        (
            Column("branch", N_("Branch"), branch),
            Column("day", N_("Closed day"), lambda move: move.day, MovedDueDates.day),
            Column("to_day", N_("Due instead"), lambda move: move.to_day, MovedDueDates.to_day),
            Column("loans", N_("Loans"), lambda move: move.number),
            Column("moved", N_("Moved"), lambda move: move.moved_at, MovedDueDates.moved_at),
            Column("undone", N_("Undone"), lambda move: move.undone_at, MovedDueDates.undone_at),
        ),
        row_actions=(
            RowAction(
                N_("Undo"), lambda _: url_for("lending.move_back"),
                lambda move: f"{branch(move)}, {move.day:%d.%m.%Y}",
                sends=lambda move: {"move": move.id},
                shown=lambda move: move.undone_at is None and web.may(Permission.EDIT_RULES),
            ),
        ),
        name="moves",
    )  # fmt: skip
    return web.respond(
        session,
        "circulation/due_dates.html",
        {"moves": moves},
        title=N_("Due dates on closed days"),
        closed=queries.due_when_closed(session, web.today()),
        branches=names,
    )


@lending.post("/due-dates")
@web.page(Permission.EDIT_RULES, write=True)
def move_due_dates(session: Session) -> ResponseReturnValue:
    """Move what is due on one closed day of a branch."""
    branch_id, day = required("branch"), web.form_day("day", N_("Closed day"))
    found = queries.due_when_closed(session, web.today())
    closed = next((one for one in found if (one.branch_id, one.day) == (branch_id, day)), None)
    if closed is None:
        raise actions.NothingToMove
    done = actions.move(session, g.staff.id, closed)
    flash(gettext("Loans moved: %(count)s.", count=done.number))
    return redirect(url_for("lending.due_dates"))


@lending.post("/due-dates/back")
@web.page(Permission.EDIT_RULES, write=True)
def move_back(session: Session) -> ResponseReturnValue:
    """Undo a move."""
    count = actions.move_back(session, g.staff.id, queries.move_by_id(session, required("move")))
    flash(gettext("Loans that have their former day again: %(count)s.", count=count))
    return redirect(url_for("lending.due_dates"))
