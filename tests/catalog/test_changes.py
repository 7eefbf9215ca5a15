"""The feed of changes: each record once, with its last change, whatever changed it."""

from datetime import timedelta

import pytest
from entry_form import book
from sqlalchemy import select

from ils import db
from ils.catalog import queries
from ils.catalog.models import BibliographicRecord, RecordState, RevisionCause
from ils.catalog.records.actions import set_state, stamp
from ils.db import new_id
from ils.ledger import Kind


def feed(library, after=0):
    with db.reading(library.sessions) as session:
        return [tuple(row) for row in session.execute(queries.changes(after))]


def last(library):
    return max((number for _, number in feed(library)), default=0)


def test_whatever_changes_a_record_puts_it_at_the_end(library, cataloguer):
    first, second = book(cataloguer), book(cataloguer, _200a="Степь")
    assert [record for record, _ in feed(library)] == [first, second]
    steps = (
        (RecordState.DELETED, RevisionCause.DELETED, Kind.RECORD_DELETED),
        (RecordState.ACTIVE, RevisionCause.UNDELETED, Kind.RECORD_RESTORED),
    )
    for state, cause, kind in steps:
        before = last(library)
        library.wait(minutes=1)
        with db.transaction(library.sessions) as session:
            record = session.get_one(BibliographicRecord, first)
            set_state(session, library.origin(), record, state, cause=cause, kind=kind)
        assert [record for record, _ in feed(library, before)] == [first]
    assert [record for record, _ in feed(library)] == [second, first]


def test_a_book_added_at_the_desk_is_in_it(library, cataloguer):
    first = book(cataloguer)
    library.copy("B-new", title="Жаңа кітап")
    with db.reading(library.sessions) as session:
        query = select(BibliographicRecord.id).where(BibliographicRecord.id != first)
        newest = session.scalars(query).one()
    assert [record for record, _ in feed(library)] == [first, newest]


def test_a_slow_transaction_is_not_missed(library, environ):
    """On PostgreSQL a smaller number may be committed after a larger one was read."""
    if "postgresql" not in library.config.database_url:
        pytest.skip("SQLite lets one transaction write at a time")
    records = [library.copy(f"B{n}", title=f"Кітап {n}") for n in (1, 2)]
    assert len(records) == 2
    (slow_id, _), (quick_id, _) = feed(library)
    seen = last(library)
    with db.transaction(library.sessions) as slow:
        stamp(slow.get_one(BibliographicRecord, slow_id), library.origin(), RevisionCause.EDITED)
        slow.flush()
        with db.transaction(library.sessions) as quick:
            found = quick.get_one(BibliographicRecord, quick_id)
            stamp(found, library.origin(), RevisionCause.EDITED)
        assert [record for record, _ in feed(library, seen)] == [quick_id]
        seen = last(library)
    assert feed(library, seen) == []
    again = [record for record, _ in feed(library, queries.round_after(seen))]
    assert slow_id in again


def test_a_new_round_begins_a_little_before(library):
    number = new_id()
    before = queries.round_after(number)
    assert before < number
    assert db.id_before(number, timedelta(0)) <= number
    assert queries.round_after(0) == 0
