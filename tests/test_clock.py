"""The clock of the computer: when it is believed, and when people are asked."""

import time
from datetime import timedelta
from uuid import uuid4

import pytest

from ils import clock, db
from ils.db import new_id
from ils.ids import Ids
from ils.ledger.timekeeping import WrongClock, check_clock


@pytest.mark.parametrize(
    ("clock_by", "computer_by", "jumped"),
    [(0, 0, False), (3600, 0, False), (90_000, 0, True), (-90_000, 0, True),
     (200_000, 200_000, False)],
    ids=["nothing", "an hour", "ahead", "back", "asleep over the holidays"],
)  # fmt: skip
def test_a_clock_that_is_set_is_told_from_a_computer_that_slept(
    monkeypatch, clock_by, computer_by, jumped
):
    now, on = time.time, time.clock_gettime
    monkeypatch.setattr(time, "time", lambda: now() + clock_by)
    monkeypatch.setattr(time, "clock_gettime", lambda which: on(which) + computer_by)
    assert clock.jumped() is jumped


def test_nothing_is_written_under_a_clock_that_jumped(library, browser, monkeypatch):
    library.account("desk")
    library.copy("B1")
    browser.sign_in("desk")
    monkeypatch.setattr(clock, "jumped", lambda: True)
    answer = browser.scan("B1", request=uuid4())
    assert answer.status_code == 503
    assert library.kinds() == []


def test_a_start_before_the_newest_entry_is_refused(library, monkeypatch):
    library.reader("R1")
    now = clock.now()
    with db.reading(library.sessions) as session:
        check_clock(session)
        monkeypatch.setattr(clock, "now", lambda: now - timedelta(minutes=4))
        check_clock(session)
        monkeypatch.setattr(clock, "now", lambda: now - timedelta(days=1))
        with pytest.raises(WrongClock):
            check_clock(session)


def test_ids_continue_after_a_clock_that_was_ahead(library, config, monkeypatch):
    """The dead battery: ids begin after the highest there is, whatever the clock says."""
    real = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() + 365 * 86_400 * 10**9)
    ahead = library.reader("R1")
    monkeypatch.setattr(time, "time_ns", lambda: 946_684_800 * 10**9)  # the year 2000
    monkeypatch.setattr(db, "ids", Ids())  # as in a new process
    engine = db.connect(config)
    engine.dispose()
    assert new_id() > ahead
