"""Scans whose time cannot be: a person accepts or refuses each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import clock, scan_times, web
from ils.circulation.pages import desk, required
from ils.errors import N_
from ils.organisation.permissions import Permission
from ils.organisation.staff.queries import staff_members
from ils.patrons.models import Patron
from ils.scan_times import ScanException
from ils.web.lists import Column, ListDefinition, RowAction
from ils.web.scan_times import ACCEPTED

#: What each address of the desk asks for.
ASKED = {
    "/desk/scan": N_("Scan"),
    "/desk/renew-all": N_("Renew all"),
    "/desk/renew": N_("Renewal"),
    "/desk/undo": N_("Undo"),
    "/staff/services/refusals": N_("Unfilled request"),
    "/staff/services/enquiries": N_("Reference transaction"),
}


#: A scan, and the name of the reader who was open.
Row = tuple[ScanException, str]


@desk.get("/exceptions")
@web.page(Permission.OPERATE_DESK)
def scan_exceptions(session: Session) -> ResponseReturnValue:
    """The scans of this branch that wait for a decision."""
    who = {one.id: one.login for one in session.scalars(staff_members())}
    definition = ListDefinition(
        scan_times.undecided(g.staff.branch.id),
        (
            Column("scanned", N_("Scanned"), lambda r: r[0].scanned_at, ScanException.scanned_at),
            Column("came", N_("Received"), lambda r: r[0].received_at, ScanException.received_at),
            Column("what", N_("What"), lambda r: gettext(ASKED.get(r[0].path, N_("Desk")))),
            Column("code", N_("Code"), lambda r: r[0].form.get("code", "")),
            Column("reader", N_("Reader"), lambda r: r[1]),
            Column("staff", N_("Who"), lambda r: who.get(r[0].staff_id, "")),
        ),
        row_actions=(
            RowAction(N_("Accept"), lambda r: r[0].path, _about, _as_sent),
            RowAction(
                N_("Refuse"),
                lambda _: url_for("desk.refuse_scan"),
                _about,
                lambda r: {"scan": r[0].id},
            ),
        ),
        empty=N_("No scan waits for a decision."),
        enrich=_with_readers,
    )
    return web.list_page(session, definition, title=N_("Scans to decide on"))


def _with_readers(session: Session, rows: Sequence[ScanException]) -> list[Row]:
    numbers = {scan.id: int(scan.form.get("patron") or 0) for scan in rows}
    found = session.scalars(select(Patron).where(Patron.id.in_(numbers.values())))
    names = {patron.id: patron.name for patron in found}
    return [(scan, names.get(numbers[scan.id], "")) for scan in rows]


def _about(row: Row) -> str:
    return str(row[0].form.get("code", ""))


def _as_sent(row: Row) -> dict[str, Any]:
    """The form as it was sent, accepted."""
    return {**row[0].form, ACCEPTED: row[0].id}


@desk.post("/exceptions/refuse")
@web.page(Permission.OPERATE_DESK, write=True)
def refuse_scan(session: Session) -> ResponseReturnValue:
    """Never do it."""
    scan = scan_times.waiting(session, required("scan"), g.staff.branch.id)
    scan_times.refuse(scan, now=clock.now(), staff_id=g.staff.id)
    return redirect(url_for("desk.scan_exceptions"))
