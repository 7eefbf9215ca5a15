"""Keeping the lending rules."""

from __future__ import annotations

from collections.abc import Container, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils.circulation.policy import queries
from ils.circulation.policy.models import CirculationRule
from ils.circulation.policy.rules import VALUES
from ils.errors import N_, Invalid, NotFound, Refused
from ils.ledger import Material
from ils.organisation.audit.actions import audit
from ils.organisation.branches.models import Branch


class RuleExists(Refused):
    """The scope has a rule already."""

    code = "rule_exists"
    message = N_("There is a rule for the same branch, category and kind of document already.")


class UnknownRule(NotFound):
    """No rule has this number."""

    code = "unknown_rule"
    message = N_("There is no such rule.")


def save_rule(
    session: Session,
    by: int | None,
    rule_id: int | None,
    *,
    branch: Branch | None,
    category: str | None,
    material: str | None,
    values: Mapping[str, int | str | None],
    categories: Container[str],
) -> CirculationRule:
    """Add a rule or change one.

    Raises:
        Invalid: the scope names something unknown, or no value is given.
        RuleExists: another rule has this scope.
        UnknownRule: there is none with this number.
    """
    if category is not None and category not in categories:
        raise Invalid(N_("Category"), N_("Choose one from the list."))
    if material is not None and material not in set(Material):
        raise Invalid(N_("Material"), N_("Choose one from the list."))
    if not any(value is not None for value in values.values()):
        raise Invalid(N_("Rule"), N_("Give it at least one value."))
    if values.get("max_holds") is not None and material is not None:
        raise Invalid(N_("Maximum holds"), N_("It counts all kinds of documents together."))
    rule = rule_by_id(session, rule_id) if rule_id else CirculationRule()
    code = branch.code if branch else None
    scope = "|".join(part or "*" for part in (code, category, material))
    same = select(CirculationRule.id).where(CirculationRule.scope == scope)
    if session.scalar(same) not in {None, rule.id}:
        raise RuleExists
    before = shown(rule)
    rule.scope, rule.category, rule.material = scope, category, material
    rule.branch_id = branch.id if branch else None
    for name in VALUES:
        setattr(rule, name, values.get(name))
    session.add(rule)
    session.flush()
    after = shown(rule)
    changed = {n: [before.get(n), after.get(n)] for n in VALUES if before.get(n) != after.get(n)}
    audit(session, by, "rule.save", scope, **changed)
    return rule


def delete_rule(session: Session, by: int | None, rule_id: int) -> None:
    """Take a rule away; what it said is decided by wider ones.

    Raises:
        UnknownRule: there is none with this number.
    """
    rule = rule_by_id(session, rule_id)
    audit(session, by, "rule.delete", rule.scope, **shown(rule))
    session.delete(rule)
    session.flush()


def rule_by_id(session: Session, rule_id: int) -> CirculationRule:
    """A rule.

    Raises:
        UnknownRule: there is none with this number.
    """
    rule = session.get(CirculationRule, rule_id)
    if rule is None:
        raise UnknownRule
    return rule


def shown(rule: CirculationRule) -> dict[str, object]:
    """The values a rule says."""
    return dict(queries.rule_of(rule).values)
