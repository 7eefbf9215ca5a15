"""The index follows the records, whatever stops it."""

import shutil
from uuid import uuid4

import pytest
from shelves import BOOKS, book

from ils import db
from ils.catalog.models import BibliographicRecord, RecordState, RevisionCause
from ils.catalog.records.actions import set_state, stamp
from ils.ledger import Kind
from ils.marc.record import Field, MarcRecord
from ils.organisation.staff.models import Role
from ils.search import engine, following


def test_many_changes_come_in_some_at_a_time_and_all_of_them(catalogue, monkeypatch):
    monkeypatch.setattr(following, "AT_ONCE", 4)
    for number in range(10):
        catalogue.add(book(f"Белый пароход {number}"))
    assert [catalogue.found("пароход").total for _ in range(4)] == [4, 8, 10, 10]
    fresh = following.SearchIndex(catalogue.library.config.folder)
    with db.reading(catalogue.library.sessions) as session:
        assert fresh.current(session).size == 10
        assert fresh.behind(session) == 0


def test_what_commits_late_with_a_smaller_number_comes_in(catalogue):
    """Only PostgreSQL lets two write at once; the numbers say nothing of the order there."""
    one = catalogue.add(book("Белый пароход"))
    if "sqlite" in catalogue.library.config.database_url:
        return
    early = db.new_id()
    catalogue.add(book("Плаха"))
    assert catalogue.ask("плаха") == ["Плаха"]
    with db.transaction(catalogue.library.sessions) as session:
        record = session.get_one(BibliographicRecord, one)
        record.marc = record.marc.replace("Белый", "Чёрный")
        record.change_number = early
    assert catalogue.found("чёрный").total == 1
    with db.transaction(catalogue.library.sessions) as session:
        record = session.get_one(BibliographicRecord, one)
        record.marc = record.marc.replace("Чёрный", "Белый")


def test_a_saved_record_is_found_at_once_and_a_deleted_one_no_more(shelf):
    added = shelf.add(book("Белый пароход", "Айтматов"))
    assert shelf.ask("пароход") == ["Белый пароход"]
    with db.transaction(shelf.library.sessions) as session:
        record = session.get_one(BibliographicRecord, added)
        set_state(
            session,
            shelf.library.origin(),
            record,
            RecordState.DELETED,
            cause=RevisionCause.DELETED,
            kind=Kind.RECORD_DELETED,
        )
    assert shelf.ask("пароход") == []


def test_the_index_catches_up_after_being_killed_or_thrown_away(shelf, monkeypatch):
    assert shelf.ask("детство") == ["Детство"]
    shelf.add(book("Белый пароход"))

    def killed(*_args, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(engine, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            shelf.found("пароход")
    with monkeypatch.context() as patch:  # the postings stand, the note of it does not
        patch.setattr("ils.search.following._write_state", killed)
        with pytest.raises(KeyboardInterrupt):
            shelf.found("пароход")
    assert shelf.ask("пароход") == ["Белый пароход"]
    for path in shelf.library.config.folder.glob("search/*/state.json"):
        path.write_text("broken")
    assert shelf.ask("пароход") == ["Белый пароход"]


def test_it_is_made_anew_while_others_search(shelf):
    assert shelf.ask("детство") == ["Детство"]
    during = []
    with db.reading(shelf.library.sessions) as session:
        number = shelf.index.rebuild(session, progress=lambda *_: during.append(shelf.ask("дне")))
    assert (number, during) == (len(BOOKS), [["На дне"]])
    assert shelf.ask("детство") == ["Детство"]


def test_a_change_of_many_waits_for_the_whole_index(catalogue, browser, monkeypatch):
    monkeypatch.setattr(following, "AT_ONCE", 2)
    catalogue.library.account("каталогизатор", Role.CATALOGUER)
    browser.sign_in("каталогизатор")
    for number in range(5):
        catalogue.add(book(f"Пароход {number}"))
    browser.post(
        "/staff/catalog/batch", q="пароход", operation="add", tag="610", code="a",
        text="", value="флот", request_id=str(uuid4()),
    )  # fmt: skip
    with db.reading(catalogue.library.sessions) as session:
        catalogue.index.catch_up(session)
    assert catalogue.found("keyword:флот").total == 5


def test_an_index_that_another_made_anew_is_not_taken_for_ones_own(catalogue, monkeypatch):
    """One process remembers what it indexed; another threw the index away and began again."""
    for number in range(6):
        catalogue.add(book(f"Пароход {number}"))
    assert catalogue.found("пароход").total == 6
    data = catalogue.library.config.folder
    shutil.rmtree(data / "search")
    monkeypatch.setattr(following, "AT_ONCE", 2)
    other = following.SearchIndex(data)
    with db.reading(catalogue.library.sessions) as session:
        assert other.current(session).size == 2
    assert [catalogue.found("пароход").total for _ in range(4)][-1] == 6


def test_a_volume_is_found_by_the_title_of_its_set(catalogue):
    """As it is now: the volume names the set by its number only."""
    number = Field("001", "", [("", "SET-1")])
    whole = MarcRecord(
        "00000nam1 2200000   450 ", [number, Field("200", "1 ", [("a", "Қазақ әдебиеті")])]
    )
    link = Field("461", " 0", [("1", "001SET-1"), ("v", "2")])
    volume = MarcRecord(
        "00000nam2 2200000   450 ", [Field("200", "1 ", [("a", "Жаңа дәуір")]), link]
    )
    one, two = catalogue.add(whole), catalogue.add(volume)
    assert sorted(catalogue.found("қазақ әдебиеті").ids) == [one, two]
    with db.transaction(catalogue.library.sessions) as session:
        record = session.get_one(BibliographicRecord, one)
        record.marc = record.marc.replace("әдебиеті", "тарихы")
        stamp(record, catalogue.library.origin(), RevisionCause.EDITED)
    assert sorted(catalogue.found("қазақ тарихы").ids) == [one, two]
    assert catalogue.found("әдебиеті").ids == ()
