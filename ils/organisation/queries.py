"""Reading the organisation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.orm import Session

from ils.errors import N_, NotFound
from ils.organisation.models import (
    AuditEntry,
    Branch,
    ClosedDay,
    Department,
    Role,
    ServicePoint,
    Staff,
)
from ils.organisation.rules import Calendar
from ils.web import SignedIn, Workplace

# Statements of every scan, built once: building one costs more than running it.
_SIGNED_IN = (
    select(Staff.login, Staff.name, Staff.language, Staff.roles)
    .add_columns(Branch.id, Branch.code, Branch.name_ru, Branch.name_kk, Branch.timezone)
    .join(Branch, Branch.id == Staff.branch_id)
    .where(
        Staff.id == bindparam("staff"),
        Staff.sign_in_version == bindparam("version"),
        Staff.active,
    )
)
_CALENDAR = (
    select(Branch.closed_weekdays, ClosedDay.day)
    .outerjoin(
        ClosedDay, and_(ClosedDay.branch_id == Branch.id, ClosedDay.day >= bindparam("first"))
    )
    .where(Branch.id == bindparam("branch"))
)


class UnknownBranch(NotFound):
    """No branch has this code."""

    code = "unknown_branch"
    message = N_("There is no branch with the code “%(branch)s”.")


class UnknownStaff(NotFound):
    """No account has this login."""

    code = "unknown_staff"
    message = N_("There is no account “%(login)s”.")


def branches() -> Select[Branch]:
    """All branches, the central one first."""
    return select(Branch).order_by(Branch.type != "central", Branch.code)


def branch_by_code(session: Session, code: str) -> Branch:
    """A branch.

    Raises:
        UnknownBranch: no branch has this code.
    """
    branch = session.scalar(select(Branch).where(Branch.code == code))
    if branch is None:
        raise UnknownBranch(branch=code)
    return branch


def service_points(branch: Branch) -> Select[ServicePoint]:
    """Where the branch serves readers."""
    return service_points_of(branch.id)


def service_points_of(branch_id: int) -> Select[ServicePoint]:
    """Where a branch serves readers, by its id."""
    query = select(ServicePoint).where(ServicePoint.branch_id == branch_id)
    return query.order_by(ServicePoint.code)


def departments(branch: Branch) -> Select[Department]:
    """Departments of the branch."""
    return select(Department).where(Department.branch_id == branch.id).order_by(Department.code)


def closed_days(branch: Branch) -> Select[ClosedDay]:
    """Days without service, latest first."""
    return select(ClosedDay).where(ClosedDay.branch_id == branch.id).order_by(ClosedDay.day.desc())


def calendar(session: Session, branch_id: int, first: date) -> Calendar:
    """When a branch does not work, from ``first`` on."""
    rows = session.execute(_CALENDAR, {"branch": branch_id, "first": first}).all()
    return Calendar(rows[0][0], {day for _, day in rows if day is not None})


def staff_members() -> Select[Staff]:
    """All accounts, by login."""
    return select(Staff).order_by(Staff.login)


def staff_by_login(session: Session, login: str) -> Staff:
    """An account.

    Raises:
        UnknownStaff: there is none.
    """
    staff = session.scalar(select(Staff).where(Staff.login == login))
    if staff is None:
        raise UnknownStaff(login=login)
    return staff


def signed_in(session: Session, staff_id: int, version: int) -> SignedIn | None:
    """Who a sign-in belongs to, while the account is active and its password unchanged."""
    found = session.execute(_SIGNED_IN, {"staff": staff_id, "version": version}).one_or_none()
    if found is None:
        return None
    login, name, language, roles, *branch = found
    return SignedIn(staff_id, login, name, language, roles, Workplace(*branch))


def count_administrators(session: Session) -> int:
    """How many active accounts may administer."""
    active = session.scalars(select(Staff).where(Staff.active))
    return sum(Role.ADMINISTRATOR in staff.roles for staff in active)


def audit_entries() -> Select[AuditEntry, str]:
    """The audit trail with the login of who acted, latest first."""
    return (
        select(AuditEntry, Staff.login)
        .outerjoin(Staff, Staff.id == AuditEntry.staff_id)
        .order_by(AuditEntry.id.desc())
    )


def names_of(session: Session, language: str) -> dict[int, tuple[str, str]]:
    """Branch id → (code, name)."""
    found: Sequence[Branch] = session.scalars(branches()).all()
    return {branch.id: (branch.code, branch.name(language)) for branch in found}


def is_empty(session: Session) -> bool:
    """Whether the library has no branch yet."""
    return not session.scalar(select(func.count()).select_from(Branch))
