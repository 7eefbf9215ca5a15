"""Settings: the lending rules, and why a value holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import make_dataclass
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.circulation.policy import actions, rules
from ils.circulation.policy import queries as policy_queries
from ils.circulation.policy.models import CirculationRule
from ils.circulation.policy.queries import terms_at
from ils.codes.keyboard import readings
from ils.errors import N_
from ils.fields import FieldKind, described
from ils.holdings.items.queries import item_by_code
from ils.labels import LABELS
from ils.organisation.branches.queries import branch_by_code, names_of
from ils.organisation.permissions import Permission
from ils.patrons import queries as patron_queries
from ils.web.filled import Form

lending = Blueprint("lending", __name__, url_prefix="/staff/settings/lending")


ALL_BRANCHES, ALL_READERS = N_("all branches"), N_("all readers")


def _rule_data() -> type[Any]:
    """The form of a rule: its scope, and a value for each of `rules.VALUES`, or none."""
    scope = [
        ("branch", str, described(N_("Branch"), FieldKind.CHOICE, empty=ALL_BRANCHES, default="")),
        ("category", str,
         described(N_("Category"), codes="categories", empty=ALL_READERS, default="")),
        ("material", str,
         described(N_("Material"), codes="material", empty=N_("all documents"), default="")),
        ("lending", str,
         described(LABELS["rule_value"]["lending"], codes="lending", empty="", default="")),
    ]  # fmt: skip
    numbers = [
        (name, str,
         described(LABELS["rule_value"][name], default="", width="short", hint=f"{least}–{most}"))
        for name, (least, most) in rules.LIMITS.items()
    ]  # fmt: skip
    return make_dataclass("RuleData", [*scope, *numbers], frozen=True)


RULE = _rule_data()


@lending.get("/")
@web.page(Permission.VIEW_RULES)
def rules_page(session: Session) -> ResponseReturnValue:
    """All rules, the widest last; a form for another; the reader and copy to explain."""
    return _page(session, None, _form(session, {}))


def _form(session: Session, values: Mapping[str, object] | None) -> Form[Any]:
    return Form(RULE, values, choices={"branch": list(names_of(session, web.language()).values())})


@lending.post("/")
@web.page(Permission.EDIT_RULES, write=True)
def save(session: Session) -> ResponseReturnValue:
    """Add or change a rule."""
    rule_id = web.form_int("rule")

    def work(data: Any) -> ResponseReturnValue:
        actions.save_rule(
            session,
            g.staff.id,
            rule_id,
            branch=branch_by_code(session, data.branch) if data.branch else None,
            category=data.category or None,
            material=data.material or None,
            values={
                name: rules.checked_value(name, getattr(data, name), LABELS["rule_value"][name])
                for name in rules.VALUES
            },
            categories=web.current().config.lists.categories,
        )
        return redirect(url_for("lending.rules_page"))

    form = _form(session, None)
    return web.handled(session, form, work, lambda form: _page(session, rule_id, form))


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
    return _page(session, rule_id, _form(session, scope | _texts(rule)))


@lending.post("/<id:rule_id>/delete")
@web.page(Permission.EDIT_RULES, write=True)
def delete(session: Session, rule_id: int) -> ResponseReturnValue:
    """Take a rule away."""
    actions.delete_rule(session, g.staff.id, rule_id)
    flash(gettext("The rule was deleted."))
    return redirect(url_for("lending.rules_page"))


def _texts(rule: CirculationRule) -> dict[str, str]:
    return {name: str(value) for name, value in actions.shown(rule).items()}


def _page(session: Session, rule_id: int | None, form: Form[Any]) -> str:
    config = web.current().config
    return render_template(
        "circulation/rules.html",
        rules=[
            (rule, policy_queries.rule_of(rule)) for rule in policy_queries.stored_rules(session)
        ],
        default=rules.default_rule(config.circulation),
        names=rules.VALUES,
        branches=names_of(session, web.language()),
        rule_id=rule_id,
        form=form,
        **_explained(session),
    )


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
