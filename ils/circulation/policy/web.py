"""Settings: the lending rules, and why a value holds."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import web
from ils.circulation.keyboard import readings
from ils.circulation.policy import actions, rules
from ils.circulation.policy import queries as policy_queries
from ils.circulation.policy.models import CirculationRule
from ils.circulation.policy.queries import terms_at
from ils.errors import IlsError
from ils.holdings.items.queries import item_by_code
from ils.labels import LABELS
from ils.organisation.branches.queries import branch_by_code, names_of
from ils.organisation.permissions import Permission
from ils.patrons import queries as patron_queries

lending = Blueprint("lending", __name__, url_prefix="/staff/settings/lending")


@lending.get("/")
@web.page(Permission.VIEW_RULES)
def rules_page(session: Session) -> ResponseReturnValue:
    """All rules, the widest last; a form for another; the reader and copy to explain."""
    return _page(session, None, {}, None)


@lending.post("/")
@web.page(Permission.EDIT_RULES, write=True)
def save(session: Session) -> ResponseReturnValue:
    """Add or change a rule."""
    rule_id, form = web.form_int("rule"), request.form
    try:
        with session.begin_nested():
            actions.save_rule(
                session,
                g.staff.id,
                rule_id,
                branch=branch_by_code(session, form["branch"]) if form.get("branch") else None,
                category=form.get("category") or None,
                material=form.get("material") or None,
                values={
                    name: rules.checked_value(name, form.get(name, ""), LABELS["rule_value"][name])
                    for name in rules.VALUES
                },
                categories=web.current().config.lists.categories,
            )
    except IlsError as error:
        return _page(session, rule_id, form, error)
    return redirect(url_for("lending.rules_page"))


@lending.get("/<id:rule_id>")
@web.page(Permission.EDIT_RULES)
def edit(session: Session, rule_id: int) -> ResponseReturnValue:
    """The form with a rule."""
    rule = actions.rule_by_id(session, rule_id)
    branches = names_of(session, web.language())
    scope = {
        "branch": branches[rule.branch_id][0] if rule.branch_id else "",
        "category": rule.category or "",
        "material": rule.material or "",
    }
    return _page(session, rule_id, scope | _texts(rule), None)


@lending.post("/<id:rule_id>/delete")
@web.page(Permission.EDIT_RULES, write=True)
def delete(session: Session, rule_id: int) -> ResponseReturnValue:
    """Take a rule away."""
    actions.delete_rule(session, g.staff.id, rule_id)
    return redirect(url_for("lending.rules_page"))


def _texts(rule: CirculationRule) -> dict[str, str]:
    return {name: str(value) for name, value in actions.shown(rule).items()}


def _page(
    session: Session, rule_id: int | None, values: object, error: IlsError | None
) -> ResponseReturnValue:
    config = web.current().config
    page = render_template(
        "circulation/rules.html",
        rules=[
            (rule, policy_queries.rule_of(rule)) for rule in policy_queries.stored_rules(session)
        ],
        default=rules.default_rule(config.circulation),
        limits=rules.LIMITS,
        names=rules.VALUES,
        branches=names_of(session, web.language()),
        rule_id=rule_id,
        v=values,
        error=web.translated(error) if error else "",
        **_explained(session),
    )
    return page, error.status if error else 200


def _explained(session: Session) -> dict[str, object]:
    """For a reader and a copy: each value, and the rule it comes from."""
    card, code = request.args.get("card", ""), request.args.get("code", "")
    patron = patron_queries.patron_by_card(session, readings(card)) if card else None
    item = item_by_code(session, readings(code)) if code else None
    asked: dict[str, object] = {
        "card": card,
        "code": code,
        "patron": patron,
        "item": item,
        "terms": None,
    }
    if patron is None:
        return asked
    material = item.record.material if item else None
    here = g.staff.branch.id
    (terms,) = terms_at(session, web.current().config, here, patron.category, material)
    return asked | {"terms": terms}
