"""What nobody has: a card is no book, nor is a name; a hasty description can be taken back."""

import pytest
from sqlalchemy import select

from ils import db
from ils.catalog.models import BibliographicRecord, RecordState
from ils.circulation.desk import answers
from ils.circulation.desk.results import NamesFound, Opened, UnknownBook
from ils.circulation.desk.rules import UnknownCode, may_be_item
from ils.codes.models import Code
from ils.holdings.items.models import Item

CARDS = ("R[0-9]{7}", "T-[0-9]+")


@pytest.mark.parametrize(
    ("readings", "book"),
    [
        (("777001",), True),
        (("12345-К",), True),
        (('әқә"іңғ', "2021345"), True),  # digits on a Kazakh layout
        (("R0000777",), False),
        (("к0000777", "К0000777", "R0000777"), False),  # the same on a Russian layout
        (("T-5",), False),
        (("Ахметова",), False),
        (("Ахметова Айгуль",), False),
        (("Әл-Фараби",), False),
        (("1",), False),
    ],
)
def test_a_card_and_a_name_are_no_book(readings, book):
    assert may_be_item(readings, CARDS) is book


def test_with_a_reader_open_a_name_finds_readers_and_an_unknown_card_is_told(library, desk):
    library.reader("R1")
    library.reader("R2")
    desk.scan("R1")
    assert isinstance(desk.scan("оқырман"), NamesFound)
    assert isinstance(desk.scan("777001"), UnknownBook)
    for code in ("R0000777", "Белгісіз"):
        with pytest.raises(UnknownCode):
            desk.scan(code)
    library.reader("R3", surname="Жүнісов")
    assert isinstance(desk.scan("жунисов"), Opened)  # typed on a Russian keyboard


@pytest.mark.parametrize(("code", "offered"), [("R0000777", True), ("Белгісіз", False)])
def test_an_unknown_card_offers_to_register(library, browser, code, offered):
    library.account("senior")
    browser.sign_in("senior")
    page = browser.scan(code)
    assert page.status_code == 404
    assert (f'href="/staff/patrons/new?card={code}"' in page.text) is offered
    if offered:
        assert f'value="{code}"' in browser.get(f"/staff/patrons/new?card={code}").text


def test_what_an_undone_fast_add_made_goes_with_it(library, desk):
    library.reader("R1")
    desk.scan("R1")

    def described():
        return desk.do(
            answers.fast_add, patron_id=desk.patron, number="777001",
            title="Абай жолы", author="М. Әуезов", subject_area=None, language="kk",
        )  # fmt: skip

    lent = described()
    desk.undo(lent.act)
    with db.reading(library.sessions) as session:
        record = session.scalars(select(BibliographicRecord)).one()
        item = session.scalars(select(Item)).one()
        assert (record.state, item.status, item.number) == (RecordState.DELETED, "withdrawn", "")
        assert session.scalars(select(Code).where(Code.item_id == item.id)).all() == []
    assert library.kinds() == ["loan", "-loan"]
    assert library.count("record_added") == 0
    library.check()
    assert described().situation == "loan"  # its number is free again
    library.check()
