"""What a desk does from the page of a reader, of a record, of the holds."""

import re
from datetime import date

import pytest
from readers import post
from sqlalchemy import select

from ils import db
from ils.circulation.holds.models import Hold
from ils.circulation.loans.models import Loan
from ils.circulation.transit.models import Transit
from ils.organisation.branches.models import Branch
from ils.organisation.staff.models import Role


@pytest.fixture
def reader(stocked, page, library_clock):
    """R1, open on a page, has B1."""
    stocked.desk().issue("R1", "B1")
    with db.reading(stocked.sessions) as session:
        return session.scalars(select(Loan.patron_id)).one()


def forms_of(text, label):
    """Address and what it sends, of the forms of a list whose button says so."""
    found = []
    for form in re.findall(r"<form[^>]*>.*?</form>", text, re.DOTALL):
        button = re.search(r"<button[^>]*>([^<]*)", form)
        if button and button[1].strip() == label:
            action = re.search(r'action="([^"]*)"', form)[1]
            found.append((action, dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))))
    return found


def test_a_loan_is_renewed_and_taken_back_by_its_row(reader, stocked, page):
    stocked.wait(days=3)
    address = f"/staff/patrons/{reader}"
    [(action, sent)] = forms_of(page.get(address).text, "Продлить")[-1:]
    answer = page.post(action, **sent)
    assert (answer.status_code, answer.location) == (302, address)
    assert "Продлено до 22.03.2026" in page.get(address).text
    [(action, sent)] = forms_of(page.get(address).text, "Продлить")[-1:]
    assert page.post(action, **sent).location == address
    assert "Не продлено." in page.get(address).text
    [(action, sent)] = forms_of(page.get(address).text, "Принять")
    assert page.post(action, **sent).status_code == 200
    assert stocked.status("B1") == "available"


def test_a_hold_begins_at_the_record(stocked, page):
    with db.reading(stocked.sessions) as session:
        record = stocked.record(session, "B1").id
    text = page.get(f"/staff/catalog/{record}").text
    assert f"/desk/hold/new?record={record}" in text


def move(page, stocked, branch):
    with db.reading(stocked.sessions) as session:
        hold = session.scalars(select(Hold)).one()
    answer = post(page, f"/desk/hold/{hold.id}/branch", branch=branch)
    with db.reading(stocked.sessions) as session:
        return answer, session.get_one(Hold, hold.id)


def test_a_reader_who_waits_comes_to_another_branch(reader, stocked, page):
    del reader
    stocked.desk().wait_for("R2", "B1")
    _, hold = move(page, stocked, "Ф1")
    assert hold.branch_id == stocked.branches["Ф1"].id
    stocked.desk().take_back("B1")
    assert stocked.state("B1")[0] == "in_transit"
    assert move(page, stocked, "ЦБ")[0].status_code == 409  # it travels


def test_a_copy_on_the_hold_shelf_is_sent_after_the_reader(reader, stocked, page):
    del reader
    stocked.desk().wait_for("R2", "B1")
    stocked.desk().take_back("B1")
    _, hold = move(page, stocked, "Ф1")
    assert (hold.status, stocked.state("B1")[0]) == ("in_transit", "in_transit")
    assert stocked.desk("Ф1").take_back("B1").hold.patron.card == "R2"


def test_a_copy_nobody_finds_on_the_hold_shelf_is_missing_and_the_reader_waits_on(
    reader, stocked, page
):
    del reader
    stocked.desk().wait_for("R2", "B1")
    stocked.desk().take_back("B1")
    [(action, sent)] = forms_of(page.get("/desk/holds?list=shelf").text, "Нет на полке")
    page.post(action, **sent)
    assert (stocked.status("B1"), stocked.holds()) == ("missing", ["waiting"])


def test_the_list_of_what_travels_says_for_how_long(stocked, page, library_clock):
    stocked.copy("Ф-1", branch="Ф1")
    stocked.desk().scan("Ф-1")
    stocked.wait(days=4)
    text = page.get("/desk/holds?list=leaving").text
    assert "Дней в пути" in text
    assert re.search(r"<td[^>]*>4</td>", text)


def test_a_lost_copy_that_comes_back_says_who_lost_it(reader, stocked, page):
    del reader
    with db.reading(stocked.sessions) as session:
        item = session.scalars(select(Loan.item_id)).one()
    page.by_script("lost", item=item)
    assert "Числилась утерянной, читатель: Оқырман" in page.scan("B1").text
    stocked.desk().issue("R1", "B1")
    page.by_script("lost", item=item)
    with db.reading(stocked.sessions) as session:
        other = session.scalars(select(Hold.patron_id)).all()
    assert other == []
    opened = re.search(r'data-patron="(\d+)"', page.scan("R2").text)[1]
    lent = page.scan("B1", opened).text
    assert 'data-situation="loan"' in lent
    assert "Числилась утерянной" in lent


def test_a_receipt_speaks_the_language_of_the_reader(stocked, page, library_clock):
    reader = stocked.reader("R3", language="kk")
    stocked.desk().issue("R3", "B1")
    text = page.get(f"/desk/receipt/{reader}").text
    assert '<html lang="kk">' in text
    assert "Бүгін берілді" in text


CHILD = {
    "surname": "Серік", "given_name": "Әли", "category": "pupil", "consent": "1",
    "language": "kk", "birth_date": "05.05.2017",
}  # fmt: skip


@pytest.fixture
def desk_page(browser, library, library_clock):
    library.account("кафедра", Role.DESK)
    browser.sign_in("кафедра")
    return browser


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({}, 409),
        ({"guardian_name": "Серік А."}, 302),
        ({"no_mistake": "no_guardian"}, 302),
        ({"birth_date": "05.05.2009"}, 302),
    ],
)
def test_somebody_answers_for_a_child(desk_page, library, more, status):
    answer = post(desk_page, "/staff/patrons/new", **(CHILD | more))
    assert answer.status_code == status
    if status == 409:
        assert "Укажите поручителя." in answer.text


def test_whoever_answers_for_a_child_is_not_taken_away_unasked(desk_page, library):
    child = library.reader("R5", birth_date=date(2015, 5, 5), guardian_name="Серік А.")
    address = f"/staff/patrons/{child}/edit"
    alone = CHILD | {"guardian_name": "–"}
    assert post(desk_page, address, **alone).status_code == 409
    assert post(desk_page, address, **alone, no_mistake="no_guardian").status_code == 302
    assert post(desk_page, address, **alone).status_code == 302  # nobody is taken away
    assert library.origin().day == date(2026, 3, 4)


def test_a_copy_lent_to_the_wrong_reader_by_this_desk_says_to_whom(stocked, page, library_clock):
    first, second = (
        re.search(r'data-patron="(\d+)"', page.scan(card).text)[1] for card in ("R1", "R2")
    )
    page.scan("B1", first)
    text = page.scan("B1", second).text
    assert "только что выдана, читатель: Оқырман" in text
    assert "Ctrl+Z" in text
    assert stocked.kinds().count("loan") == 1


def test_a_moved_hold_leaves_from_where_its_copy_stands(stocked, page, library_clock):
    stocked.copy("Ф-1", branch="Ф1")
    stocked.desk("Ф1").wait_for("R2", "Ф-1", at="Ф1")
    stocked.desk("Ф1").take_back("Ф-1")  # on the hold shelf of the branch
    move(page, stocked, "ЦБ")  # the reader came to the central library
    with db.reading(stocked.sessions) as session:
        way = session.scalars(select(Transit)).one()
        ends = (way.from_branch_id, way.to_branch_id)
    assert ends == (stocked.branches["Ф1"].id, stocked.branches["ЦБ"].id)


def test_nobody_is_sent_to_a_branch_that_is_closed(reader, stocked, page):
    del reader
    stocked.desk().wait_for("R2", "B1")
    with db.transaction(stocked.sessions) as session:
        session.get_one(Branch, stocked.branches["Ф1"].id).active = False
    answer, hold = move(page, stocked, "Ф1")
    assert answer.status_code == 409
    assert hold.branch_id == stocked.branches["ЦБ"].id
