"""Administrative acts; each leaves a line in the audit trail."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import clock
from ils.config import Config
from ils.errors import N_, Invalid
from ils.organisation import queries, rules
from ils.organisation.models import (
    AuditEntry,
    Branch,
    BranchType,
    ClosedDay,
    Department,
    PointType,
    Role,
    ServicePoint,
    Staff,
)
from ils.organisation.rules import AlreadyExists, LastAdministrator, WrongPassword

_hasher = PasswordHasher()


@cache
def _no_account() -> str:
    """A hash to check when the account does not exist, so that the answer takes as long."""
    return _hasher.hash(secrets.token_urlsafe())


def audit(session: Session, by: int | None, action: str, subject: str, **changes: object) -> None:
    """Write down an administrative act; ``by`` is the account, ``None`` on the command line."""
    shown: dict[str, Any] = {key: _plain(value) for key, value in changes.items()}
    session.add(
        AuditEntry(
            at=clock.now(),
            staff_id=by,
            action=action,
            subject=subject,
            changes=shown,
        )
    )
    session.flush()


def add_branch(
    session: Session,
    by: int | None,
    *,
    code: str,
    name_ru: str,
    name_kk: str,
    timezone: str,
    type: str = BranchType.CITY,  # noqa: A002 -- the column's name
    closed_weekdays: str = "",
) -> Branch:
    """Open a branch.

    Raises:
        Invalid: a field cannot be used.
        AlreadyExists: the code is taken.
    """
    code = rules.checked_code(code, N_("Code"))
    if session.scalar(select(Branch.id).where(Branch.code == code)):
        raise AlreadyExists(code=code)
    branch = Branch(code=code)
    session.add(branch)
    _fill_branch(
        branch,
        name_ru=name_ru,
        name_kk=name_kk,
        timezone=timezone,
        kind=type,
        closed_weekdays=closed_weekdays,
    )
    session.flush()
    audit(session, by, "branch.add", code, name_ru=branch.name_ru, name_kk=branch.name_kk)
    return branch


def change_branch(
    session: Session,
    by: int | None,
    branch: Branch,
    *,
    name_ru: str,
    name_kk: str,
    timezone: str,
    type: str,  # noqa: A002 -- the column's name
    closed_weekdays: str,
    active: bool,
    catalogues: Iterable[str] | None = None,
) -> None:
    """Change everything of a branch but its code.

    Raises:
        Invalid: a field cannot be used.
    """
    before = _shown_branch(branch)
    _fill_branch(
        branch,
        name_ru=name_ru,
        name_kk=name_kk,
        timezone=timezone,
        kind=type,
        closed_weekdays=closed_weekdays,
    )
    branch.active = active
    if catalogues is not None:
        branch.catalogues = frozenset(catalogues)
    audit(session, by, "branch.change", branch.code, **_differences(before, _shown_branch(branch)))


def add_department(
    session: Session, by: int | None, branch: Branch, *, code: str, name_ru: str, name_kk: str
) -> Department:
    """Add a department to a branch.

    Raises:
        Invalid: a field cannot be used.
        AlreadyExists: the branch has one with this code.
    """
    code = rules.checked_code(code, N_("Code"))
    if session.scalar(queries.departments(branch).where(Department.code == code)):
        raise AlreadyExists(code=code)
    department = Department(
        branch_id=branch.id,
        code=code,
        name_ru=rules.checked_name(name_ru, N_("Name in Russian")),
        name_kk=rules.checked_name(name_kk, N_("Name in Kazakh")),
    )
    session.add(department)
    audit(session, by, "department.add", f"{branch.code} {code}")
    return department


def add_service_point(
    session: Session,
    by: int | None,
    branch: Branch,
    *,
    code: str,
    name_ru: str,
    name_kk: str,
    type: str = PointType.LENDING,  # noqa: A002 -- the column's name
) -> ServicePoint:
    """Add a place of service to a branch.

    Raises:
        Invalid: a field cannot be used.
        AlreadyExists: the branch has one with this code.
    """
    code = rules.checked_code(code, N_("Code"))
    if type not in set(PointType):
        raise Invalid(N_("Type"), N_("Choose one from the list."))
    if session.scalar(queries.service_points(branch).where(ServicePoint.code == code)):
        raise AlreadyExists(code=code)
    point = ServicePoint(
        branch_id=branch.id,
        code=code,
        type=type,
        name_ru=rules.checked_name(name_ru, N_("Name in Russian")),
        name_kk=rules.checked_name(name_kk, N_("Name in Kazakh")),
    )
    session.add(point)
    audit(session, by, "service_point.add", f"{branch.code} {code}")
    return point


def close_on(session: Session, by: int | None, branch: Branch, *, day: date, reason: str) -> None:
    """Mark a day without service; marking it twice changes the reason."""
    closed = session.scalar(queries.closed_days(branch).where(ClosedDay.day == day))
    if closed is None:
        closed = ClosedDay(branch_id=branch.id, day=day)
        session.add(closed)
    closed.reason = reason.strip()
    audit(session, by, "branch.close_on", branch.code, day=day, reason=closed.reason)


def close_days(session: Session, by: int | None, branch: Branch, days: Mapping[date, str]) -> int:
    """Mark many days without service; days that are marked already stay as they are.

    Returns:
        How many were marked now.
    """
    known = set(session.scalars(queries.closed_days(branch).with_only_columns(ClosedDay.day)))
    new = {day: reason for day, reason in days.items() if day not in known}
    session.add_all(ClosedDay(branch_id=branch.id, day=d, reason=r) for d, r in new.items())
    if new:
        audit(session, by, "branch.close_on", branch.code, day=f"{min(new)} – {max(new)}")
    session.flush()
    return len(new)


def open_on(session: Session, by: int | None, branch: Branch, *, day: date) -> None:
    """Take a closed day back."""
    closed = session.scalar(queries.closed_days(branch).where(ClosedDay.day == day))
    if closed is not None:
        session.delete(closed)
        audit(session, by, "branch.open_on", branch.code, day=day)


def add_staff(
    session: Session,
    by: int | None,
    config: Config,
    *,
    login: str,
    name: str,
    password: str,
    roles: Iterable[Role],
    branch: Branch,
    language: str,
) -> Staff:
    """Open an account.

    Raises:
        Invalid: a field cannot be used.
        AlreadyExists: the login is taken.
    """
    login = rules.checked_code(login, N_("Login")).lower()
    if session.scalar(select(Staff.id).where(Staff.login == login)):
        raise AlreadyExists(code=login)
    staff = Staff(
        login=login,
        name=rules.checked_name(name, N_("Full name")),
        password_hash=_hash(password, config),
        roles=_some(roles),
        branch=branch,
        language=_language(language),
    )
    session.add(staff)
    session.flush()
    audit(session, by, "staff.add", login, roles=sorted(staff.roles), branch=branch.code)
    return staff


def change_staff(
    session: Session,
    by: int | None,
    staff: Staff,
    *,
    name: str,
    roles: Iterable[Role],
    branch: Branch,
    active: bool,
    catalogues: Iterable[str] | None = None,
) -> None:
    """Change an account's name, roles, branch, catalogues, or whether it may sign in.

    Args:
        catalogues: those it may fill within its branch's; none named: all; ``None``: as before.

    Raises:
        Invalid: a field cannot be used.
        LastAdministrator: nobody would be left who can administer.
    """
    before = _shown_staff(staff)
    staff.name = rules.checked_name(name, N_("Full name"))
    staff.roles = _some(roles)
    staff.branch = branch
    staff.active = active
    if catalogues is not None:
        staff.catalogues = frozenset(catalogues)
    session.flush()
    if queries.count_administrators(session) == 0:
        raise LastAdministrator
    audit(session, by, "staff.change", staff.login, **_differences(before, _shown_staff(staff)))


def set_password(
    session: Session, by: int | None, config: Config, staff: Staff, *, password: str
) -> None:
    """Give an account a new password; its other sign-ins end.

    Raises:
        Invalid: the password is too short.
    """
    staff.password_hash = _hash(password, config)
    staff.sign_in_version += 1
    audit(session, by, "staff.password", staff.login)


def set_language(session: Session, by: int, *, language: str) -> None:
    """Keep the language an account works in."""
    session.get_one(Staff, by).language = _language(language)


def sign_in(session: Session, *, login: str, password: str) -> Staff:
    """The account, if the password is right.

    Raises:
        WrongPassword: no such active account, or another password.
    """
    staff = session.scalar(select(Staff).where(Staff.login == login.strip().lower()))
    try:
        _hasher.verify(staff.password_hash if staff else _no_account(), password)
    except (VerificationError, InvalidHashError):
        raise WrongPassword from None
    if staff is None or not staff.active:
        raise WrongPassword
    return staff


def _hash(password: str, config: Config) -> str:
    return _hasher.hash(rules.checked_password(password, config.sign_in.password_length))


def _some(roles: Iterable[Role]) -> frozenset[Role]:
    chosen = frozenset(roles)
    if not chosen:
        raise Invalid(N_("Roles"), N_("Choose at least one."))
    return chosen


def _language(code: str) -> str:
    if code not in rules.LANGUAGES:
        raise Invalid(N_("Language"), N_("Choose one from the list."))
    return code


def _fill_branch(
    branch: Branch, *, name_ru: str, name_kk: str, timezone: str, kind: str, closed_weekdays: str
) -> None:
    if kind not in set(BranchType):
        raise Invalid(N_("Type"), N_("Choose one from the list."))
    branch.name_ru = rules.checked_name(name_ru, N_("Name in Russian"))
    branch.name_kk = rules.checked_name(name_kk, N_("Name in Kazakh"))
    branch.timezone = rules.checked_timezone(timezone)
    branch.type = kind
    branch.closed_weekdays = rules.checked_weekdays(closed_weekdays)


def _shown_branch(branch: Branch) -> dict[str, object]:
    names = ("name_ru", "name_kk", "timezone", "type", "closed_weekdays", "active")
    shown = {name: getattr(branch, name) for name in names}
    return {**shown, "catalogues": sorted(branch.catalogues or ())}


def _shown_staff(staff: Staff) -> dict[str, object]:
    return {
        "name": staff.name,
        "roles": sorted(staff.roles),
        "branch": staff.branch.code,
        "active": staff.active,
        "catalogues": sorted(staff.catalogues or ()),
    }


def _differences(before: dict[str, object], after: dict[str, object]) -> dict[str, object]:
    return {key: [before[key], after[key]] for key in after if before[key] != after[key]}


def _plain(value: object) -> Any:
    return value.isoformat() if isinstance(value, date) else value
