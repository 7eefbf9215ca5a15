"""The budget: its articles, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.acquisition.budgets import actions
from ils.acquisition.budgets.actions import QUARTERS, ArticleData
from ils.acquisition.budgets.models import BudgetArticle
from ils.acquisition.pages import acquisition
from ils.errors import N_
from ils.holdings.items.rules import shown_sum
from ils.holdings.pages import branch_choices, branch_ids
from ils.organisation.branches.queries import names_of
from ils.organisation.permissions import Permission
from ils.web.filled import Form
from ils.web.lists import Column, Filter, ListDefinition, PageAction


@acquisition.get("/budget")
@web.page(Permission.VIEW_ORDERS)
def budget(session: Session) -> ResponseReturnValue:
    """Articles with what is allocated, bound, spent and left."""
    names = names_of(session, web.language())
    year = web.whole("year", request.args.get("year", ""))
    quarters = dict(QUARTERS)
    totals: dict[int, actions.ArticleTotals] = {}

    def with_totals(session: Session, rows: Sequence[BudgetArticle]) -> Sequence[BudgetArticle]:
        totals.update(actions.totals(session, rows))
        return rows

    may = web.may(Permission.EDIT_ORDERS)
    definition = ListDefinition(
        actions.articles(year),
        [
            Column("name", N_("Article of the budget"), lambda one: one.name, BudgetArticle.name,
                   lambda one: url_for("acquisition.article", article_id=one.id) if may else None),
            Column("year", N_("Year"), lambda one: str(one.year), BudgetArticle.year),
            Column("quarter", N_("Quarter"), lambda one: quarters[str(one.quarter)],
                   BudgetArticle.quarter),
            Column("branch", N_("Branch"),
                   lambda one: names[one.branch_id][1] if one.branch_id else ""),
            Column("allocated", N_("Allocated, ₸"), lambda one: shown_sum(one.allocated),
                   BudgetArticle.allocated),
            Column("tender", N_("After the tender, ₸"),
                   lambda one: "" if one.after_tender is None else shown_sum(one.after_tender)),
            Column("bound", N_("Bound by orders, ₸"), lambda one: shown_sum(totals[one.id].bound)),
            Column("spent", N_("Received, ₸"), lambda one: shown_sum(totals[one.id].spent)),
            Column("left", N_("Left, ₸"), lambda one: shown_sum(totals[one.id].left)),
        ],
        filters=[Filter("year", N_("Year"), type="text")],
        empty=N_("No articles yet."),
        enrich=with_totals,
    )  # fmt: skip
    new = PageAction(N_("New article"), url_for("acquisition.new_article"), main=True)
    title = N_("Budget")
    return web.list_page(session, definition, title=title, actions=[new] if may else [])


def _form(session: Session, values: dict[str, object] | None) -> Form[ArticleData]:
    choices = {"branch": branch_choices(session), "quarter": QUARTERS}
    return Form(ArticleData, values, choices=choices)


def _page(session: Session, form: Form[ArticleData], title: str) -> ResponseReturnValue:
    return web.respond(session, "acquisition/article.html", {}, title=title, form=form)


@acquisition.get("/budget/new")
@web.page(Permission.EDIT_ORDERS)
def new_article(session: Session) -> ResponseReturnValue:
    """The form of an article."""
    values = {"year": web.today().year, "quarter": "0"}
    return _page(session, _form(session, values), N_("New article"))


@acquisition.post("/budget/new")
@web.page(Permission.EDIT_ORDERS, write=True)
def add_article(session: Session) -> ResponseReturnValue:
    """Set it."""
    return _saved(session, None)


@acquisition.get("/budget/<id:article_id>")
@web.page(Permission.EDIT_ORDERS)
def article(session: Session, article_id: int) -> ResponseReturnValue:
    """The form of an article there is."""
    one = actions.article_by_id(session, article_id)
    names = names_of(session, web.language())
    after = one.after_tender
    values = {
        "name": one.name, "year": one.year, "quarter": str(one.quarter),
        "branch": names[one.branch_id][0] if one.branch_id else "",
        "allocated": shown_sum(one.allocated),
        "after_tender": "" if after is None else shown_sum(after),
    }  # fmt: skip
    return _page(session, _form(session, values), N_("Article of the budget"))


@acquisition.post("/budget/<id:article_id>")
@web.page(Permission.EDIT_ORDERS, write=True)
def save_article(session: Session, article_id: int) -> ResponseReturnValue:
    """Change it."""
    return _saved(session, actions.article_by_id(session, article_id, lock=True))


def _saved(session: Session, one: BudgetArticle | None) -> ResponseReturnValue:
    def work(data: ArticleData) -> ResponseReturnValue:
        branch_id = branch_ids(session).get(data.branch)
        actions.save_article(session, web.origin(), data, branch_id, one)
        flash(gettext("Saved."))
        return redirect(url_for("acquisition.budget"))

    title = N_("Article of the budget")
    form = _form(session, None)
    return web.handled(session, form, work, lambda form: _page(session, form, title))
