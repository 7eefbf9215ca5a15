"""Each reader is counted once a year where served, and once in the system."""

import pytest
from reports import MARCH, cells, report
from sqlalchemy import select

from ils import db
from ils.circulation.readers.merging import merge_patrons, separate_patrons
from ils.ledger import Kind
from ils.patrons import served
from ils.patrons.models import Patron, PatronMerge


@pytest.fixture
def town(library):
    library.open_branch("Ф2")
    library.reader("R1")
    library.reader("R2", surname="Сейтова")
    for number in range(6):
        library.copy(f"B{number}")
    return library


def settled(library):
    with db.transaction(library.sessions) as session:
        for kind, year in served.unsettled(session):
            served.settle(session, kind, year)


def figures(library, *branches):
    """Readers registered, served, of them borrowers: of the report of March."""
    settled(library)
    said = cells(report(library, "month", MARCH, *branches))
    return tuple(
        said["indicators", row, "fact"] for row in ("readers", "readers_served", "borrowers")
    )


def test_a_reader_of_the_centre_who_borrows_at_a_branch_is_served_by_both(town):
    town.desk("Ф1").issue("R1", "B1")
    town.desk("Ф1").issue("R1", "B2")
    assert figures(town, "ЦБ") == (2, 2, 0)
    assert figures(town, "Ф1") == (0, 1, 1)
    assert figures(town, "Ф2") == (0, 0, 0)
    assert figures(town) == (2, 2, 1)
    by_branch = cells(report(town))
    assert by_branch["activity_by_branch", "Ф1", "served"] == 1


def test_who_borrows_at_two_branches_is_one_borrower_of_the_system(town):
    town.desk("Ф1").issue("R1", "B1")
    town.desk("Ф2").issue("R1", "B2")
    assert (figures(town, "Ф1")[2], figures(town, "Ф2")[2], figures(town)[2]) == (1, 1, 1)


def test_what_is_undone_is_no_service(town):
    first = town.desk("Ф1").issue("R1", "B1")
    second = town.desk("Ф2").issue("R1", "B2")
    assert figures(town)[2] == 1
    town.desk("Ф1").undo(first.act)
    assert (figures(town, "Ф1")[1:], figures(town, "Ф2")[1:]) == ((0, 0), (1, 1))
    assert figures(town)[2] == 1
    town.desk("Ф2").undo(second.act)
    assert figures(town) == (2, 2, 0)
    town.check()


def test_two_cards_of_one_person_are_one_borrower(town):
    town.desk("Ф1").issue("R1", "B1")
    town.desk("Ф1").issue("R2", "B2")
    assert figures(town)[1:] == (2, 2)
    with db.transaction(town.sessions) as session:
        kept, dropped = session.scalars(select(Patron).order_by(Patron.id))
        merge_patrons(session, town.origin(), kept_id=kept.id, dropped_id=dropped.id, taken=())
    assert figures(town) == (1, 1, 1)
    with db.transaction(town.sessions) as session:
        (merge,) = session.scalars(select(PatronMerge))
        separate_patrons(session, town.origin(), merge.kept_id, merge.id)
    assert figures(town) == (2, 2, 2)


def test_it_is_told_once_however_often_it_is_asked(town):
    town.desk("Ф1").issue("R1", "B1")
    assert town.work() == []
    assert (town.count(Kind.READER_SERVED), town.count(Kind.BORROWER)) == (3, 1)
    with db.reading(town.sessions) as session:
        assert served.unsettled(session) == []


def test_what_a_worker_that_stood_still_left_is_counted_after_the_month_was_closed(town):
    town.desk("Ф1").issue("R1", "B1")
    town.wait(days=35)
    town.close_until(town.now.date().replace(day=1))
    settled(town)
    assert (town.count(Kind.BORROWER), town.count(Kind.READER_SERVED)) == (1, 3)
    settled(town)
    assert town.count(Kind.BORROWER) == 1


def test_a_new_year_begins_anew(town):
    town.desk("Ф1").issue("R1", "B1")
    figures(town)
    town.wait(days=310)
    town.reregister("R1")
    town.desk("Ф1").issue("R1", "B2")
    settled(town)
    assert town.count(Kind.BORROWER) == 2
