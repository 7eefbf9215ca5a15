"""Pages of boxes."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.circulation.boxes import actions
from ils.circulation.boxes import queries as box_queries
from ils.circulation.boxes.models import Box
from ils.circulation.pages import desk, required, the_desk
from ils.errors import N_, IlsError, Invalid
from ils.organisation.branches.models import PointType, ServicePoint
from ils.organisation.branches.queries import service_points_of
from ils.organisation.permissions import Permission


@desk.get("/boxes")
@web.page(Permission.OPERATE_DESK)
def boxes(session: Session) -> ResponseReturnValue:
    """The boxes of the branch."""
    points = session.scalars(service_points_of(g.staff.branch.id)).all()
    return render_template(
        "circulation/boxes.html",
        page=web.paged(session, box_queries.boxes(g.staff.branch.id)),
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
        return _page(session, found, None, error)
    return _page(session, found, done, None)


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
    packed, back = box_queries.counts(session, found.id)
    page = render_template(
        "circulation/box.html",
        box=found,
        page=web.paged(session, box_queries.contents(found.id), size=100),
        packed=packed,
        back=back,
        done=done,
        error=web.translated(error) if error else "",
    )
    return page, error.status if error else 200
