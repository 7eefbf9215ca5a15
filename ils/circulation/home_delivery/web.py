"""The round to readers at home."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import g, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.circulation.home_delivery import queries as delivery_queries
from ils.circulation.loans.models import Loan
from ils.circulation.pages import desk
from ils.errors import N_
from ils.organisation.permissions import Permission
from ils.patrons.models import Patron
from ils.web.cells import ListCell
from ils.web.lists import Column, ListDefinition

NOBODY = N_("No reader of the branch is visited at home. The mark stands in the reader’s form.")


@desk.get("/home-delivery")
@web.page(Permission.OPERATE_DESK)
def home_delivery(session: Session) -> ResponseReturnValue:
    """The round to readers at home: addresses, wishes, what they have."""
    definition = ListDefinition(
        delivery_queries.visited_at_home(g.staff.branch.id),
        (
            Column("reader", N_("Reader"), lambda row: ListCell(row[0].name, note=row[0].phone),
                   (Patron.surname, Patron.given_name),
                   lambda row: url_for("desk.page", patron=row[0].id)),
            Column("address", N_("Address"), lambda row: row[0].address, Patron.address),
            Column("wishes", N_("Preferences"), lambda row: row[0].wishes),
            Column("loans", N_("Checked out"), lambda row: _loans(row[1])),
        ),
        empty=NOBODY,
        enrich=_with_loans,
    )  # fmt: skip
    return web.list_page(
        session,
        definition,
        title=f"{gettext('Home delivery')} · {web.today():%d.%m.%Y}",
    )


def _with_loans(session: Session, rows: Sequence[Any]) -> list[tuple[Patron, list[Loan]]]:
    loans = delivery_queries.loans_of_all(session, [patron.id for patron, _ in rows])
    return [(patron, loans[patron.id]) for patron, _ in rows]


def _loans(loans: Sequence[Loan]) -> ListCell:
    titles = "; ".join(f"{loan.due:%d.%m.%Y} {loan.item.record.title[:50]}" for loan in loans)
    late = any(loan.due < web.today() for loan in loans)
    return ListCell(titles, mood="late" if late else "")
