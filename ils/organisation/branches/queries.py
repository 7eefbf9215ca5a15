"""Reading branches."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ils import clock
from ils.errors import N_, NotFound
from ils.ledger import Channel, Origin
from ils.organisation.branches.models import Branch, BranchType, Department, ServicePoint
from ils.organisation.branches.rules import BranchClosed


class UnknownBranch(NotFound):
    """No branch has this code."""

    code = "unknown_branch"
    message = N_("There is no branch with the code “%(branch)s”.")


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


def origin_now(
    session: Session, branch_id: int, channel: Channel, staff_id: int | None = None
) -> Origin:
    """An act of nobody's page, now, at a branch: of the worker, or after the fact."""
    branch, now = session.get_one(Branch, branch_id), clock.now()
    return Origin(now, clock.local_day(now, branch.timezone), branch.id, staff_id, channel)


def central(session: Session) -> Branch:
    """The central library; of a system that names none, the branch that was opened first.

    Raises:
        UnknownBranch: none is open yet.
    """
    first = (Branch.type != BranchType.CENTRAL, Branch.id)
    found = session.scalars(select(Branch).where(Branch.active).order_by(*first).limit(1)).first()
    if found is None:
        raise UnknownBranch(branch="")
    return found


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


def names_of(session: Session, language: str) -> dict[int, tuple[str, str]]:
    """Branch id → (code, name)."""
    found: Sequence[Branch] = session.scalars(branches()).all()
    return {branch.id: (branch.code, branch.name(language)) for branch in found}


def check_working(session: Session, branch_id: int) -> None:
    """Ask whether a branch works.

    Raises:
        BranchClosed: it does not.
    """
    branch = session.get_one(Branch, branch_id)
    if not branch.active:
        raise BranchClosed(name=branch.code)


def working(session: Session, language: str) -> list[tuple[str, str]]:
    """(code, name) of branches that work, to choose from."""
    found = session.scalars(branches().where(Branch.active))
    return [(branch.code, branch.name(language)) for branch in found]


def branches_by_name(session: Session) -> dict[str, int]:
    """Code or name of a branch in lower case → its id."""
    found: dict[str, int] = {}
    for language in ("ru", "kk"):
        for number, (code, name) in names_of(session, language).items():
            found |= {code.casefold(): number, name.casefold(): number}
    return found
