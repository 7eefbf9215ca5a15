"""The ledger's own promises."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from ils import db, ledger
from ils.db import new_id
from ils.ledger import AlreadyReversed, Entry, Kind
from ils.stats.closing import verification
from ils.stats.models import SummaryTotal


def entries(library):
    with db.reading(library.sessions) as session:
        return session.scalars(select(Entry).order_by(Entry.id)).all()


def test_a_reversal_is_equal_and_opposite_and_happens_once(library):
    with db.transaction(library.sessions) as session:
        facts = {"language": "kk", "amount": 500, "pages": 3}
        ledger.record(session, Kind.REFERENCE, library.origin(), facts, detail="subject")
    library.wait(days=3)
    with db.transaction(library.sessions) as session:
        first = session.scalars(select(Entry)).one()
        ledger.reverse(session, first, library.origin())
        with pytest.raises(AlreadyReversed):
            ledger.reverse(session, first, library.origin())

    first, second = entries(library)
    assert (second.count, second.amount, second.pages) == (-1, -500, -3)
    assert (second.kind, second.language, second.detail) == ("reference", "kk", "subject")
    assert (second.reverses_id, second.day) == (first.id, date(2026, 3, 4))  # the month mends
    assert second.recorded_at >= first.recorded_at


def test_a_request_is_recorded_once(library):
    request = uuid4()
    with db.transaction(library.sessions) as session:
        ledger.record(session, Kind.REFERENCE, library.origin(request=request), {})
    with pytest.raises(IntegrityError), db.transaction(library.sessions) as session:
        ledger.record(session, Kind.REFERENCE, library.origin(request=request), {})
    assert len(entries(library)) == 1


def test_an_act_of_a_closed_month_counts_on_the_first_open_day(library):
    library.close_until(date(2026, 4, 1))
    with db.transaction(library.sessions) as session:
        ledger.record(session, Kind.REFERENCE, library.origin(), {})

    (entry,) = entries(library)
    assert (entry.day, entry.posted) == (date(2026, 3, 4), date(2026, 4, 1))


def test_the_day_is_the_librarys_not_utcs(library):
    library.wait(hours=13)  # 20:00 UTC, 01:00 of the next day in Almaty
    with db.transaction(library.sessions) as session:
        ledger.record(session, Kind.REFERENCE, library.origin(), {})
    (entry,) = entries(library)
    assert (entry.day, entry.occurred_at) == (date(2026, 3, 5), library.now)


def test_an_entry_written_once_by_key_may_be_written_again_after_its_reversal(library):
    for count in (1, 1, 0, 1):
        with db.transaction(library.sessions) as session:
            if count:
                ledger.record_once(session, Kind.VISIT, library.origin(), {}, key="a")
            else:
                ledger.reverse(session, ledger.entry_of_key(session, "a"), library.origin())
    assert [e.count for e in entries(library)] == [1, -1, 1]


def test_ids_grow_and_never_repeat_across_threads():
    with ThreadPoolExecutor(8) as pool:
        ids = [i for part in pool.map(lambda _: [new_id() for _ in range(2000)], range(8))
               for i in part]  # fmt: skip
    assert len(set(ids)) == len(ids)
    assert max(ids) < new_id() < 2**63


def test_two_processes_of_an_installation_have_different_nodes(config, engine):
    mine = (new_id() >> 12) & 1023
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, str((new_id() >> 12) & 1023).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert int(os.read(read, 10)) != mine


def test_facts_seals_and_sums_know_every_column_of_an_entry():
    """Who adds a column must say whether it is a fact, sealed, and kept of closed months."""
    columns = {column.name for column in Entry.__table__.columns}
    circumstances = {
        "id", "request_id", "occurred_at", "day", "posted", "recorded_at", "branch_id",
        "service_point_id", "staff_id", "channel", "kind", "count", "reverses_id",
    }  # fmt: skip
    assert set(ledger.FACTS) == columns - circumstances
    sealed = set(verification.DIGESTED.split(", "))
    assert sealed == columns - {"request_id", "staff_id"}
    links = {name for name in columns if name.endswith("_id") and "branch" not in name}
    told_apart = columns - links - {"id", "day", "posted", "occurred_at", "recorded_at"}
    kept = {column.name for column in SummaryTotal.__table__.columns}
    assert kept - {"id", "span_id", "entries", "service_point_id"} == told_apart
