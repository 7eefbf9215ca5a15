"""Shared by pages: who is signed in, one transaction for each request, origin, errors,
paging, languages, headers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, wraps
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import urlencode
from uuid import UUID, uuid4

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask import (
    Flask,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session as cookie,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import Babel, get_locale, gettext
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ils import clock, db
from ils.config import Config
from ils.errors import Forbidden, IlsError, Invalid, N_, NotFound, NotSignedIn
from ils.labels import LABELS
from ils.ledger import Channel, Origin

LANGUAGES = ("kk", "ru", "en")
PAGE = 25
Row = TypeVar("Row")
View = Callable[..., ResponseReturnValue]

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class BranchLike(Protocol):
    """What pages need of a branch."""

    id: int
    code: str
    timezone: str

    def name(self, language: str) -> str:
        """Its name in a language."""


class StaffLike(Protocol):
    """What pages need of an account."""

    id: int
    login: str
    name: str
    language: str
    branch_id: int
    roles: frozenset[Any]

    @property
    def branch(self) -> Any:
        """Where the account works."""


@dataclass(frozen=True)
class Ils:
    """The running system: kept with the application."""

    config: Config
    sessions: db.Sessions
    #: The account of the sign-in cookie, while it is valid.
    authenticate: Callable[[Session, int, int], StaffLike | None]


def ils() -> Ils:
    """The running system."""
    system: Ils = current_app.extensions["ils"]
    return system


def page(*roles: str, write: bool = False) -> Callable[[View], View]:
    """A page for staff with one of the roles (none named: any account).

    The view gets the session of the request's one transaction. A writing page runs once
    more if another desk was faster.
    """

    def decorate(view: View) -> View:
        def work(session: Session, **args: object) -> ResponseReturnValue:
            g.staff = _staff(session)
            if g.staff is None:
                raise NotSignedIn
            if roles and g.staff.roles.isdisjoint(roles):
                raise Forbidden(roles=", ".join(role_names()[role] for role in roles))
            return view(session, **args)

        return _opened(view, work, write=write, roles=frozenset(roles))

    return decorate


def public(*, write: bool = False) -> Callable[[View], View]:
    """A page for anybody; ``g.staff`` is set if somebody is signed in."""

    def decorate(view: View) -> View:
        def work(session: Session, **args: object) -> ResponseReturnValue:
            g.staff = _staff(session)
            return view(session, **args)

        return _opened(view, work, write=write, roles=None)

    return decorate


def _opened(view: View, work: View, *, write: bool, roles: frozenset[str] | None) -> View:
    @wraps(view)
    def wrapped(**args: object) -> ResponseReturnValue:
        if write:
            return db.run(ils().sessions, lambda session: _whole(work(session, **args)))
        with db.reading(ils().sessions) as session:
            return _whole(work(session, **args))

    wrapped.roles = roles  # type: ignore[attr-defined] -- read by the test of all routes
    return wrapped


def _whole(answer: ResponseReturnValue) -> Response:
    """The response, rendered while the session is open."""
    return make_response(answer)


def _staff(session: Session) -> StaffLike | None:
    staff_id, version = cookie.get("staff"), cookie.get("version")
    if not isinstance(staff_id, int) or not isinstance(version, int):
        return None
    return ils().authenticate(session, staff_id, version)


def origin() -> Origin:
    """Who is doing this, where, now, and in answer to which request."""
    now = clock.now()
    return Origin(
        at=now,
        day=clock.local_day(now, g.staff.branch.timezone),
        branch_id=g.staff.branch_id,
        staff_id=g.staff.id,
        channel=Channel.DESK,
        request_id=form_uuid("request_id"),
    )


def form_uuid(name: str) -> UUID:
    """A UUID of the form.

    Raises:
        Invalid: it is none.
    """
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        raise Invalid(name, N_("It must be a UUID.")) from None


def form_int(name: str) -> int | None:
    """A whole number of the form, or nothing.

    Raises:
        Invalid: it is something else.
    """
    return _int(name, request.form.get(name, ""))


def argument_int(name: str) -> int | None:
    """A whole number of the address, or nothing."""
    return _int(name, request.args.get(name, ""))


def _int(name: str, text: str) -> int | None:
    if not text:
        return None
    # 18 digits hold every id; more would not fit the column
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        raise Invalid(name, N_("It must be a number."))
    return int(text)


def form_day(name: str, field: str) -> date:
    """A day of the form, as 2026-01-31 or 31.01.2026.

    Raises:
        Invalid: it is no day; ``field`` names it.
    """
    return parsed_day(request.form.get(name, ""), field)


def parsed_day(text: str, field: str) -> date:
    """A day as 2026-01-31 or 31.01.2026.

    Raises:
        Invalid: it is no day; ``field`` names it.
    """
    for pattern in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return datetime.strptime(text.strip(), pattern).date()  # noqa: DTZ007 -- a day has no zone
        except ValueError:
            continue
    raise Invalid(field, N_("Write the day as 31.01.2026."))


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list and where they stand in it."""

    rows: Sequence[Row]
    number: int
    total: int
    size: int = PAGE

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // self.size))


def paged(session: Session, query: Select[Any], *, size: int = PAGE) -> Page[Any]:
    """The page of a list that the address asks for; entities, or rows of several."""
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    last = max(1, -(-total // size))
    number = min(max(1, argument_int("page") or 1), last)
    window = query.limit(size).offset((number - 1) * size)
    result = session.execute(window)
    single = len(query.column_descriptions) == 1
    rows = result.scalars().unique().all() if single else result.all()
    return Page(rows, number, total, size)


def language() -> str:
    """The language of this page: the account's, the visitor's choice, the browser's."""
    staff = getattr(g, "staff", None)
    chosen = staff.language if staff else cookie.get("language")
    if chosen not in LANGUAGES:
        chosen = request.accept_languages.best_match(LANGUAGES)
    return chosen or ils().config.library.language


def listed(codes: Mapping[str, Mapping[str, str]], code: str | None) -> str:
    """The name of a code of a library's list, in the page's language."""
    if code is None:
        return "—"
    return codes[code][language()] if code in codes else code


def code_name(kind: str, code: str) -> str:
    """The label of a fixed code, in the page's language."""
    return gettext(LABELS[kind].get(code, code))


def code_names(kind: str) -> list[tuple[str, str]]:
    """All codes of a kind with their labels, in their order."""
    return [(code, gettext(text)) for code, text in LABELS[kind].items()]


def list_options(codes: Mapping[str, Mapping[str, str]]) -> list[tuple[str, str]]:
    """All codes of a library's list with their names."""
    return [(code, names[language()]) for code, names in codes.items()]


def library_name() -> str:
    """The library's name in the page's language."""
    name: str = getattr(ils().config.library, f"name_{language()}")
    return name


def _address_of_page(number: int) -> str:
    """This address with another page number."""
    asked = {**request.args.to_dict(), "page": str(number)}
    return f"{request.path}?{urlencode(asked)}"


def role_names() -> dict[str, str]:
    """Roles in the page's language."""
    return {
        "desk": gettext("desk"),
        "cataloguer": gettext("cataloguer"),
        "stock": gettext("stock accounting"),
        "digitiser": gettext("digitisation"),
        "statistician": gettext("statistics"),
        "administrator": gettext("administrator"),
    }


def translated(error: IlsError) -> str:
    """The message of an error in the page's language; its texts are translated too."""
    facts = {
        name: gettext(value) if isinstance(value, str) and value else value
        for name, value in error.facts.items()
    }
    return gettext(error.message) % facts


def install(app: Flask, system: Ils, csrf: CSRFProtect) -> None:
    """Give an application what all pages share."""
    app.extensions["ils"] = system
    csrf.init_app(app)
    Babel(
        app,
        locale_selector=language,
        timezone_selector=lambda: staff.branch.timezone if (staff := _known_staff()) else None,
    )
    app.register_error_handler(IlsError, show_error)
    app.register_error_handler(CSRFError, _show_csrf)
    app.register_error_handler(404, lambda _: show_error(NotFound()))
    app.after_request(_headers)
    app.jinja_env.filters |= {"day": _day, "moment": _moment, "number": _number}
    app.jinja_env.globals |= {
        "static": _static,
        "language": language,
        "listed": listed,
        "role_names": role_names,
        "code_name": code_name,
        "code_names": code_names,
        "list_options": list_options,
        "library_name": library_name,
        "address_of_page": _address_of_page,
        "new_request_id": uuid4,
        "config_": system.config,
        "lists": system.config.lists,
    }


def _known_staff() -> StaffLike | None:
    return getattr(g, "staff", None)


def show_error(error: IlsError) -> ResponseReturnValue:
    """Show an expected failure in the viewer's language, with its own status."""
    # The class and code only: facts may hold names of readers.
    current_app.logger.info("%s %s: %s", request.method, request.path, error.code)
    if isinstance(error, NotSignedIn) and request.method == "GET":
        return redirect(url_for("organisation.sign_in", next=request.full_path.rstrip("?")))
    if "staff" not in g:
        g.staff = None
    return render_template("error.html", error=error, text=translated(error)), error.status


class PageExpired(Invalid):
    """The form's token is missing or old."""

    code = "page_expired"
    message = N_("This page is out of date. Please load it again.")


def _show_csrf(_: CSRFError) -> ResponseReturnValue:
    return show_error(PageExpired())


def _headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = CSP
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.endpoint == "static":
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Language"] = language()
    if ils().config.server.https:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


@cache
def _stamp(name: str) -> str:
    path = Path(__file__).parent / "static" / name
    return hashlib.blake2b(path.read_bytes(), digest_size=6).hexdigest()


def _static(name: str) -> str:
    """The address of a static file; it changes with the content."""
    return url_for("static", filename=name, v=_stamp(name))


def _day(value: date) -> str:
    return format_date(value, "dd.MM.yyyy", locale=get_locale())


def _moment(value: datetime) -> str:
    staff = _known_staff()
    zone = clock.zone(staff.branch.timezone if staff else ils().config.library.timezone)
    return format_datetime(value.astimezone(zone), "dd.MM.yyyy HH:mm", locale=get_locale())


def _number(value: int | None) -> str:
    return "—" if value is None else format_decimal(value, locale=get_locale())
