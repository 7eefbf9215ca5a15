"""A screen in the foyer: the catalogue and nothing else, begun anew after a pause.

The library opens ``/kiosk?branch=…`` as the browser's only page. Nothing but the catalogue opens
in that browser until it is closed; nobody signs in.
"""

from __future__ import annotations

from flask import Flask, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import web
from ils.errors import N_, Refused
from ils.opac.account import signing
from ils.opac.pages import opac
from ils.opac.visits import KIOSK
from ils.organisation.branches.queries import branch_by_code, central

#: What opens at a kiosk; of the account nothing does.
OPEN = {
    "opac.start", "opac.results", "opac.advanced", "opac.by_fields", "opac.record", "opac.newest",
    "opac.browse", "opac.browse_letters", "opac.browse_classes", "opac.ask_for", "opac.kiosk",
    "opac.libraries", "static",
}  # fmt: skip


class NoKiosk(Refused):
    """A browser becomes a kiosk by its own first page only."""

    code = "no_kiosk"
    message = N_("Open this address as the first page of the browser of the kiosk.")


@opac.get("/kiosk")
@web.public()
def kiosk(session: Session) -> ResponseReturnValue:
    """Make this browser a kiosk, or begin anew as one.

    Raises:
        NoKiosk: a link of another page led here, or somebody is signed in.
    """
    from_where = request.headers.get("Sec-Fetch-Site", "none")
    begun = KIOSK in cookie and from_where == "same-origin"
    if not begun and (from_where != "none" or "staff" in cookie or signing.NAME in cookie):
        raise NoKiosk
    code = request.args.get("branch", "") or cookie.get(KIOSK, "")
    branch = branch_by_code(session, code) if code else central(session)
    cookie.clear()
    cookie.permanent = False
    cookie[KIOSK] = branch.code
    return redirect(url_for("opac.start"))


def install(app: Flask) -> None:
    """Keep kiosks within the catalogue."""

    @app.before_request
    def _within() -> ResponseReturnValue | None:
        # In this order: a file that asked the cookie would be fetched anew when that changes.
        if request.endpoint not in OPEN and cookie.get(KIOSK):
            return redirect(url_for("opac.start"))
        return None
