"""Scans say when they were made: of a desk without a line they keep their day and due date."""

import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from readers import post
from sqlalchemy import select

from ils import clock, db, scan_times
from ils.circulation.loans.models import Loan
from ils.ledger import Channel, Entry
from ils.patrons.models import Patron
from ils.scan_times import Moment, ScanException, moment

NOW = datetime.fromisoformat("2026-12-07T00:04:00+05:00")
AGES = {
    "now": (timedelta(0), Moment(NOW)),
    "a slow line": (timedelta(seconds=60), Moment(NOW - timedelta(seconds=60))),
    "a clock that is fast": (timedelta(seconds=-60), Moment(NOW)),
    "late": (timedelta(seconds=61), Moment(NOW - timedelta(seconds=61), Channel.OFFLINE)),
    "a week's end": (timedelta(days=14), Moment(NOW - timedelta(days=14), Channel.OFFLINE)),
    "from long ago": (timedelta(days=14, seconds=1), None),
    "from the future": (timedelta(seconds=-61), None),
}


@pytest.mark.parametrize("age", AGES)
def test_what_the_time_of_a_scan_means(age):
    ago, expected = AGES[age]
    assert moment(NOW - ago, NOW) == expected


@pytest.fixture
def desk_page(library, browser):
    library.account("desk")
    library.reader("R1")
    for number in range(3):
        library.copy(f"B{number}")
    browser.sign_in("desk")
    return browser


def scan(page, code, patron="", *, ago=timedelta(0), request=None, now=None):
    at = round(((now or clock.now()) - ago).timestamp() * 1000)
    return page.by_script("scan", request, code=code, patron=patron, at=at)


def patron_id(library):
    with db.reading(library.sessions) as session:
        return str(session.scalars(select(Patron.id)).one())


def entries(library, kind):
    with db.reading(library.sessions) as session:
        return session.scalars(select(Entry).where(Entry.kind == kind).order_by(Entry.id)).all()


def test_an_outage_over_midnight_changes_no_day_and_no_due_date(desk_page, library):
    """Lent on Friday without a line, delivered on Monday."""
    reader, ago = patron_id(library), timedelta(days=3)
    there = library.branches["ЦБ"].timezone
    then = clock.local_day(clock.now() - ago, there)
    assert scan(desk_page, "B0", reader, ago=ago).status_code == 200
    (loan,) = entries(library, "loan")
    assert (loan.day, loan.channel) == (then, "offline")
    visits = entries(library, "visit")
    assert [(v.day, v.channel) for v in visits[1:]] == [(then, "offline")]  # one registered them
    with db.reading(library.sessions) as session:
        due = session.scalars(select(Loan.due)).one()
    assert then + timedelta(days=15) <= due <= then + timedelta(days=22)
    assert scan(desk_page, "B1", reader).status_code == 200
    assert [e.channel for e in entries(library, "loan")] == ["offline", "desk"]
    library.check()


@pytest.mark.parametrize("ago", [timedelta(days=15), timedelta(hours=-3)], ids=["old", "future"])
def test_a_time_that_cannot_be_waits_for_a_person(desk_page, library, ago):
    reader, request, now = patron_id(library), uuid4(), clock.now()
    for _ in range(2):  # sent twice, it waits once
        answer = scan(desk_page, "B0", reader, ago=ago, request=request, now=now)
        assert (answer.status_code, 'data-situation="put_aside"' in answer.text) == (200, True)
    assert library.kinds() == []
    page = desk_page.get("/desk/exceptions").text
    row = re.search(r"<form method=\"post\" action=\"/desk/scan\">.*?</form>", page, re.DOTALL)[0]
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', row))
    assert (sent["code"], sent["patron"]) == ("B0", reader)
    other = {name: value for name, value in sent.items() if name not in ("request_id", "code")}
    assert post(desk_page, "/desk/scan", **other, code="B1").status_code == 409
    sent.pop("csrf_token"), sent.pop("request_id")
    assert post(desk_page, "/desk/scan", **sent).status_code == 200
    (loan,) = entries(library, "loan")
    assert loan.channel == "offline"
    days_ago = (clock.now() - loan.occurred_at) / timedelta(days=1)
    assert days_ago == pytest.approx(max(ago / timedelta(days=1), 0), abs=0.01)
    assert post(desk_page, "/desk/scan", **sent).status_code == 404
    with db.reading(library.sessions) as session:
        kept = session.scalars(select(ScanException)).one()
        assert (kept.accepted, kept.form) == (True, {})
    library.check()


def test_a_refused_scan_is_never_done(desk_page, library):
    scan(desk_page, "B0", patron_id(library), ago=timedelta(days=20))
    with db.reading(library.sessions) as session:
        number = session.scalars(select(ScanException.id)).one()
    assert post(desk_page, "/desk/exceptions/refuse", scan=number).status_code == 302
    assert "Сканов, ждущих решения, нет." in desk_page.get("/desk/exceptions").text
    assert library.kinds() == []


def test_another_branch_does_not_decide(desk_page, library, browser):
    scan(desk_page, "B0", patron_id(library), ago=timedelta(days=20))
    with db.reading(library.sessions) as session:
        number = session.scalars(select(ScanException.id)).one()
    library.account("far", branch="Ф1")
    browser.sign_in("far")
    assert post(browser, "/desk/exceptions/refuse", scan=number).status_code == 404


def test_an_erased_reader_is_in_no_scan_that_waits(desk_page, library):
    scan(desk_page, "R1", ago=timedelta(days=20))
    scan(desk_page, "B0", patron_id(library), ago=timedelta(days=20))
    scan(desk_page, "B1", ago=timedelta(days=20))
    with db.transaction(library.sessions) as session:
        scan_times.forget(session, int(patron_id(library)), {"R1"})
    with db.reading(library.sessions) as session:
        assert [s.form["code"] for s in session.scalars(select(ScanException))] == ["B1"]


@pytest.mark.parametrize("at", ["", "soon", "-1e9", "9" * 40])
def test_a_time_that_is_none_is_now(desk_page, library, at):
    answer = post(desk_page, "/desk/scan", code="B0", patron=patron_id(library), at=at)
    assert answer.status_code == 200
    (loan,) = entries(library, "loan")
    assert (loan.channel, clock.now() - loan.occurred_at < timedelta(minutes=1)) == ("desk", True)
