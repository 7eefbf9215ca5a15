"""Readers: what a registration writes, who looks like whom, cards, blocks, classes of a school."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from ils import db
from ils.circulation.readers import bulk
from ils.errors import Invalid
from ils.ledger import Entry
from ils.patrons import actions, queries, rules
from ils.patrons.fields import PatronData
from ils.patrons.models import ConsentRecord, Patron, PatronBlock

TODAY = date(2026, 3, 4)
AIDA = PatronData(
    surname="Жүнісова", given_name="Айда", birth_date=date(2010, 5, 6), category="pupil",
    phone="+7 701 123 45 67", consent=True,
)  # fmt: skip


def changed(library, reader, act, **values):
    """Does something to a reader, and returns the reader as kept then."""
    with db.transaction(library.sessions) as session:
        patron = session.get_one(Patron, reader)
        act(session, library.origin(), patron, **values)
        session.refresh(patron)
        return patron


def kept(library, query):
    with db.reading(library.sessions) as session:
        return list(session.scalars(query))


# --- the registration


def test_a_registration_writes_down_the_consent_and_who_the_reader_was(library):
    reader = library.reader("R1", birth_date=date(2010, 12, 31), sex="f")
    (consent,) = kept(library, select(ConsentRecord))
    (entry,) = kept(library, select(Entry).where(Entry.kind == "registration"))
    (patron,) = kept(library, select(Patron))
    assert (consent.patron_id, consent.given, consent.at) == (reader, True, library.now)
    assert patron.consent_at == library.now
    assert (entry.detail, entry.age, entry.sex, entry.patron_category) == (
        "new",
        15,
        "f",
        "student",
    )


def test_a_registration_again_is_told_from_a_new_one(library):
    library.reader("R1")
    library.wait(days=365)
    library.reregister("R1")
    details = [e.detail for e in kept(library, select(Entry).where(Entry.kind == "registration"))]
    assert details == ["new", "re"]


def test_consent_taken_back_is_kept_with_the_one_before(library):
    reader = library.reader("R1")
    library.wait(days=1)
    patron = changed(library, reader, actions.give_consent, given=False)
    assert patron.consent_at is None
    assert [c.given for c in kept(library, select(ConsentRecord))] == [True, False]
    patron = changed(library, reader, actions.give_consent, given=True)
    assert patron.consent_at == library.now


@pytest.mark.parametrize("born", [TODAY, TODAY - timedelta(days=rules.MAX_AGE * 366)])
def test_the_youngest_and_the_oldest_reader_are_taken(born):
    assert rules.checked(replace(AIDA, birth_date=born), {"pupil"}, TODAY).birth_date == born


@pytest.mark.parametrize(
    "born", [TODAY + timedelta(days=1), TODAY - timedelta(days=rules.MAX_AGE * 366 + 1)]
)
def test_nobody_is_born_tomorrow_or_before_that(born):
    with pytest.raises(Invalid, match="Birth date"):
        rules.checked(replace(AIDA, birth_date=born), {"pupil"}, TODAY)


def test_a_text_has_two_thousand_letters_at_most():
    assert rules.checked(replace(AIDA, notes="ж" * 2000), {"pupil"}, TODAY)
    with pytest.raises(Invalid, match="too long"):
        rules.checked(replace(AIDA, notes="ж" * 2001), {"pupil"}, TODAY)


# --- who may be whom


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        ({}, True),
        ({"given_name": "Әлия"}, True),  # surname and day
        ({"surname": "Серікбай"}, True),  # given name, day and phone
        ({"surname": "Серікбай", "phone": ""}, False),
        ({"surname": "Серікбай", "phone": "+7 701 999 99 99"}, False),
        ({"surname": "Юнусова", "given_name": "Марат"}, False),
        ({"surname": "Жунисова", "birth_date": date(2010, 1, 1)}, True),
        ({"given_name": "Марат", "birth_date": date(2010, 1, 1)}, False),
        ({"birth_date": date(2011, 5, 6)}, False),
    ],
)
def test_who_looks_like_one_person(other, alike):
    assert rules.possible_duplicates(AIDA, replace(AIDA, **other)) is alike


def test_the_same_phone_written_otherwise_is_the_same():
    other = replace(AIDA, surname="Серікбай", phone="8 (701) 123-45-67")
    assert rules.possible_duplicates(AIDA, other)
    assert not rules.possible_duplicates(replace(AIDA, phone=""), replace(other, phone=""))


def test_those_of_the_day_and_the_namesakes_of_the_year_are_looked_at(library):
    ids = {
        name: library.reader(name, surname=surname, birth_date=born)
        for name, surname, born in (
            ("day", "Серікбай", date(2010, 5, 6)),
            ("first", "Жүнісова", date(2010, 1, 1)),
            ("last", "Жүнісова", date(2010, 12, 31)),
            ("other", "Серікбай", date(2010, 1, 1)),
            ("before", "Жүнісова", date(2009, 12, 31)),
        )
    }
    found = kept(library, queries.similar_patrons("Жүнісова", date(2010, 5, 6)))
    assert [p.id for p in found] == [ids["day"], ids["first"], ids["last"]]


# --- families, cards, blocks


def test_a_guardian_is_a_reader_and_not_oneself(library):
    mother = library.reader("R1")
    child = library.reader("R2", guardian="R1")
    with db.transaction(library.sessions) as session:
        assert session.get_one(Patron, child).guardian_id == mother
        categories = library.config.lists.categories
        for card in ("R2", "R9"):
            with pytest.raises(Invalid, match="Guardian"):
                actions.change_patron(
                    session, library.origin(), session.get_one(Patron, child),
                    replace(AIDA, guardian=card), categories,
                )  # fmt: skip


def test_a_grade_is_of_the_school_year_it_was_given_in(library):
    reader = library.reader("R1", grade="5")
    (patron,) = kept(library, select(Patron))
    assert (patron.grade, patron.grade_year) == (5, 2025)
    library.wait(days=200)  # September
    data = replace(AIDA, grade="5")
    patron = changed(
        library,
        reader,
        actions.change_patron,
        data=data,
        categories=library.config.lists.categories,
    )
    assert (patron.grade, patron.grade_year) == (5, 2025)  # it was not changed
    patron = changed(
        library, reader, actions.change_patron, data=replace(AIDA, grade=""),
        categories=library.config.lists.categories,
    )  # fmt: skip
    assert (patron.grade, patron.grade_year) == (None, None)


@pytest.mark.parametrize("card", ["две части", "Ж1", "R" * 41])
def test_another_card_must_be_one_a_scanner_reads(library, card):
    reader = library.reader("R1")
    with pytest.raises(Invalid, match="Card barcode"):
        changed(library, reader, actions.replace_card, card=card, reason="")
    (patron,) = kept(library, select(Patron))
    assert patron.card == "R1"


def test_a_reason_of_a_block_has_two_hundred_letters_at_most(library):
    reader = library.reader("R1")
    changed(library, reader, actions.block_patron, reason="ж" * 200, until=None)
    with pytest.raises(Invalid, match="too long"):
        changed(library, reader, actions.block_patron, reason="ж" * 201, until=None)


def test_a_block_holds_on_its_last_day_and_is_lifted_once(library):
    reader = library.reader("R1")
    today = library.origin().day
    changed(library, reader, actions.block_patron, reason="долг", until=today)

    def reasons(day):
        with db.reading(library.sessions) as session:
            return queries.reasons_of_blocks(session, reader, day)

    assert (reasons(today), reasons(today + timedelta(days=1))) == (("долг",), ())
    with db.transaction(library.sessions) as session:
        block = session.scalars(select(PatronBlock)).one()
        actions.lift_block(session, library.origin(), block)
        lifted = block.lifted_at
        library.wait(days=1)
        actions.lift_block(session, library.origin(), block)
        assert block.lifted_at == lifted
    assert reasons(today) == ()


# --- once a year


def waiting(library, **narrowed):
    here = library.branches["ЦБ"].id
    found = kept(library, queries.not_yet_registered(here, 2027, **narrowed))
    return [patron.card for patron in found]


def test_who_is_to_be_registered_again(library):
    library.reader("R1", category="student", school="№ 1", grade="5")
    library.reader("R2", category="worker", school="№ 2", grade="6")
    library.wait(days=365)
    library.reader("R3")
    assert waiting(library) == ["R1", "R2"]
    assert waiting(library, category="worker") == ["R2"]
    assert waiting(library, school="№ 1") == ["R1"]
    assert waiting(library, grade="6") == ["R2"]
    library.reregister("R1")
    assert waiting(library) == ["R2"]


def test_pupils_who_have_not_gone_up_are_counted_by_grade(library):
    for card, grade in (("R1", "5"), ("R2", "5"), ("R3", "0"), ("R4", "")):
        library.reader(card, grade=grade)
    with db.reading(library.sessions) as session:
        assert queries.grades(session, 2025) == []
        assert queries.grades(session, 2026) == [(0, 1), (5, 2)]
    library.wait(days=200)
    with db.transaction(library.sessions) as session:
        went = bulk.advance_school_year(
            session, library.origin(), last_grade=11, category="student",
            categories=library.config.lists.categories,
        )  # fmt: skip
    assert went == (3, 0)
    with db.reading(library.sessions) as session:
        assert queries.grades(session, 2026) == []
        assert queries.grades(session, 2027) == [(1, 1), (6, 2)]


def test_only_readers_of_the_branch_are_registered_anew(library):
    here = library.reader("R1")
    library.wait(days=365)
    with db.transaction(library.sessions) as session:
        assert bulk.reregister_many(session, library.origin("Ф1"), [here]) == 0
        assert bulk.reregister_many(session, library.origin(), [here]) == 1
        assert bulk.reregister_many(session, library.origin(), [here]) == 0


@pytest.mark.parametrize(("grade", "taken"), [("0", True), ("12", True), ("13", False)])
def test_a_school_has_grades_up_to_twelve(grade, taken):
    data = replace(AIDA, grade=grade)
    if taken:
        assert rules.checked(data, {"pupil"}, TODAY).grade == grade
    else:
        with pytest.raises(Invalid):
            rules.checked(data, {"pupil"}, TODAY)


@pytest.mark.parametrize(
    ("told", "grade", "year"),
    [({"grade"}, 7, 2025), (set(), 5, 2020), ({"surname"}, 5, 2020)],
)
def test_an_import_changes_a_grade_only_where_the_file_says_one(library, told, grade, year):
    reader = library.reader("R1", grade="5")
    with db.transaction(library.sessions) as session:
        session.get_one(Patron, reader).grade_year = 2020
    data = replace(AIDA, surname="Оқырман", given_name="R1", grade="7")
    patron = changed(library, reader, actions.change_imported, data=data, told=told)
    assert (patron.grade, patron.grade_year) == (grade, year)


def test_an_import_that_says_no_grade_takes_none_away(library):
    reader = library.reader("R1", grade="5")
    data = replace(AIDA, surname="Оқырман", given_name="R1", grade="")
    assert changed(library, reader, actions.change_imported, data=data, told={"grade"}).grade == 5


def test_consent_given_again_is_a_further_line(library):
    reader = library.reader("R1")
    library.wait(hours=1)
    taken = changed(library, reader, actions.give_consent, given=False)
    library.wait(hours=1)
    given = changed(library, reader, actions.give_consent, given=True)
    lines = kept(library, select(ConsentRecord).order_by(ConsentRecord.id))
    assert (taken.consent_at, given.consent_at) == (None, library.now)
    assert [(line.given, line.patron_id) for line in lines] == [
        (True, reader), (False, reader), (True, reader),
    ]  # fmt: skip
