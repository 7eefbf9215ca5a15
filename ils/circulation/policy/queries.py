"""Which policy holds for a reader and a copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Row,
    select,
)
from sqlalchemy.orm import Session

from ils.circulation.policy import rules as lending
from ils.circulation.policy.models import CirculationRule
from ils.circulation.policy.rules import VALUES, LoanPolicy, PolicyRule
from ils.config import Config
from ils.kept import of_settings


def terms_at(
    session: Session, config: Config, branch_id: int, category: str, *materials: str | None
) -> tuple[LoanPolicy, ...]:
    """What holds at a branch for a reader of a category, for each of the materials."""
    stored, path = lending_rules(session), config.lists.category_path(category)
    return tuple(
        lending.policy_for(
            stored, config.circulation, branch_id=branch_id, categories=path, material=material
        )
        for material in materials
    )


_RULES = select(CirculationRule).order_by(CirculationRule.id)
# Columns alone: a scan needs no objects of them.
_VALUES_OF_RULES = select(
    *(getattr(CirculationRule, n) for n in ("id", "branch_id", "category", "material", *VALUES))
).order_by(CirculationRule.id)


def lending_rules(session: Session) -> list[PolicyRule]:
    """The lending rules, without the configuration."""
    return of_settings(
        session, "rules", lambda: [rule_of(row) for row in session.execute(_VALUES_OF_RULES)]
    )


def stored_rules(session: Session) -> Sequence[CirculationRule]:
    """The lending rules as they are kept."""
    return session.scalars(_RULES).all()


def rule_of(row: CirculationRule | Row[Any]) -> PolicyRule:
    """A stored rule, or its columns, as the rules know it."""
    said = {name: getattr(row, name) for name in VALUES}
    values = {name: value for name, value in said.items() if value is not None}
    return PolicyRule(row.id, row.branch_id, row.category, row.material, values)
