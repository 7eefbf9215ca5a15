"""Closed months: nothing can come in, later entries count now, another way of counting agrees."""

import json
from datetime import date
from uuid import uuid4

import pytest
from reports import cells, history, line, report
from springtime import APRIL, MARCH, MAY, close, month
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DBAPIError

from ils import db, ledger
from ils.clock import Period
from ils.db import new_id
from ils.errors import Invalid
from ils.ledger import Entry, Kind
from ils.organisation.staff.models import Role
from ils.stats.closing import actions as closing
from ils.stats.closing import queries, verification
from ils.stats.closing.actions import AlreadyClosed, MonthNotOver, NotAccepted
from ils.stats.closing.automatic import refresh_summaries, seal_closed
from ils.stats.definitions.loading import definitions
from ils.stats.engine import totals
from ils.stats.models import SELFCHECK, ClosedMonth, SummarySpan, SummaryTotal
from ils.stats.schedules.actions import heartbeat


def test_a_closed_month_is_counted_from_what_is_kept(spring):
    before = [month(spring, first) for first in (MARCH, APRIL, MAY)]

    close(spring, APRIL)

    assert [month(spring, first) for first in (MARCH, APRIL, MAY)] == before
    with db.reading(spring.sessions) as session:
        kept = {s.window.first for s in totals.summary_slices(session)}
    assert kept == {date(2026, month, 1) for month in (1, 2, 3, 4)}
    # The kept totals are what is read: changed behind its back, the report shows it.
    with db.transaction(spring.sessions) as session:
        session.execute(update(SummaryTotal).where(SummaryTotal.kind == "loan").values(count=1))
    assert month(spring, MARCH) != before[0]


def test_what_comes_late_counts_in_the_open_month_and_is_shown_apart(spring):
    before = month(spring, MARCH)
    close(spring, APRIL)

    history(spring, line("loan", "2026-03-15", 7, division="arts"))

    may = month(spring, MAY)
    assert month(spring, MARCH) == before
    assert may["corrections", "loan", "count"] == 7
    assert may["activity_by_branch", "total", "loans"] == 28 * 5 + 7
    with db.reading(spring.sessions) as session:
        late = session.scalars(select(Entry).where(Entry.day < Entry.posted)).one()
    assert (late.day, late.posted) == (date(2026, 3, 15), MAY)


def test_an_act_of_a_closed_month_reversed_now_is_a_correction_of_now(library):
    with db.transaction(library.sessions) as session:
        mistake = ledger.record(session, Kind.REFERENCE, library.origin(), {}, detail="factual")
    before = month(library, MARCH)
    close(library)
    library.wait(days=40)
    with db.transaction(library.sessions) as session:
        ledger.reverse(session, session.get_one(Entry, mistake), library.origin())

    assert month(library, MARCH) == before
    assert before["references", "factual", "done"] == 1
    april = month(library, APRIL)
    assert april["references", "factual", "done"] == -1
    assert april["corrections", "reference", "count"] == -1


def test_months_close_in_order_once_and_when_they_are_over(spring):
    with pytest.raises(MonthNotOver):
        close(spring, MAY, date(2026, 5, 31))
    assert close(spring, MARCH) == [date(2026, 1, 1), date(2026, 2, 1), MARCH]
    with pytest.raises(AlreadyClosed):
        close(spring, MARCH)
    with pytest.raises(AlreadyClosed):
        close(spring, date(2026, 2, 1))
    assert close(spring, MAY) == [APRIL, MAY]


def test_what_the_self_check_found_must_be_accepted(library):
    every = [f"2026-03-{day:02}" for day in range(1, 32)]
    history(library, *(line("visit", day, branch=b) for day in every for b in ("ЦБ", "Ф1")))
    with pytest.raises(NotAccepted):
        close(library, MARCH, accepted=False)  # it has not run
    with db.transaction(library.sessions) as session:
        heartbeat(session, "shelves", name=SELFCHECK)
    with pytest.raises(NotAccepted):
        close(library, MARCH, accepted=False)
    with db.transaction(library.sessions) as session:
        heartbeat(session, "", name=SELFCHECK)
    assert close(library, MARCH, accepted=False) == [MARCH]


def test_days_without_a_line_must_be_seen_before_closing(spring):
    with pytest.raises(NotAccepted):
        close(spring, MARCH, accepted=False)
    with db.reading(spring.sessions) as session:
        silent = {s.branch.code: s.days for s in queries.silent_days(session, MARCH)}
    assert silent["ЦБ"] == (date(2026, 3, 29), date(2026, 3, 30), date(2026, 3, 31))
    assert len(silent["Ф1"]) == 31
    close(spring, MARCH)
    with db.reading(spring.sessions) as session:
        accepted = session.get_one(ClosedMonth, MARCH).accepted
    days = {one["branch"]: len(one["days"]) for one in accepted if "branch" in one}
    assert days == {"ЦБ": 3, "Ф1": 31}
    assert accepted[-1] == {"selfcheck": "unknown"}


def test_the_database_itself_keeps_a_closed_month_shut(spring):
    close(spring)
    with db.transaction(spring.sessions) as session:
        like = session.scalars(select(Entry).order_by(Entry.id)).first()
        row = {column.name: getattr(like, column.name) for column in Entry.__table__.columns}
        row |= {"id": new_id(), "request_id": uuid4()}  # posted in January, as it was
        with pytest.raises(DBAPIError, match="the month is closed"), session.begin_nested():
            session.execute(insert(Entry), [row])


def test_a_desk_that_began_before_the_closing_writes_into_the_open_month(spring):
    origin = spring.origin()
    close(spring, MARCH)
    with db.transaction(spring.sessions) as session:
        entry_id = ledger.record(session, Kind.REFERENCE, origin, {}, detail="thematic")

    with db.reading(spring.sessions) as session:
        entry = session.get_one(Entry, entry_id)
    assert (entry.day.month, entry.posted) == (3, APRIL)


def test_a_clock_set_back_changes_no_closed_month(spring):
    close(spring, MAY)
    before = month(spring, MARCH)
    spring.reader("R1")  # the clock of this library stands in March
    assert month(spring, MARCH) == before
    june = month(spring, date(2026, 6, 1))
    assert june["activity_by_branch", "total", "registrations"] == 1


def test_closed_months_are_counted_again_another_way(spring):
    close(spring, MAY)
    with db.reading(spring.sessions) as session:
        assert verification.verify(session) == (5, [])


@pytest.mark.parametrize(
    ("what", "part"),
    [("totals", 0), ("digest", 0), ("kept", 0), ("kept", 1), ("entries", 0), ("seal", 0)],
)
def test_any_difference_is_reported(spring, what, part):
    close(spring, MAY)
    with db.transaction(spring.sessions) as session:
        if what == "kept":
            spans = select(SummarySpan.id).where(
                SummarySpan.start == MARCH, SummarySpan.slice == part
            )
            statement = update(SummaryTotal).where(SummaryTotal.span_id.in_(spans))
            session.execute(statement.values(count=SummaryTotal.count + 1))
        else:
            values = {
                "totals": {"totals": {"loan": {"ЦБ": [1, 0, 0, 0, 1]}}},
                "digest": {"digest": "0" * 64},
                "entries": {"entries": 1},
                "seal": {"sealed_at": None},
            }[what]
            session.execute(update(ClosedMonth).where(ClosedMonth.month == MARCH).values(**values))
    with db.reading(spring.sessions) as session:
        found = verification.verify(session)[1]
    assert found
    assert found[0].month == MARCH


def test_sealing_goes_on_after_a_crash(spring):
    with db.transaction(spring.sessions) as session:
        seen = queries.checklist(session, APRIL)
        closing.close_month(
            session, APRIL, seen, today=date(2026, 6, 1), staff_id=None, accepted=True
        )
    before = month(spring, MARCH)  # closed, not sealed: counted from its entries
    with db.reading(spring.sessions) as session:
        waiting = queries.unsealed(session)
    assert len(waiting) == 4
    with db.reading(spring.sessions) as session:
        seal = closing.taken_seal(session, waiting[0], definitions(spring.config))
    with db.transaction(spring.sessions) as session:
        closing.seal_month(session, seal)
    assert seal_closed(spring.sessions, definitions(spring.config)) == waiting[1:]
    with db.transaction(spring.sessions) as session:
        closing.seal_month(session, seal)  # once is enough
    assert month(spring, MARCH) == before
    with db.reading(spring.sessions) as session:
        assert verification.verify(session)[1] == []


def test_new_definitions_are_kept_anew(spring):
    close(spring, MAY)
    with db.transaction(spring.sessions) as session:
        for span in session.scalars(select(SummarySpan)):
            span.columns_by_kind = {kind: ["branch_id"] for kind in span.columns_by_kind}
    before = month(spring, MARCH)  # what is kept does not tell enough: counted from entries
    assert refresh_summaries(spring.sessions, definitions(spring.config)) == 5
    assert refresh_summaries(spring.sessions, definitions(spring.config)) == 0
    assert month(spring, MARCH) == before


def test_a_closed_year_is_kept_as_one_and_balances_from_the_beginning(spring):
    history(
        spring, line("loan", "2025-05-05", 3), line("accession", "2025-06-01", 2, source="gift")
    )
    before = cells(report(spring, "annual", Period(date(2025, 1, 1), date(2026, 1, 1))))
    close(spring, MARCH)
    assert cells(report(spring, "annual", Period(date(2025, 1, 1), date(2026, 1, 1)))) == before
    with db.reading(spring.sessions) as session:
        spans = {(s.window.first, s.window.end) for s in totals.summary_slices(session)}
        assert (date(2025, 1, 1), date(2026, 1, 1)) in spans
        assert (date.min, date(2026, 1, 1)) in spans
        assert verification.verify(session)[1] == []


@pytest.mark.parametrize("last", [1, 2, 5, 12])
def test_any_months_of_a_closed_year_are_as_before(spring, last):
    said = {"division": "arts", "language": "ru", "patron_category": "pupil", "branch": "Ф1"}
    history(spring, *(line("loan", f"2025-{m:02}-05", m, **said) for m in range(1, 13)))
    end = date(2025, last, 1)
    span = Period(date(2025, 1, 1), closing.periods.next_month(end))
    places = ((), ("Ф1",), ("ЦБ", "Ф1"))
    before = [report(spring, "annual", span, *branches) for branches in places]
    close(spring, MARCH)
    for branches, was in zip(places, before, strict=True):
        now = report(spring, "annual", span, *branches)
        assert now["tables"] == was["tables"]


def test_a_branch_that_never_works_stops_no_closing(library):
    with db.transaction(library.sessions) as session:
        branch = session.merge(library.branches["Ф1"])
        branch.closed_weekdays = "1234567"
    with db.reading(library.sessions) as session:
        assert [s.branch.code for s in queries.silent_days(session, MARCH)] == ["ЦБ"]


def test_a_branch_merged_into_another_keeps_its_past_figures(spring):
    history(spring, line("loan", "2026-03-03", 9, branch="Ф1"))
    before = month(spring, MARCH)
    close(spring, MARCH)
    with db.transaction(spring.sessions) as session:
        branch = session.merge(spring.branches["Ф1"])
        branch.active = False
    assert month(spring, MARCH) == before
    assert month(spring, MARCH)["activity_by_branch", "Ф1", "loans"] == 9


def test_frozen_months_are_named(spring):
    close(spring, APRIL)
    said = report(spring, "quarter", Period(APRIL, date(2026, 7, 1)))
    assert said["frozen"] == ["2026-04"]
    json.dumps(said)


def test_closing_shows_every_month_it_closes(library):
    """May has its entries; April, before it and still open, has none."""
    history(
        library,
        *(line("visit", f"2026-0{m}-{d:02}", channel="desk") for m in (3, 5) for d in range(1, 32)),
    )
    with db.transaction(library.sessions) as session:
        heartbeat(session, SELFCHECK)
        months = queries.open_months(session, MAY)
        assert months == [MARCH, APRIL, MAY]
        assert APRIL in queries.silent_in(session, months)
    with pytest.raises(NotAccepted):
        close(library, MAY, accepted=False)
    close(library, MAY)
    with db.reading(library.sessions) as session:
        accepted = session.get_one(ClosedMonth, APRIL).accepted
    assert {one["branch"] for one in accepted if "branch" in one} == {"ЦБ", "Ф1"}


def test_what_is_before_the_first_entry_was_never_closed(spring):
    with pytest.raises(closing.BeforeTheLedger):
        close(spring, date(2020, 5, 1))
    with pytest.raises(Invalid):
        closing.parsed_month("24-1")


def test_what_was_closed_since_the_list_was_made_is_seen_again(spring):
    with db.reading(spring.sessions) as session:
        seen = queries.checklist(session, APRIL)
    close(spring, MARCH)
    with pytest.raises(NotAccepted), db.transaction(spring.sessions) as session:
        closing.close_month(
            session, APRIL, seen, today=date(2026, 6, 1), staff_id=None, accepted=True
        )


def test_the_checklist_is_counted_before_the_writers_turn(spring, browser, monkeypatch):
    """Counting a month of a big library takes seconds: no desk waits for it."""
    counted, own = [], queries.silent_in

    def silent_in(session, months):
        options = session.connection().get_execution_options()
        counted.append(options.get("ils_reading", False))
        return own(session, months)

    spring.account("статистик", Role.STATISTICIAN)
    browser.sign_in("статистик")
    monkeypatch.setattr(queries, "silent_in", silent_in)
    form = {"month": "2026-03", "accepted": "1", "clock_is_right": "1"}
    assert browser.post("/staff/stats/closing", request_id=str(uuid4()), **form).status_code == 302
    assert counted == [True]
