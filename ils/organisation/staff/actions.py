"""Accounts: opened, changed, signed in to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import clock, passwords
from ils.config import Config
from ils.errors import N_, Invalid
from ils.organisation.audit.actions import audit, differences
from ils.organisation.branches import rules as branch_rules
from ils.organisation.branches.models import Branch
from ils.organisation.branches.rules import AlreadyExists
from ils.organisation.staff import queries as staff_queries
from ils.organisation.staff import rules as staff_rules
from ils.organisation.staff.models import Role, Staff
from ils.organisation.staff.rules import LastAdministrator, WrongPassword


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
    login = branch_rules.checked_code(login, N_("Login")).lower()
    if session.scalar(select(Staff.id).where(Staff.login == login)):
        raise AlreadyExists(code=login)
    staff = Staff(
        login=login,
        name=branch_rules.checked_name(name, N_("Full name")),
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
    staff.name = branch_rules.checked_name(name, N_("Full name"))
    staff.roles = _some(roles)
    staff.branch = branch
    if staff.active and not active:
        staff.sign_in_version += 1  # no cookie of before opens anything when it is active again
    staff.active = active
    if catalogues is not None:
        staff.catalogues = frozenset(catalogues)
    session.flush()
    if staff_queries.count_administrators(session) == 0:
        raise LastAdministrator
    audit(session, by, "staff.change", staff.login, **differences(before, _shown_staff(staff)))


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


def sign_out(session: Session, by: int, sitting: str, config: Config) -> None:
    """End one sign-in of an account: its cookie, wherever it was copied to, is void."""
    staff, now = session.get_one(Staff, by), clock.now()
    void = (now + timedelta(hours=config.sign_in.hours)).isoformat()
    later = {one: until for one, until in staff.ended_sittings.items() if until > now.isoformat()}
    staff.ended_sittings = {**later, sitting: void}
    audit(session, by, "staff.sign_out", staff.login)


def set_language(session: Session, by: int, *, language: str) -> None:
    """Keep the language an account works in."""
    session.get_one(Staff, by).language = _language(language)


def sign_in(session: Session, *, login: str, password: str) -> Staff:
    """The account, if the password is right.

    Raises:
        WrongPassword: no such active account, or another password.
    """
    staff = session.scalar(select(Staff).where(Staff.login == login.strip().lower()))
    right = passwords.fits(staff.password_hash if staff else None, password)
    if staff is None or not right or not staff.active:
        raise WrongPassword
    return staff


def _hash(password: str, config: Config) -> str:
    return passwords.hashed(staff_rules.checked_password(password, config.sign_in.password_length))


def _some(roles: Iterable[Role]) -> frozenset[Role]:
    chosen = frozenset(roles)
    if not chosen:
        raise Invalid(N_("Roles"), N_("Choose at least one."))
    return chosen


def _language(code: str) -> str:
    if code not in staff_rules.LANGUAGES:
        raise Invalid(N_("Language"), N_("Choose one from the list."))
    return code


def _shown_staff(staff: Staff) -> dict[str, object]:
    return {
        "name": staff.name,
        "roles": sorted(staff.roles),
        "branch": staff.branch.code,
        "active": staff.active,
        "catalogues": sorted(staff.catalogues or ()),
    }
