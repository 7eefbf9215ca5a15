"""The debtors of a branch: who they are now, what is said to them, what is counted."""

import re
import subprocess
from datetime import date
from uuid import uuid4

import pytest
from reports import cells, report
from sqlalchemy import select

from ils import db
from ils.circulation.debtors.models import DebtContact
from ils.circulation.loans.models import Loan
from ils.clock import Period
from ils.ledger import Entry, Kind
from ils.organisation.branches import actions as branch_actions
from ils.organisation.branches.models import Branch
from ils.organisation.staff.models import Role
from ils.patrons.models import Patron
from ils.patrons.phones import normal_phone

PATH = "/staff/debtors/"
TEXT = ("pdftotext", "-", "-")


@pytest.fixture
def owing(library_clock, library, browser):
    """Two readers with overdue copies, one of them of the branch, one who owes nothing."""
    library.account("кафедра", Role.DESK)
    library.reader("R1", surname="Абаева", phone="8 (701) 123-45-67", email="a@example.kz",
                   address="Абай к., 1", language="kk")  # fmt: skip
    library.reader(
        "R2", surname="Сейтова", phone="8 7213 45-67-89", address="Ауэзов, 2", school="Гимназия № 2"
    )
    library.reader("R3", surname="Юнусов")
    for number, title in (("B1", "Абай жолы"), ("B2", "Белый пароход"), ("B3", "Қан мен тер")):
        library.copy(number, title=title)
    library.desk().issue("R1", "B1")
    library.desk().issue("R1", "B2")
    library.wait(days=5)
    library.desk("Ф1").issue("R2", "B3")
    library.wait(days=40)
    library.copy("B4", title="Көшпенділер")
    library.desk().issue("R3", "B4")
    browser.sign_in("кафедра")
    return browser


def names(browser, **asked):
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    body = browser.get(f"{PATH}?{query}").text.partition("<tbody>")[2].partition("</tbody>")[0]
    return re.findall(r'<a href="/staff/debtors/[^"]+">([^<]+)</a>', body)


def debtor(library, card):
    with library.sessions() as session:
        return session.scalars(select(Patron.id).where(Patron.card == card)).one()


def noted(browser, library, card, **form):
    about = {"channel": "phone", "result": "reached", "promised_until": "", "note": ""}
    return browser.post(f"{PATH}{debtor(library, card)}", request_id=str(uuid4()), **about | form)


def contacts(library):
    with library.sessions() as session:
        return [(c.channel, c.result, c.promised_until) for c in session.scalars(
            select(DebtContact).order_by(DebtContact.id))]  # fmt: skip


def reminders(library):
    with library.sessions() as session:
        return session.scalars(select(Entry).where(Entry.kind == Kind.REMINDER)).all()


def test_the_debtors_of_the_moment_stand_by_days(owing, library):
    page = owing.get(PATH).text
    assert "читателей 1, экземпляров 2" in page
    assert len(names(owing)) == 1
    assert "Абай жолы; Белый пароход" in page
    assert [name.split()[0] for name in names(owing, branch="-")] == ["Абаева", "Сейтова"]
    assert "читателей 2, экземпляров 3" in owing.get(f"{PATH}?branch=-").text
    library.desk().take_back("B1")
    library.desk().take_back("B2")
    assert names(owing) == []


def test_debtors_are_filtered(owing):
    def surnames(**asked):
        return [name.split()[0] for name in names(owing, branch="-", **asked)]

    assert (surnames(days=30), surnames(days=31)) == (["Абаева"], [])
    assert surnames(q="сейт") == ["Сейтова"]
    assert (surnames(school="ГИМНАЗИЯ"), surnames(school="_")) == (["Сейтова"], [])
    assert (surnames(street="ауезов"), surnames(street="Әуэзов")) == (["Сейтова"], ["Сейтова"])
    assert surnames(days=3000) == []
    assert surnames(quiet=3) == ["Абаева", "Сейтова"]
    assert surnames(broken="yes") == []


def test_who_was_spoken_to_is_counted_once_a_month(owing, library):
    assert noted(owing, library, "R1").status_code == 302
    assert noted(owing, library, "R1", channel="whatsapp", result="sent").status_code == 302
    assert noted(owing, library, "R2", result="no_answer").status_code == 302
    (entry,) = reminders(library)
    assert (entry.count, entry.patron_category, entry.branch_id) == (
        1, "student", library.branches["ЦБ"].id,
    )  # fmt: skip
    assert contacts(library) == [
        ("phone", "reached", None), ("whatsapp", "sent", None), ("phone", "no_answer", None),
    ]  # fmt: skip
    assert names(owing, branch="-", quiet=0) == []
    library.wait(days=31)
    noted(owing, library, "R1")
    assert len(reminders(library)) == 2
    assert "дозвонились" in owing.get(f"{PATH}{debtor(library, 'R1')}").text


def test_a_promise_has_a_day_to_come(owing, library):
    for day, told in (("", "Обещано до"), ("2020-01-01", "Этот день уже прошёл")):
        answer = noted(owing, library, "R1", result="promised", promised_until=day)
        assert (answer.status_code, told in answer.text) == (422, True)
    assert contacts(library) == []
    until = library.now.date().toordinal() + 3
    noted(owing, library, "R1", result="promised", promised_until=date.fromordinal(until))
    assert contacts(library) == [("phone", "promised", date.fromordinal(until))]
    assert names(owing, broken="yes") == []
    library.wait(days=5)
    assert len(names(owing, broken="yes")) == 1


def test_nothing_is_noted_of_who_owes_nothing(owing, library):
    assert "У этого читателя ничего не просрочено" in noted(owing, library, "R3").text
    assert noted(owing, library, "R1", channel="голубь").status_code == 422
    assert contacts(library) == []


def test_what_to_say_is_ready_in_the_readers_language(owing, library):
    page = owing.get(f"{PATH}{debtor(library, 'R1')}").text
    assert "Сізде мерзімі өткен кітаптар бар" in page
    for address in ("tel:+77011234567", "https://wa.me/77011234567?text=", "sms:+77011234567",
                    "mailto:a@example.kz?subject="):  # fmt: skip
        assert f'href="{address}' in page
    other = owing.get(f"{PATH}{debtor(library, 'R2')}").text
    assert "За вами числятся книги" in other
    assert ("tel:+77213456789" in other, "wa.me" in other) == (True, False)


def test_letters_are_in_the_order_of_streets(owing):
    """A letter is a page; the reader of the first street comes first."""
    answer = owing.get(f"{PATH}letters.pdf?branch=-")
    said = subprocess.run(TEXT, input=answer.data, capture_output=True, check=True)
    pages = said.stdout.decode().split("\f")[:-1]
    assert [page.splitlines()[0] for page in pages] == ["Абай к., 1", "Ауэзов, 2"]
    assert owing.get(f"{PATH}letters.pdf?branch=-&q=никого").status_code == 422


def test_what_was_done_goes_with_the_reader(owing, library):
    noted(owing, library, "R1", note="Соседка сказала")
    library.desk().take_back("B1")
    library.desk().take_back("B2")
    library.account("админ", Role.ADMINISTRATOR)
    owing.sign_in("админ")
    path = f"/staff/patrons/{debtor(library, 'R1')}/forget"
    owing.post(path, request_id=str(uuid4()), sure="1")
    assert contacts(library) == []
    assert len(reminders(library)) == 1


@pytest.mark.parametrize(
    ("field", "phone"),
    [("87011234567", "+77011234567"), ("7011234567", "+77011234567"), ("нет", ""),
     ("+996 555 123456", "+996555123456"), ("сот. 8-747-000-11-22; дом.", "+77470001122")],
)  # fmt: skip
def test_a_phone_is_dialled_as_it_is_meant(field, phone):
    assert normal_phone(field) == phone


def opened(browser, patron_id, channel):
    return browser.post(f"{PATH}{patron_id}/opened", channel=channel, request_id=str(uuid4()))


def test_an_opened_message_counts_only_when_somebody_says_it_was_sent(owing, library):
    first, second = debtor(library, "R1"), debtor(library, "R2")
    assert opened(owing, first, "whatsapp").status_code == 302
    assert opened(owing, first, "whatsapp").status_code == 302  # the same message again
    assert opened(owing, second, "sms").status_code == 302
    assert opened(owing, first, "letter").status_code == 422
    assert opened(owing, debtor(library, "R3"), "sms").status_code == 404  # owes nothing
    assert "Открыто сообщений: 2." in owing.get(PATH).text
    assert library.count("reminder") == 0
    owing.post(f"{PATH}opened", sent="no", request_id=str(uuid4()))
    assert library.count("reminder") == 0
    assert "Открыто сообщений" not in owing.get(PATH).text

    opened(owing, first, "whatsapp")
    library.desk().take_back("B1")
    library.desk().take_back("B2")  # the reader came while the message was under way
    owing.post(f"{PATH}opened", sent="yes", request_id=str(uuid4()))
    owing.post(f"{PATH}opened", sent="yes", request_id=str(uuid4()))
    assert library.count("reminder") == 1
    assert "отправлено" in owing.get(f"{PATH}{first}").text


def test_who_did_not_come_since_last_year_is_reminded_all_the_same(owing, library):
    library.wait(days=330)  # nobody registered this reader anew
    reader = debtor(library, "R1")
    opened(owing, reader, "whatsapp")
    owing.post(f"{PATH}opened", sent="yes", request_id=str(uuid4()))
    assert library.count("reminder") == 1


def figures(library, table):
    year = Period(date(2026, 1, 1), date(2027, 1, 1))
    return {
        (row, column): value
        for (name, row, column), value in cells(report(library, "annual", year)).items()
        if name == table and value
    }


def test_what_comes_back_after_a_reminder_is_counted_apart(owing, library):
    noted(owing, library, "R1", result="no_answer")
    library.desk().take_back("B1")
    assert library.count(Kind.REMINDED_RETURN) == 0  # nobody was reached
    noted(owing, library, "R1")
    back = library.desk().take_back("B2")
    assert library.count(Kind.REMINDED_RETURN) == 1
    library.desk().undo(back.act)
    assert library.count(Kind.REMINDED_RETURN) == 0
    library.desk().take_back("B2")
    assert figures(library, "debtors_by_branch") == {
        ("total", "reminded"): 1, ("total", "returned"): 1, ("ЦБ", "reminded"): 1,
        ("ЦБ", "returned"): 1,
    }  # fmt: skip
    assert figures(library, "debtors_by_category")["student", "returned"] == 1


def test_a_reminder_of_another_debt_is_none_of_this(owing, library):
    noted(owing, library, "R1")
    library.desk().take_back("B1")
    library.copy("B5", title="Ақиқат")
    library.wait(days=1)
    library.desk().issue("R1", "B5")
    library.wait(days=40)
    library.desk().take_back("B5")  # overdue, and nobody spoke of it
    assert library.count(Kind.REMINDED_RETURN) == 1


def test_letters_say_where_to_bring_it_and_when(owing, library):
    with db.transaction(library.sessions) as session:
        branch = session.get_one(Branch, library.branches["ЦБ"].id)
        branch.address_kk, branch.hours_kk, branch.phone = "Абай к-сі, 12", "дс–жм 9–18", "451200"
    page = owing.get(f"{PATH}{debtor(library, 'R1')}").text
    assert "Сізді күтеміз: ЦБ филиалы, Абай к-сі, 12, дс–жм 9–18, 451200." in page


def test_debtors_of_a_street_and_of_a_grade(owing, library):
    library.reader("R5", surname="Ким", address="Ауэзов, 7", grade="5")
    library.copy("B6")
    library.desk("Ф1").issue("R5", "B6")
    library.wait(days=40)
    assert [name.split()[0] for name in names(owing, branch="-", street="ауэзов")] == [
        "Сейтова", "Ким",
    ]  # fmt: skip
    assert [name.split()[0] for name in names(owing, branch="-", grade=5)] == ["Ким"]
    assert owing.get(f"{PATH}?grade=пять").status_code == 422


def test_debtors_of_a_service_point_and_where_it_was_lent(owing, library):
    with db.transaction(library.sessions) as session:
        branch = session.get_one(Branch, library.branches["ЦБ"].id)
        point = branch_actions.add_service_point(
            session, None, branch, code="АЎ", name_ru="Село", name_kk="Ауыл", type="outreach"
        ).id
    library.reader("R6", surname="Нұрова")
    library.copy("B7", title="Дала")
    desk = library.desk()
    desk.point = point
    desk.issue("R6", "B7")
    library.wait(days=40)
    assert [name.split()[0] for name in names(owing, point=point)] == ["Нұрова"]
    assert "Филиал ЦБ · Село" in owing.get(f"{PATH}?point={point}").text


def test_nobody_is_asked_for_what_is_looked_for(owing, library):
    """Neither a message nor a letter names a copy its reader says was brought back."""
    with library.sessions() as session:
        loans = {loan.item.inventory_number: loan.id for loan in session.scalars(select(Loan))}
    claim = {"kind": "claimed", "declared_by": "desk", "note": ""}
    owing.post(f"/staff/losses/{loans['B1']}/declare", request_id=str(uuid4()), **claim)
    page = owing.get(f"{PATH}{debtor(library, 'R1')}").text
    said = page.partition('<pre class="message"')[2].partition("</pre>")[0]
    assert ("Абай жолы" in said, "Белый пароход" in said) == (False, True)
    assert "читатель говорит, что вернул" in page
    owing.post(f"/staff/losses/{loans['B2']}/declare", request_id=str(uuid4()), **claim)
    answer = owing.get(f"{PATH}letters.pdf?branch=-")  # the other reader's letter alone
    said = subprocess.run(TEXT, input=answer.data, capture_output=True, check=True)
    assert said.stdout.decode().count("\f") == 1
    assert owing.get(f"{PATH}{debtor(library, 'R1')}").status_code == 200
    assert owing.get(f"{PATH}letters.pdf").status_code == 422


def test_points_of_one_name_are_told_apart(owing, library):
    for code in ("ЦБ", "Ф1"):
        with db.transaction(library.sessions) as session:
            branch_actions.add_service_point(
                session, None, session.get_one(Branch, library.branches[code].id), code="ЧЗ",
                name_ru="Читальный зал", name_kk="Оқу залы",
            )  # fmt: skip
    assert owing.get(PATH).text.count(">Читальный зал</option>") == 1
    assert ">Филиал Ф1 · Читальный зал</option>" in owing.get(f"{PATH}?branch=-").text
