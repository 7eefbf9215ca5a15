"""Reports prepared regularly: what is due, and what is kept and sent of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import clock, files
from ils.clock import Period
from ils.config import Config
from ils.errors import N_, Invalid
from ils.files import Purpose, ReceivedFile
from ils.messages import outbox
from ils.messages.templates import compose
from ils.organisation.branches.models import Branch
from ils.stats.definitions.schema import Definitions
from ils.stats.documents.content import content
from ils.stats.documents.formats import FORMATS
from ils.stats.documents.payload import to_payload
from ils.stats.documents.report import ReportDocument
from ils.stats.documents.wording import span
from ils.stats.engine import reporting
from ils.stats.engine.reporting import ReportRequest
from ils.stats.models import WORKER, Heartbeat, PreparedReport, Schedule
from ils.stats.schedules import rules

#: What a mailed report is: every department can open and mend it.
MAILED = "docx"


def add_schedule(
    session: Session,
    definitions: Definitions,
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
        Invalid: an unknown rhythm, one shorter than the report, or an address that is none.
    """
    months = definitions.report(report).months or 0
    if every not in rules.EVERY:
        raise Invalid(N_("How often"), N_("Choose one from the list."))
    if not rules.MONTHS[every] and months > 1:  # a year by the week is a mistake
        raise Invalid(N_("How often"), N_("This report is of a longer time."))
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


def is_prepared(session: Session, schedule: Schedule, period: Period) -> bool:
    """Whether the report of a period was prepared."""
    query = select(PreparedReport.id).where(
        PreparedReport.schedule_id == schedule.id, PreparedReport.start == period.start
    )
    return session.scalar(query) is not None


def prepared(
    session: Session, config: Config, definitions: Definitions, due: Due
) -> ReportDocument:
    """A report; writes nothing, so that desks need not wait."""
    branch_id = due.schedule.branch_id
    branches = (session.get_one(Branch, branch_id),) if branch_id else ()
    asked = ReportRequest(definitions.report(due.schedule.report), due.period, branches)
    return content(reporting.filled(session, config.lists, definitions, asked), config)


def keep_report(
    session: Session, config: Config, due: Due, document: ReportDocument, file: ReceivedFile
) -> None:
    """Keep a report as it is now, and send it to its addresses."""
    session.add(
        PreparedReport(
            schedule_id=due.schedule.id,
            start=due.period.start,
            end=due.period.end,
            prepared_at=clock.now(),
            content=to_payload(document),
        )
    )
    session.flush()
    language = due.schedule.language
    values = {"title": document.title[language], "period": span(document, language)}
    letter = compose(config, "report", language, values)
    form = FORMATS[MAILED]
    name = f"{document.first}-{document.last}.{form.suffix}"
    kept = files.keep(session, file, Purpose.ATTACHMENT, name=name, type=form.mimetype)
    for address in filter(None, due.schedule.addresses.split(", ")):
        outbox.enqueue(session, to=address, subject=letter.subject, body=letter.body, file=kept)


def attachment(due: Due, document: ReportDocument) -> bytes:
    """The report as a file for its letters."""
    return FORMATS[MAILED].write(document, due.schedule.language)


def heartbeat(session: Session, problem: str = "", *, name: str = WORKER) -> None:
    """Note that the worker (or the self-check) was there, and what was wrong."""
    there = session.get(Heartbeat, name)
    if there is None:
        session.add(Heartbeat(name=name, at=clock.now(), problem=problem))
    else:
        there.at, there.problem = clock.now(), problem
