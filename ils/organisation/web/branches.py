"""Settings: branches, their places, departments and calendars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.errors import N_, Invalid
from ils.fields import FieldKind, described
from ils.organisation.branches import actions as branch_actions
from ils.organisation.branches import queries as branch_queries
from ils.organisation.branches.models import Branch
from ils.organisation.branches.rules import BranchInUse
from ils.organisation.calendar import actions as calendar_actions
from ils.organisation.calendar import queries as calendar_queries
from ils.organisation.calendar import rules
from ils.organisation.calendar.models import ClosedDay
from ils.organisation.permissions import Permission
from ils.organisation.web.blueprints import OPEN_CATALOGUES, settings
from ils.web.filled import Form
from ils.web.lists import Column, ListDefinition, RowAction

EARLIEST, LATEST = 2020, 2100
RU, KK = N_("Name in Russian"), N_("Name in Kazakh")
LAST_OR_FIRST = (("last", N_("the last")), ("first", N_("the first")))


@dataclass(frozen=True)
class NewBranch:
    """The form of another branch."""

    code: str = described(N_("Code"), width="short")
    name_ru: str = described(RU)
    name_kk: str = described(KK)
    type: str = described(N_("Type"), codes="branch_type", default="city")


@dataclass(frozen=True)
class BranchData:
    """The form of a branch."""

    name_ru: str = described(RU)
    name_kk: str = described(KK)
    type: str = described(N_("Type"), codes="branch_type")
    timezone: str = described(N_("Time zone"))
    closed_weekdays: tuple[str, ...] = described(
        N_("Closed weekdays"), FieldKind.MANY, codes="weekday", default=()
    )
    van_weekdays: tuple[str, ...] = described(
        N_("The van leaves on"), FieldKind.MANY, codes="weekday", default=()
    )
    route: str = described(
        N_("Round of the van"), default="", longest=60,
        hint=N_("branches of one round are near each other"),
    )  # fmt: skip
    address_ru: str = described(N_("Address in Russian"), default="", longest=200)
    address_kk: str = described(N_("Address in Kazakh"), default="", longest=200)
    hours_ru: str = described(
        N_("Opening hours in Russian"),
        default="",
        longest=200,
        hint=N_("for letters to readers"),
    )
    hours_kk: str = described(N_("Opening hours in Kazakh"), default="", longest=200)
    phone: str = described(N_("Phone"), default="", longest=60, width="phone")
    catalogues: tuple[str, ...] = described(
        OPEN_CATALOGUES, FieldKind.MANY, codes="catalogues", default=()
    )
    active: bool = described(N_("The branch is working"), FieldKind.FLAG, default=False)


@dataclass(frozen=True)
class DepartmentData:
    """The form of a department."""

    code: str = described(N_("Code"), width="short")
    name_ru: str = described(RU)
    name_kk: str = described(KK)


@dataclass(frozen=True)
class ServicePointData(DepartmentData):
    """The form of a service point."""

    type: str = described(N_("Type"), codes="point_type", default="lending")


@dataclass(frozen=True)
class ClosedDayData:
    """The form of a day without service."""

    day: date = described(N_("Day"), FieldKind.DAY, width="date")
    reason: str = described(N_("Reason"), default="")


@dataclass(frozen=True)
class HolidaysData:
    """The form that takes the holidays of a year over."""

    year: int = described(N_("Year"), FieldKind.WHOLE, width="year", least=EARLIEST, most=LATEST)
    weekday: str = described(N_("Sanitary day"), codes="weekday", empty="", default="")
    which: str = described(N_("of each month"), FieldKind.CHOICE, default="last")


@settings.get("/")
@web.page(Permission.ADMINISTER)
def branches(session: Session) -> ResponseReturnValue:
    """The branches."""
    return _branches_page(session, Form(NewBranch, {}))


def _branches_page(session: Session, form: Form[NewBranch]) -> ResponseReturnValue:
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
        session, definition, title=N_("Branches"), template="organisation/branches.html", form=form
    )


@settings.post("/")
@web.page(Permission.ADMINISTER, write=True)
def add_branch(session: Session) -> ResponseReturnValue:
    """Open a branch."""

    def work(data: NewBranch) -> ResponseReturnValue:
        timezone = web.current().config.library.timezone
        branch = branch_actions.add_branch(session, g.staff.id, timezone=timezone, **asdict(data))
        holidays = web.current().config.lists.holidays
        calendar_actions.close_holidays(session, branch, web.today().year, holidays)
        return redirect(url_for("settings.branch", code=branch.code))

    return web.handled(session, Form(NewBranch), work, lambda f: _branches_page(session, f))


@settings.get("/branch/<code>")
@web.page(Permission.ADMINISTER)
def branch(session: Session, code: str) -> ResponseReturnValue:
    """One branch: names, calendar, service points, departments."""
    return _branch_page(session, branch_queries.branch_by_code(session, code), None)


#: Which form of the page of a branch was sent → what it says.
BRANCH_FORMS: Mapping[str, type[Any]] = {
    "branch": BranchData,
    "point": ServicePointData,
    "department": DepartmentData,
    "close": ClosedDayData,
    "holidays": HolidaysData,
}


def _branch_form(found: Branch, name: str, *, sent: bool) -> Form[Any]:
    values: dict[str, Any] = {}
    if name == "branch":
        values = {field: getattr(found, field) for field in BranchData.__dataclass_fields__}
    elif name == "holidays":
        values = {"year": web.today().year + 1}
    which = [(code, gettext(text)) for code, text in LAST_OR_FIRST]
    return Form(BRANCH_FORMS[name], None if sent else values, choices={"which": which}, name=name)


def _branch_page(session: Session, found: Branch, sent: Form[Any] | None) -> ResponseReturnValue:
    closed = ListDefinition(
        calendar_queries.closed_days(found),
        (
            Column("day", N_("Day"), lambda closed: closed.day, ClosedDay.day),
            Column("reason", N_("Reason"), lambda closed: closed.said(web.language()),
                   ClosedDay.reason),
        ),
        row_actions=(
            RowAction(N_("Open again"), lambda _: url_for("settings.branch", code=found.code),
                      lambda closed: f"{closed.day:%d.%m.%Y}",
                      sends=lambda closed: {"form": "open", "day": closed.day}),
        ),
        name="closed",
    )  # fmt: skip
    forms = {name: _branch_form(found, name, sent=False) for name in BRANCH_FORMS}
    if sent is not None:
        forms[sent.name] = sent
    return web.respond(
        session,
        "organisation/branch.html",
        {"closed": closed},
        title=N_("Closed days"),
        branch=found,
        forms=forms,
        points=session.scalars(branch_queries.service_points(found)).all(),
        departments=session.scalars(branch_queries.departments(found)).all(),
        due=web.current().due_when_closed(session, found.id, web.today()),
    )


@settings.post("/branch/<code>")
@web.page(Permission.ADMINISTER, write=True)
def change_branch(session: Session, code: str) -> ResponseReturnValue:
    """Save one of the forms of a branch."""
    found, name = branch_queries.branch_by_code(session, code), request.form.get("form", "branch")
    if name == "open":
        calendar_actions.open_on(session, g.staff.id, found, day=web.form_day("day", N_("Day")))
        return redirect(url_for("settings.branch", code=code))
    if name not in BRANCH_FORMS:
        raise Invalid(N_("Form"), N_("Choose one from the list."))

    def work(data: Any) -> ResponseReturnValue:
        _save(session, found, data)
        return redirect(url_for("settings.branch", code=code))

    form = _branch_form(found, name, sent=True)
    return web.handled(session, form, work, lambda form: _branch_page(session, found, form))


def _save(session: Session, found: Branch, data: object) -> None:
    """Do what one of `BRANCH_FORMS` says."""
    match data:
        case BranchData():
            days = ("closed_weekdays", "van_weekdays")
            values = asdict(data) | {name: "".join(getattr(data, name)) for name in days}
            if found.active and not data.active:
                _check_ties(session, found)
            in_words = {name: values.pop(name) for name in branch_actions.IN_WORDS}
            branch_actions.change_branch(session, g.staff.id, found, in_words=in_words, **values)
        case ServicePointData():
            branch_actions.add_service_point(session, g.staff.id, found, **asdict(data))
        case DepartmentData():
            branch_actions.add_department(session, g.staff.id, found, **asdict(data))
        case ClosedDayData():
            calendar_actions.close_on(session, g.staff.id, found, **asdict(data))
        case HolidaysData():
            _close_year(session, found, data)


def _check_ties(session: Session, found: Branch) -> None:
    """Ask whether a branch may be closed.

    Raises:
        BranchInUse: something stands there, travels, or is waited for.
    """
    ties = web.current().ties(session, found.id)
    if ties:
        raise BranchInUse(what=", ".join(f"{gettext(what)}: {n}" for what, n in ties.items()))


def _close_year(session: Session, found: Branch, data: HolidaysData) -> None:
    """Take over the holidays of a year, and its sanitary days if a weekday is named."""
    days = rules.holidays_of(data.year, web.current().config.lists.holidays)
    if data.weekday:
        last = data.which == "last"
        for day in rules.sanitary_days(data.year, int(data.weekday), last=last):
            days.setdefault(day, gettext("sanitary day"))
    count = calendar_actions.close_days(session, g.staff.id, found, days)
    flash(gettext("Closed days added: %(count)s.", count=count))
