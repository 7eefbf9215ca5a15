"""Articles of the budget: set, checked, summed up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from ils.acquisition.budgets.models import BudgetArticle
from ils.acquisition.orders.models import OrderLine, OrderReceipt, OrderState, PurchaseOrder
from ils.errors import N_, Invalid, NotFound, Refused
from ils.fields import FieldKind, described
from ils.holdings.items.rules import shown_sum, sum_of
from ils.ledger import Origin
from ils.organisation.audit.actions import audit
from ils.organisation.branches.queries import names_of

QUARTERS = (("0", "—"), ("1", "I"), ("2", "II"), ("3", "III"), ("4", "IV"))


class UnknownArticle(NotFound):
    """No article has this id."""

    code = "unknown_article"
    message = N_("There is no such article of the budget.")


class ArticleThere(Refused):
    """An article of this name stands for the same time and unit."""

    code = "article_there"
    message = N_("Such an article of the budget is there already.")


class NotEnoughMoney(Refused):
    """An article has not enough left."""

    code = "not_enough_money"
    message = N_("On the article “%(article)s” %(sum)s ₸ are missing.")


@dataclass(frozen=True)
class ArticleData:
    """The form of an article."""

    name: str = described(N_("Article of the budget"), longest=200)
    year: int = described(N_("Year"), FieldKind.WHOLE, width="year", least=2000, most=2200)
    quarter: str = described(N_("Quarter"), FieldKind.CHOICE, default="0")
    branch: str = described(N_("Branch"), FieldKind.CHOICE, default="", empty=N_("the system"))
    allocated: str = described(N_("Allocated, ₸"), width="short", longest=30)
    after_tender: str = described(N_("After the tender, ₸"), default="", width="short", longest=30)


@dataclass(frozen=True)
class ArticleTotals:
    """What became of the money of an article, in tiyn.

    Attributes:
        bound: of copies that are ordered and still to come.
        spent: of copies that came, at the price they came for.
    """

    available: int
    bound: int
    spent: int

    @property
    def left(self) -> int:
        """What may still be ordered."""
        return self.available - self.bound - self.spent


def article_by_id(session: Session, number: int, *, lock: bool = False) -> BudgetArticle:
    """An article by its id.

    Raises:
        UnknownArticle: there is none.
    """
    found = session.get(BudgetArticle, number, with_for_update=lock)
    if found is None:
        raise UnknownArticle
    return found


def articles(year: int | None = None) -> Select[BudgetArticle]:
    """Articles, by year, quarter and name."""
    one = BudgetArticle
    query = select(one).order_by(one.year.desc(), one.quarter, one.name, one.id)
    return query if year is None else query.where(one.year == year)


def article_choices(session: Session, year: int) -> list[tuple[str, str]]:
    """Articles of a year, as forms choose them: Книги, 2026, II, Ф1."""
    quarters = dict(QUARTERS)
    codes = {number: code for number, (code, _) in names_of(session, "ru").items()}
    found = session.scalars(articles(year))
    return [(str(one.id), ", ".join(filter(None, (
        one.name, str(one.year), quarters[str(one.quarter)] if one.quarter else "",
        codes[one.branch_id] if one.branch_id else "",
    )))) for one in found]  # fmt: skip


def save_article(
    session: Session, origin: Origin, data: ArticleData, branch_id: int | None,
    article: BudgetArticle | None = None,
) -> BudgetArticle:  # fmt: skip
    """Set an article, or change one.

    Raises:
        ArticleThere: another stands for the same.
        NotEnoughMoney: less is left than is bound and spent.
        Invalid: a field cannot be used.
    """
    allocated = sum_of(data.allocated, N_("Allocated, ₸"))
    if allocated is None or data.quarter not in set("01234"):
        raise Invalid(N_("Allocated, ₸"), N_("This must be filled in."))
    same = select(BudgetArticle.id).where(
        BudgetArticle.year == data.year, BudgetArticle.quarter == int(data.quarter),
        BudgetArticle.name == data.name,
        BudgetArticle.branch_id.is_(None) if branch_id is None
        else BudgetArticle.branch_id == branch_id,
        BudgetArticle.id != (article.id if article else 0),
    )  # fmt: skip
    if session.scalar(same.limit(1)) is not None:
        raise ArticleThere
    if article is None:
        article = BudgetArticle(allocated=allocated)
        session.add(article)
    article.year, article.quarter, article.name = data.year, int(data.quarter), data.name
    article.branch_id, article.allocated = branch_id, allocated
    article.after_tender = sum_of(data.after_tender, N_("After the tender, ₸"))
    session.flush()
    check(session, article)
    audit(session, origin.staff_id, "budget.save", str(article.id), name=article.name,
          sum=shown_sum(article.available))  # fmt: skip
    return article


def totals(session: Session, articles_: Sequence[BudgetArticle]) -> dict[int, ArticleTotals]:
    """Article → what became of its money."""
    line = OrderLine
    placed = case((PurchaseOrder.state == OrderState.ORDERED, 1), else_=0)
    coming = line.copies - line.received - line.cancelled
    receipt = OrderReceipt
    spent = (
        select(receipt.line_id, func.sum(receipt.copies * receipt.price).label("amount"))
        .group_by(receipt.line_id)
        .subquery()
    )
    query = (
        select(
            line.article_id,
            func.coalesce(func.sum(coming * line.price * placed), 0),
            func.coalesce(func.sum(spent.c.amount), 0),
        )
        .join(PurchaseOrder, PurchaseOrder.id == line.order_id)
        .outerjoin(spent, spent.c.line_id == line.id)
        .where(line.article_id.in_([one.id for one in articles_]))
        .group_by(line.article_id)
    )
    moved = {number: (int(bound), int(spent)) for number, bound, spent in session.execute(query)}
    return {one.id: ArticleTotals(one.available, *moved.get(one.id, (0, 0))) for one in articles_}


def check(session: Session, article: BudgetArticle) -> None:
    """See that an article is not overspent.

    Raises:
        NotEnoughMoney: it is; the sum that is missing is named.
    """
    left = totals(session, [article])[article.id].left
    if left < 0:
        raise NotEnoughMoney(article=article.name, sum=shown_sum(-left))
