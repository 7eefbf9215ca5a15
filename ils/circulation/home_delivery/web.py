"""The round to readers at home."""

from __future__ import annotations

from flask import g, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import web
from ils.circulation.home_delivery import queries as delivery_queries
from ils.circulation.pages import desk
from ils.organisation.permissions import Permission


@desk.get("/home-delivery")
@web.page(Permission.OPERATE_DESK)
def home_delivery(session: Session) -> ResponseReturnValue:
    """The round to readers at home: addresses, wishes, what they have."""
    page = web.paged(session, delivery_queries.visited_at_home(g.staff.branch.id))
    loans = delivery_queries.loans_of_all(session, [patron.id for patron, _ in page.rows])
    return render_template(
        "circulation/home_delivery.html", page=page, loans=loans, today=web.today()
    )
