"""What the worker does for statistics: months closed and sealed, reports prepared and sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import clock, db, i18n, messages
from ils.clock import Period
from ils.config import Config
from ils.errors import N_, IlsError, Invalid
from ils.messages import Enclosure
from ils.organisation.models import Branch
from ils.stats import rules
from ils.stats.actions import closing
from ils.stats.models import SELFCHECK, WORKER, Heartbeat, PreparedReport, Schedule
from ils.stats.outputs.content import content, span
from ils.stats.outputs.formats import FORMATS
from ils.stats.queries import closing as closing_queries
from ils.stats.queries import reporting
from ils.stats.queries.reporting import Asked
from ils.stats.reports.definitions import Definitions

#: What a mailed report is: every department can open and mend it.
MAILED = "docx"
A_DAY = timedelta(hours=24)
BODY = N_("The report is attached. It was prepared automatically.")


def add_schedule(
    session: Session,
    done: Definitions,
    *,
    report: str,
    every: str,
    language: str,
    addresses: str,
    days_after: int,
    branch: Branch | None,
    today: date,
) -> Schedule:
    """Have a report prepared regularly, from the last whole period on.

    Raises:
        UnknownReport: there is none.
        Invalid: an unknown rhythm, or an address that is none.
    """
    done.report(report)
    if every not in rules.EVERY:
        raise Invalid(N_("How often"), N_("Choose one from the list."))
    if not 1 <= days_after <= 60:
        raise Invalid(N_("Days after"), N_("From 1 to 60."))
    given = [one for one in map(str.strip, addresses.replace(";", ",").split(",")) if one]
    if any(one.count("@") != 1 or any(c.isspace() for c in one) for one in given):
        raise Invalid(N_("Addresses"), N_("Write e-mail addresses with commas between them."))
    schedule = Schedule(
        report=report,
        every=every,
        language="kk" if language == "kk" else "ru",
        addresses=", ".join(given),
        days_after=days_after,
        branch_id=branch.id if branch else None,
        since=rules.last_period(every, today).start,
    )
    session.add(schedule)
    session.flush()
    return schedule


def stop_schedule(session: Session, schedule: Schedule, *, active: bool) -> None:
    """Let a schedule rest, or go on; what it missed meanwhile is caught up."""
    schedule.active = active
    session.flush()


@dataclass(frozen=True)
class Due:
    """A report that is to be prepared."""

    schedule: Schedule
    period: Period


def due_reports(session: Session, today: date) -> list[Due]:
    """Every report that is due and not prepared, missed ones too."""
    found = []
    for schedule in session.scalars(select(Schedule).where(Schedule.active)):
        there = select(PreparedReport.start).where(PreparedReport.schedule_id == schedule.id)
        starts = set(session.scalars(there))
        due = rules.due_periods(schedule.every, schedule.since, today, schedule.days_after)
        found += [Due(schedule, period) for period in due if period.start not in starts]
    return found


def prepared(session: Session, config: Config, done: Definitions, due: Due) -> dict[str, Any]:
    """The content of a report; writes nothing, so that desks need not wait."""
    branch_id = due.schedule.branch_id
    branches = (session.get_one(Branch, branch_id),) if branch_id else ()
    asked = Asked(done.report(due.schedule.report), due.period, branches)
    return content(reporting.filled(session, config.lists, done, asked), config)


def keep_report(session: Session, due: Due, said: dict[str, Any], file: Enclosure) -> None:
    """Keep a report as it is now, and send it to its addresses."""
    session.add(
        PreparedReport(
            schedule_id=due.schedule.id,
            start=due.period.start,
            end=due.period.end,
            prepared_at=clock.now(),
            content=said,
        )
    )
    session.flush()
    language = due.schedule.language
    subject = f"{said['title'][language]}, {span(said)}"
    for address in filter(None, due.schedule.addresses.split(", ")):
        messages.write(
            session, to=address, subject=subject, body=i18n.say(BODY, language), file=file
        )


def enclosure(due: Due, said: Mapping[str, Any]) -> Enclosure:
    """The report as a file for its letters."""
    form = FORMATS[MAILED]
    name = f"{said['from']}-{said['to']}.{form.suffix}"
    return Enclosure(name, form.mimetype, form.write(said, due.schedule.language))


def prepare_due(sessions: db.Sessions, config: Config, done: Definitions, today: date) -> int:
    """Prepare, keep and send what is due, each in a transaction of its own; returns how many."""
    with db.reading(sessions) as session:
        waiting = due_reports(session, today)
    problems: list[Exception] = []
    for due in waiting:
        try:
            with db.reading(sessions) as session:
                said = prepared(session, config, done, due)
            file = enclosure(due, said)
            with db.transaction(sessions) as session:
                keep_report(session, due, said, file)
        except Exception as error:  # noqa: BLE001 -- one report must not stop the others
            problems.append(error)
    if problems:
        raise problems[0]
    return len(waiting)


def seal_closed(
    sessions: db.Sessions, done: Definitions, *, progress: Callable[[date], None] = lambda _: None
) -> list[date]:
    """Seal every closed month that is not; after a crash this goes on where it stopped."""
    with db.reading(sessions) as session:
        months = closing_queries.unsealed(session)
    for month in months:
        with db.reading(sessions) as session:
            seal = closing.taken_seal(session, month, done)
        with db.transaction(sessions) as session:
            closing.seal_month(session, seal)
        progress(month)
    return months


def keep_anew(sessions: db.Sessions, done: Definitions) -> int:
    """Keep again what new definitions ask for; returns how many spans were made anew."""
    with db.reading(sessions) as session:
        windows = closing.stale_windows(session, done)
    for window in windows:
        with db.reading(sessions) as session:
            kept = closing.kept_rows(session, done, window)
        with db.transaction(sessions) as session:
            closing.forget(session, closing_queries.spans_of(window))
            for rows in kept:
                closing.keep(session, rows)
    return len(windows)


def close_when_due(sessions: db.Sessions, config: Config, today: date) -> bool:
    """Close the month before on its set day or later, if nothing speaks against it.

    Raises:
        NotAccepted: something does; it was looked at without stopping a desk.
    """
    if not config.statistics.close_day or today.day < config.statistics.close_day:
        return False
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    with db.reading(sessions) as session:
        if not closing_queries.open_months(session, month):
            return False
        if closing_queries.silent_days(session, month) or closing_queries.selfcheck(session):
            raise closing.NotAccepted(month=f"{month:%Y-%m}")
    with db.transaction(sessions) as session:
        closing.close_month(session, month, today=today, staff_id=None, accepted=False)
    return True


def beat(session: Session, problem: str = "", *, name: str = WORKER) -> None:
    """Note that the worker (or the self-check) was there, and what was wrong."""
    there = session.get(Heartbeat, name)
    if there is None:
        session.add(Heartbeat(name=name, at=clock.now(), problem=problem))
    else:
        there.at, there.problem = clock.now(), problem


def selfcheck_due(session: Session) -> bool:
    """Whether the self-check has not run for a day."""
    there = session.get(Heartbeat, SELFCHECK)
    return there is None or clock.now() - there.at > A_DAY


def worker_round(sessions: db.Sessions, config: Config, done: Definitions) -> list[str]:
    """One round of the worker; returns the codes of what could not be done.

    What fails today is tried again in the next round, and stops nothing else.
    """
    today = clock.local_day(clock.now(), config.library.timezone)

    steps: tuple[Callable[[], object], ...] = (
        lambda: close_when_due(sessions, config, today),
        lambda: seal_closed(sessions, done),
        lambda: keep_anew(sessions, done),
        lambda: prepare_due(sessions, config, done, today),
    )
    problems = []
    for step in steps:
        try:
            step()
        except IlsError as error:
            problems.append(error.code)
        except Exception as error:  # noqa: BLE001 -- one step must not stop the others, whatever it is
            problems.append(type(error).__name__)
    with db.transaction(sessions) as session:
        beat(session, ", ".join(problems))
    return problems
