"""What the worker does about months: closes them when they are due, seals them, keeps sums."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from ils import clock
from ils.jobs.runner import JobContext, JobKind
from ils.stats.closing import actions as closing
from ils.stats.closing.automatic import close_when_due, refresh_summaries, seal_closed
from ils.stats.definitions.loading import definitions

HOUR = timedelta(hours=1)


def _close(context: JobContext) -> dict[str, Any]:
    today = clock.local_day(clock.now(), context.config.library.timezone)
    return {"closed": close_when_due(context.sessions, context.config, today)}


def _seal(context: JobContext) -> dict[str, Any]:
    """Seal closed months; stopped between two, it goes on there the next time."""
    sealed: list[date] = []

    def progress(month: date) -> None:
        sealed.append(month)
        context.progress(len(sealed))

    seal_closed(context.sessions, definitions(context.config), progress=progress)
    return {"sealed": len(sealed)}


def _refresh(context: JobContext) -> dict[str, Any]:
    return {
        "refreshed": refresh_summaries(
            context.sessions, definitions(context.config), context.progress
        )
    }


JOBS = (
    JobKind("close_month", _close, every=6 * HOUR),
    JobKind(closing.SEAL, _seal, every=HOUR),
    JobKind("refresh_summaries", _refresh, every=HOUR),
)
