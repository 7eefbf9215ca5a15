"""Opening balances entered, one by one or by a table, and taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.documents import spreadsheets
from ils.errors import N_, IlsError
from ils.fields import FieldKind, described
from ils.holdings.items.rules import shown_sum
from ils.holdings.opening import actions
from ils.holdings.opening.actions import BalanceData, BalancesWrong
from ils.holdings.opening.tables import COLUMNS, balances_in
from ils.holdings.pages import branch_choices, branch_ids, holdings
from ils.ledger import Entry, UnknownAct
from ils.organisation.branches.queries import branches_by_name, names_of
from ils.organisation.permissions import Permission
from ils.web.downloads import download
from ils.web.filled import Form
from ils.web.lists import Column, ListDefinition, RowAction

#: Languages the reports cut the stock by; others have no code.
LANGUAGES = (("kk", "Қазақша"), ("ru", "Русский"), ("en", "English"), ("", "—"))
MAX_FILE_BYTES = 5_000_000
PROBLEMS_SHOWN = 100


@dataclass(frozen=True)
class BalancesFileData:
    """The form of balances in a table."""

    file: None = described(
        N_("File"), FieldKind.FILE, default=None, accept=".xlsx,.csv",
        hint=N_("branch, material, language, subject area, copies, sum"),
    )  # fmt: skip


@holdings.get("/opening")
@web.page(Permission.MANAGE_STATISTICS)
def opening_balances(session: Session) -> ResponseReturnValue:
    """The figures that stand, and the form of another."""
    return _page(session, _form(session, {"branch": g.staff.branch.code, "language": "kk"}))


def _form(session: Session, values: dict[str, object] | None) -> Form[BalanceData]:
    choices = {"branch": branch_choices(session), "language": LANGUAGES}
    return Form(BalanceData, values, choices=choices)


def _page(
    session: Session, form: Form[BalanceData], sent: Form[BalancesFileData] | None = None
) -> ResponseReturnValue:
    wrong = sent.error.problems if sent and isinstance(sent.error, BalancesWrong) else ()
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
        file=sent or Form(BalancesFileData, {}, name="file"),
        wrong=[{"row": line, **error.as_json()} for line, error in wrong[:PROBLEMS_SHOWN]],
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


@holdings.post("/opening/file")
@web.page(Permission.MANAGE_STATISTICS, write=True, prepare=web.sent_rows(MAX_FILE_BYTES))
@web.uploads(MAX_FILE_BYTES)
def enter_balances(session: Session, prepared: object) -> ResponseReturnValue:
    """Enter all figures of a table."""

    def work(data: BalancesFileData) -> ResponseReturnValue:
        del data
        if isinstance(prepared, IlsError):
            raise prepared
        branches = branches_by_name(session)
        rows = cast("list[list[str]]", prepared)
        found = balances_in(rows, web.current().config, branches)
        actions.enter_all(session, web.origin(), found, branches)
        flash(gettext("Balances entered: %(number)s.", number=len(found)))
        return redirect(url_for("holdings.opening_balances"))

    def page(form: Form[BalancesFileData]) -> ResponseReturnValue:
        own = _form(session, {"branch": g.staff.branch.code, "language": "kk"})
        return _page(session, own, form)

    return web.handled(session, Form(BalancesFileData, name="file"), work, page)


@holdings.get("/opening/empty.csv")
@web.page(Permission.MANAGE_STATISTICS)
def empty_balances(session: Session) -> ResponseReturnValue:
    """The table to be filled in: a line for each branch."""
    rows = [[code, "", "", "", "", ""] for code, _ in names_of(session, "ru").values()]
    names = [own[0] for own in COLUMNS.values()]
    return download(spreadsheets.as_csv(names, rows), "balances.csv", "text/csv")


@holdings.post("/opening/<id:entry_id>/take-back")
@web.page(Permission.MANAGE_STATISTICS, write=True)
def take_balance_back(session: Session, entry_id: int) -> ResponseReturnValue:
    """Take a figure back."""
    entry = session.scalar(actions.balances().where(Entry.id == entry_id))
    if entry is None:
        raise UnknownAct
    actions.take_back(session, web.origin(), entry)
    return redirect(url_for("holdings.opening_balances"))
