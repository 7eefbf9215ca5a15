"""Phones: found however they are typed, put right, not of two people without a reason."""

import re

import pytest
from sqlalchemy import select

from ils import db
from ils.organisation.staff.models import Role
from ils.patrons import actions, queries
from ils.patrons.models import Patron

PATH = "/staff/patrons/"


@pytest.fixture
def page(library_clock, library, browser):
    library.account("кафедра", Role.DESK)
    browser.sign_in("кафедра")
    return browser


def cards(session, query) -> list[str]:
    return [patron.card for patron in session.scalars(query)]


@pytest.mark.parametrize(
    "typed", ["8 701 123-45-67", "+7(701)1234567", "87011234567", "123-45-67", "77011234567"]
)
def test_a_reader_is_found_by_the_phone_however_it_is_typed(library, page, typed):
    library.reader("R1", phone="8 (701) 123-45-67")
    library.reader("R2", phone="8 702 765 43 21")
    found = page.get(PATH, query_string={"q": typed}).text
    assert re.findall(r">(R\d)<", found) == ["R1"]


def test_cards_and_names_are_found_as_before(library, page):
    library.reader("7012345", surname="Абаев")
    library.reader("R2", phone="87771112233")
    assert re.findall(r">(7012345|R2)<", page.get(PATH, query_string={"q": "7012"}).text) == [
        "7012345"
    ]  # fmt: skip
    assert "R2" not in page.get(PATH, query_string={"q": "абаев"}).text


def test_the_phone_is_kept_as_it_was_typed_and_its_number_follows(library):
    library.reader("R1", phone="8 (701) 123-45-67")
    with db.transaction(library.sessions) as session:
        patron = session.scalar(select(Patron))
        assert (patron.phone, patron.phone_number) == (
            "8 (701) 123-45-67", "+77011234567"
        )  # fmt: skip
        patron.phone = "2-22-22"
        actions.note_search_keys(patron)
        assert patron.phone_number == ""
        session.flush()
        assert cards(session, queries.wrong_phones()) == ["R1"]


def test_one_number_of_two_families_is_a_question_of_one_family_none(library, page):
    library.reader("R1", phone="87011234567", surname="Абаева")
    library.reader("R2", phone="+7 701 123 45 67", surname="Сейтова")
    library.reader("R3", phone="8 777 000 00 00", surname="Оспанова")
    library.reader("R4", phone="87770000000", surname="Оспанов", guardian="R3")
    library.reader("R5", phone="12-34")
    library.reader("R6")
    with db.reading(library.sessions) as session:
        assert cards(session, queries.shared_phones()) == ["R1", "R2"]
        assert cards(session, queries.wrong_phones()) == ["R5"]
    text = page.get(f"{PATH}phones").text
    assert [name in text for name in ("Абаева", "Сейтова", "Оспанова", "12-34")] == [
        True, True, False, True
    ]  # fmt: skip
