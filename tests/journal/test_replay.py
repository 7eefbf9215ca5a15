"""A journal brings a backup to now, as far as it is whole."""

import gzip
from dataclasses import replace
from uuid import uuid4

import pytest
from library import every_row
from mornings import a_morning, append
from sqlalchemy import func, select

from ils import changes, db, selfcheck
from ils.circulation.context import Desk
from ils.circulation.loans.models import Loan
from ils.circulation.readers.actions import erase_patron
from ils.ledger import Entry
from ils.operations.backup import actions, journal, restoring
from ils.organisation.staff.models import Staff
from ils.patrons.models import Patron
from ils.settings import Backup


def test_a_backup_and_its_journal_are_the_library(library, elsewhere, second, restored):
    backup = actions.make(library.config, library.sessions.kw["bind"])
    a_morning(library)
    told, sessions = restored(elsewhere, backup, second / "journal")
    assert every_row(sessions) == every_row(library.sessions)
    assert (told.replayed.segments, told.replayed.broken, told.left) == (3, "", 0)
    with db.reading(sessions) as session:
        assert selfcheck.findings(session) == []
        before = changes.mark(session).database
    with db.reading(library.sessions) as session:
        assert changes.mark(session).database != before
    content = [path for path in (elsewhere.folder / "files").rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in content] == [b"jpeg"]


def test_without_the_journal_a_backup_is_of_its_moment(library, elsewhere, restored):
    before = every_row(library.sessions)
    backup = actions.make(library.config, library.sessions.kw["bind"])
    a_morning(library)
    told, sessions = restored(elsewhere, backup, None)
    assert every_row(sessions) == before
    assert told.replayed == journal.Replayed()


def test_what_was_in_the_backup_already_is_not_replayed(library, elsewhere, second, restored):
    library.desk().issue("R1", "B1")
    append(library)
    library.desk().take_back("B1")
    backup = actions.make(library.config, library.sessions.kw["bind"])
    told, sessions = restored(elsewhere, backup, second / "journal")
    assert told.replayed.segments == 0
    assert every_row(sessions) == every_row(library.sessions)


def test_a_name_that_moved_from_one_to_another_comes_in(library, elsewhere, second, restored):
    for login in ("aigul", "berik"):
        library.account(login, "librarian")
    backup = actions.make(library.config, library.sessions.kw["bind"])
    with db.transaction(library.sessions) as session:
        one, other = session.scalars(select(Staff).order_by(Staff.id)).all()
        for staff, login in ((one, "x"), (other, "aigul"), (one, "berik")):
            staff.login = login
            session.flush()
    append(library)
    _, sessions = restored(elsewhere, backup, second / "journal")
    assert every_row(sessions) == every_row(library.sessions)


def test_killed_before_the_notes_are_dropped_a_segment_is_written_again(
    library, elsewhere, second, monkeypatch, restored
):
    backup = actions.make(library.config, library.sessions.kw["bind"])
    library.desk().issue("R1", "B1")

    def killed(_sessions):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(journal.db, "transaction", killed)
        with pytest.raises(KeyboardInterrupt):
            append(library)
    library.desk().take_back("B1")
    append(library)
    told, sessions = restored(elsewhere, backup, second / "journal")
    assert told.replayed.segments == 1
    assert every_row(sessions) == every_row(library.sessions)


@pytest.mark.parametrize("fault", ["torn", "forged", "lost"])
def test_a_journal_is_believed_as_far_as_it_is_whole(library, elsewhere, second, fault, restored):
    backup = actions.make(library.config, library.sessions.kw["bind"])
    for number in ("B1", "B2", "B3"):
        library.desk().issue("R1", number)
        append(library)
    path = sorted((second / "journal").glob("*/*.jsonl.gz"))[1]
    if fault == "torn":
        path.write_bytes(path.read_bytes()[:-20])
    elif fault == "lost":
        path.unlink()
    else:
        lines = gzip.decompress(path.read_bytes()).replace(b'"loan"', b'"item"')
        path.write_bytes(gzip.compress(lines))
    told, sessions = restored(elsewhere, backup, second / "journal")
    assert (told.replayed.segments, told.replayed.broken[:10]) == (1, "0000000002")
    with db.reading(sessions) as session:
        assert session.scalar(select(func.count(Loan.id))) == 2
        assert selfcheck.findings(session) == []


def test_who_was_erased_after_the_backup_stays_erased(library, elsewhere, second, restored):
    library.desk().take_back("B0")
    library.desk().issue("R2", "B3")
    backup = actions.make(library.config, library.sessions.kw["bind"])
    library.desk().take_back("B3")
    with db.transaction(library.sessions) as session:
        for patron in session.scalars(select(Patron)).all():
            here = Desk(session, library.origin("ЦБ"), library.config)
            erase_patron(here, patron)
    append(library)
    beside = second / "journal"
    for segment in beside.glob("*/*"):
        segment.unlink()  # the segments are lost, not the list
    told, sessions = restored(elsewhere, backup, beside)
    with db.reading(sessions) as session:
        assert session.scalars(select(Patron.surname)).all() == ["Сейтова"]
    assert told.left == 1  # the copy is at her home again


def test_what_the_desks_kept_brings_a_backup_to_now(library, elsewhere, restored):
    """Last night's copy at noon, and three desks that send what was acknowledged since."""
    desks = [library.desk("ЦБ"), library.desk("ЦБ"), library.desk("Ф1")]
    kept = []

    def scan(desk, code):
        request = uuid4()
        desk.scan(code, request)
        kept.append((desks.index(desk), code, desk.patron, request, library.now))
        library.wait(minutes=1)

    for desk, codes in zip(desks, (("R1", "B1"), ("R2", "B3"), ("R1",)), strict=True):
        for code in codes:
            scan(desk, code)
    backup = actions.make(library.config, library.sessions.kw["bind"])
    for desk in desks:
        desk.close()
    for desk, codes in zip(desks, (("B0", "R2", "B0"), ("B3",), ("B1", "R1", "B2")), strict=True):
        for code in codes:
            scan(desk, code)
    _, sessions = restored(elsewhere, backup, None)
    now, library.sessions, was = library.now, sessions, library.sessions
    for number, code, patron, request, at in kept:  # those before the backup come again too
        library.now = at
        desks[number].patron = None if code.startswith("R") else patron
        desks[number].scan(code, request)
    library.now, library.sessions = now, was
    entries = select(Entry.request_id, Entry.kind, Entry.day, Entry.count, Entry.branch_id)
    found = []
    for one in (was, sessions):
        with db.reading(one) as session:
            loans = session.execute(select(Loan.item_id, Loan.patron_id, Loan.ended_by)).all()
            found.append((sorted(map(str, session.execute(entries))), sorted(map(str, loans))))
    assert found[0] == found[1]


def test_a_second_place_that_is_away_loses_nothing(library, elsewhere, second, restored):
    """A disk that is not plugged in is no folder to be made on the first one."""
    engine = library.sessions.kw["bind"]
    backup = actions.make(library.config, engine)
    library.desk().issue("R1", "B1")
    append(library)
    away = second.rename(second.with_name("away"))
    library.desk().issue("R1", "B2")
    with pytest.raises(OSError, match="second place"):
        append(library)
    with pytest.raises(OSError, match="second place"):
        actions.finish(library.config, library.sessions, actions.make(library.config, engine))
    assert not second.exists()
    away.rename(second)
    append(library)
    told, sessions = restored(elsewhere, backup, second / "journal")
    assert (told.replayed.segments, told.replayed.broken) == (2, "")
    assert every_row(sessions) == every_row(library.sessions)


def test_what_was_dropped_without_being_written_breaks_the_chain(
    library, elsewhere, second, restored
):
    backup = actions.make(library.config, library.sessions.kw["bind"])
    library.desk().issue("R1", "B1")
    on, off = library.config, Backup("b", str(second), every_hours=0, keep=3)
    library.config = replace(on, backup=off)
    append(library)
    library.config = on
    library.desk().issue("R1", "B2")
    append(library)
    told, _ = restored(elsewhere, backup, second / "journal")
    assert (told.replayed.segments, told.replayed.broken[:10]) == (0, "0000000001")
    library.desk().issue("R1", "B3")
    again = actions.make(library.config, library.sessions.kw["bind"])
    assert actions.prove(library.config, again).problems == []


@pytest.mark.parametrize("name", ["0000000001 (1).jsonl.gz", "copy of 1.jsonl.gz", "notes.txt"])
def test_what_lies_beside_the_segments_is_passed_over(library, elsewhere, second, restored, name):
    engine = library.sessions.kw["bind"]
    backup = actions.make(library.config, engine)
    library.desk().issue("R1", "B1")
    append(library)
    (place,) = (second / "journal").glob("*")
    (place / name).write_bytes(b"?")
    (second / "journal" / "forgotten.txt").write_bytes(b"?\n\xff\n12a\n")
    told, sessions = restored(elsewhere, backup, second / "journal")
    assert (told.replayed.segments, told.left) == (1, 0)
    assert every_row(sessions) == every_row(library.sessions)
    actions.finish(library.config, library.sessions, actions.make(library.config, engine))


@pytest.mark.parametrize("content", [b"5\n", b"[]\n", b'{"number": 1}\n', b"", b"\xff"])
def test_a_segment_that_is_none_ends_the_journal(library, elsewhere, second, restored, content):
    backup = actions.make(library.config, library.sessions.kw["bind"])
    library.desk().issue("R1", "B1")
    append(library)
    (path,) = (second / "journal").glob("*/*.jsonl.gz")
    path.write_bytes(gzip.compress(content))
    told, _ = restored(elsewhere, backup, second / "journal")
    assert told.replayed.broken.startswith("0000000001")


def test_a_restore_that_fails_leaves_nothing_behind(library, elsewhere, second, restored):
    backup = actions.make(library.config, library.sessions.kw["bind"])

    def stop(done, _total):
        if done > 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restoring.restore(elsewhere, backup, progress=stop)
    _, sessions = restored(elsewhere, backup, None)
    assert every_row(sessions) == every_row(library.sessions)
