"""What readers do on the site besides borrowing: ask, keep lists, act for a child, be away."""

import re
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import select

from ils import db, passwords
from ils.circulation.context import Desk
from ils.circulation.holds.models import Hold, HoldStatus
from ils.circulation.readers.actions import erase_patron
from ils.holdings.items.models import Item
from ils.ledger import Channel, Entry, Kind
from ils.messages.outbox import OutgoingMessage
from ils.opac.account.models import ReaderListEntry
from ils.organisation.staff.models import Role
from ils.patrons import site_access
from ils.patrons.models import Patron
from ils.services.enquiries.models import Enquiry, ReaderQuestion

pytestmark = pytest.mark.usefixtures("library_clock")

PASSWORD = "своя книга"


@pytest.fixture
def mother(library, visitor):
    """A reader with a child, signed in."""
    library.reader("R1", surname="Абаева", email="abaeva@example.kz", language="ru")
    library.reader("R2", surname="Абаев", given_name="Тимур", guardian="R1",
                   birth_date=date(2015, 5, 1))  # fmt: skip
    library.reader("R4", surname="Взрослый", guardian="R1", birth_date=date(2000, 5, 1))
    library.reader("R3", surname="Сейтова")
    for number in range(4):
        library.copy(f"B{number}", title=f"Книга {number}")
    with db.transaction(library.sessions) as session:
        site_access.set_password(session, patron_of(session, "R1"), passwords.hashed(PASSWORD))
    visitor.get("/?lang=ru")
    visitor.post("/my/sign-in", card="R1", password=PASSWORD)
    return visitor


def patron_of(session, card):
    return session.scalars(select(Patron).where(Patron.card == card)).one()


def record_of(library, number):
    with db.reading(library.sessions) as session:
        query = select(Item.record_id).where(Item.inventory_number == number)
        return session.scalars(query).one()


def send(visitor, path, **form):
    return visitor.post(path, request_id=str(uuid4()), **form)


def waiting(browser):
    """The address of the question that waits."""
    page = browser.get("/staff/services/questions").text
    return re.search(r"/staff/services/questions/\d+", page)[0]


def said(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def test_a_question_is_answered_on_the_site_and_by_letter_and_counted(library, mother, browser):
    send(mother, "/my/questions", question="Когда построена плотина?")
    assert "ждёт ответа" in said(mother.get("/my/questions"))
    assert library.count(Kind.REFERENCE) == 0
    library.account("кафедра", Role.DESK)
    browser.sign_in("кафедра")
    address = waiting(browser)
    answer = {"type": "factual", "answer": "В 1952 году.", "subject_area": "", "pages": "0"}
    assert browser.post(address, request_id=str(uuid4()), **answer).status_code == 302
    assert browser.post(address, request_id=str(uuid4()), **answer).status_code == 409
    assert "В 1952 году." in said(mother.get("/my/questions"))
    with db.reading(library.sessions) as session:
        site = select(Entry).where(Entry.channel == Channel.SITE).order_by(Entry.id)
        counted = site.where(Entry.kind.in_((Kind.REFERENCE, Kind.REMOTE_VISIT)))
        told = [(entry.kind, entry.detail) for entry in session.scalars(counted)]
        assert told == [("reference", "factual"), ("remote_visit", None)]
        letter = session.scalars(select(OutgoingMessage)).one()
        assert (letter.to, "В 1952 году." in letter.body) == ("abaeva@example.kz", True)
    assert "Вопросов без ответа нет" in browser.get("/staff/services/questions").text
    library.check()


def test_what_a_reader_asked_goes_with_the_reader_and_the_figure_stays(library, mother, browser):
    send(mother, "/my/questions", question="Мой дед Абаев воевал где?")
    library.account("кафедра", Role.DESK)
    browser.sign_in("кафедра")
    answer = {"type": "factual", "answer": "Абаев — под Москвой.", "pages": "0"}
    browser.post(waiting(browser), request_id=str(uuid4()), **answer)
    with db.transaction(library.sessions) as session:
        erase_patron(Desk(session, library.origin(), library.config), patron_of(session, "R1"))
        for model in (ReaderQuestion, Enquiry):
            (row,) = session.scalars(select(model))
            assert (row.question, row.answer) == ("", "")
    assert library.count(Kind.REFERENCE) == 1
    library.check()


def test_a_part_of_a_document_is_asked_for_and_delivered(library, mother, browser):
    record = record_of(library, "B1")
    assert "Книга 1" in said(mother.get(f"/my/questions?record={record}"))
    send(mother, "/my/questions", question="с. 14–20", record=record)
    library.account("кафедра", Role.DESK)
    browser.sign_in("кафедра")
    address = waiting(browser)
    page = browser.get(address).text
    assert ("Книга 1" in page, '<option value="delivery" selected>' in page) == (True, True)
    browser.post(address, request_id=str(uuid4()), type="delivery", answer="Отправлено", pages="7")
    with db.reading(library.sessions) as session:
        entry = session.scalars(select(Entry).where(Entry.kind == Kind.DELIVERY)).one()
        assert (entry.pages, entry.channel) == (7, "site")


def test_nobody_asks_without_measure(library, mother):
    assert send(mother, "/my/questions", question="  ").status_code == 422
    for number in range(10):
        assert send(mother, "/my/questions", question=f"Вопрос {number}").status_code == 302
    assert send(mother, "/my/questions", question="Ещё один").status_code == 409


def test_a_mother_renews_and_reserves_for_her_child_and_for_nobody_else(library, mother):
    library.desk().issue("R2", "B0")
    library.desk().issue("R3", "B1")
    library.wait(days=4)
    mother.post("/my/sign-in", card="R1", password=PASSWORD)
    page = said(mother.get("/my"))
    assert ("Тимур" in page, "Книга 0" in page, "Книга 1" in page) == (True, True, False)
    assert "Взрослый" not in page
    send(mother, "/my/renew")
    assert library.count(Kind.RENEWAL) == 1
    with db.reading(library.sessions) as session:
        child, other = patron_of(session, "R2").id, patron_of(session, "R3").id
    record = record_of(library, "B2")
    assert send(mother, f"/record/{record}/hold", branch="ЦБ", patron=child).status_code == 302
    assert send(mother, f"/record/{record}/hold", branch="ЦБ", patron=other).status_code == 422
    with db.reading(library.sessions) as session:
        assert [hold.patron_id for hold in session.scalars(select(Hold))] == [child]
    cancel = re.search(r"/my/holds/\d+/cancel", mother.get("/my").text)[0]
    assert send(mother, cancel).status_code == 302


def test_who_is_away_keeps_the_place_and_blocks_nobody(library, mother):
    library.desk().issue("R3", "B0")
    hold = library.desk().wait_for("R1", "B0")
    library.desk().wait_for("R2", "B0")
    until = "10.03.2026"
    assert send(mother, f"/my/holds/{hold.id}/pause", until=until).status_code == 302
    assert send(mother, f"/my/holds/{hold.id}/pause", until="01.01.2030").status_code == 422
    assert send(mother, f"/my/holds/{hold.id}/pause", until="когда-нибудь").status_code == 422
    assert "отложен до 10.03.2026" in said(mother.get("/my"))
    library.desk().take_back("B0")
    with db.reading(library.sessions) as session:
        states = {h.patron.card: h.status for h in session.scalars(select(Hold))}
    assert states == {"R1": HoldStatus.WAITING, "R2": HoldStatus.ON_SHELF}
    library.desk().issue("R2", "B0")
    library.wait(days=8)
    library.desk().take_back("B0")
    with db.reading(library.sessions) as session:
        assert session.get_one(Hold, hold.id).status == HoldStatus.ON_SHELF
    mother.post("/my/sign-in", card="R1", password=PASSWORD)
    assert send(mother, f"/my/holds/{hold.id}/pause", until="").status_code == 409
    library.check()


def test_lists_are_kept_narrowed_and_go_with_the_reader(library, mother):
    for number, name in (("B0", ""), ("B1", "Для доклада"), ("B1", "Для доклада")):
        send(mother, f"/record/{record_of(library, number)}/keep", name=name)
    page = said(mother.get("/my/lists"))
    assert ("Хочу прочитать 1" in page, "Для доклада 1" in page) == (True, True)
    library.desk().issue("R3", "B0")
    free = mother.get("/my/lists?branch=ЦБ").text
    assert ("Книга 0" in free, "Книга 1" in free) == (False, True)
    with db.reading(library.sessions) as session:
        entries = session.scalars(select(ReaderListEntry.id).order_by(ReaderListEntry.id)).all()
    assert send(mother, f"/my/lists/{entries[0]}/remove").status_code == 302
    assert send(mother, f"/my/lists/{entries[0]}/remove").status_code == 404
    send(mother, "/my/questions", question="Вопрос")
    with db.transaction(library.sessions) as session:
        erase_patron(Desk(session, library.origin(), library.config), patron_of(session, "R1"))
        assert session.scalars(select(ReaderListEntry)).all() == []
        assert [q.patron_id for q in session.scalars(select(ReaderQuestion))] == [None]
