"""Two registrations of one person: made one reader with right figures, and two again."""

from datetime import date

import pytest
from readers import FORM, number, patron, post
from sqlalchemy import select

from ils import db
from ils.circulation.desk.rules import CardReplaced
from ils.circulation.loans.models import Loan
from ils.circulation.readers import merging
from ils.circulation.readers.actions import erase_patron, export_personal_data
from ils.ledger import Entry
from ils.patrons import queries
from ils.patrons.models import Patron, PatronMerge


@pytest.fixture
def merge(library):
    def merge(kept, dropped, *taken):
        with db.transaction(library.sessions) as session:
            return merging.merge_patrons(
                session, library.origin(), kept_id=kept, dropped_id=dropped, taken=taken
            ).id

    return merge


@pytest.fixture
def separate(library):
    def separate(kept, merge_id):
        with db.transaction(library.sessions) as session:
            merging.separate_patrons(session, library.origin(), kept, merge_id)

    return separate


def figures(library):
    return {kind: library.count(kind) for kind in ("registration", "visit", "loan", "return")}


def held(library):
    with db.reading(library.sessions) as session:
        query = select(Loan.patron_id).where(Loan.ended_at.is_(None)).order_by(Loan.id)
        return list(session.scalars(query))


def details(library):
    """Standing registrations by year."""
    with db.reading(library.sessions) as session:
        entries = session.scalars(select(Entry).where(Entry.kind == "registration"))
        found = {}
        for entry in entries:
            key = (entry.day.year, entry.detail)
            found[key] = found.get(key, 0) + entry.count
        return {key for key, n in found.items() if n}


def test_a_person_registered_twice_on_a_day_is_one_reader_and_one_visit(library, merge, separate):
    first, second = library.reader("R1"), library.reader("R2")
    for card, copy in (("R1", "B1"), ("R2", "B2")):
        library.copy(copy)
        library.desk().issue(card, copy)
    before = figures(library)
    assert before == {"registration": 2, "visit": 2, "loan": 2, "return": 0}
    made = merge(first, second)
    assert figures(library) == before | {"registration": 1, "visit": 1}
    assert held(library) == [first, first]
    library.check()
    library.copy("B3")
    library.desk().issue("R1", "B3")  # the same day: no second visit
    assert library.count("visit") == 1
    separate(first, made)
    assert figures(library) == before | {"loan": 3}
    assert held(library) == [first, second, first]
    library.check()


def test_a_visit_goes_with_the_last_service_of_whoever_was_two(library, merge):
    first, second = library.reader("R1"), library.reader("R2")
    library.wait(days=1)
    library.copy("B1")
    lent = library.desk().issue("R2", "B1")
    merge(first, second)
    assert library.count("visit") == 2  # the day before, and today
    library.desk().undo(lent.act)
    assert library.count("visit") == 1
    library.check()


def test_the_kept_reader_keeps_the_visit_of_a_day_they_were_served_on_too(library, merge, separate):
    first = library.reader("R1")
    library.wait(days=1)
    second = library.reader("R2")
    made = merge(first, second)
    library.copy("B1")
    library.desk().issue("R1", "B1")
    assert library.count("visit") == 2
    separate(first, made)
    assert library.count("visit") == 3
    library.check()


@pytest.mark.parametrize("older_stays", [True, False])
def test_who_was_registered_before_is_not_new(library, merge, separate, older_stays):
    older = library.reader("R1")
    library.wait(days=400)
    newer = library.reader("R2")
    year = library.now.year
    both = {(year - 1, "new"), (year, "new")}
    assert details(library) == both
    kept, dropped = (older, newer) if older_stays else (newer, older)
    made = merge(kept, dropped)
    assert details(library) == {(year - 1, "new"), (year, "re")}
    library.check()
    separate(kept, made)
    assert details(library) == both
    library.check()


def test_the_first_registration_of_a_year_stays_whoever_had_it(library, merge, separate):
    second = library.reader("R2")
    library.wait(days=3)
    first = library.reader("R1", category="worker")
    library.copy("B1")
    library.desk().issue("R1", "B1")
    made = merge(first, second)
    with db.reading(library.sessions) as session:
        (year,) = session.scalars(queries.years_of(first))
        assert year.category == "student"
    library.desk().take_back("B1")  # lent on the registration that is none any more
    library.check()
    separate(first, made)
    library.check()
    assert library.count("registration") == 2


def test_data_is_taken_field_by_field_and_given_back(library, merge, separate):
    first = library.reader("R1", phone="8 701 000 00 01")
    second = library.reader(
        "R2", phone="8 702 000 00 02", address="Абай 1", birth_date=date(1991, 1, 1)
    )
    made = merge(first, second, "address", "birth_date", "card")
    found = patron(library, "R2")
    assert (found.id, found.address, found.birth_date) == (first, "Абай 1", date(1991, 1, 1))
    assert found.phone == "8 701 000 00 01"
    assert patron(library, "R1") is None
    desk = library.desk()
    with pytest.raises(CardReplaced):
        desk.scan("R1")
    assert desk.scan("R2").patron.id == first
    separate(first, made)
    one, other = patron(library, "R1"), patron(library, "R2")
    assert (one.id, one.address, one.birth_date) == (first, "", date(1990, 5, 6))
    assert (other.id, other.address) == (second, "Абай 1")
    assert library.desk().scan("R1").patron.id == first
    library.check()


def test_three_become_one_and_come_apart_the_other_way_round(library, merge, separate):
    first, second, third = (library.reader(f"R{n}") for n in (1, 2, 3))
    inner = merge(second, third)
    outer = merge(first, second)
    assert library.count("registration") == 1
    with pytest.raises(merging.UnknownReaderMerge):
        separate(first, inner)
    separate(first, outer)
    separate(second, inner)
    assert library.count("registration") == 3
    assert patron(library, "R3").id == third
    library.check()


def test_a_family_stays_one(library, merge, separate):
    first, second = library.reader("R1"), library.reader("R2")
    child = library.reader("R3", guardian="R2")
    made = merge(first, second)
    assert patron(library, "R3").guardian_id == first
    separate(first, made)
    assert patron(library, "R3").guardian_id == second
    with pytest.raises(merging.SameReader):
        merge(child, child)


def test_nothing_of_a_merged_reader_is_left_when_forgotten(library, merge):
    first, second = library.reader("R1"), library.reader("R2")
    merge(first, second)
    with db.transaction(library.sessions) as session:
        kept = session.get_one(Patron, first)
        assert [one["card"] for one in export_personal_data(session, kept)["merged"]] == ["R2"]
    library.desk().do(lambda desk: erase_patron(desk, desk.session.get_one(Patron, first)))
    with db.reading(library.sessions) as session:
        assert session.scalars(select(PatronMerge)).all() == []
    assert library.count("registration") == 1


def test_both_are_seen_before_they_are_made_one(page, library):
    first = number(post(page, "/staff/patrons/new", **FORM))
    twin = FORM | {"given_name": "Айгул", "address": "Абай 1", "phone": "8 701 000 00 01"}
    second = number(post(page, "/staff/patrons/new", **twin, no_mistake="looks_registered"))
    library.account("senior", "desk", "senior")
    page.sign_in("senior")
    address = f"/staff/patrons/{first}"
    with db.reading(library.sessions) as session:
        card = session.get_one(Patron, second).card
    assert post(page, f"{address}/twin", card="нет такого").status_code == 422
    found = post(page, f"{address}/twin", card=card)
    side_by_side = page.get(found.headers["Location"]).text
    assert "Айгул" in side_by_side
    assert 'name="take" value="address" checked' in side_by_side
    post(page, f"{address}/merge", dropped=second, take="address")
    kept = page.get(address).text
    assert "Абай 1" in kept
    merged = kept.split('name="merge" value="')[1].split('"')[0]
    post(page, f"{address}/separate", merge=merged)
    assert page.get(f"/staff/patrons/{second}").status_code == 200
    assert "Абай 1" not in page.get(address).text
    library.check()
