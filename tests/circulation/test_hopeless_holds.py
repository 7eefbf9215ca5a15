"""Holds of documents whose last copy was withdrawn."""

from sqlalchemy import select

from ils import db
from ils.holdings.items.models import Item, ItemStatus
from ils.messages.outbox import OutgoingMessage


def test_a_hold_nobody_can_fill_any_more_ends_and_the_reader_is_told(library):
    library.reader("R1", email="a@example.kz", language="kk")
    library.reader("R2")
    library.copy("B1", title="Абай жолы")
    library.copy("B2", title="Қан мен тер")
    for number, card in (("B1", "R1"), ("B2", "R2")):
        library.desk("Ф1").wait_for(card, number)
    with db.transaction(library.sessions) as session:
        session.scalars(
            select(Item).where(Item.inventory_number == "B1")
        ).one().status = ItemStatus.WITHDRAWN
    library.work()
    assert library.holds() == ["cancelled", "waiting"]
    with db.reading(library.sessions) as session:
        letter = session.scalars(select(OutgoingMessage)).one()
        assert (letter.subject, "Абай жолы" in letter.body) == ("Тапсырыс жабылды", True)
    library.work()
    assert library.count("hold_cancelled") == 1
