"""The backup the worker makes: written, proved, copied to the second place, old ones dropped."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ils import clock
from ils.config import Config
from ils.jobs.runner import JobContext, JobKind
from ils.operations.backup import actions

HOUR = timedelta(hours=1)


def back_up(context: JobContext) -> dict[str, Any]:
    """Make a backup unless the last one is young; only one that is proved counts."""
    config = context.config
    last = actions.last_proved(config)
    if last and clock.now() - last < timedelta(hours=config.backup.every_hours) - HOUR / 2:
        return {"made": 0}
    engine = context.sessions.kw["bind"]
    backup = actions.make(config, engine, progress=context.progress)
    manifest = actions.finish(config, context.sessions, backup, progress=context.progress)
    return {"made": 1, "rows": sum(manifest.counts.values())}


def _wanted(config: Config) -> bool:
    return config.backup.every_hours > 0


JOBS = (JobKind("backup", back_up, every=HOUR, ready=_wanted),)
