"""Branches: opened, changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import clock
from ils.errors import N_, Invalid
from ils.organisation.audit.actions import audit, differences
from ils.organisation.branches import queries as branch_queries
from ils.organisation.branches import rules as branch_rules
from ils.organisation.branches.models import Branch, BranchType, Department, PointType, ServicePoint
from ils.organisation.branches.rules import AlreadyExists

#: What is said of a branch in words: where and when readers find it, who is near.
IN_WORDS = ("address_ru", "address_kk", "hours_ru", "hours_kk", "phone", "route")


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
    code = branch_rules.checked_code(code, N_("Code"))
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
    van_weekdays: str = "",
    in_words: Mapping[str, str] | None = None,
) -> None:
    """Change everything of a branch but its code.

    Args:
        in_words: of `IN_WORDS`; ``None``: as before.

    Raises:
        Invalid: a field cannot be used.
    """
    before, was = _shown_branch(branch), branch.type
    _fill_branch(
        branch,
        name_ru=name_ru,
        name_kk=name_kk,
        timezone=timezone,
        kind=type,
        closed_weekdays=closed_weekdays,
    )
    if branch.type != was:
        today = clock.local_day(clock.now(), branch.timezone)
        branch.former_types = [*branch.former_types, [today.isoformat(), str(was)]]
    branch.active = active
    for name, text in (in_words or {}).items():
        setattr(branch, name, " ".join(text.split()))
    branch.van_weekdays = branch_rules.checked_van_days(van_weekdays)
    if catalogues is not None:
        branch.catalogues = frozenset(catalogues)
    audit(session, by, "branch.change", branch.code, **differences(before, _shown_branch(branch)))


def add_department(
    session: Session, by: int | None, branch: Branch, *, code: str, name_ru: str, name_kk: str
) -> Department:
    """Add a department to a branch.

    Raises:
        Invalid: a field cannot be used.
        AlreadyExists: the branch has one with this code.
    """
    code = branch_rules.checked_code(code, N_("Code"))
    if session.scalar(branch_queries.departments(branch).where(Department.code == code)):
        raise AlreadyExists(code=code)
    department = Department(
        branch_id=branch.id,
        code=code,
        name_ru=branch_rules.checked_name(name_ru, N_("Name in Russian")),
        name_kk=branch_rules.checked_name(name_kk, N_("Name in Kazakh")),
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
    code = branch_rules.checked_code(code, N_("Code"))
    if type not in set(PointType):
        raise Invalid(N_("Type"), N_("Choose one from the list."))
    if session.scalar(branch_queries.service_points(branch).where(ServicePoint.code == code)):
        raise AlreadyExists(code=code)
    point = ServicePoint(
        branch_id=branch.id,
        code=code,
        type=type,
        name_ru=branch_rules.checked_name(name_ru, N_("Name in Russian")),
        name_kk=branch_rules.checked_name(name_kk, N_("Name in Kazakh")),
    )
    session.add(point)
    audit(session, by, "service_point.add", f"{branch.code} {code}")
    return point


def _fill_branch(
    branch: Branch, *, name_ru: str, name_kk: str, timezone: str, kind: str, closed_weekdays: str
) -> None:
    if kind not in set(BranchType):
        raise Invalid(N_("Type"), N_("Choose one from the list."))
    branch.name_ru = branch_rules.checked_name(name_ru, N_("Name in Russian"))
    branch.name_kk = branch_rules.checked_name(name_kk, N_("Name in Kazakh"))
    branch.timezone = branch_rules.checked_timezone(timezone)
    branch.type = kind
    branch.closed_weekdays = branch_rules.checked_weekdays(closed_weekdays)


def _shown_branch(branch: Branch) -> dict[str, object]:
    names = ("name_ru", "name_kk", "timezone", "type", "closed_weekdays", "van_weekdays", "active",
             *IN_WORDS)  # fmt: skip
    shown = {name: getattr(branch, name) for name in names}
    return {**shown, "catalogues": sorted(branch.catalogues or ())}
