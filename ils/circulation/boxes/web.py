"""Pages of boxes."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.circulation.boxes import actions
from ils.circulation.boxes import queries as box_queries
from ils.circulation.boxes.actions import Packed
from ils.circulation.boxes.models import Box, BoxItem
from ils.circulation.pages import desk, required, the_desk
from ils.errors import N_, IlsError, Invalid
from ils.organisation.branches.models import PointType, ServicePoint
from ils.organisation.branches.queries import service_points_of
from ils.organisation.permissions import Permission
from ils.web.lists import Column, ListDefinition, RowAction

#: How a scan is shown and sounds where it is not as it should be.
LEVELS = {Packed.STILL_LENT: "warning", Packed.ALREADY: "info"}


@desk.get("/boxes")
@web.page(Permission.OPERATE_DESK)
def boxes(session: Session) -> ResponseReturnValue:
    """The boxes of the branch."""
    points = session.scalars(service_points_of(g.staff.branch.id)).all()
    definition = ListDefinition(
        box_queries.boxes(g.staff.branch.id),
        (
            Column("number", N_("Deposit collection"), lambda box: f"№ {box.number}", Box.number,
                   lambda box: url_for("desk.box", box_id=box.id)),
            Column("point", N_("Service point"), lambda box: box.point.name(web.language())),
            Column("made", N_("Created"), lambda box: box.made_at, Box.made_at),
            Column("sent", N_("Sent"), lambda box: box.sent_at, Box.sent_at),
            Column("closed", N_("Unpacked"), lambda box: box.closed_at, Box.closed_at),
        ),
    )  # fmt: skip
    return web.list_page(
        session,
        definition,
        title=N_("Deposit collections for service points"),
        template="circulation/boxes.html",
        points=[p for p in points if p.type == PointType.OUTREACH],
    )


@desk.post("/boxes")
@web.page(Permission.OPERATE_DESK, write=True)
def make_box(session: Session) -> ResponseReturnValue:
    """Begin a box for a service point."""
    point = session.get(ServicePoint, required("point"))
    if point is None or point.branch_id != g.staff.branch.id:
        raise Invalid(N_("Service point"), N_("Choose one from the list."))
    box = actions.make_box(the_desk(session), point)
    return redirect(url_for("desk.box", box_id=box.id))


@desk.get("/boxes/<id:box_id>")
@web.page(Permission.OPERATE_DESK)
def box(session: Session, box_id: int) -> ResponseReturnValue:
    """One box: its scan field and its list, to be printed."""
    return _page(session, box_queries.box(session, box_id, g.staff.branch.id), None, None)


@desk.post("/boxes/<id:box_id>")
@web.page(Permission.OPERATE_DESK, write=True)
def scan_box(session: Session, box_id: int) -> ResponseReturnValue:
    """Pack a copy, or check it in."""
    found = box_queries.box(session, box_id, g.staff.branch.id)
    try:
        done = actions.scan_at_box(the_desk(session), found, request.form.get("code", ""))
    except IlsError as error:
        return _scanned(session, found, None, error)
    return _scanned(session, found, done, None)


def _scanned(
    session: Session, found: Box, done: actions.BoxScan | None, error: IlsError | None
) -> ResponseReturnValue:
    """The answer to a scan: a line for a script that asked, or the whole page."""
    if not web.by_script():
        return _page(session, found, done, error)
    answer = render_template(
        "circulation/_box_scanned.html", box=found, **_answer(session, found, done, error)
    )
    return answer, HTTPStatus.OK if error is None else error.status


def _answer(
    session: Session, found: Box, done: actions.BoxScan | None, error: IlsError | None
) -> dict[str, Any]:
    """What the answer to a scan shows."""
    packed, back = box_queries.counts(session, found.id)
    level = LEVELS.get(done.did, "success") if done else ""
    said = web.translated(error) if error else ""
    return {"packed": packed, "back": back, "done": done, "level": level, "error_text": said}


@desk.post("/boxes/<id:box_id>/<any(send, close, out):act>")
@web.page(Permission.OPERATE_DESK, write=True)
def do_with_box(session: Session, box_id: int, act: str) -> ResponseReturnValue:
    """Send a box, unpack it, or take a copy out."""
    found, here = box_queries.box(session, box_id, g.staff.branch.id), the_desk(session)
    if act == "send":
        actions.send_box(here, found)
    elif act == "out":
        actions.take_out(here, found, required("item"))
    else:
        missing = actions.close_box(here, found)
        numbers = ", ".join(item.number for item in missing)
        flash(
            gettext("Closed. Neither returned nor checked out: %(numbers)s", numbers=numbers or "—")
        )
    return redirect(url_for("desk.box", box_id=box_id))


def _page(
    session: Session, found: Box, done: actions.BoxScan | None, error: IlsError | None
) -> ResponseReturnValue:
    definition = ListDefinition(
        box_queries.contents(found.id),
        (
            Column("number", N_("Inventory number"), lambda inside: inside.item.number),
            Column("title", N_("Title"), lambda inside: inside.item.record.title),
            Column("state", N_("State"), _state, BoxItem.back),
        ),
        row_actions=(
            RowAction(
                N_("Take out"),
                lambda _: url_for("desk.do_with_box", box_id=found.id, act="out"),
                lambda inside: inside.item.number,
                sends=lambda inside: {"item": inside.item_id},
                shown=lambda _: found.sent_at is None,
            ),
        ),
        size=100,
    )
    return web.respond(
        session,
        "circulation/box.html",
        {"listing": definition},
        error=error,
        title=f"{gettext('Deposit collection')} № {found.number}",
        box=found,
        **_answer(session, found, done, error),
    )


def _state(inside: BoxItem) -> str:
    return gettext("back") if inside.back else web.code_name("status", inside.item.status)
