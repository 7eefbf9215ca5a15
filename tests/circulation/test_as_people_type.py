"""Numbers, phones, ISBN and days as people and scanners of three layouts give them."""

import re
from datetime import date
from uuid import uuid4

import pytest

from ils import clock, db
from ils.catalog.records.actions import add_record
from ils.catalog.subjects import Classes
from ils.circulation.desk import results
from ils.circulation.desk.command_barcodes import Command
from ils.circulation.desk.results import AskCopyOfBook
from ils.codes.keyboard import readings
from ils.errors import Invalid
from ils.holdings.items.actions import add_provisional_item
from ils.holdings.items.queries import record_named
from ils.marc.record import Field, MarcRecord
from ils.organisation.staff.models import Role
from ils.patrons import rules
from ils.patrons.phones import normal_phone
from ils.patrons.queries import patrons

LATIN = "/1234567890-qwertyuiopasdfghjklzxcvbnm"
KAZAKH = '№"әіңғ,.үұқөйцукенгшщзфывапролдячсмить'
RUSSIAN = ".1234567890-йцукенгшщзфывапролдячсмить"


def typed(code, layout):
    """What a scanner types that sends the keys of a code, with a layout switched on."""
    keys = dict(zip(LATIN, layout, strict=True))
    return "".join(
        keys[c.lower()].upper() if c.isupper() and c.isalpha() else keys[c.lower()] for c in code
    )


@pytest.mark.parametrize("layout", [LATIN, KAZAKH, RUSSIAN])
@pytest.mark.parametrize(
    "code", [*Command, "2021345", "12345K", "A12B34", "R0000017", "k-17", "12/2026"]
)
def test_a_scan_is_understood_on_every_layout(code, layout):
    assert code.upper() in [reading.upper() for reading in readings(typed(code, layout))]


@pytest.mark.parametrize("layout", [LATIN, KAZAKH, RUSSIAN])
def test_a_card_is_registered_as_it_is_printed(library, layout):
    library.reader(typed("R0000017", layout), surname="Ахметов")
    library.copy("B1")
    assert library.desk().issue("R0000017", "B1").patron.surname == "Ахметов"


@pytest.mark.parametrize("card", ["SQ-NEXT", "sq-home", "5", ",,..", "Жібек"])
def test_what_is_no_card_is_refused(library, card):
    with pytest.raises(Invalid, match="Card barcode"):
        library.reader(card)


def test_a_guardian_is_named_by_a_scan_on_any_layout(library):
    library.reader("R0000001")
    child = library.reader("R0000002", guardian=typed("R0000001", KAZAKH))
    assert child


def test_the_desk_finds_a_reader_by_phone(library, desk):
    library.reader("R1", phone="8 (701) 123-45-67", surname="Ахметов")
    library.reader("R2", phone="87770000000", surname="Сейтова")
    library.reader("R3", phone="+7 777 000 00 00", surname="Сейтов")
    assert desk.scan("+77011234567").patron.surname == "Ахметов"
    assert desk.scan("8701 123 45 67").patron.surname == "Ахметов"
    both = desk.scan("87770000000")
    assert [reader.card for reader in both.names] == ["R3", "R2"]


ISBN = "978-601-04-1234-7"


def described(library, title, *numbers):
    """A record with an ISBN, and copies of it: the second of the branch."""
    with db.transaction(library.sessions) as session:
        fields = [Field("010", "  ", [("a", ISBN)]), Field("200", "1 ", [("a", title)])]
        marc = MarcRecord("00000nam0 2200000   450 ", fields)
        record = add_record(session, library.origin(), marc=marc, classes=Classes({}, {}))
        for number in numbers:
            branch = "Ф1" if number == "B2" else "ЦБ"
            add_provisional_item(session, library.origin(branch), record=record, number=number)


@pytest.fixture
def book(library):
    described(library, "Абай жолы", "B1", "B2", "B3")
    library.reader("R1")
    return library


def test_an_isbn_asks_which_copy_it_is(book, desk):
    desk.issue("R1", "B1")
    desk.close()
    desk.scan("R1")
    asked = desk.scan("9786010412347")
    assert isinstance(asked, AskCopyOfBook)
    assert [item.number for item in asked.items] == ["B3", "B1", "B2"]
    assert asked.patron.card == "R1"


def test_the_page_asks_which_copy_an_isbn_is(book, desk, browser, library_clock):
    book.account("кафедра", Role.DESK)
    browser.sign_in("кафедра")
    text = browser.post("/desk/scan", code="9786010412347", request_id=str(uuid4())).text
    assert sorted(re.findall(r"(B\d) · ([а-я ]+)", text)) == [
        (f"B{n}", "на полке") for n in (1, 2, 3)
    ]


@pytest.mark.parametrize("dash", ["-", "–", "‐", "\N{MINUS SIGN}", ""])
def test_a_number_is_found_with_any_dash(library, desk, dash):
    library.copy("777-А")
    assert desk.scan(f"777{dash}А").item.number == "777-А"


def test_a_slash_that_a_layout_changed_is_nobody_elses_number(library, desk):
    library.copy("12/2026")
    library.copy("1272026")
    assert desk.scan("12.2026").item.number == "12/2026"


@pytest.mark.parametrize("layout", [LATIN, KAZAKH, RUSSIAN])
def test_a_card_is_looked_for_in_the_list_on_every_layout(library, layout):
    library.reader("R0000017", surname="Ахметов")
    library.reader("R0000018", surname="Жұлдыз")
    assert named(library, typed("R0000017", layout)) == ["Ахметов"]


@pytest.mark.parametrize("text", ["8 701 123 45 67", "+7 (702) 111–22–33", "1112233", "701 123-45"])
def test_a_phone_is_found_in_part_and_the_second_one_too(library, text):
    library.reader("R1", phone="8 701 123 45 67, 8702 111 22 33", surname="Ахметов")
    library.reader("R2", phone="23-45-68", surname="Жұлдыз")
    assert named(library, text) == ["Ахметов"]
    assert named(library, "23 45 68") == ["Жұлдыз"]


def named(library, text):
    with db.reading(library.sessions) as session:
        return [one.surname for one in session.scalars(patrons(text))]


def test_an_isbn_of_a_book_without_copies_says_so(library, desk):
    described(library, "Көшпенділер")
    library.reader("R1")
    desk.scan("R1")
    asked = desk.scan(ISBN)
    assert (asked.items, asked.records[0].title) == ([], "Көшпенділер")


def test_an_isbn_nobody_described_is_a_new_book(library, desk):
    library.reader("R1")
    desk.scan("R1")
    assert isinstance(desk.scan(ISBN), results.UnknownBook)


@pytest.mark.parametrize(
    "text", ["17.05.1981", "17051981", "17.05.81", "17/05/1981", "1981-05-17", "17 05 1981 г.",
             "19810517", "17-5-81", "170581", "17,05,1981", "17–05–1981", "17.05.1981 года",
             "17.05.1981 г.р.", "17.05.1981 0:00:00"],
)  # fmt: skip
def test_a_birth_date_is_read_as_people_write_it(text):
    assert clock.day_written(text, past=True) == date(1981, 5, 17)


@pytest.mark.parametrize("text", ["", "завтра", "31.02.2026", "1.2.3.4", "99999999", "5"])
def test_what_is_no_day_is_none(text):
    assert clock.day_written(text) is None


@pytest.mark.parametrize(
    ("phone", "kept", "dialled"),
    [
        ("8 701 123-45-67 (мама)", "8 701 123-45-67 (мама)", "+77011234567"),
        ("8 701 123 45 67, 8 702 000 00 00", "8 701 123 45 67, 8 702 000 00 00", "+77011234567"),
        ("–", "", ""),
        ("нет", "", ""),
        ("23-45-68", "23-45-68", ""),
    ],
)
def test_phones_are_taken_as_people_say_them(phone, kept, dialled):
    said = rules.PatronData(
        surname="А", given_name="Б", birth_date=date(1990, 1, 1), category="student",
        phone=phone, consent=True,
    )  # fmt: skip
    found = rules.checked(said, {"student"}, date(2026, 3, 4)).phone
    assert (found, normal_phone(found)) == (kept, dialled)


def test_latin_letters_that_were_typed_are_what_they_are(library):
    library.copy("Л12")
    assert "Л12" in readings("K12")  # a scan at the desk
    assert "Л12" not in readings("K12", typed=True)
    with db.reading(library.sessions) as session, pytest.raises(Invalid):
        record_named(session, "K12")
