"""Who had a copy, as long as readers and their loans are kept together."""

from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import web
from ils.circulation.loans import queries
from ils.circulation.loans.models import Loan
from ils.circulation.pages import desk
from ils.errors import N_
from ils.holdings.items.queries import item_by_id
from ils.organisation.branches.queries import names_of
from ils.organisation.permissions import Permission
from ils.web.lists import Column, ListDefinition, PageAction


@desk.get("/copies/<id:item_id>/loans")
@web.page(Permission.VIEW_LOANS)
def copy_loans(session: Session, item_id: int) -> ResponseReturnValue:
    """The loans of a copy, latest first; of an old one the reader is not known any more."""
    item, names = item_by_id(session, item_id), names_of(session, web.language())
    web.note("item.loans", str(item.id))
    definition = ListDefinition(
        queries.loans_of_copy(item.id),
        [
            Column("issued", N_("Lent"), lambda loan: loan.issued_at, Loan.issued_at),
            Column("branch", N_("Branch"), lambda loan: names[loan.branch_id][1]),
            Column("reader", N_("Reader"), lambda loan: loan.patron.name if loan.patron else "",
                   None, lambda loan: url_for("patrons.patron", patron_id=loan.patron_id)
                   if loan.patron_id and web.may(Permission.MANAGE_PATRONS) else None),
            Column("due", N_("Due"), lambda loan: loan.due, Loan.due),
            Column("ended", N_("Ended"), lambda loan: loan.ended_at, Loan.ended_at),
        ],
        empty=N_("It was never lent."),
    )  # fmt: skip
    copy = PageAction(N_("The copy"), url_for("holdings.copy", item_id=item.id))
    title = f"{item.record.title} ({item.number})"
    return web.list_page(session, definition, title=title, actions=[copy])
