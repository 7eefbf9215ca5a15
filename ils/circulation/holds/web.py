"""Holds: fetching, the hold shelf, copies on their way."""

from __future__ import annotations

from datetime import datetime

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select
from sqlalchemy.orm import Session

from ils import clock, web
from ils.circulation.holds import actions, ordering
from ils.circulation.holds import queries as hold_queries
from ils.circulation.holds.models import Hold, HoldStatus
from ils.circulation.pages import desk, required, the_desk
from ils.circulation.transit.models import Transit
from ils.errors import N_
from ils.holdings.items.models import Item
from ils.holdings.items.queries import item_by_id
from ils.organisation.branches.queries import branch_by_code, check_working, names_of
from ils.organisation.permissions import Permission
from ils.web.lists import Column, ListDefinition, PageAction, RowAction


def _lists() -> dict[str, tuple[str, ListDefinition]]:
    """The work with holds at this branch: its name, and the list."""
    here = g.staff.branch.id
    late = hold_queries.on_shelf(here).where(hold_queries.pickup_expired(web.today()))
    shelf = (_READER, _TITLE, _COPY, _UNTIL)
    return {
        "fetch": (N_("Holds to pull"), _to_pull(here)),
        "shelf": (N_("Hold shelf"), _of_holds(hold_queries.on_shelf(here), shelf, _NOT_THERE)),
        "late": (N_("Not picked up in time"), _of_holds(late, shelf)),
        "leaving": (N_("To send"), _on_the_way(leaving=here)),
        "coming": (N_("On the way here"), _on_the_way(coming=here)),
        "waiting": (
            N_("Waiting"),
            _of_holds(
                hold_queries.waiting(here), (_READER, _TITLE, _COPY, _STATE), _FIRST, _IN_ORDER
            ),
        ),
    }  # fmt: skip


_READER = Column(
    "reader", N_("Reader"), lambda hold: hold.patron.name,
    link=lambda hold: url_for("patrons.patron", patron_id=hold.patron_id),
)  # fmt: skip
_TITLE = Column("title", N_("Title"), lambda hold: hold.record.title)
_COPY = Column("copy", N_("Copy"), lambda hold: hold.item.number if hold.item else None)
_UNTIL = Column("until", N_("Until"), lambda hold: hold.shelf_until, Hold.shelf_until)
_STATE = Column(
    "state", N_("State"), lambda hold: web.code_name("hold_status", hold.status), Hold.status
)
_SLIP = RowAction(
    N_("Slip"),
    lambda hold: url_for("desk.slip", hold_id=hold.id),
    lambda hold: hold.patron.name,
    shown=lambda hold: hold.status != HoldStatus.WAITING,
)
_NOT_THERE = RowAction(
    N_("Not on the shelf"),
    lambda _: url_for("desk.lost"),
    lambda hold: hold.item.number,
    sends=lambda hold: {"item": hold.item_id},
    shown=lambda hold: hold.item_id is not None and web.may(Permission.OVERRIDE_RULES),
)
_FIRST = RowAction(
    N_("Serve next"),
    lambda hold: url_for("desk.put_hold_first", hold_id=hold.id),
    lambda hold: f"{hold.patron.name}, {hold.record.title}",
    sends=lambda _: {"first": 1},
    shown=lambda hold: _may_order(hold) and hold.rank is None,
)
_IN_ORDER = RowAction(
    N_("Back to its place"),
    lambda hold: url_for("desk.put_hold_back", hold_id=hold.id),
    lambda hold: f"{hold.patron.name}, {hold.record.title}",
    sends=lambda _: {"back": 1},
    shown=lambda hold: _may_order(hold) and hold.rank is not None,
)
_CANCEL = RowAction(
    N_("Cancel"),
    lambda hold: url_for("desk.cancel_hold", hold_id=hold.id),
    lambda hold: f"{hold.patron.name}, {hold.record.title}",
    sends=lambda _: {"cancel": 1},
)


def _may_order(hold: Hold) -> bool:
    return hold.status == HoldStatus.WAITING and web.may(Permission.OVERRIDE_RULES)


def _of_holds(
    query: Select[Hold], columns: tuple[Column, ...], *actions_: RowAction
) -> ListDefinition:
    empty = N_("The list is empty.")
    return ListDefinition(query, columns, row_actions=(_SLIP, *actions_, _CANCEL), empty=empty)


def _to_pull(here: int) -> ListDefinition:
    """Rows: the hold, and a copy that stands here."""
    return ListDefinition(
        hold_queries.to_fetch(here, web.today()),
        (
            Column("mark", N_("Call number"), lambda row: row.Item.shelf_mark, Item.shelf_mark),
            Column("title", N_("Title"), lambda row: row.Hold.record.title),
            Column("copy", N_("Copy"), lambda row: row.Item.number),
            Column("reader", N_("Reader"), lambda row: row.Hold.patron.name),
            Column("where", N_("Where to"), lambda row: _branch(row.Hold.branch_id)),
        ),
        row_actions=(
            RowAction(
                N_("Item found"), lambda _: url_for("desk.trap_hold"),
                lambda row: row.Item.number, sends=lambda row: {"item": row.Item.id},
            ),
        ),
        empty=N_("The list is empty."),
    )  # fmt: skip


def _on_the_way(*, leaving: int | None = None, coming: int | None = None) -> ListDefinition:
    """Rows: the way, and the hold it is for."""
    return ListDefinition(
        hold_queries.transits(leaving=leaving, coming=coming),
        (
            Column("where", N_("Where to"), lambda row: _branch(row.Transit.to_branch_id))
            if leaving
            else Column("where", N_("Where from"), lambda row: _branch(row.Transit.from_branch_id)),
            Column("title", N_("Title"), lambda row: row.Transit.item.record.title),
            Column("copy", N_("Copy"), lambda row: row.Transit.item.number),
            Column("for", N_("Waits for it"), lambda row: _for_whom(row.Hold)),
            Column("sent", N_("Sent"), lambda row: row.Transit.sent_at, Transit.sent_at),
            Column("days", N_("Days on the way"), lambda row: _days(row.Transit.sent_at)),
        ),
        empty=N_("The list is empty."),
    )


def _days(sent: datetime) -> int:
    """Days since a copy was sent, at the branch of whoever is signed in."""
    return (web.today() - clock.local_day(sent, g.staff.branch.timezone)).days


def _for_whom(hold: Hold | None) -> str:
    if hold is None or hold.patron is None:
        nobody: str = gettext("back to its shelf")
        return nobody
    return hold.patron.name


def _branch(branch_id: int) -> str:
    names: dict[int, tuple[str, str]] = g.branch_names
    return names[branch_id][1]


@desk.get("/holds")
@web.page(Permission.OPERATE_DESK)
def holds(session: Session) -> ResponseReturnValue:
    """Work with holds at this branch, a list at a time."""
    g.branch_names = names_of(session, web.language())
    lists = _lists()
    shown = request.args.get("list", "fetch")
    shown = shown if shown in lists else "fetch"
    return web.list_page(
        session,
        lists[shown][1],
        title=N_("Holds"),
        actions=(PageAction(N_("Place a hold"), url_for("desk.new_hold"), main=True),),
        template="circulation/holds.html",
        shown=shown,
        names={code: name for code, (name, _) in lists.items()},
    )


@desk.post("/hold/<id:hold_id>/cancel")
@web.page(Permission.OPERATE_DESK, write=True)
def cancel_hold(session: Session, hold_id: int) -> ResponseReturnValue:
    """The reader needs it no longer."""
    hold = hold_queries.hold(session, hold_id)
    copy = actions.cancel_hold(the_desk(session), hold)
    if copy is not None:
        text = gettext("Take %(number)s off the hold shelf and scan it.", number=copy.number)
        flash(text)
    return redirect(url_for("patrons.patron", patron_id=hold.patron_id))


@desk.post("/hold/<id:hold_id>/first")
@web.page(Permission.OVERRIDE_RULES, write=True)
def put_hold_first(session: Session, hold_id: int) -> ResponseReturnValue:
    """The next copy is for this reader."""
    ordering.put_first(the_desk(session), hold_queries.hold(session, hold_id))
    flash(gettext("The next copy is for this reader."))
    return redirect(url_for("desk.holds", list="waiting"))


@desk.post("/hold/<id:hold_id>/back")
@web.page(Permission.OVERRIDE_RULES, write=True)
def put_hold_back(session: Session, hold_id: int) -> ResponseReturnValue:
    """The reader waits in the order of the holds again."""
    ordering.put_back(the_desk(session), hold_queries.hold(session, hold_id))
    return redirect(url_for("desk.holds", list="waiting"))


@desk.post("/hold/<id:hold_id>/branch")
@web.page(Permission.OPERATE_DESK, write=True)
def move_hold(session: Session, hold_id: int) -> ResponseReturnValue:
    """The reader will come to another branch."""
    hold, branch = hold_queries.hold(session, hold_id), request.form.get("branch", "")
    to = branch_by_code(session, branch)
    check_working(session, to.id)
    transit = actions.move_hold(the_desk(session), hold, to.id)
    name = to.name(web.language())
    if transit is not None:
        flash(gettext("%(number)s is to be sent to: %(branch)s.",
                      number=transit.item.number, branch=name))  # fmt: skip
    else:
        flash(gettext("The reader will come to: %(branch)s.", branch=name))
    return redirect(url_for("patrons.patron", patron_id=hold.patron_id))


@desk.post("/holds/expire")
@web.page(Permission.OPERATE_DESK, write=True)
def expire_holds(session: Session) -> ResponseReturnValue:
    """End the holds whose readers did not come."""
    copies = actions.expire_holds(the_desk(session))
    numbers = ", ".join(copy.number for copy in copies)
    flash(gettext("Take off the hold shelf and scan: %(numbers)s", numbers=numbers or "—"))
    return redirect(url_for("desk.holds", list="shelf"))


@desk.post("/holds/take")
@web.page(Permission.OPERATE_DESK, write=True)
def trap_hold(session: Session) -> ResponseReturnValue:
    """The copy was fetched: set it aside or send it, as a scan without a reader does."""
    item = item_by_id(session, required("item"), lock=True)
    to = actions.route_item(the_desk(session), item)
    hold = hold_queries.hold_of_transit(session, to) if isinstance(to, Transit) else to
    if hold is None:
        flash(gettext("Nobody waits for this copy any more."))
        return redirect(url_for("desk.holds"))
    return redirect(url_for("desk.slip", hold_id=hold.id))


@desk.get("/hold/<id:hold_id>/slip")
@web.page(Permission.OPERATE_DESK)
def slip(session: Session, hold_id: int) -> ResponseReturnValue:
    """The slip put into a copy: for whom, where, until when."""
    hold = session.get(Hold, hold_id)
    if hold is None or not HoldStatus(hold.status).open:
        raise hold_queries.UnknownHold
    branches = names_of(session, web.language())
    return render_template("circulation/slip.html", hold=hold, branches=branches)
