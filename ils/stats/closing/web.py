"""Pages of closing."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import db, web
from ils.errors import N_, IlsError
from ils.organisation.permissions import Permission
from ils.organisation.staff import queries as staff_queries
from ils.stats import pages
from ils.stats.closing import actions as closing
from ils.stats.closing import queries as closing_queries
from ils.stats.closing import verification
from ils.stats.closing.queries import Checklist
from ils.stats.models import ClosedMonth
from ils.stats.pages import statistics
from ils.stats.periods import month_names
from ils.web.lists import Column, ListDefinition


@statistics.get("/closing")
@web.page(Permission.VIEW_STATISTICS_OF_ALL)
def months(session: Session) -> ResponseReturnValue:
    """Closed months, and what speaks against closing the next one."""
    before = (web.today().replace(day=1) - timedelta(days=1)).replace(day=1)
    still_open = closing_queries.open_months(session, before)
    staff = {one.id: one.login for one in session.scalars(staff_queries.staff_members())}
    closed = ListDefinition(
        closing_queries.closed_months(),
        (
            Column("month", N_("Month"), lambda one: month_names(one.month)[web.language()],
                   ClosedMonth.month),
            Column("entries", N_("Entries"), lambda one: one.entries, ClosedMonth.entries),
            Column("closed", N_("Closed"), lambda one: one.closed_at, ClosedMonth.closed_at),
            Column("who", N_("Who"),
                   lambda one: staff.get(one.closed_by) or gettext("automatically")),
            Column("checksum", N_("Checksum"),
                   lambda one: f"{one.digest[:16]}…" if one.digest
                   else gettext("being calculated")),
        ),
        name="closed",
    )  # fmt: skip
    return pages.rendered(
        session,
        "closing",
        {"closed": closed},
        title=N_("Closed months"),
        month=before if still_open else None,
        also=still_open[:-1],
        silent=closing_queries.silent_in(session, still_open),
        checked=closing_queries.selfcheck(session),
        worked=closing_queries.worked_since(session, before),
        today=web.today(),
    )


def _checklist() -> Checklist:
    """What speaks against closing; counted before any desk has to wait."""
    month = closing.parsed_month(request.form.get("month", ""))
    closing.check_over(month, web.today())
    with db.reading(web.current().sessions) as session:
        return closing_queries.checklist(session, month)


@statistics.post("/closing")
@web.page(Permission.MANAGE_STATISTICS, write=True, prepare=_checklist)
def close(session: Session, prepared: Checklist | IlsError) -> ResponseReturnValue:
    """Close a month, and those before it that are still open; the worker seals them."""
    if isinstance(prepared, IlsError):
        raise prepared
    month = closing.parsed_month(request.form.get("month", ""))
    accepted = request.form.get("accepted") == "1"
    done = closing.close_month(
        session,
        month,
        prepared,
        today=web.today(),
        staff_id=g.staff.id,
        accepted=accepted,
        clock_is_right=request.form.get("clock_is_right") == "1",
    )
    ends = dict.fromkeys((done[0], done[-1]))
    span = " – ".join(month_names(month)[web.language()] for month in ends)
    flash(gettext("Closed: %(months)s", months=span))
    return redirect(url_for("statistics.months"))


@statistics.get("/verify")
@web.page(Permission.MANAGE_STATISTICS)
def verify(session: Session) -> ResponseReturnValue:
    """Count all closed months again, another way."""
    number, found = verification.verify(session)
    sealing = len(closing_queries.unsealed(session))
    found = [one for one in found if one.what != "seal"]
    return pages.rendered(session, "verified", number=number, found=found, sealing=sealing)
