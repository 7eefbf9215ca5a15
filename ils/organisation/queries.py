"""Reading the organisation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, func, select
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
    return (
        select(ServicePoint)
        .where(ServicePoint.branch_id == branch.id)
        .order_by(ServicePoint.code)
    )


def departments(branch: Branch) -> Select[Department]:
    """Departments of the branch."""
    return select(Department).where(Department.branch_id == branch.id).order_by(Department.code)


def closed_days(branch: Branch) -> Select[ClosedDay]:
    """Days without service, latest first."""
    return select(ClosedDay).where(ClosedDay.branch_id == branch.id).order_by(ClosedDay.day.desc())


def closed_dates(session: Session, branch_id: int, first: date) -> set[date]:
    """Closed days of a branch from ``first`` on."""
    query = select(ClosedDay.day).where(ClosedDay.branch_id == branch_id, ClosedDay.day >= first)
    return set(session.scalars(query))


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


def signed_in(session: Session, staff_id: int, version: int) -> Staff | None:
    """The account of a sign-in, while the account is active and the password unchanged."""
    staff = session.get(Staff, staff_id)
    if staff is None or not staff.active or staff.sign_in_version != version:
        return None
    return staff


def count_administrators(session: Session) -> int:
    """How many active accounts may administer."""
    active = session.scalars(select(Staff).where(Staff.active))
    return sum(Role.ADMINISTRATOR in staff.roles for staff in active)


def audit_entries() -> Select[tuple[AuditEntry, str | None]]:
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
