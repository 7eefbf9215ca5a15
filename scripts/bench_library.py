"""What a measured library holds beside its catalogue; run as a program of its own.

``python bench_library.py accounts 50 PASSWORD`` or ``python bench_library.py busy``; `ILS_DATA`
tells whose data folder.
"""

from __future__ import annotations

import sys
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

import ils.cli  # noqa: F401 -- all tables
from ils import db
from ils.catalog.models import BibliographicRecord
from ils.circulation.context import Desk
from ils.circulation.desk import actions as desk_actions
from ils.circulation.holds.actions import place_hold
from ils.circulation.policy.actions import save_rule
from ils.console import Console
from ils.holdings.items.models import Item
from ils.ledger import Channel
from ils.organisation.branches.queries import branch_by_code
from ils.organisation.staff.actions import add_staff
from ils.organisation.staff.models import Role
from ils.patrons.actions import register_patron
from ils.patrons.fields import PatronData
from ils.patrons.models import Patron

BRANCH = "Б1"
HOLDS, COPIES_OF_ONE, PASSED_OVER = 1000, 500, 3000


def accounts(number: int, password: str) -> None:
    """Accounts of desks, and five readers for each."""
    console = Console()
    for at in range(number):
        with db.transaction(console.sessions) as session:
            branch = branch_by_code(session, BRANCH)
            add_staff(
                session,
                None,
                console.config,
                login=f"desk{at}",
                name="desk",
                password=password,
                roles=[Role.DESK],
                branch=branch,
                language="ru",
            )
            for one in range(5):
                data = PatronData(
                    surname="Оқырман",
                    given_name=str(at * 5 + one),
                    birth_date=date(2000, 1, 1),
                    category="student",
                    consent=True,
                )
                origin = console.origin(branch, Channel.SYSTEM)
                register_patron(session, origin, data, console.config.lists.categories)


def busy() -> None:
    """Thirty lending rules, a thousand holds, a reader with 500 copies."""
    console = Console()
    with db.transaction(console.sessions) as session:
        _rules(console, session)
        patrons = session.scalars(select(Patron).order_by(Patron.id)).all()
        last = select(BibliographicRecord).order_by(BibliographicRecord.id.desc()).limit(HOLDS)
        branch = branch_by_code(session, BRANCH)
        for at, record in enumerate(session.scalars(last).all()):
            patron = patrons[at % 50 + 50]
            desk = Desk(session, console.origin(branch, Channel.DESK), console.config)
            place_hold(desk, patron=patron, record=record, branch_id=branch.id, own_due=None)
        items = select(Item).order_by(Item.id.desc()).offset(PASSED_OVER).limit(COPIES_OF_ONE)
        for item in session.scalars(items).all():
            desk = Desk(session, console.origin(branch, Channel.DESK), console.config)
            desk_actions.scan(desk, code=item.number, patron_id=patrons[-1].id)


def _rules(console: Console, session: Session) -> None:
    categories = console.config.lists.categories
    lending = {"loan_days": 15, "max_loans": 9000}
    wanted = [(c, m) for c in list(categories)[:10] for m in ("book", "journal", "cd")]
    for category, material in wanted:
        save_rule(
            session,
            None,
            None,
            branch=None,
            category=category,
            material=material,
            values=lending,
            categories=categories,
        )
    save_rule(
        session,
        None,
        None,
        branch=None,
        category=None,
        material=None,
        values={"max_holds": 1000},
        categories=categories,
    )


if __name__ == "__main__":
    if sys.argv[1] == "accounts":
        accounts(int(sys.argv[2]), sys.argv[3])
    else:
        busy()
