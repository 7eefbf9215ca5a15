"""Reading accounts and what they administered."""

from __future__ import annotations

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from ils import kept
from ils.errors import N_, NotFound
from ils.organisation.audit.models import AuditEntry
from ils.organisation.branches.models import Branch
from ils.organisation.staff.models import Role, Staff
from ils.web import SignedIn, Workplace

# Statements of every scan, built once: building one costs more than running it.
_SIGNED_IN = (
    select(Staff.ended_sittings, Staff.login, Staff.name, Staff.language, Staff.roles)
    .add_columns(Staff.views, kept.NUMBER)
    .add_columns(Branch.id, Branch.code, Branch.name_ru, Branch.name_kk, Branch.timezone)
    .join(Branch, Branch.id == Staff.branch_id)
    .where(
        Staff.id == bindparam("staff"),
        Staff.sign_in_version == bindparam("version"),
        Staff.active,
    )
)


class UnknownStaff(NotFound):
    """No account has this login."""

    code = "unknown_staff"
    message = N_("There is no account “%(login)s”.")


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


def signed_in(session: Session, staff_id: int, version: int, sitting: str) -> SignedIn | None:
    """Who a sign-in belongs to, until its sign-out, a new password or the end of the account."""
    found = session.execute(_SIGNED_IN, {"staff": staff_id, "version": version}).one_or_none()
    if found is None or sitting in found.ended_sittings:
        return None
    _, login, name, language, roles, views, settings, *branch = found
    kept.note(session, settings)
    own = [(called, address) for called, address in views]
    return SignedIn(staff_id, login, name, language, roles, Workplace(*branch), own)


def count_administrators(session: Session) -> int:
    """How many active accounts may administer."""
    active = session.scalars(select(Staff).where(Staff.active))
    return sum(Role.ADMINISTRATOR in staff.roles for staff in active)


def audit_of(subject: str, actions: str) -> Select[AuditEntry, str]:
    """What was done to a subject, by whom, the latest first; of actions that begin so."""
    query = select(AuditEntry, Staff.name).outerjoin(Staff, Staff.id == AuditEntry.staff_id)
    own = (AuditEntry.subject == subject, AuditEntry.action.startswith(actions, autoescape=True))
    return query.where(*own).order_by(AuditEntry.id.desc())


def audit_entries() -> Select[AuditEntry, str]:
    """The audit trail with the login of who acted, latest first."""
    return (
        select(AuditEntry, Staff.login)
        .outerjoin(Staff, Staff.id == AuditEntry.staff_id)
        .order_by(AuditEntry.id.desc())
    )


def is_empty(session: Session) -> bool:
    """Whether the library has no branch yet."""
    return not session.scalar(select(func.count()).select_from(Branch))
