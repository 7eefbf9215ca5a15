"""The reader's own pages: nobody else's, and every act in the ledger."""

import re
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import select

from ils import db, passwords
from ils.circulation.context import Desk
from ils.circulation.holds.actions import expire_holds
from ils.circulation.loans.models import Loan
from ils.circulation.readers.actions import erase_patron, export_personal_data
from ils.ledger import Channel, Entry, Kind
from ils.opac.account import signing
from ils.organisation.staff.models import Role
from ils.patrons import site_access
from ils.patrons.models import Patron
from ils.services.enquiries.models import PurchaseSuggestion

pytestmark = pytest.mark.usefixtures("library_clock")

PASSWORD = "своя книга"


@pytest.fixture
def reader(library, visitor):
    library.reader("R1", surname="Абаева", phone="+7 701 000 00 01")
    library.reader("R2", surname="Сейтова")
    for number in range(4):
        library.copy(f"B{number}", title=f"Книга {number}")
    with_password(library, "R1")
    visitor.get("/?lang=ru")
    assert visitor.post("/my/sign-in", card="R1", password=PASSWORD).status_code == 302
    return visitor


def with_password(library, card, password=PASSWORD):
    with db.transaction(library.sessions) as session:
        patron = patron_of(session, card)
        site_access.set_password(session, patron, passwords.hashed(password))
        return patron.id


def patron_of(session, card):
    return session.scalars(select(Patron).where(Patron.card == card)).one()


def said(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def send(visitor, path, **form):
    return visitor.post(path, request_id=str(uuid4()), **form)


def entries(library, channel=Channel.SITE):
    with db.reading(library.sessions) as session:
        query = select(Entry).where(Entry.channel == channel).order_by(Entry.id)
        return [(e.kind, e.detail, e.count) for e in session.scalars(query)]


def test_a_code_of_the_desk_lets_in_once_to_set_a_password(library, visitor, browser):
    reader = library.reader("R1")
    library.account("кафедра", Role.DESK)
    browser.sign_in("кафедра")
    browser.post(f"/staff/patrons/{reader}/site-code", request_id=str(uuid4()))
    page = browser.get(f"/staff/patrons/{reader}").text
    code = re.search(r"\b(\d{8})\b", re.search(r'role="status">(.*?)<', page)[1])[1]
    answer = visitor.post("/my/sign-in", card="R1", password=code)
    assert answer.headers["Location"] == "/my/password"
    assert visitor.get("/my").headers["Location"] == "/my/password"
    assert visitor.post("/my/renew", request_id=str(uuid4())).headers["Location"] == "/my/password"
    for short in ({"password": "коротк", "again": "коротк"}, {"password": PASSWORD, "again": "x"}):
        assert send(visitor, "/my/password", **short).status_code == 422
    assert send(visitor, "/my/password", password=PASSWORD, again=PASSWORD).status_code == 302
    assert visitor.get("/my").status_code == 200
    other = visitor.client.application.test_client()
    assert other.post("/my/sign-in", data={"card": "R1", "password": code}).status_code == 409


def test_an_old_code_opens_nothing(library, visitor):
    library.reader("R1")
    with db.transaction(library.sessions) as session:
        code = site_access.new_code()
        site_access.give_code(session, None, patron_of(session, "R1"), code)
    library.wait(days=8)
    assert visitor.post("/my/sign-in", card="R1", password=code.written).status_code == 409


@pytest.mark.parametrize("path", ["/my", "/my/settings", "/my/history", "/my/suggestions",
                                  "/my/password", "/record/1/hold"])  # fmt: skip
def test_a_stranger_is_asked_to_sign_in_and_comes_back(library, visitor, path):
    answer = visitor.get(path)
    assert answer.headers["Location"].startswith("/my/sign-in?next=")
    assert send(visitor, "/my/renew").status_code == 401


def test_staff_are_no_readers_and_readers_no_staff(library, reader, browser):
    library.account("админ", *Role)
    browser.sign_in("админ")
    assert browser.get("/my").status_code == 302
    for path in ("/staff/", "/staff/patrons/", "/desk"):
        assert "/sign-in" in reader.get(path).headers["Location"]


def test_wrong_passwords_are_counted_by_card_and_address(library, reader, app):
    stranger = app.test_client()

    def attempt(card, typed="мимо", address="10.0.0.1"):
        form = {"card": card, "password": typed}
        return stranger.post("/my/sign-in", data=form, environ_base={"REMOTE_ADDR": address})

    assert [attempt("R1").status_code for _ in range(6)] == [409] * 5 + [429]
    assert attempt("r-1").status_code == 429  # the same card, written otherwise
    assert attempt("R2").status_code == 409
    assert attempt("нет такой").status_code == 409
    assert attempt("R1", PASSWORD, address="10.0.0.2").status_code == 302


def test_attempts_that_come_together_are_counted_one_by_one(library, reader, app):
    def attempt(_):
        form = {"card": "R1", "password": "мимо"}
        address = {"REMOTE_ADDR": "10.0.0.9"}
        answer = app.test_client().post("/my/sign-in", data=form, environ_base=address)
        return answer.status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(attempt, range(12))) == [409] * 5 + [429] * 7


def test_a_sign_in_ends_with_a_new_password_a_closed_access_and_idleness(library, reader):
    assert reader.get("/my").status_code == 200
    with_password(library, "R1", "другая книга")
    assert reader.get("/my").status_code == 302
    reader.post("/my/sign-in", card="R1", password="другая книга")
    library.wait(minutes=29)
    assert reader.get("/my").status_code == 200
    library.wait(minutes=31)
    assert reader.get("/my").status_code == 302
    reader.post("/my/sign-in", card="R1", password="другая книга")
    with db.transaction(library.sessions) as session:
        site_access.close_access(session, None, patron_of(session, "R1"))
    assert reader.get("/my").status_code == 302
    assert reader.post("/my/sign-in", card="R1", password="другая книга").status_code == 409


def test_a_sign_out_voids_the_cookie_wherever_it_was_copied_to(reader, app):
    with reader.client.session_transaction() as cookie:
        kept = dict(cookie)
    copied = app.test_client()
    with copied.session_transaction() as cookie:
        cookie.update(kept)
    assert copied.get("/my").status_code == 200
    assert send(reader, "/my/sign-out").status_code == 302
    assert copied.get("/my").status_code == 302


def test_the_librarys_code_does_not_become_the_password(library, visitor):
    library.reader("R1")
    with db.transaction(library.sessions) as session:
        code = site_access.new_code()
        site_access.give_code(session, None, patron_of(session, "R1"), code)
    visitor.post("/my/sign-in", card="R1", password=code.written)
    assert (
        send(visitor, "/my/password", password=code.written, again=code.written).status_code == 422
    )


def test_what_is_given_up_stays_on_the_hold_shelf_until_staff_take_it_off(library, reader):
    hold = library.desk().issue("R2", "B0") and library.desk().wait_for("R1", "B0")
    library.desk().take_back("B0")
    assert library.status("B0") == "on_hold_shelf"
    assert send(reader, f"/my/holds/{hold.id}/cancel").status_code == 302
    assert library.status("B0") == "on_hold_shelf"
    assert "больше не отложено" in said(reader.get("/my"))
    library.account("кафедра", Role.DESK)
    with db.transaction(library.sessions) as session:
        freed = expire_holds(Desk(session, library.origin(), library.config))
        assert [item.inventory_number for item in freed] == ["B0"]
    library.check()


def test_loans_are_renewed_from_home_and_counted(library, reader):
    for number in ("B0", "B1"):
        library.desk().issue("R1", number)
    library.wait(days=5)
    reader.post("/my/sign-in", card="R1", password=PASSWORD)
    with db.reading(library.sessions) as session:
        loan = session.scalars(select(Loan).order_by(Loan.id)).first()
        before = loan.due
    send(reader, "/my/renew", loan=loan.id)
    page = said(reader.get("/my"))
    assert "«Книга 0» продлена до" in page
    with db.reading(library.sessions) as session:
        assert session.get_one(Loan, loan.id).due > before
    assert entries(library) == [
        ("catalogue_visit", None, 1), ("registration", "site", 1),
        ("renewal", "reader", 1), ("remote_visit", None, 1), ("catalogue_visit", None, 1),
    ]  # fmt: skip
    library.check()


def test_many_loans_with_long_titles_are_renewed_and_nothing_is_lost_of_the_cookie(library, reader):
    library.rule(max_loans=50, max_holds=50)
    for number in range(14):
        library.copy(f"C{number}", title="Ұзақ атаулы кітап туралы " * 8 + str(number))
        library.desk().issue("R1", f"C{number}")
        if number % 2:
            library.desk().wait_for("R2", f"C{number}")
    library.wait(days=3)
    reader.post("/my/sign-in", card="R1", password=PASSWORD)
    assert send(reader, "/my/renew").status_code == 302
    page = said(reader.get("/my"))
    assert ("Продлено: 7" in page, page.count("не продлена")) == (True, 5)


def test_what_rules_refuse_is_said_and_the_others_are_renewed(library, reader):
    library.rule(category="", max_renewals=1)
    for number in ("B0", "B1"):
        library.desk().issue("R1", number)
    library.desk().wait_for("R2", "B0")
    library.wait(days=3)
    reader.post("/my/sign-in", card="R1", password=PASSWORD)
    send(reader, "/my/renew")
    page = said(reader.get("/my"))
    assert "«Книга 0» не продлена" in page
    assert "«Книга 1» продлена до" in page


def test_another_readers_loan_or_hold_cannot_be_touched(library, reader):
    library.desk().issue("R2", "B0")
    library.desk().wait_for("R2", "B1")
    with db.reading(library.sessions) as session:
        loan = session.scalars(select(Loan)).one()
    before = library.kinds()
    send(reader, "/my/renew", loan=loan.id)
    hold = library.desk().wait_for("R2", "B2")
    assert send(reader, f"/my/holds/{hold.id}/cancel").status_code == 404
    assert library.kinds() == before
    assert library.count(Kind.HOLD_CANCELLED) == 0


def test_a_document_is_reserved_at_a_branch_and_given_up(library, reader):
    library.desk().issue("R2", "B3")
    with db.reading(library.sessions) as session:
        record = session.scalars(select(Loan)).one().item.record_id
    assert "Все экземпляры выданы" in said(reader.get(f"/record/{record}/hold?lang=ru"))
    for _ in range(2):
        answer = send(reader, f"/record/{record}/hold", branch="Ф1")
    assert answer.status_code == 409  # waits for it already
    assert library.holds() != []
    assert ("hold_placed", None, 1) in entries(library)
    page = reader.get("/my").text
    cancel = re.search(r"/my/holds/\d+/cancel", page)[0]
    assert send(reader, cancel).status_code == 302
    assert library.count(Kind.HOLD_CANCELLED) == 1
    library.check()


def test_a_repeat_is_answered_to_the_same_reader_only(library, reader, app):
    with_password(library, "R2")
    other = app.test_client()
    other.post("/my/sign-in", data={"card": "R2", "password": PASSWORD})
    request = str(uuid4())
    form = {"what": "Новая книга", "note": "", "request_id": request}
    assert reader.post("/my/suggestions", **form).status_code == 302
    assert reader.post("/my/suggestions", **form).status_code == 302
    assert other.post("/my/suggestions", data=form).status_code == 422
    assert library.count(Kind.SUGGESTION) == 1


def test_what_was_read_is_listed_only_if_wished(library, reader):
    library.desk().issue("R1", "B0")
    library.desk().take_back("B0")
    assert "Книга 0" not in reader.get("/my/history").text
    library.wait(minutes=5)
    send(reader, "/my/history", keep=1)
    library.desk().issue("R1", "B1")
    library.desk().take_back("B1")
    page = reader.get("/my/history").text
    assert ("Книга 0" in page, "Книга 1" in page) == (False, True)
    send(reader, "/my/history", keep=0)
    assert "Книга 1" not in reader.get("/my/history").text


def test_contacts_are_changed_and_noted_without_what_they_say(library, reader):
    values = {
        "phone": "8 701 1234567",
        "email": "a@example.kz",
        "language": "ru",
        "channel": "email",
    }
    assert send(reader, "/my/settings", **values).status_code == 302
    assert send(reader, "/my/settings", **{**values, "email": "не почта"}).status_code == 422
    with db.reading(library.sessions) as session:
        patron = patron_of(session, "R1")
        assert (patron.email, patron.channel, patron.language) == ("a@example.kz", "email", "ru")


def test_a_suggestion_has_its_state_and_outlives_the_reader(library, reader):
    send(reader, "/my/suggestions", what="Атлас области", note="")
    assert "Атлас области" in reader.get("/my/suggestions").text
    with db.transaction(library.sessions) as session:
        patron = patron_of(session, "R1")
        told = export_personal_data(session, patron)
        assert not {"site_password", "site_version"} & set(told)
        assert [one["what"] for one in told["purchase_suggestion"]] == ["Атлас области"]
        erase_patron(Desk(session, library.origin("ЦБ"), library.config), patron)
        assert session.scalars(select(PurchaseSuggestion)).one().patron_id is None
    assert reader.get("/my").status_code == 302


def test_who_uses_the_site_is_counted_once_a_year(library, reader):
    send(reader, "/my/sign-out")
    reader.post("/my/sign-in", card="R1", password=PASSWORD)
    assert [e for e in entries(library) if e[0] == "registration"] == [("registration", "site", 1)]
    library.check()


def test_the_cookie_of_a_reader_says_only_who(reader):
    with reader.client.session_transaction() as cookie:
        assert set(cookie[signing.NAME]) == {"id", "version", "at"}
