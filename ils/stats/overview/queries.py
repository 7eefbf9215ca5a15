"""What the director sees first: this month against last year and plan, and what needs care."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ils import clock
from ils.clock import Period
from ils.errors import N_
from ils.ledger import Entry, Kind
from ils.stats.closing import queries as closing
from ils.stats.definitions.schema import Definitions
from ils.stats.engine import totals
from ils.stats.engine.context import declared
from ils.stats.models import (
    BACKUP,
    BACKUP_LATE,
    JOURNAL,
    JOURNAL_LATE,
    WORKER,
    ClosedMonth,
    Heartbeat,
)
from ils.stats.names import Names
from ils.stats.periods import Window, month_names

#: The worker does its round every few seconds; silent for so long, it is not there.
LATE = timedelta(minutes=10)
#: Where doubts are looked at.
CLOSING, RECORDS, TASKS = "statistics.months", "cataloguing.work_list", "operations.jobs"


Facts = dict[str, int | str | Names]


@dataclass(frozen=True)
class Doubt:
    """Something that makes figures doubtful, and what it is about.

    Attributes:
        page: the endpoint where it is looked at or put right.
    """

    message: str
    facts: Facts
    page: str


def doubts(
    session: Session,
    definitions: Definitions,
    period: Period,
    scope: frozenset[int] | None,
    *,
    backs_up: bool,
) -> list[Doubt]:
    """What needs care; empty when all is well. ``backs_up``: backups are made here."""
    found = _unstated(session, period, scope)
    last_month = (period.start.replace(day=1) - timedelta(days=1)).replace(day=1)
    month = month_names(last_month)
    still_open = session.get(ClosedMonth, last_month) is None
    silent = [
        f"{one.branch.code} ({len(one.days)})"
        for one in (closing.silent_days(session, last_month) if still_open else ())
        if scope is None or one.branch.id in scope
    ]
    if silent:
        message = N_("%(month)s: open days without entries: %(branches)s.")
        found.append(Doubt(message, {"month": month, "branches": ", ".join(silent)}, CLOSING))
    if scope is None:
        found += _of_the_system(session, definitions, period, last_month)
        found += backup_doubts(session) if backs_up else []
    return found


def _unstated(session: Session, period: Period, scope: frozenset[int] | None) -> list[Doubt]:
    """Loans that no breakdown can place."""
    query = select(func.count(), func.count(Entry.subject_area), func.count(Entry.language)).where(
        Entry.kind == Kind.LOAN, totals.posted_in(Window(period.start, period.end))
    )
    if scope is not None:
        query = query.where(Entry.branch_id.in_(scope))
    every, divided, in_language = session.execute(query).one()
    found = []
    if every > divided:
        message = N_("%(count)s loans have no division: give the records an index.")
        found.append(Doubt(message, {"count": every - divided}, RECORDS))
    if every > in_language:
        message = N_("%(count)s loans have no language: complete the records.")
        found.append(Doubt(message, {"count": every - in_language}, RECORDS))
    return found


def _of_the_system(
    session: Session, definitions: Definitions, period: Period, last_month: date
) -> list[Doubt]:
    found = []
    closed = session.scalar(select(func.max(ClosedMonth.month)))
    if closed is None or closed < last_month:
        message = N_("%(month)s is not closed yet.")
        found.append(Doubt(message, {"month": month_names(last_month)}, CLOSING))
    year = Window(date(period.last.year, 1, 1), date(period.last.year + 1, 1, 1))
    for key in ("population", "own_staff"):
        input_ = definitions.inputs.get(key)
        if input_ is not None and declared(session, input_, year, None) is None:
            message = N_("Not declared: %(what)s. The ratios that need it stay empty.")
            found.append(Doubt(message, {"what": input_.names}, "statistics.declared"))
    return found + worker_doubts(session)


def backup_doubts(session: Session) -> list[Doubt]:
    """Whether the last proved backup or the journal is too old, once the worker is here."""
    if session.get(Heartbeat, WORKER) is None:
        return []
    return [
        Doubt(message, {}, TASKS)
        for name, late, message in (
            (BACKUP, BACKUP_LATE, N_("There is no proved backup of the last 48 hours.")),
            (
                JOURNAL,
                JOURNAL_LATE,
                N_("The journal between backups cannot be written: is the second place there?"),
            ),
        )
        if (last := session.get(Heartbeat, name)) is None or clock.now() - last.at > late
    ]


def worker_doubts(session: Session) -> list[Doubt]:
    """Whether the worker is silent, or could not do everything."""
    worker = session.get(Heartbeat, WORKER)
    if worker is None or clock.now() - worker.at > LATE:
        message = N_(
            "The background worker is not running: reports are not prepared and "
            "e-mails are not sent."
        )
        return [Doubt(message, {}, TASKS)]
    if worker.problem:
        message = N_("The worker could not do everything: %(problem)s.")
        return [Doubt(message, {"problem": worker.problem}, TASKS)]
    return []


def month_so_far(today: date) -> Period:
    """The running month up to today; on its first day, the whole month before."""
    if today.day == 1:
        end = today
        return Period((end - timedelta(days=1)).replace(day=1), end)
    return Period.inclusive(today.replace(day=1), today)
