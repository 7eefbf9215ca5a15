"""What the worker does for statistics: months closed and sealed, reports prepared and sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import clock, db, mail, texts
from ils.clock import Period
from ils.config import Config
from ils.errors import N_, IlsError, Invalid
from ils.mail import Enclosure
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
    given = [one for one in (a.strip() for a in addresses.split(",")) if one]
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


def prepare_due(session: Session, config: Config, done: Definitions, today: date) -> int:
    """Prepare every report that is due, missed ones too; returns how many."""
    prepared = 0
    for schedule in session.scalars(select(Schedule).where(Schedule.active)):
        starts = set(
            session.scalars(
                select(PreparedReport.start).where(PreparedReport.schedule_id == schedule.id)
            )
        )
        due = rules.due_periods(schedule.every, schedule.since, today, schedule.days_after)
        for period in due:
            if period.start not in starts:
                said = _prepared(session, config, done, schedule, period)
                _send(session, schedule, said)
                prepared += 1
    return prepared


def _prepared(
    session: Session, config: Config, done: Definitions, schedule: Schedule, period: Period
) -> dict[str, Any]:
    """The content of a report, kept as it is now."""
    branch = session.get(Branch, schedule.branch_id) if schedule.branch_id else None
    asked = Asked(done.report(schedule.report), period, (branch,) if branch else ())
    said = content(reporting.filled(session, config.lists, done, asked), config)
    session.add(
        PreparedReport(
            schedule_id=schedule.id,
            start=period.start,
            end=period.end,
            prepared_at=clock.now(),
            content=said,
        )
    )
    session.flush()
    return said


def _send(session: Session, schedule: Schedule, said: Mapping[str, Any]) -> None:
    """A letter with the report to each address."""
    addresses = [one for one in schedule.addresses.split(", ") if one]
    if not addresses:
        return
    language, form = schedule.language, FORMATS[MAILED]
    name = f"{said['from']}-{said['to']}.{form.suffix}"
    file = Enclosure(name, form.mimetype, form.write(said, language))
    subject = f"{said['title'][language]}, {span(said)}"
    for address in addresses:
        mail.write(session, to=address, subject=subject, body=texts.say(BODY, language), file=file)


def close_when_due(session: Session, config: Config, today: date) -> bool:
    """Close the month before on its set day or later, if nothing speaks against it."""
    if not config.statistics.close_day or today.day < config.statistics.close_day:
        return False
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    if not closing_queries.open_months(session, month):
        return False
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

    Each step has its own transaction: what fails today is tried again in the next round.
    """
    today = clock.local_day(clock.now(), config.library.timezone)
    problems = []

    def step(work: Callable[[Session], object]) -> None:
        try:
            with db.transaction(sessions) as session:
                work(session)
        except IlsError as error:
            problems.append(error.code)

    step(lambda s: close_when_due(s, config, today))
    with db.reading(sessions) as session:
        unsealed = closing_queries.unsealed(session)
    for month in unsealed:
        step(lambda s, m=month: closing.seal_month(s, m, done))  # type: ignore[misc]  # bound now
    step(lambda s: closing.refresh(s, done))
    step(lambda s: prepare_due(s, config, done, today))
    step(lambda s: beat(s, ", ".join(problems)))
    return problems
