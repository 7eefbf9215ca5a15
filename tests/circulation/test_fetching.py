"""What a branch is asked to fetch from its shelves for readers who wait."""

from sqlalchemy import select

from ils import db
from ils.circulation.holds import queries as hold_queries
from ils.holdings.items.models import Item


def fetched_at(library, branch):
    """Numbers of the copies a branch is asked to fetch."""
    with db.reading(library.sessions) as session:
        here = library.branches[branch].id
        found = session.execute(hold_queries.to_fetch(here, library.origin().day)).all()
        return [item.inventory_number for _, item in found]


def test_one_branch_is_asked_for_a_copy_at_a_time(library):
    """That of the reader, else the one that has most; after two days all that have one."""
    library.open_branch("Ф2")
    library.reader("R1")
    for number, branch in (("A1", "Ф1"), ("A2", "Ф2"), ("A3", "Ф2")):
        library.copy(number, branch=branch)
    with db.transaction(library.sessions) as session:
        one, *others = session.scalars(select(Item).order_by(Item.id)).all()
        for other in others:
            other.record_id = one.record_id
    library.desk().wait_for("R1", "A1")  # to be picked up at the centre, which has none
    assert [fetched_at(library, one) for one in ("ЦБ", "Ф1", "Ф2")] == [[], [], ["A2"]]
    library.wait(days=3)
    assert [fetched_at(library, one) for one in ("ЦБ", "Ф1", "Ф2")] == [[], ["A1"], ["A2"]]
