"""What the pages of the desk and of the readers share."""

from __future__ import annotations

from flask import Blueprint, g, request
from sqlalchemy.orm import Session

from ils import web
from ils.circulation.context import Desk, Override
from ils.errors import N_, Invalid
from ils.ledger import ServicePlace
from ils.organisation.branches.models import PointType, ServicePoint
from ils.organisation.branches.rules import PLACES
from ils.organisation.permissions import Permission

desk = Blueprint("desk", __name__, url_prefix="/desk")
patrons = Blueprint("patrons", __name__, url_prefix="/staff/patrons")
#: What the desk sends for its own reading room, where it has no service point for one.
READING_ROOM = "room"


def the_desk(session: Session) -> Desk:
    """The desk as it is set: who, where, to which day returns are dated, what may pass.

    Raises:
        Invalid: the service point is not of this branch.
    """
    form, origin, place = request.form, web.origin(), ServicePlace.HOME
    if form.get("point") == READING_ROOM:
        place = ServicePlace.READING_ROOM
    elif point_id := web.form_int("point"):
        point = session.get(ServicePoint, point_id)
        if point is None or point.branch_id != g.staff.branch.id:
            raise Invalid(N_("Service point"), N_("Choose one from the list."))
        origin = origin.at_point(point.id)
        place = PLACES[PointType(point.type)]
    returned_on = (
        web.form_day("returned_on", N_("Returned on")) if form.get("returned_on") else None
    )
    return Desk(session, origin, web.current().config, place, _override(), returned_on)


def _override() -> Override:
    """What the signed-in librarian lets pass; without the right or a reason nothing."""
    codes = request.form.get("allow", "").split()
    reason = " ".join(request.form.get("reason", "").split())
    if not codes:
        return Override()
    if not web.may(Permission.OVERRIDE_RULES):
        return Override()
    if not reason:
        raise Invalid(N_("Reason"), N_("This must be filled in."))
    return Override(frozenset(codes), reason)


def required(name: str) -> int:
    """A number the form must have."""
    value = web.form_int(name)
    if value is None:
        raise Invalid(name, N_("It must be a number."))
    return value
