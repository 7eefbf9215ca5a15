"""Plans set and changed, values declared. Nothing is overwritten: the latest stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import clock
from ils.db import bulk_insert, new_id
from ils.documents import spreadsheets
from ils.errors import N_, Invalid
from ils.organisation.branches.models import Branch
from ils.organisation.branches.rules import checked_name
from ils.stats.definitions.schema import Definitions
from ils.stats.models import DeclaredValue, PlanValue, PlanVersion
from ils.stats.plans import queries, rules
from ils.stats.plans.rules import BadPlan, Planned


class PlanRejected(Invalid):
    """At least one line of a plan cannot be used; nothing was changed. ``lines``: (number, why)."""

    code = "plan_rejected"
    message = N_("The plan was not changed: %(count)s lines cannot be used.")

    def __init__(self, lines: list[tuple[int, BadPlan]]) -> None:
        """Keep every bad line."""
        super().__init__(count=len(lines))
        self.lines = lines


def declare_value(
    session: Session,
    definitions: Definitions,
    *,
    staff_id: int | None,
    key: str,
    day: date,
    value: Decimal | None,
    source: str,
    branch: Branch | None = None,
) -> DeclaredValue:
    """Write down what nobody can count, for the period a day belongs to.

    Raises:
        Counted: the ledger counts it, or the system noted it by then.
        Invalid: no source is named.
    """
    input_ = rules.declarable(definitions, key)
    if input_.noted and day >= (queries.first_noted(session, key) or clock.now().date()):
        raise rules.CountedByLedger(key=key)
    period = rules.declared_period(input_, day)
    declared = DeclaredValue(
        key=key,
        branch_id=branch.id if branch else None,
        start=period.start,
        end=period.end,
        value=value,
        source=checked_name(source, N_("Source")),
        declared_at=clock.now(),
        declared_by=staff_id,
    )
    session.add(declared)
    session.flush()
    return declared


def note_value(session: Session, key: str, branch_id: int | None, day: date, value: int) -> None:
    """Write down what is seen on a day and nobody may declare; ``None``: of the whole system."""
    period = clock.Period.inclusive(day, day)
    session.add(
        DeclaredValue(
            key=key,
            branch_id=branch_id,
            start=period.start,
            end=period.end,
            value=Decimal(value),
            source=queries.SYSTEM,
            declared_at=clock.now(),
        )
    )


def set_plans(
    session: Session, *, staff_id: int | None, reason: str, planned: Iterable[Planned]
) -> PlanVersion:
    """Set or change plans, as one version.

    Raises:
        Invalid: no reason is given, or nothing is planned.
    """
    rows = list(planned)
    if not rows:
        raise Invalid(N_("Plan"), N_("There is nothing to set."))
    version = PlanVersion(
        set_at=clock.now(), set_by=staff_id, reason=checked_name(reason, N_("Reason"))
    )
    session.add(version)
    session.flush()
    codes = {b.code: b.id for b in session.scalars(select(Branch))}
    bulk_insert(
        session,
        PlanValue,
        [
            {
                "id": new_id(),
                "version_id": version.id,
                "table_id": one.table,
                "row": one.row,
                "branch_id": codes[one.branch] if one.branch else None,
                "year": one.year,
                "quarter": quarter,
                "value": value,
            }
            for one in rows
            for quarter, value in enumerate(one.quarters, 1)
        ],
    )
    return version


def read_plans(
    session: Session, known: set[tuple[str, str]], rows: Iterable[Sequence[str]]
) -> list[Planned]:
    """The lines of a plan file; its first line names the columns and is passed over.

    Raises:
        PlanRejected: with every bad line, or with two for the same thing.
    """
    branches = set(session.scalars(select(Branch.code)))
    found: dict[tuple[object, ...], Planned] = {}
    bad: list[tuple[int, BadPlan]] = []
    for number, cells in enumerate(rows, 1):
        if number == 1 or not any(cell.strip() for cell in cells):
            continue
        try:
            one = rules.planned_row(list(cells), known, branches)
        except BadPlan as error:
            bad.append((number, error))
            continue
        if one is None:
            continue
        key = (one.table, one.row, one.branch, one.year)
        if key in found:
            bad.append((number, BadPlan(N_("it stands twice in the file"), cells[0])))
        found[key] = one
    if bad:
        raise PlanRejected(bad)
    return list(found.values())


def plan_file(
    keys: Iterable[tuple[str, str]],
    standing: Mapping[tuple[str, str], Sequence[int | None]],
    year: int,
    branch: str,
) -> bytes:
    """A CSV with the plans that stand, to be changed and read again; empty lines change nothing."""
    head = ("indicator", "branch", "year", "I", "II", "III", "IV")
    body = [
        (f"{table}.{row}", branch, str(year),
         *("" if value is None else str(value) for value in standing.get((table, row), [None] * 4)))
        for table, row in keys
    ]  # fmt: skip
    return spreadsheets.as_csv(head, body)
