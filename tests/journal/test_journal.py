"""Between backups nothing is lost: what changed is written down, signed."""

import gzip
import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from mornings import append
from sqlalchemy import delete, func, inspect, select, text

from ils import changes, clock, db, selfcheck
from ils.changes import ChangedRow
from ils.circulation.context import Desk
from ils.circulation.readers.actions import erase_patron, set_photo
from ils.files import receive_bytes
from ils.idempotency import IdempotencyKey, purge
from ils.ledger import Entry
from ils.operations.backup import actions
from ils.patrons.models import Patron
from ils.settings import Backup
from ils.stats.models import JOURNAL, Heartbeat
from ils.stats.overview.queries import backup_doubts


def test_the_worker_writes_it_and_the_overview_says_when_it_cannot(library, second):
    library.config = replace(library.config, backup=Backup("b", str(second), 24, 3))
    library.desk().issue("R1", "B1")
    assert library.work() == []
    assert len(list((second / "journal").glob("*/*.jsonl.gz"))) == 1
    with db.reading(library.sessions) as session:
        assert backup_doubts(session) == []
    with db.transaction(library.sessions) as session:
        session.get_one(Heartbeat, JOURNAL).at -= timedelta(minutes=16)
    with db.reading(library.sessions) as session:
        (doubt,) = backup_doubts(session)
    assert "journal" in doubt.message


def test_answers_of_the_time_of_a_backup_are_kept_for_the_desks(library):
    """They offer what they did around it for fourteen days."""
    now = clock.now()
    with db.transaction(library.sessions) as session:
        session.execute(delete(IdempotencyKey))
        for days in (11, 9, 0):
            key = {"request_id": uuid4(), "fingerprint": str(days), "result": {}}
            session.add(IdempotencyKey(at=now - timedelta(days=days), **key))
        changes.mark(session).restored_to = now - timedelta(days=9.5)
        purge(session)
        assert set(session.scalars(select(IdempotencyKey.fingerprint))) == {"9", "0"}
        changes.mark(session).restored_to = now - timedelta(days=15)
        purge(session)
        assert set(session.scalars(select(IdempotencyKey.fingerprint))) == {"0"}
        changes.mark(session).restored_to = None


def test_nothing_is_written_while_nobody_works(library, second):
    append(library)
    assert append(library) == 0
    assert len(list((second / "journal").glob("*/*"))) == 1


def test_without_backups_notes_do_not_pile_up(library, second):
    backup = Backup("b", str(second), every_hours=0, keep=3)
    library.config = replace(library.config, backup=backup)
    append(library)
    with db.reading(library.sessions) as session:
        assert session.scalar(select(func.count(ChangedRow.id))) == 0
    assert list(second.iterdir()) == []


def test_the_photo_of_who_was_erased_leaves_the_second_place(library, second):
    with db.transaction(library.sessions) as session:
        patron = session.scalars(select(Patron).where(Patron.surname == "Сейтова")).one()
        set_photo(session, None, patron, receive_bytes(library.config.folder, b"jpeg"))
    append(library)
    kept = list((second / "journal" / "files").glob("*/*"))
    assert [path.read_bytes() for path in kept] == [b"jpeg"]
    with db.transaction(library.sessions) as session:
        patron = session.scalars(select(Patron).where(Patron.surname == "Сейтова")).one()
        erase_patron(Desk(session, library.origin("ЦБ"), library.config), patron)
    append(library)
    assert list((second / "journal" / "files").glob("*/*")) == []


def test_segments_go_with_the_backups_they_follow(library, second):
    engine = library.sessions.kw["bind"]
    library.config = replace(
        library.config, backup=Backup("b", str(second), every_hours=24, keep=1)
    )
    for number in ("B1", "B2"):
        library.desk().issue("R1", number)
        append(library)
        actions.finish(library.config, library.sessions, actions.make(library.config, engine))
    library.desk().issue("R1", "B3")
    append(library)
    names = sorted(path.name[:10] for path in (second / "journal").glob("*/*"))
    assert names == ["0000000003"]


def test_the_journal_of_a_database_without_backups_goes_and_no_other_folder(library, second):
    former, other = second / "journal" / ("a" * 32), second / "journal" / "files"
    for place in (former, other):
        place.mkdir(parents=True)
    engine = library.sessions.kw["bind"]
    append(library)
    actions.finish(library.config, library.sessions, actions.make(library.config, engine))
    assert (former.exists(), other.exists()) == (False, True)


def test_each_table_is_watched(library):
    with db.transaction(library.sessions) as session:
        tables = set(inspect(session.connection()).get_table_names()) - changes.UNWATCHED
        assert tables == db.Base.metadata.tables.keys() - changes.UNWATCHED
        assert changes.missing(session) == []
        of = " ON loan" if session.get_bind().dialect.name == "postgresql" else "_update"
        session.execute(text(f"DROP TRIGGER changed_loan{of}"))
        assert changes.missing(session) == ["loan"]
        assert [found.check for found in selfcheck.findings(session)] == ["journal"]
        session.rollback()


def test_a_segment_can_be_read_by_a_person(library, second):
    library.desk().issue("R1", "B1")
    append(library)
    (path,) = (second / "journal").glob("*/*.jsonl.gz")
    head, *rows, end = map(json.loads, gzip.decompress(path.read_bytes()).splitlines())
    assert (head["number"], head["previous"], list(end)) == (1, "", ["end"])
    with db.reading(library.sessions) as session:
        assert len([row for row in rows if row[0] == "ledger"]) == session.scalar(
            select(func.count(Entry.id))
        )
