"""Closing that needs nobody: months when they are due, seals, kept totals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from ils import db
from ils.config import Config
from ils.stats.closing import actions as closing
from ils.stats.closing import queries as closing_queries
from ils.stats.definitions.schema import Definitions


def seal_closed(
    sessions: db.Sessions,
    definitions: Definitions,
    *,
    progress: Callable[[date], None] = lambda _: None,
) -> list[date]:
    """Seal every closed month that is not; after a crash this goes on where it stopped."""
    with db.reading(sessions) as session:
        months = closing_queries.unsealed(session)
    for month in months:
        with db.reading(sessions) as session:
            seal = closing.taken_seal(session, month, definitions)
        with db.transaction(sessions) as session:
            closing.seal_month(session, seal)
        progress(month)
    return months


def refresh_summaries(
    sessions: db.Sessions,
    definitions: Definitions,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> int:
    """Keep again what new definitions ask for; returns how many spans were made anew."""
    with db.reading(sessions) as session:
        windows = closing.stale_windows(session, definitions)
    for number, window in enumerate(windows, 1):
        with db.reading(sessions) as session:
            summaries = closing.summary_rows(session, definitions, window)
        with db.transaction(sessions) as session:
            closing.forget(session, closing_queries.spans_of(window))
            for rows in summaries:
                closing.store_summary(session, rows)
        progress(number, len(windows))
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
        checklist = closing_queries.checklist(session, month)
    if not checklist.months:
        return False
    if checklist.silent or checklist.checked:
        raise closing.NotAccepted(month=f"{month:%Y-%m}")
    with db.transaction(sessions) as session:
        closing.close_month(session, month, checklist, today=today, staff_id=None, accepted=False)
    return True
