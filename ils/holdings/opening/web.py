"""Opening balances entered and taken back."""

from __future__ import annotations

from flask import flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.errors import N_
from ils.holdings.items.rules import shown_sum
from ils.holdings.opening import actions
from ils.holdings.opening.actions import BalanceData
from ils.holdings.pages import branch_choices, branch_ids, holdings
from ils.ledger import Entry, UnknownAct
from ils.organisation.branches.queries import names_of
from ils.organisation.permissions import Permission
from ils.web.filled import Form
from ils.web.lists import Column, ListDefinition, RowAction

#: Languages the reports cut the stock by; others have no code.
LANGUAGES = (("kk", "Қазақша"), ("ru", "Русский"), ("en", "English"), ("", "—"))


@holdings.get("/opening")
@web.page(Permission.MANAGE_STATISTICS)
def opening_balances(session: Session) -> ResponseReturnValue:
    """The figures that stand, and the form of another."""
    return _page(session, _form(session, {"branch": g.staff.branch.code, "language": "kk"}))


def _form(session: Session, values: dict[str, object] | None) -> Form[BalanceData]:
    choices = {"branch": branch_choices(session), "language": LANGUAGES}
    return Form(BalanceData, values, choices=choices)


def _page(session: Session, form: Form[BalanceData]) -> ResponseReturnValue:
    names, lists = names_of(session, web.language()), web.current().config.lists
    definition = ListDefinition(
        actions.balances(),
        [
            Column("branch", N_("Branch"),
                   lambda one: names[one.owner_branch_id or one.branch_id][1]),
            Column("material", N_("Material"), lambda one: web.code_name("material", one.material)
                   if one.material else ""),
            Column("language", N_("Language"), lambda one: web.language_name(one.language)
                   if one.language else ""),
            Column("area", N_("Subject area"),
                   lambda one: web.listed(lists.subject_areas, one.subject_area)
                   if one.subject_area else ""),
            Column("count", N_("Copies"), lambda one: one.count, Entry.count),
            Column("sum", N_("Sum, ₸"),
                   lambda one: "" if one.amount is None else shown_sum(one.amount), Entry.amount),
            Column("day", N_("Day"), lambda one: one.day, Entry.day),
        ],
        row_actions=[RowAction(
            N_("Take it back"), lambda one: url_for("holdings.take_balance_back", entry_id=one.id),
            lambda one: str(one.count), lambda _: {},
        )],
        empty=N_("No opening balances yet."),
    )  # fmt: skip
    return web.respond(
        session, "holdings/opening.html", {"listing": definition}, title=N_("Opening balances"),
        form=form, counted=actions.counted_by_copies(session),
    )  # fmt: skip


@holdings.post("/opening")
@web.page(Permission.MANAGE_STATISTICS, write=True)
def enter_balance(session: Session) -> ResponseReturnValue:
    """Enter a figure."""

    def work(data: BalanceData) -> ResponseReturnValue:
        actions.enter_balance(session, web.origin(), data, branch_ids(session)[data.branch])
        flash(gettext("Saved."))
        return redirect(url_for("holdings.opening_balances"))

    return web.handled(session, _form(session, None), work, lambda form: _page(session, form))


@holdings.post("/opening/<id:entry_id>/take-back")
@web.page(Permission.MANAGE_STATISTICS, write=True)
def take_balance_back(session: Session, entry_id: int) -> ResponseReturnValue:
    """Take a figure back."""
    entry = session.scalar(actions.balances().where(Entry.id == entry_id))
    if entry is None:
        raise UnknownAct
    actions.take_back(session, web.origin(), entry)
    return redirect(url_for("holdings.opening_balances"))
