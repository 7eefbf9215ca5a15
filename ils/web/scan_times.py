"""When what a form asks for happened: its own time, the server's, or what a person accepted."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Response, g, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from ils import clock, scan_times
from ils.scan_times import Moment, ScanException
from ils.web.forms import by_script, form_int
from ils.web.idempotency import VOLATILE

#: What a form says of its time and of who accepted that; the rest is what it asks for.
AT, ACCEPTED = "at", "accepted_scan"


def settled(session: Session) -> Response | None:
    """Find when what the form asks for happened; an answer if it is put aside instead."""
    now = clock.now()
    g.moment = Moment(now)
    if (number := form_int(ACCEPTED)) is not None:
        scan = scan_times.waiting(session, number, g.staff.branch.id)
        g.moment = scan_times.accept(
            scan, path=request.path, form=_asked(), now=now, staff_id=g.staff.id
        )
        return None
    at = _said()
    found = Moment(now) if at is None else scan_times.moment(at, now)
    if found is not None:
        g.moment = found
        return None
    scan = ScanException(
        request_id=UUID(request.form["request_id"]),
        path=request.path,
        form=_asked(),
        staff_id=g.staff.id,
        branch_id=g.staff.branch.id,
        scanned_at=at,
        received_at=now,
    )
    scan_times.put_aside(session, scan)
    return _answer(scan)


def _said() -> datetime | None:
    """The time a form says, in milliseconds since 1970; one without an id has none."""
    with suppress(ValueError, OverflowError, OSError):
        UUID(request.form.get("request_id", ""))
        return datetime.fromtimestamp(int(request.form.get(AT, "")) / 1000, UTC)
    return None


def _asked() -> dict[str, Any]:
    kept = {*request.form} - VOLATILE - {AT, ACCEPTED}
    return {name: request.form[name] for name in sorted(kept)}


def _answer(scan: ScanException) -> Response:
    if not by_script():
        return make_response(redirect(url_for("desk.scan_exceptions")))
    about = scan.form.get("code", "")
    return make_response(render_template("aside.html", scan=scan, about=about))
