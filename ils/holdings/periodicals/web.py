"""Subscriptions, arrivals by a few keys, late issues, what may be withdrawn."""

from __future__ import annotations

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select
from sqlalchemy.orm import Session

from ils import folding, web
from ils.catalog import queries as catalog
from ils.catalog.models import BibliographicRecord
from ils.errors import N_, Invalid
from ils.holdings.items.models import Item
from ils.holdings.items.rules import shown_sum
from ils.holdings.pages import branch_choices, branch_ids, holdings
from ils.holdings.partners.queries import suggestions
from ils.holdings.periodicals import actions, queries, rules
from ils.holdings.periodicals.actions import SubscriptionData
from ils.holdings.periodicals.models import SerialIssue, Subscription
from ils.organisation.branches.queries import names_of
from ils.organisation.permissions import Permission
from ils.web.filled import Form
from ils.web.lists import Column, Filter, ListDefinition, PageAction, RowAction

HALVES = (("1", "I"), ("2", "II"))


def _pattern_names() -> list[tuple[str, str]]:
    found = rules.patterns(web.current().config)
    return [(code, getattr(one, web.language())) for code, one in found.items()]


@holdings.get("/serials")
@web.page(Permission.VIEW_CATALOGUE)
def subscriptions(session: Session) -> ResponseReturnValue:
    """All subscriptions, with what they come to."""
    names, patterns = names_of(session, web.language()), dict(_pattern_names())
    query = _asked(session)
    repeat = RowAction(
        N_("For the next half-year"), lambda one: url_for("holdings.repeat_subscription",
                                                          subscription_id=one.id),
        lambda one: one.record.title, lambda _: {},
    )  # fmt: skip
    remove = RowAction(
        N_("Remove"), lambda one: url_for("holdings.drop_subscription", subscription_id=one.id),
        lambda one: one.record.title, lambda _: {},
    )  # fmt: skip
    may = web.may(Permission.EDIT_HOLDINGS)
    definition = ListDefinition(
        query,
        [
            Column("title", N_("Title"), lambda one: one.record.title, BibliographicRecord.title,
                   lambda one: url_for("holdings.serial_issues", subscription_id=one.id)),
            Column("branch", N_("Branch"), lambda one: names[one.branch_id][1],
                   Subscription.branch_id),
            Column("half", N_("Half-year"), lambda one: f"{one.year}, {'I' * one.half}",
                   (Subscription.year, Subscription.half)),
            Column("pattern", N_("How often it appears"), lambda one: patterns.get(one.pattern)),
            Column("sets", N_("Sets"), lambda one: one.sets, Subscription.sets),
            Column("price", N_("Price of a set, ₸"),
                   lambda one: "" if one.price is None else shown_sum(one.price)),
            Column("sum", N_("Sum, ₸"),
                   lambda one: "" if one.price is None else shown_sum(one.price * one.sets)),
            Column("supplier", N_("Supplier"), lambda one: one.supplier, Subscription.supplier),
        ],
        filters=[
            Filter("branch", N_("Branch"), branch_choices(session)),
            Filter("year", N_("Year"), type="text"),
            Filter("half", N_("Half-year"), HALVES),
            Filter("supplier", N_("Supplier")),
        ],
        row_actions=[repeat, remove] if may else [],
        empty=N_("No subscriptions yet."),
    )  # fmt: skip
    new = PageAction(N_("New subscription"), url_for("holdings.new_subscription"), main=True)
    return web.list_page(
        session, definition, title=N_("Periodicals"), template="holdings/subscriptions.html",
        actions=[new] if may else [], totals=queries.totals(session, query), shown_sum=shown_sum,
    )  # fmt: skip


def _asked(session: Session) -> Select[Subscription]:
    query = queries.subscriptions()
    branch_id = branch_ids(session).get(request.args.get("branch", ""))
    if branch_id is not None:
        query = query.where(Subscription.branch_id == branch_id)
    if supplier := request.args.get("supplier", ""):
        query = query.where(folding.contains(Subscription.supplier, supplier))
    for key, column in (("year", Subscription.year), ("half", Subscription.half)):
        number = web.whole(key, request.args.get(key, ""))
        if number is not None:
            query = query.where(column == number)
    return query


@holdings.get("/serials/new")
@web.page(Permission.EDIT_HOLDINGS)
def new_subscription(session: Session) -> ResponseReturnValue:
    """The form of a subscription."""
    today = web.today()
    values = {
        "branch": g.staff.branch.code, "year": today.year, "half": "1" if today.month < 7 else "2",
        "pattern": "monthly", "first": 1, "sets": 1, "kazakhstani": True,
        "record": request.args.get("record", ""),
    }  # fmt: skip
    return _new_page(session, _form(session, values))


def _form(session: Session, values: dict[str, object] | None) -> Form[SubscriptionData]:
    choices = {
        "branch": branch_choices(session), "half": HALVES, "pattern": _pattern_names(),
        "supplier": suggestions(session),
    }  # fmt: skip
    return Form(SubscriptionData, values, choices=choices)


def _new_page(session: Session, form: Form[SubscriptionData]) -> ResponseReturnValue:
    title = N_("New subscription")
    return web.respond(session, "holdings/new_subscription.html", {}, title=title, form=form)


@holdings.post("/serials/new")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def subscribe(session: Session) -> ResponseReturnValue:
    """Take it out."""

    def work(data: SubscriptionData) -> ResponseReturnValue:
        record = _periodical(session, data.record)
        branch_id = branch_ids(session)[data.branch]
        one = actions.subscribe(session, web.current().config, record, branch_id, data)
        return redirect(url_for("holdings.serial_issues", subscription_id=one.id))

    return web.handled(session, _form(session, None), work, lambda form: _new_page(session, form))


def _periodical(session: Session, text: str) -> BibliographicRecord:
    """The journal or newspaper that is meant.

    Raises:
        Invalid: there is none.
    """
    query = catalog.records().where(BibliographicRecord.worksheet.in_(("journal", "newspaper")))
    found = session.scalar(query.where(BibliographicRecord.issn == text.strip()).limit(1))
    if found is None:
        found = session.scalar(query.where(catalog.has_number(text)))
    if found is None:
        raise Invalid(N_("Periodical"), N_("There is no such record: describe the document first."))
    return found


@holdings.post("/serials/<id:subscription_id>/repeat")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def repeat_subscription(session: Session, subscription_id: int) -> ResponseReturnValue:
    """The same for the next half-year."""
    one = queries.subscription_by_id(session, subscription_id)
    again = actions.repeat(session, web.current().config, one)
    flash(gettext("Subscribed for half-year %(half)s of %(year)s.", half="I" * again.half,
                  year=again.year))  # fmt: skip
    return redirect(url_for("holdings.subscriptions"))


@holdings.post("/serials/<id:subscription_id>/remove")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def drop_subscription(session: Session, subscription_id: int) -> ResponseReturnValue:
    """Take it back while nothing came."""
    actions.drop(session, queries.subscription_by_id(session, subscription_id))
    return redirect(url_for("holdings.subscriptions"))


@holdings.get("/serials/<id:subscription_id>")
@web.page(Permission.VIEW_CATALOGUE)
def serial_issues(session: Session, subscription_id: int) -> ResponseReturnValue:
    """The issues of a subscription."""
    one = queries.subscription_by_id(session, subscription_id)
    query = queries.issues().where(SerialIssue.subscription_id == one.id)
    definition = _issue_list(session, query)
    title = f"{one.record.title}, {one.year}, {'I' * one.half}"
    more = PageAction(N_("One more issue"), url_for("holdings.new_issue", subscription_id=one.id))
    actions_ = [more] if web.may(Permission.CHECK_IN_SERIALS) else []
    return web.list_page(session, definition, title=title, actions=actions_)


def _issue_list(session: Session, query: Select[SerialIssue]) -> ListDefinition:
    names, back = names_of(session, web.language()), request.full_path.rstrip("?")

    def action(label: str, endpoint: str, shown: bool) -> RowAction:
        return RowAction(
            label, lambda one: url_for(endpoint, issue_id=one.id),
            lambda one: f"{one.subscription.record.title} {one.number}", lambda _: {"next": back},
            lambda one: (one.arrived_on is None) is shown,
        )  # fmt: skip

    may = web.may(Permission.CHECK_IN_SERIALS)
    return ListDefinition(
        query,
        [
            Column("title", N_("Title"), lambda one: one.subscription.record.title,
                   BibliographicRecord.title),
            Column("number", N_("№"), lambda one: f"№ {one.number}", None,
                   lambda one: url_for("holdings.serial_issue", issue_id=one.id) if may else None),
            Column("branch", N_("Branch"), lambda one: names[one.subscription.branch_id][1],
                   Subscription.branch_id),
            Column("expected", N_("Expected on"), lambda one: one.expected_on,
                   SerialIssue.expected_on),
            Column("arrived", N_("Arrived"), lambda one: one.arrived_on, SerialIssue.arrived_on),
            Column("copies", N_("Copies"), lambda one: one.copies or None),
            Column("claimed", N_("Claimed"), lambda one: one.claimed_on, SerialIssue.claimed_on),
        ],
        row_actions=[
            action(N_("Arrived"), "holdings.check_in", shown=True),
            action(N_("Claim"), "holdings.claim_issue", shown=True),
            action(N_("Did not arrive"), "holdings.undo_check_in", shown=False),
        ] if may else [],
        empty=N_("Nothing is expected."),
    )  # fmt: skip


@holdings.get("/serials/arrivals")
@web.page(Permission.CHECK_IN_SERIALS)
def arrivals(session: Session) -> ResponseReturnValue:
    """What should have come to the branch until today; late issues if asked for."""
    branch_id = branch_ids(session).get(request.args.get("branch", ""), g.staff.branch.id)
    late = request.args.get("late") == "yes"
    query = queries.late(web.today()) if late else queries.waited_for(web.today())
    query = query.where(Subscription.branch_id == branch_id)
    if words := request.args.get("q", "").strip():
        query = query.where(folding.contains(BibliographicRecord.title, words))
    definition = _issue_list(session, query)
    filters = [
        Filter("q", N_("Title")), Filter("branch", N_("Branch"), branch_choices(session)),
        Filter("late", N_("Only"), [("yes", gettext("late ones"))]),
    ]  # fmt: skip
    waiting = len(queries.to_account(session, branch_id))
    return web.list_page(
        session, _with(definition, filters), title=N_("Arrivals of periodicals"),
        template="holdings/arrivals.html", waiting=waiting, of_branch=branch_id,
    )  # fmt: skip


def _with(definition: ListDefinition, filters: list[Filter]) -> ListDefinition:
    return ListDefinition(
        definition.query, definition.columns, filters=filters,
        row_actions=definition.row_actions, empty=definition.empty,
    )  # fmt: skip


def _back() -> ResponseReturnValue:
    return redirect(web.next_path() or url_for("holdings.arrivals"))


@holdings.post("/serials/issues/<id:issue_id>/arrived")
@web.page(Permission.CHECK_IN_SERIALS, write=True)
def check_in(session: Session, issue_id: int) -> ResponseReturnValue:
    """It came."""
    copies = web.whole("copies", request.form.get("copies", ""))
    actions.check_in(session, queries.issue_by_id(session, issue_id), web.today(), copies)
    return _back()


@holdings.post("/serials/issues/<id:issue_id>/not-arrived")
@web.page(Permission.CHECK_IN_SERIALS, write=True)
def undo_check_in(session: Session, issue_id: int) -> ResponseReturnValue:
    """It did not come after all."""
    actions.undo_check_in(session, queries.issue_by_id(session, issue_id))
    return _back()


@holdings.post("/serials/issues/<id:issue_id>/claim")
@web.page(Permission.CHECK_IN_SERIALS, write=True)
def claim_issue(session: Session, issue_id: int) -> ResponseReturnValue:
    """The supplier was asked for it."""
    actions.claim(session, queries.issue_by_id(session, issue_id), web.today())
    return _back()


@holdings.post("/serials/account")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def account_serials(session: Session) -> ResponseReturnValue:
    """Put what came to a branch into stock."""
    branch_id = branch_ids(session).get(request.form.get("branch", ""), g.staff.branch.id)
    act = actions.put_on_account(session, web.origin(), branch_id)
    flash(gettext("The act is executed: № %(number)s.", number=act.called))
    return redirect(url_for("holdings.act", act_id=act.id))


@holdings.get("/serials/old")
@web.page(Permission.EDIT_HOLDINGS)
def old_serials(session: Session) -> ResponseReturnValue:
    """Issues and sets kept longer than they must be."""
    names = names_of(session, web.language())
    definition = ListDefinition(
        queries.past_retention(web.today()),
        [
            Column("title", N_("Title"), lambda item: item.record.title, BibliographicRecord.title,
                   lambda item: url_for("holdings.copy", item_id=item.id)),
            Column("part", N_("Volume, issue or year"), lambda item: item.part, Item.part),
            Column("branch", N_("Branch"), lambda item: names[item.owner_branch_id][1],
                   Item.owner_branch_id),
            Column("copies", N_("Copies"), lambda item: item.copies, Item.copies),
        ],
        empty=N_("Nothing is kept longer than it must be."),
    )  # fmt: skip
    return web.list_page(
        session, definition, title=N_("Periodicals past their time"),
        template="holdings/old_serials.html", branches=branch_choices(session),
    )  # fmt: skip


@holdings.post("/serials/old")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def withdraw_old(session: Session) -> ResponseReturnValue:
    """Draw up an act of their withdrawal, as a draft."""
    branch_id = branch_ids(session).get(request.form.get("branch", ""), g.staff.branch.id)
    act = actions.act_of_old(session, web.origin(), branch_id)
    return redirect(url_for("holdings.act", act_id=act.id))
