"""A year of ВСО by chance: boxes lost, opened at the wrong branch, books returned elsewhere.

After it the figures are those that were counted by hand, no copy is in two places, and nothing
is under way that nobody sees.
"""

import random
from collections import Counter
from contextlib import suppress
from datetime import date

import pytest
from reports import cells, report
from sqlalchemy import select

from ils import db
from ils.circulation.context import Desk
from ils.circulation.transit.models import InternalLoan, InternalLoanState, Shipment, Transit
from ils.clock import Period
from ils.errors import IlsError
from ils.holdings.items.models import Item, ItemStatus
from ils.internal_loans.requests import actions as requests
from ils.internal_loans.requests.actions import RequestData
from ils.internal_loans.requests.models import InternalRequest
from ils.internal_loans.shipments import actions, queries

YEAR = Period.inclusive(date(2026, 1, 1), date(2026, 12, 31))
BRANCHES = ("Ф1", "Ф2", "Ф3", "Ф4", "Ф5")
COPIES, READERS, STEPS = 24, 8, 120


class Year:
    """What people do, and what somebody counts beside it."""

    def __init__(self, library, seed):
        self.library, self.chance = library, random.Random(seed)  # noqa: S311 -- nothing secret
        self.counted = Counter()
        self.readers = set()
        for code in BRANCHES[1:]:
            library.open_branch(code)
        self.owners = {}
        for n in range(COPIES):
            owner = self.chance.choice(("ЦБ", "ЦБ", *BRANCHES))
            library.copy(f"К-{n}", title=f"Книга {n}", branch=owner)
            self.owners[f"К-{n}"] = owner
        for n in range(READERS):
            library.reader(f"R{n}")

    def at(self, session, branch):
        return Desk(session, self.library.origin(branch), self.library.config)

    def step(self):
        self.library.wait(hours=5)
        name = self.chance.choice(
            ("select", "select", "hold", "hold", "receive", "receive", "receive", "borrow",
             "borrow", "bring_back", "bring_back", "open_wrongly", "search", "send_home")
        )  # fmt: skip
        with suppress(IlsError):  # what cannot be is refused, and nothing of it stands
            getattr(self, name)()

    def select(self):
        """A branch asks for a selection; what is free at the centre goes in a box."""
        branch, sender = self.chance.choice(BRANCHES), self.chance.choice(("ЦБ", *BRANCHES))
        with db.transaction(self.library.sessions) as session:
            here = self.at(session, branch)
            data = RequestData(branch=branch, purpose="selection", topic="Тема", copies=3)
            asked = requests.ask(session, here.origin, data, self.id(branch), None)
            request_id = asked.id
        self.counted["selections"] += 1
        self.pack(sender, branch, request_id)

    def pack(self, sender, branch, request_id=None):
        with db.transaction(self.library.sessions) as session:
            box = actions.make_shipment(self.at(session, sender), self.id(branch)).id
        codes, before = self.chance.sample(sorted(self.owners), 6), self.out()
        for code in codes:
            with suppress(IlsError), db.transaction(self.library.sessions) as session:
                asked = session.get(InternalRequest, request_id) if request_id else None
                desk = self.at(session, sender)
                actions.pack(desk, queries.shipment_by_id(session, box, lock=True), code, asked)
        with db.transaction(self.library.sessions) as session:
            actions.send_shipment(self.at(session, sender), queries.shipment_by_id(session, box))
        self.note_sent(sender, before)

    def out(self):
        """Copies that travel by ВСО, with where to."""
        states = (InternalLoanState.DISPATCHED, InternalLoanState.SELECTED)
        with db.reading(self.library.sessions) as session:
            return {
                (loan.item_id, loan.to_branch_id)
                for loan in session.scalars(
                    select(InternalLoan).where(InternalLoan.state.in_(states))
                )
            }

    def note_sent(self, sender, before):
        number = len(self.out() - before)
        self.counted["from_exchange" if sender == "ЦБ" else "between_units"] += number

    def hold(self):
        reader, code = f"R{self.chance.randrange(READERS)}", self.chance.choice(sorted(self.owners))
        branch = self.chance.choice(BRANCHES)
        self.library.desk(branch).wait_for(reader, code)
        status, where = self.library.state(code)
        if status == ItemStatus.AVAILABLE:
            before = self.out()
            self.library.desk(where).scan(code)
            self.note_sent(where, before)

    def receive(self):
        with db.reading(self.library.sessions) as session:
            ways = session.scalars(select(Transit).where(Transit.ended_at.is_(None))).all()
            if not ways:
                return
            way = self.chance.choice(ways)
            code, to = way.item.inventory_number, self.code(way.to_branch_id)
        before = self.out()
        self.library.desk(to).scan(code)
        self.note_sent(to, before)

    def open_wrongly(self):
        """A box is opened at a branch it was not meant for."""
        with db.reading(self.library.sessions) as session:
            boxes = session.scalars(select(Shipment).where(Shipment.received_at.is_(None))).all()
            if not boxes:
                return
            box = self.chance.choice(boxes)
            codes = [line.item.inventory_number for line in session.scalars(queries.contents(box))]
        branch = self.chance.choice(BRANCHES)
        before = self.out()
        for code in codes:
            with suppress(IlsError), db.transaction(self.library.sessions) as session:
                desk = self.at(session, branch)
                actions.unpack(desk, queries.shipment_by_id(session, box.id, lock=True), code)
        self.note_sent(branch, before)

    def borrow(self):
        code, reader = self.chance.choice(sorted(self.owners)), f"R{self.chance.randrange(READERS)}"
        status, where = self.library.state(code)
        if status not in {ItemStatus.AVAILABLE, ItemStatus.ON_HOLD_SHELF}:
            return
        with db.reading(self.library.sessions) as session:
            item = session.scalars(select(Item).where(Item.inventory_number == code)).one()
            open_ = select(InternalLoan.id).where(
                InternalLoan.item_id == item.id, InternalLoan.ended_at.is_(None)
            )
            by_exchange = session.scalar(open_) is not None and where != self.owners[code]
        self.library.desk(where).issue(reader, code)
        if by_exchange:
            self.counted["loans"] += 1
            self.readers.add(reader)

    def bring_back(self):
        """A reader returns a book, often elsewhere."""
        with db.reading(self.library.sessions) as session:
            lent = session.scalars(select(Item).where(Item.status == ItemStatus.ON_LOAN)).all()
            if not lent:
                return
            code = self.chance.choice(lent).inventory_number
        where, before = self.chance.choice(("ЦБ", *BRANCHES)), self.out()
        self.library.desk(where).take_back(code)
        self.note_sent(where, before)

    def search(self):
        """What is long under way is looked for: it never left, or nobody finds it."""
        with db.transaction(self.library.sessions) as session:
            ways = session.scalars(select(Transit).where(Transit.ended_at.is_(None))).all()
            if not ways:
                return
            way = self.chance.choice(ways)
            loan = session.scalar(select(InternalLoan).where(
                InternalLoan.item_id == way.item_id, InternalLoan.ended_at.is_(None)
            ))  # fmt: skip
            desk = self.at(session, self.code(way.from_branch_id))
            if self.chance.random() < 0.7:
                counted = loan is not None and loan.state == InternalLoanState.DISPATCHED
                actions.never_left(desk, way)
                if counted:
                    self.uncount(loan)
            else:
                actions.lost_on_the_way(desk, way)

    def uncount(self, loan):
        sender = self.code(loan.from_branch_id)
        self.counted["from_exchange" if sender == "ЦБ" else "between_units"] -= 1

    def send_home(self):
        self.pack(self.chance.choice(BRANCHES), "ЦБ")

    def id(self, code):
        return self.library.branches[code].id

    def code(self, branch_id):
        return next(c for c, b in self.library.branches.items() if b.id == branch_id)


@pytest.mark.parametrize("seed", range(3))
def test_the_figures_are_those_counted_by_hand(library, seed):
    year = Year(library, seed)
    for _ in range(STEPS):
        year.step()
    library.check()
    library.work()
    said = cells(report(library, "annual", YEAR))
    rows = ("loans", "from_exchange", "between_units", "selections", "readers")
    counted = {**year.counted, "readers": len(year.readers)}
    found = {row: said["internal_loans", row, "fact"] or 0 for row in rows}
    assert found == {row: counted.get(row, 0) for row in rows}
    assert sum(counted.values()) > 20  # something went on
