"""Faults that were planted once and nobody noticed: whose, where, how often, by which name."""

import re
from uuid import uuid4

import pytest
from library import Browser
from readers import patron, post
from sqlalchemy import select

from ils import db
from ils.ledger import Entry
from ils.messages import outbox
from ils.messages.outbox import OutgoingMessage
from ils.organisation.branches.actions import add_service_point
from ils.organisation.staff.models import Role
from ils.patrons.models import PatronBlock


@pytest.fixture
def page(app, library):
    library.account("desk", Role.DESK, Role.SENIOR, Role.ADMINISTRATOR)
    browser = Browser(app.test_client())
    browser.sign_in("desk")
    return browser


def words(answer):
    """What people read of a page, without its marks."""
    text = re.sub(r"<[^>]+>", " ", answer.text)
    return re.sub(r"\s+", " ", text)


def test_a_block_is_lifted_at_its_own_reader_only(page, library):
    for card in ("R1", "R2"):
        library.reader(card)
        post(page, f"/staff/patrons/{patron(library, card).id}/block", reason=f"причина {card}")
    with db.reading(library.sessions) as session:
        blocks = {b.patron_id: b.id for b in session.scalars(select(PatronBlock))}
    first, second = (patron(library, card).id for card in ("R1", "R2"))

    wrong = post(page, f"/staff/patrons/{first}/unblock", block=blocks[second])
    assert wrong.status_code == 404
    with db.reading(library.sessions) as session:
        assert [b.lifted_at for b in session.scalars(select(PatronBlock))] == [None, None]
    assert post(page, f"/staff/patrons/{first}/unblock", block=blocks[first]).status_code == 302


def test_letters_to_an_erased_reader_are_gone_and_those_to_others_stay(page, library):
    for card in ("R1", "R2"):
        library.reader(card, email=f"{card.lower()}@example.org")
        with db.transaction(library.sessions) as session:
            outbox.enqueue(session, to=f"{card.lower()}@example.org", subject="x", body="y")
    post(page, f"/staff/patrons/{patron(library, 'R1').id}/forget", sure="1")
    with db.reading(library.sessions) as session:
        left = session.scalars(select(OutgoingMessage.to)).all()
    assert (left, patron(library, "R1")) == (["r2@example.org"], None)


def test_the_fetch_list_has_the_copies_of_this_branch_only(page, library):
    for card in ("R1", "R2"):
        library.reader(card)
    library.copy("B-here", title="Осында тұр")
    library.copy("B-there", title="Онда тұр", branch="Ф1")
    library.desk().wait_for("R1", "B-here")
    library.desk().wait_for("R2", "B-there")
    shown = words(page.get("/desk/holds?list=fetch"))
    assert ("B-here" in shown, "B-there" in shown) == (True, False)


def test_a_receipt_has_each_loan_once(page, library):
    reader = library.reader("R1")
    library.copy("B1", title="Абай жолы")
    library.copy("B2", title="Көшпенділер")
    library.copy("B3", title="Бұрынғы кітап")
    library.desk().issue("R1", "B3")  # on an earlier day
    for number in ("B1", "B2"):
        page.by_script("scan", uuid4(), code=number, patron=reader)
    shown = words(page.get(f"/desk/receipt/{reader}"))
    assert [shown.count(number) for number in ("B1", "B2", "B3")] == [1, 1, 1]
    titles = ("Абай жолы", "Көшпенділер", "Бұрынғы кітап")
    assert [shown.count(title) for title in titles] == [1, 1, 1]


@pytest.mark.parametrize(("language", "name"), [("ru", "Филиал Ф1"), ("kk", "Ф1 филиалы")])
def test_the_desk_says_where_a_copy_goes_by_name(page, library, language, name):
    page.post("/language", language=language)
    library.copy("B1", branch="Ф1")
    library.reader("R1")
    library.desk("Ф1").issue("R1", "B1")
    library.wait(minutes=1)
    shown = words(page.by_script("scan", uuid4(), code="B1", patron=""))
    assert name in shown
    assert " Ф1 " not in shown.replace(name, "")


def test_a_reversal_stands_where_its_entry_stood(library):
    """At the same branch, place of service and by the same channel: both add up to nothing."""
    with db.transaction(library.sessions) as session:
        names = {"name_ru": "Кент", "name_kk": "Кент"}
        point = add_service_point(session, None, library.branches["Ф1"], code="KENT", **names).id
    desk = library.desk("Ф1")
    desk.point = point
    library.reader("R1")
    library.copy("B1", branch="Ф1")
    lent = desk.issue("R1", "B1")
    library.wait(minutes=1)
    with db.transaction(library.sessions) as session:
        entry = session.scalars(select(Entry).where(Entry.kind == "loan")).one()
        assert entry.service_point_id == point
    desk.point = None  # corrected from the branch itself
    desk.undo(lent.act)
    with db.reading(library.sessions) as session:
        both = session.scalars(select(Entry).where(Entry.kind == "loan").order_by(Entry.id)).all()
    assert [(e.count, e.branch_id, e.service_point_id, e.channel) for e in both] == [
        (1, both[0].branch_id, point, "desk"), (-1, both[0].branch_id, point, "desk"),
    ]  # fmt: skip
