"""Branches that ask each other for copies: their pages, their boxes, what was counted."""

import re
from uuid import uuid4

import pytest
from library import Browser
from reports import MARCH, cells, report
from sqlalchemy import select

from ils import db
from ils.circulation.transit.models import InternalLoan
from ils.holdings.items.models import Item
from ils.ledger import Entry
from ils.organisation.staff.models import Role


@pytest.fixture
def at(app, library):
    """Somebody at the pages of a branch."""
    library.open_branch("Ф2")

    def sign_in(branch):
        browser = Browser(app.test_client())
        login = f"обмен-{branch}"
        library.account(login, Role.DESK, branch=branch)
        browser.sign_in(login)
        return browser

    return sign_in


@pytest.fixture
def centre(at):
    return at("ЦБ")


@pytest.fixture
def branch(at):
    return at("Ф1")


def send(browser, path, **form):
    return browser.post(f"/staff/internal-loans{path}", request_id=str(uuid4()), **form)


def ask(browser, **form):
    about = {"branch": "Ф1", "purpose": "request", "record": "", "topic": "", "copies": "1",
             "audience": "", "language": "", "until": "", "note": ""}  # fmt: skip
    answer = send(browser, "/new", **about | form)
    assert answer.status_code == 302, answer.text
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def box(browser, to, asked=""):
    """A box begun; its id."""
    answer = send(browser, "/boxes", branch=to, asked=str(asked))
    assert answer.status_code == 302, answer.text
    return int(re.search(r"/boxes/(\d+)", answer.headers["Location"])[1])


def scan(browser, number, code, asked=""):
    """What a scan at a box is answered with."""
    page = send(browser, f"/boxes/{number}", code=code, asked=str(asked)).text
    found = re.search(r'class="said">([^<]*)|role="alert" class="notice error">([^<]*)', page)
    return (found[1] or found[2]).split(":")[0] if found else page


def packed(browser, to, *codes, asked=""):
    """A box with copies that left."""
    number = box(browser, to, asked)
    for code in codes:
        assert scan(browser, number, code, asked) == "уложена"
    assert send(browser, f"/boxes/{number}/send").status_code == 302
    return number


def state_of(library, number):
    """The state of the latest internal loan of a copy."""
    with db.reading(library.sessions) as session:
        query = select(InternalLoan.state).join(Item, Item.id == InternalLoan.item_id)
        query = query.where(Item.inventory_number == number).order_by(InternalLoan.id.desc())
        return session.scalars(query).first()


def ways(library):
    """What was counted of ways between branches, reversals taken off."""
    with db.reading(library.sessions) as session:
        entries = session.scalars(select(Entry).where(Entry.kind.like("il\\_%", escape="\\"))).all()
        counts = {}
        for entry in entries:
            counts[entry.kind] = counts.get(entry.kind, 0) + entry.count
        return {kind: count for kind, count in counts.items() if count}


def figures(library, *branches):
    said = cells(report(library, "annual", MARCH, *branches))
    return {
        row: value for (table, row, column), value in said.items()
        if table == "internal_loans" and column == "fact" and value
    }  # fmt: skip
