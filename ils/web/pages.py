"""A page: who is signed in, the request's one transaction, errors, headers."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import wraps
from http import HTTPStatus
from typing import Any

from flask import (
    Flask,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import Babel, gettext
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from ils import clock, db, logs
from ils.errors import (
    N_,
    Forbidden,
    IlsError,
    InLanguages,
    Invalid,
    NotFound,
    NotSignedIn,
    Text,
)
from ils.ledger import Origin
from ils.ledger.timekeeping import ClockJumped
from ils.scan_times import Moment
from ils.web import cells, scan_times, static
from ils.web import i18n as shown
from ils.web.forms import IdConverter, form_uuid
from ils.web.i18n import language, role_names
from ils.web.idempotency import idempotent
from ils.web.sittings import signed_in
from ils.web.system import Ils, current, known_staff, may

SCAN = "/desk/scan"  # cleans its code itself, and answers in its own words
_FAULT = HTTPStatus.INTERNAL_SERVER_ERROR
View = Callable[..., ResponseReturnValue]
Prepare = Callable[[], object]

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def page(
    permission: str, *, write: bool = False, prepare: Prepare | None = None
) -> Callable[[View], View]:
    """A page for staff with a permission.

    The view gets the session of the request's one transaction. A writing page runs once
    more if another desk was faster.

    Args:
        prepare: slow work with what was sent, before the transaction: reading a file, decoding
            a picture. The view gets what it returns, or the refusal it raised, as ``prepared``.
    """

    def check(session: Session) -> None:
        g.staff = signed_in(session)
        if g.staff is None:
            raise NotSignedIn
        if not may(permission):
            names, roles = role_names(), current().permissions[permission]
            raise Forbidden(roles=", ".join(names[role] for role in names if role in roles))

    def decorate(view: View) -> View:
        opened = _opened(view, check, write=write, permission=permission)
        return opened if prepare is None else _prepared(opened, check, prepare)

    return decorate


def _prepared(view: View, check: Callable[[Session], None], prepare: Prepare) -> View:
    """The view, given what was prepared outside of any transaction for whoever may see it."""

    @wraps(view)
    def wrapped(**args: object) -> ResponseReturnValue:
        with db.reading(current().sessions) as session:
            check(session)
        prepared: object
        try:
            prepared = prepare()
            g.received = getattr(prepared, "sha256", "")  # tells one file from another
        except IlsError as error:
            prepared = error
        return view(prepared=prepared, **args)

    return wrapped


def public(
    *, write: bool = False, check: Callable[[Session], None] | None = None
) -> Callable[[View], View]:
    """A page for anybody; ``g.staff`` is set if somebody is signed in.

    Args:
        check: refuses whom the page is not for. Whom it lets in as another than staff it puts
            into ``g.who``, so that a repeat is answered to nobody else.
    """

    def look(session: Session) -> None:
        g.staff = signed_in(session)
        if check is not None:
            check(session)

    return lambda view: _opened(view, look, write=write, permission=None)


def uploads(most: int) -> Callable[[View], View]:
    """A page that takes files: its requests may have so many bytes. Goes under `page`."""

    def decorate(view: View) -> View:
        view.most_body = most  # type: ignore[attr-defined]  # read before the form is
        return view

    return decorate


def _allow_uploads(endpoint: str | None, _values: object) -> None:
    """Runs before anything reads the form."""
    most = getattr(current_app.view_functions.get(endpoint or ""), "most_body", None)
    if most is not None:
        request.max_content_length = most


def _refuse_nul() -> None:
    """No text of ours has a NUL, and PostgreSQL keeps none.

    Raises:
        BadRequest: there is one.
    """
    asked = request.path != SCAN and "stopped" not in g  # nor by the page that says so
    if asked and any("\0" in text for text in request.values.values()):
        raise BadRequest


def _opened(
    view: View, check: Callable[[Session], None], *, write: bool, permission: str | None
) -> View:
    """The view in its one transaction, for whom ``check`` lets in; a repeat is asked that too."""

    @wraps(view)
    def wrapped(**args: object) -> ResponseReturnValue:
        _refuse_nul()

        def done(session: Session) -> Response:
            """What the form asks for, at its own time; unless that makes it wait."""
            aside = scan_times.settled(session) if known_staff() else None
            return aside or _whole(view(session, **args))

        def work(session: Session) -> Response:
            check(session)
            if not write:
                return _whole(view(session, **args))
            staff = known_staff()
            who = g.get("who") or (staff.id if staff else None)
            return idempotent(session, who, lambda: done(session))

        if write:
            if clock.jumped():
                raise ClockJumped
            return db.run(current().sessions, work)
        answer = db.read(current().sessions, work)
        _do_afterwards()
        return answer

    wrapped.permission = permission  # type: ignore[attr-defined]  # read by the test of all routes
    return wrapped


def _do_afterwards() -> None:
    if works := g.pop("afterwards", ()):
        with db.transaction(current().sessions) as session:
            for work in works:
                work(session)


def _whole(answer: ResponseReturnValue) -> Response:
    """The response, rendered while the session is open."""
    return make_response(answer)


def origin() -> Origin:
    """Who is doing this, where, when, and in answer to which request."""
    moment = g.get("moment") or Moment(clock.now())
    return Origin(
        at=moment.at,
        day=clock.local_day(moment.at, g.staff.branch.timezone),
        branch_id=g.staff.branch.id,
        staff_id=g.staff.id,
        channel=moment.channel,
        request_id=form_uuid("request_id"),
    )


def today() -> date:
    """The day at the branch of whoever is signed in."""
    return clock.local_day(clock.now(), g.staff.branch.timezone)


def translated(error: IlsError) -> str:
    """The message of an error in the page's language; its texts are translated too."""
    return worded(error.message, error.facts)


def worded(message: str, facts: Mapping[str, object]) -> str:
    """A message in the page's language, with its facts as people write them."""
    text: str = gettext(message) % {name: _said(value) for name, value in facts.items()}
    return text


def said_problem(problem: Mapping[str, Any]) -> str:
    """The message of an error that was kept as its ``message`` and ``facts``, or as a code only."""
    if "facts" not in problem:
        return str(gettext("Unexpected error (%(code)s); see the log.", code=problem["code"]))
    message = problem["message"]
    facts = {name: _kept_fact(value) for name, value in problem["facts"].items()}
    return str(gettext(message) % facts)


def _kept_fact(value: str | dict[str, str]) -> str:
    """A fact that was kept: data, a text of the settings, or one of the program to translate."""
    if isinstance(value, str):
        return value
    if "text" not in value:
        return value[language()]
    text = value["text"]
    return str(gettext(text)) if text else ""


def _said(value: object) -> object:
    """A fact as the message shows it."""
    if isinstance(value, InLanguages):
        return value[language()]
    if isinstance(value, Text):
        return gettext(value)
    if isinstance(value, datetime):
        return shown.moment(value)
    return shown.shown_day(value) if isinstance(value, date) else value


def install(app: Flask, system: Ils, csrf: CSRFProtect) -> None:
    """Give an application what all pages share."""
    app.extensions["ils"] = system
    static.install(app)
    app.url_value_preprocessor(_allow_uploads)
    app.before_request(_begin)  # before anything that may refuse
    csrf.init_app(app)
    app.url_map.converters["id"] = IdConverter
    Babel(
        app,
        locale_selector=language,
        timezone_selector=lambda: staff.branch.timezone if (staff := known_staff()) else None,
    )
    app.register_error_handler(IlsError, show_error)
    app.register_error_handler(HTTPException, _failed)
    app.logger.disabled = True  # what is logged is logged here, without values
    app.after_request(_headers)
    app.after_request(static.compress)
    app.after_request(_log)
    app.jinja_env.filters |= shown.template_filters
    app.jinja_env.globals |= {
        **shown.GLOBALS,
        "may": may,
        "said_error": translated,
        "said_problem": said_problem,
        "config_": system.config,
        "lists": system.config.lists,
        "is_number": cells.is_number,
    }


def show_error(error: IlsError) -> ResponseReturnValue:
    """Show an expected failure in the viewer's language, with its own status."""
    g.error_code = error.code  # the code only: facts may hold names of readers
    if isinstance(error, NotSignedIn) and request.method == "GET":
        return redirect(url_for("organisation.sign_in", next=request.full_path.rstrip("?")))
    if "staff" not in g:
        g.staff = None
    number = g.get("request_number", "") if error.status >= _FAULT else ""
    page = render_template(
        "error.html",
        error=error,
        text=translated(error),
        number=number,
        layout=g.get("layout", "layout.html"),
    )
    return page, error.status


class PageExpired(Invalid):
    """The form's token is missing or old."""

    code = "page_expired"
    message = N_("This page is out of date. Please load it again.")


class BadRequest(Invalid):
    """The request is not one a page of ours sends."""

    code = "bad_request"
    message = N_("Invalid request.")


def _from_http(error: HTTPException) -> IlsError:
    """Our error for one of the web framework's."""
    if isinstance(error, CSRFError):
        return PageExpired()
    if error.code == HTTPStatus.NOT_FOUND:
        return NotFound()
    return IlsError() if (error.code or _FAULT) >= _FAULT else BadRequest()


def _begin() -> None:
    """Give the request a number people can say on the telephone."""
    text = secrets.token_hex(4)
    g.request_number, g.began = f"{text[:4]}-{text[4:]}", time.perf_counter()


def _log(response: Response) -> Response:
    """A line for each request: what, who, how it ended, how long it took."""
    if request.endpoint != "static":
        staff = known_staff()
        logs.event(
            "request",
            request=g.request_number,
            method=request.method,
            page=request.endpoint,
            staff_id=staff.id if staff else None,
            status=response.status_code,
            error=g.get("error_code"),
            ms=round((time.perf_counter() - g.began) * 1000, 1),
        )
    return response


def _failed(error: HTTPException) -> ResponseReturnValue:
    """Show what stopped a request; what nobody expected is logged with its frames."""
    g.stopped = True
    if (error.code or _FAULT) < _FAULT:
        return _stopped(error=_from_http(error))
    cause = getattr(error, "original_exception", None) or error
    logs.fault("fault", cause, request=g.request_number, page=request.endpoint)
    try:
        return _stopped(error=_from_http(error))
    except Exception as second:  # noqa: BLE001 -- the database may be what failed
        logs.fault("fault", second, request=g.request_number, page="error page")
        plain = gettext("Something went wrong.") + f" {g.request_number}"
        return plain, _FAULT, {"Content-Type": "text/plain; charset=utf-8"}


@public()
def _stopped(session: Session, error: IlsError) -> ResponseReturnValue:
    """Show what stopped a request before its page began; who is signed in is known too."""
    del session
    return show_error(error)


def _headers(response: Response) -> Response:
    response.headers["X-Content-Type-Options"] = "nosniff"
    if request.endpoint == "static":  # a dozen of them on a first visit, over a slow line
        response.headers["Content-Security-Policy"] = "default-src 'none'"
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        for name in ("Last-Modified", "ETag", "Content-Disposition", "Accept-Ranges"):
            response.headers.pop(name, None)
        return response
    response.headers["Content-Security-Policy"] = CSP
    response.headers["X-Frame-Options"] = "DENY"
    # The desk knows by it that an answer is ours, and which refusal it is.
    response.headers["X-Sandyq"] = g.get("error_code") or "1"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Content-Language"] = language()
    if current().config.server.https:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response
