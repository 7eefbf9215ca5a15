"""What public pages share: the blueprint, language, who reads, the day, limits."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import clock, web
from ils.errors import IlsError
from ils.ledger import Channel, Origin
from ils.opac import visits
from ils.opac.account import signing
from ils.opac.account.signing import PasswordNeeded, ReaderNotSignedIn
from ils.opac.visits import KIOSK
from ils.organisation.branches import queries as branch_queries

opac = Blueprint("opac", __name__)

#: Large letters and full contrast, for people who see little.
LARGE = "large"
#: Seconds without a page after which a kiosk begins anew.
KIOSK_PAUSE = 120
#: Of visitors who chose none: the language of the state.
USUAL_LANGUAGE = "kk"


@opac.before_request
def begin() -> None:
    """The language of the page, which an address may choose; nobody asks without measure."""
    key, most = request.remote_addr or "", web.current().config.server.public_per_minute
    web.rates.check("public", key, most)
    web.rates.count("public", key, most)
    asked = request.args.get("lang")
    if asked in web.LANGUAGES and cookie.get("language") != asked:
        cookie["language"] = asked
    if (view := request.args.get("view")) in {LARGE, "usual"}:
        cookie["view"] = view
    chosen = cookie.get("language")
    g.language = chosen if chosen in web.LANGUAGES else USUAL_LANGUAGE
    g.layout = "opac/layout.html"


def page(template: str, session: Session, **shown: object) -> ResponseReturnValue:
    """A public page; who comes to it is counted, once a visit."""
    visits.note(session)
    if "reader" not in g:
        signing.look(session)
    return render_template(f"opac/{template}", **shown)


def number() -> int:
    """Which page of a list is asked for, from one."""
    return max(1, min(web.argument_int("page") or 1, 10_000))


def today() -> date:
    """The day in the library."""
    return clock.local_day(clock.now(), web.current().config.library.timezone)


def central_id(session: Session) -> int:
    """The branch that answers for the site."""
    return branch_queries.central(session).id


def origin(session: Session) -> Origin:
    """A visitor of the site does it, now, at the central library."""
    now = clock.now()
    branch = branch_queries.central(session)
    return Origin(
        at=now,
        day=clock.local_day(now, branch.timezone),
        branch_id=branch.id,
        staff_id=None,
        channel=Channel.SITE,
        request_id=web.form_uuid("request_id"),
    )


def this_page(name: str, value: str) -> str:
    """This page with something else about it: its language, its view."""
    kept = [pair for pair in request.args.items(multi=True) if pair[0] != name]
    return f"{request.path}?{urlencode([*kept, (name, value)])}"


@opac.app_context_processor
def _shown() -> dict[str, object]:
    return {
        "this_page": this_page,
        "kiosk_pause": KIOSK_PAUSE if KIOSK in cookie else 0,
        "large": cookie.get("view") == LARGE,
    }


@opac.errorhandler(IlsError)
def refused(error: IlsError) -> ResponseReturnValue:
    """A refusal, on a public page; who must sign in first comes back afterwards."""
    if isinstance(error, ReaderNotSignedIn) and request.method == "GET":
        g.error_code = error.code
        return redirect(url_for("opac.reader_sign_in", next=request.full_path.rstrip("?")))
    if isinstance(error, PasswordNeeded):
        return redirect(url_for("opac.own_password"))
    return web.show_error(error)
