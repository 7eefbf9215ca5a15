"""Plans and declared values with their history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ils.organisation.branches.models import Branch
from ils.organisation.staff.models import Staff
from ils.stats.models import DeclaredValue, PlanValue, PlanVersion


def declared_values(
    key: str | None = None, branch_id: int | None = None
) -> Select[DeclaredValue, str | None, str | None]:
    """Declared values with who said so and for which branch, the latest first."""
    query = (
        select(DeclaredValue, Staff.login, Branch.code)
        .outerjoin(Staff, Staff.id == DeclaredValue.declared_by)
        .outerjoin(Branch, Branch.id == DeclaredValue.branch_id)
        .where(DeclaredValue.source != "system")
        .order_by(DeclaredValue.declared_at.desc(), DeclaredValue.id.desc())
    )
    if key:
        query = query.where(DeclaredValue.key == key)
    if branch_id is not None:
        query = query.where(DeclaredValue.branch_id == branch_id)
    return query


def plan_versions(
    year: int | None = None, branch: Branch | None = None
) -> Select[PlanVersion, str | None]:
    """Settings and changes of plans with who made them, the latest first."""
    query = (
        select(PlanVersion, Staff.login)
        .outerjoin(Staff, Staff.id == PlanVersion.set_by)
        .order_by(PlanVersion.set_at.desc(), PlanVersion.id.desc())
    )
    touched = select(PlanValue.version_id)
    if year is not None:
        touched = touched.where(PlanValue.year == year)
    if branch is not None:
        touched = touched.where(PlanValue.branch_id == branch.id)
    return query.where(PlanVersion.id.in_(touched))


@dataclass(frozen=True)
class PlanChange:
    """What a version set: a line of the plan with its quarters, of a branch or of the system."""

    table: str
    row: str
    branch: str | None
    quarters: tuple[int | None, ...]


def changes_of(session: Session, versions: Sequence[PlanVersion]) -> dict[int, list[PlanChange]]:
    """Version → what it set, line by line."""
    query = (
        select(PlanValue, Branch.code)
        .outerjoin(Branch, Branch.id == PlanValue.branch_id)
        .where(PlanValue.version_id.in_([version.id for version in versions]))
        .order_by(PlanValue.id)
    )
    found: dict[int, dict[tuple[str, str, str | None], list[int | None]]] = defaultdict(dict)
    for one, code in session.execute(query):
        line = found[one.version_id].setdefault((one.table_id, one.row, code), [None] * 4)
        line[one.quarter - 1] = one.value
    return {
        version: [PlanChange(*key, tuple(quarters)) for key, quarters in lines.items()]
        for version, lines in found.items()
    }


def standing_plans(
    session: Session, year: int, branch_id: int | None
) -> dict[tuple[str, str], list[int | None]]:
    """(table, row) → the plan of each quarter that stands, of a branch or of the system."""
    query = (
        select(PlanValue)
        .join(PlanVersion, PlanVersion.id == PlanValue.version_id)
        .where(PlanValue.year == year)
        .order_by(PlanVersion.set_at, PlanVersion.id)
    )
    if branch_id is None:
        query = query.where(PlanValue.branch_id.is_(None))
    else:
        query = query.where(PlanValue.branch_id == branch_id)
    found: dict[tuple[str, str], list[int | None]] = {}
    for one in session.scalars(query):
        found.setdefault((one.table_id, one.row), [None] * 4)[one.quarter - 1] = one.value
    return {key: values for key, values in found.items() if any(v is not None for v in values)}


#: The source of what the system notes itself.
SYSTEM = "system"


def first_noted(session: Session, key: str) -> date | None:
    """The first day the system noted a value of."""
    own = (DeclaredValue.key == key, DeclaredValue.source == SYSTEM)
    return session.scalar(select(func.min(DeclaredValue.start)).where(*own))


def value_noted(session: Session, key: str, day: date) -> bool:
    """Whether the system has noted a value on a day."""
    query = select(DeclaredValue.id).where(DeclaredValue.key == key, DeclaredValue.start == day)
    return session.scalar(query.limit(1)) is not None
