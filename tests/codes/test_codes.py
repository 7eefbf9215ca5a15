"""One table of codes: how they are compared, who may have one, what the desk does with two."""

import pytest
from sqlalchemy import select

from ils import db
from ils.circulation.desk import answers
from ils.codes import actions, queries
from ils.codes.actions import ItemCode
from ils.codes.models import Code, CodeKind
from ils.codes.rules import CodeTaken, folded
from ils.holdings.items.models import Item
from ils.patrons.actions import replace_card
from ils.patrons.models import Patron

SAME = (
    ("К-000 123", "к000123"),
    ("000123", "123"),
    ("123\u00ad4", "1234"),
    ("R‑00–12", "r0012"),
)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_codes_that_are_written_otherwise_are_the_same(one, other):
    assert folded(one) == folded(other)


def test_zeros_after_a_letter_tell_codes_apart():
    assert folded("К0012") != folded("К012")


def come_with(library, number, code):
    """An imported copy comes with a code."""
    with db.transaction(library.sessions) as session:
        item = session.scalars(select(Item).where(Item.inventory_number == number)).one()
        actions.bring_in(session, [ItemCode(CodeKind.BARCODE, code, item.id)])


@pytest.mark.parametrize("card", ["b-1", "R-2"])
def test_a_new_card_that_is_a_code_already_is_refused(library, card):
    library.reader("R2")
    library.copy("B1")
    with pytest.raises(CodeTaken):
        library.reader(card)


def test_a_copy_is_found_by_its_number_however_it_is_written(library, desk):
    library.reader("R1")
    library.copy("00-451")
    assert desk.issue("R1", "451").item.inventory_number == "00-451"


def test_what_is_written_exactly_so_comes_first(library, desk):
    first, second = library.copy("451"), library.copy("452")
    come_with(library, "452", "0451")
    assert desk.take_back("451").item.id == first
    assert desk.take_back("0451").item.id == second
    assert desk.take_back("00451").situation == "shared_code"


def test_a_code_two_copies_came_with_is_asked_about_and_the_chosen_one_is_lent(library, desk):
    library.reader("R1")
    library.copy("451", title="Бірінші")
    second = library.copy("452", title="Екінші")
    come_with(library, "452", "451")
    desk.scan("R1")

    question = desk.scan("451")
    titles = [owner.item.record.title for owner in question.owners]
    assert (question.situation, titles) == ("shared_code", ["Екінші", "Бірінші"])
    lent = desk.do(answers.choose_item, item_id=second, patron_id=desk.patron)

    assert (lent.situation, lent.item.id) == ("loan", second)
    assert library.kinds() == ["loan"]


def test_a_card_and_a_number_that_are_the_same_are_asked_about(library, desk):
    reader = library.reader("451")
    library.copy("452")
    come_with(library, "452", "451")
    question = desk.scan("451")
    assert [bool(owner.patron) for owner in question.owners] == [True, False]
    assert desk.do(answers.choose_reader, reader_id=reader).opens.id == reader


def test_disputed_codes_are_listed_with_those_who_had_them(library):
    library.copy("451")
    library.copy("452")
    come_with(library, "452", "0451")
    come_with(library, "452", "0451")  # the same file again
    with db.reading(library.sessions) as session:
        rows = [(c.written, c.disputed) for c in session.scalars(queries.disputed())]
    assert rows == [("451", False), ("0451", True)]


def test_two_copies_of_one_file_with_one_code_are_both_kept(library):
    ids = [library.copy("451"), library.copy("452")]
    with db.transaction(library.sessions) as session:
        codes = [ItemCode(CodeKind.BARCODE, "К1", item) for item in ids]
        actions.bring_in(session, codes)
    with db.reading(library.sessions) as session:
        rows = session.scalars(select(Code).where(Code.written == "К1").order_by(Code.id)).all()
        assert [(row.item_id, row.disputed) for row in rows] == [(ids[0], False), (ids[1], True)]


def test_a_former_card_opens_nobody_and_nobody_else_gets_it(library, desk):
    reader = library.reader("R1")
    with db.transaction(library.sessions) as session:
        patron = session.get(Patron, reader)
        replace_card(session, library.origin(), patron, card="R9", reason="потерян")
    with pytest.raises(CodeTaken):
        library.reader("r-1")
    assert desk.scan("R9").patron.id == reader


def test_the_codes_of_an_erased_reader_are_anybodys(library):
    reader = library.reader("451")
    library.copy("452")
    come_with(library, "452", "451")
    with db.transaction(library.sessions) as session:
        actions.drop_of_patron(session, reader)
        rows = session.scalars(select(Code).where(Code.folded == "451")).all()
        assert [(row.item_id is not None, row.disputed) for row in rows] == [(True, False)]
        session.rollback()
