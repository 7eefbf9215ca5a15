"""Sign-in, language, and the settings of the library."""

from __future__ import annotations

import math
from urllib.parse import urlsplit

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy.orm import Session

from ils import clock, web
from ils.errors import N_, IlsError, Invalid, TooManyRequests
from ils.organisation.audit.models import AuditEntry
from ils.organisation.branches import actions as branch_actions
from ils.organisation.branches import queries as branch_queries
from ils.organisation.branches.models import Branch
from ils.organisation.branches.rules import MAX_CODE_LENGTH
from ils.organisation.calendar import actions as calendar_actions
from ils.organisation.calendar import queries as calendar_queries
from ils.organisation.calendar import rules
from ils.organisation.calendar.models import ClosedDay
from ils.organisation.permissions import Permission
from ils.organisation.staff import actions as staff_actions
from ils.organisation.staff import queries as staff_queries
from ils.organisation.staff.models import Role, Staff
from ils.organisation.staff.rules import WrongPassword
from ils.web.lists import Column, ListDefinition, RowAction

pages = Blueprint("organisation", __name__)
settings = Blueprint("settings", __name__, url_prefix="/staff/settings")

EARLIEST, LATEST = 2020, 2100
_attempts = MovingWindowRateLimiter(MemoryStorage())


@pages.get("/")
@web.public()
def home(session: Session) -> ResponseReturnValue:
    """The start page: staff go on to their work, others to sign in."""
    del session
    if g.staff is None:
        return redirect(url_for("organisation.sign_in"))
    return render_template("home.html")


@pages.get("/healthz")
@web.public()
def healthz(session: Session) -> ResponseReturnValue:
    """Whether the system answers and its database too."""
    staff_queries.is_empty(session)
    return "ok\n", {"Content-Type": "text/plain"}


@pages.get("/sign-in")
@web.public()
def sign_in(session: Session) -> ResponseReturnValue:
    """The form."""
    del session
    return render_template("organisation/sign_in.html", next=_next(), login="", error=None)


@pages.post("/sign-in")
@web.public()
def do_sign_in(session: Session) -> ResponseReturnValue:
    """Sign in; failures stay on the form. Nothing is written: a password takes long to check."""
    login = request.form.get("login", "")[:MAX_CODE_LENGTH]
    try:
        _check_attempts(login)
        password = request.form.get("password", "")
        staff = staff_actions.sign_in(session, login=login, password=password)
    except IlsError as error:
        if isinstance(error, WrongPassword):
            _count_attempt(login)
        g.error_code = error.code
        text = web.translated(error)
        form = render_template("organisation/sign_in.html", next=_next(), login=login, error=text)
        return form, error.status
    cookie.clear()
    cookie.permanent = True
    cookie["staff"], cookie["version"] = staff.id, staff.sign_in_version
    return redirect(_next() or url_for("organisation.home"))


@pages.post("/sign-out")
@web.public()
def sign_out(session: Session) -> ResponseReturnValue:
    """Forget who was here."""
    del session
    cookie.clear()
    return redirect(url_for("organisation.sign_in"))


@pages.post("/language")
@web.public(write=True)
def choose_language(session: Session) -> ResponseReturnValue:
    """Change the language; an account keeps it."""
    chosen = request.form.get("language", "")
    if chosen not in web.LANGUAGES:
        raise Invalid(N_("Language"), N_("Choose one from the list."))
    cookie["language"] = chosen
    if g.staff is not None:
        staff_actions.set_language(session, g.staff.id, language=chosen)
    return redirect(_next() or url_for("organisation.home"))


@settings.get("/")
@web.page(Permission.ADMINISTER)
def branches(session: Session) -> ResponseReturnValue:
    """The branches."""
    definition = ListDefinition(
        branch_queries.branches(),
        (
            Column("code", N_("Code"), lambda b: b.code, Branch.code,
                   lambda b: url_for("settings.branch", code=b.code)),
            Column("name", N_("Name"), lambda b: b.name(web.language()), Branch.name_ru),
            Column("type", N_("Type"), lambda b: web.code_name("branch_type", b.type), Branch.type),
            Column("state", N_("State"),
                   lambda b: gettext("working") if b.active else gettext("closed"), Branch.active),
        ),
    )  # fmt: skip
    return web.list_page(
        session, definition, title=N_("Branches"), template="organisation/branches.html"
    )


@settings.post("/")
@web.page(Permission.ADMINISTER, write=True)
def add_branch(session: Session) -> ResponseReturnValue:
    """Open a branch."""
    branch = branch_actions.add_branch(
        session,
        g.staff.id,
        code=request.form.get("code", ""),
        name_ru=request.form.get("name_ru", ""),
        name_kk=request.form.get("name_kk", ""),
        timezone=web.current().config.library.timezone,
        type=request.form.get("type", ""),
    )
    return redirect(url_for("settings.branch", code=branch.code))


@settings.get("/branch/<code>")
@web.page(Permission.ADMINISTER)
def branch(session: Session, code: str) -> ResponseReturnValue:
    """One branch: names, calendar, service points, departments."""
    found = branch_queries.branch_by_code(session, code)
    closed = ListDefinition(
        calendar_queries.closed_days(found),
        (
            Column("day", N_("Day"), lambda closed: closed.day, ClosedDay.day),
            Column("reason", N_("Reason"), lambda closed: closed.reason, ClosedDay.reason),
        ),
        row_actions=(
            RowAction(N_("Open again"), lambda _: url_for("settings.branch", code=code),
                      lambda closed: f"{closed.day:%d.%m.%Y}",
                      sends=lambda closed: {"form": "open", "day": closed.day}),
        ),
        name="closed",
    )  # fmt: skip
    return web.respond(
        session,
        "organisation/branch.html",
        {"closed": closed},
        title=N_("Closed days"),
        branch=found,
        points=session.scalars(branch_queries.service_points(found)).all(),
        departments=session.scalars(branch_queries.departments(found)).all(),
        next_year=web.today().year + 1,
    )


@settings.post("/branch/<code>")
@web.page(Permission.ADMINISTER, write=True)
def change_branch(session: Session, code: str) -> ResponseReturnValue:
    """Save one of the forms of a branch."""
    found = branch_queries.branch_by_code(session, code)
    form = request.form
    names = {key: form.get(key, "") for key in ("code", "name_ru", "name_kk")}
    match form.get("form"):
        case "point":
            kind = form.get("type", "")
            branch_actions.add_service_point(session, g.staff.id, found, **names, type=kind)
        case "department":
            branch_actions.add_department(session, g.staff.id, found, **names)
        case "close":
            day = web.form_day("day", N_("Day"))
            calendar_actions.close_on(
                session, g.staff.id, found, day=day, reason=form.get("reason", "")
            )
        case "holidays":
            _close_year(session, found)
        case "open":
            calendar_actions.open_on(session, g.staff.id, found, day=web.form_day("day", N_("Day")))
        case _:
            _save_branch(session, found)
    return redirect(url_for("settings.branch", code=code))


def _close_year(session: Session, found: Branch) -> None:
    """Take over the holidays of a year, and its sanitary days if a weekday is named."""
    year = web.whole(N_("Year"), request.form.get("year", "")) or 0
    if not EARLIEST <= year <= LATEST:
        raise Invalid(N_("Year"), N_("It must be a year like 2027."))
    days = rules.holidays_of(year, web.current().config.lists.holidays)
    weekday = web.form_int("weekday") or 0
    if weekday in range(1, 8):
        last = request.form.get("which") == "last"
        for day in rules.sanitary_days(year, weekday, last=last):
            days.setdefault(day, gettext("sanitary day"))
    count = calendar_actions.close_days(session, g.staff.id, found, days)
    flash(gettext("Closed days added: %(count)s.", count=count))


def _catalogues() -> list[str]:
    """The catalogues ticked in a form, of those there are."""
    known = web.current().config.lists.catalogues
    return [code for code in request.form.getlist("catalogues") if code in known]


def _save_branch(session: Session, found: Branch) -> None:
    form = request.form
    branch_actions.change_branch(
        session,
        g.staff.id,
        found,
        name_ru=form.get("name_ru", ""),
        name_kk=form.get("name_kk", ""),
        timezone=form.get("timezone", ""),
        type=form.get("type", ""),
        closed_weekdays="".join(form.getlist("closed_weekdays")),
        active="active" in form,
        catalogues=_catalogues(),
    )


@settings.get("/staff")
@web.page(Permission.ADMINISTER)
def staff_list(session: Session) -> ResponseReturnValue:
    """The accounts."""
    names = web.role_names()
    definition = ListDefinition(
        staff_queries.staff_members(),
        (
            Column("login", N_("Login"), lambda member: member.login, Staff.login,
                   lambda member: url_for("settings.staff_member", login=member.login)),
            Column("name", N_("Full name"), lambda member: member.name, Staff.name),
            Column("roles", N_("Roles"),
                   lambda member: ", ".join(n for r, n in names.items() if r in member.roles)),
            Column("branch", N_("Branch"), lambda member: member.branch.name(web.language())),
            Column("state", N_("State"),
                   lambda member: gettext("may sign in") if member.active else gettext("closed"),
                   Staff.active),
        ),
    )  # fmt: skip
    return web.list_page(
        session,
        definition,
        title=N_("Accounts"),
        template="organisation/staff.html",
        branches=session.scalars(branch_queries.branches()).all(),
        roles=Role,
    )


@settings.post("/staff")
@web.page(Permission.ADMINISTER, write=True)
def add_staff(session: Session) -> ResponseReturnValue:
    """Open an account."""
    form = request.form
    staff = staff_actions.add_staff(
        session,
        g.staff.id,
        web.current().config,
        login=form.get("login", ""),
        name=form.get("name", ""),
        password=form.get("password", ""),
        roles=_roles(),
        branch=branch_queries.branch_by_code(session, form.get("branch", "")),
        language=form.get("language", ""),
    )
    return redirect(url_for("settings.staff_member", login=staff.login))


@settings.get("/staff/<login>")
@web.page(Permission.ADMINISTER)
def staff_member(session: Session, login: str) -> ResponseReturnValue:
    """One account."""
    return render_template(
        "organisation/staff_member.html",
        member=staff_queries.staff_by_login(session, login),
        branches=session.scalars(branch_queries.branches()).all(),
        roles=Role,
    )


@settings.post("/staff/<login>")
@web.page(Permission.ADMINISTER, write=True)
def change_staff(session: Session, login: str) -> ResponseReturnValue:
    """Save an account, or give it a new password."""
    form = request.form
    member: Staff = staff_queries.staff_by_login(session, login)
    if form.get("form") == "password":
        config = web.current().config
        staff_actions.set_password(
            session, g.staff.id, config, member, password=form.get("password", "")
        )
        if member.id == g.staff.id:
            cookie["version"] = member.sign_in_version
    else:
        staff_actions.change_staff(
            session,
            g.staff.id,
            member,
            name=form.get("name", ""),
            roles=_roles(),
            branch=branch_queries.branch_by_code(session, form.get("branch", "")),
            active="active" in form,
            catalogues=_catalogues(),
        )
    return redirect(url_for("settings.staff_member", login=login))


@settings.get("/audit")
@web.page(Permission.ADMINISTER)
def audit(session: Session) -> ResponseReturnValue:
    """Who administered what."""
    definition = ListDefinition(
        staff_queries.audit_entries(),
        (
            Column("when", N_("When"), lambda row: row[0].at, AuditEntry.at),
            Column("who", N_("Who"), lambda row: row[1] or gettext("command line"), Staff.login),
            Column("action", N_("Action"), lambda row: web.code_name("audit", row[0].action),
                   AuditEntry.action),
            Column("object", N_("Object"), lambda row: row[0].subject, AuditEntry.subject),
            Column("changes", N_("Changes"), lambda row: _changes(row[0])),
        ),
    )  # fmt: skip
    return web.list_page(session, definition, title=N_("Audit trail"))


def _changes(entry: AuditEntry) -> str:
    return "; ".join(
        f"{web.code_name('audit_field', key)}: {web.audit_value(key, value)}"
        for key, value in entry.changes.items()
    )


def _roles() -> list[Role]:
    chosen = request.form.getlist("roles")
    if not set(chosen) <= set(Role):
        raise Invalid(N_("Roles"), N_("Choose one from the list."))
    return [Role(code) for code in chosen]


def _next() -> str:
    """Where to go on to: a path of this site, or nothing."""
    target = request.values.get("next", "")
    parts = urlsplit(target)
    local = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if local and not parts.netloc and not parts.scheme else ""


def _limits(login: str) -> list[tuple[RateLimitItemPerMinute, str, str]]:
    """An address may fail so often with one account, and so often with all of them.

    Not an account as such: nobody shall lock another out from elsewhere.
    """
    limits, address = web.current().config.sign_in, request.remote_addr or ""
    account = f"{address} {login.strip().lower()}"
    return [
        (RateLimitItemPerMinute(limits.attempts_per_minute), "account", account),
        (RateLimitItemPerMinute(limits.attempts_per_minute_address), "address", address),
    ]


def _check_attempts(login: str) -> None:
    """Refuse before the password is looked at.

    Raises:
        TooManyRequests: the account or the address failed too often.
    """
    for rate, name, key in _limits(login):
        if not _attempts.test(rate, name, key):
            until = _attempts.get_window_stats(rate, name, key).reset_time
            raise TooManyRequests(seconds=max(1, math.ceil(until - clock.now().timestamp())))


def _count_attempt(login: str) -> None:
    for rate, name, key in _limits(login):
        _attempts.hit(rate, name, key)
