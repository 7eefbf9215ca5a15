"""`ils worker`, `check`, `log`, `jobs`."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import clock, db, files, i18n, logs, schema, selfcheck
from ils.circulation.notices.actions import usable
from ils.circulation.notices.rules import levels
from ils.config import Config
from ils.console import CLOCK_IS_RIGHT, Console, print_json, with_console
from ils.digitization.jobs import missing_models
from ils.digitization.scans import queries as scan_queries
from ils.digitization.text import vocabulary
from ils.errors import N_
from ils.jobs import actions as job_actions
from ils.jobs import queries as job_queries
from ils.ledger.timekeeping import WrongClock, check_clock
from ils.operations import worker as operations
from ils.operations.backup.actions import is_late
from ils.organisation.branches.models import Branch
from ils.organisation.calendar import queries as calendar_queries
from ils.organisation.calendar.rules import holidays_of, moving_years
from ils.stats.models import WORKER, Heartbeat
from ils.stats.overview.queries import worker_doubts

#: So far ahead copies are lent: then the holidays must be known.
LENT_AHEAD = timedelta(days=60)
MIN_DISK_MB = 500
PREVIEW_ROWS = 50


@click.command()
@click.option("--once", is_flag=True, help="Do what is due and end.")
@click.option("--recognise", is_flag=True, help="Only look at scans and recognise them.")
@CLOCK_IS_RIGHT
@with_console
def worker(console: Console, once: bool, recognise: bool, clock_is_right: bool) -> None:
    """Do what need not be waited for: letters, months to close, reports to prepare."""
    if not clock_is_right:
        with db.reading(console.sessions) as session:
            check_clock(session)
    kinds = operations.HEAVY if recognise else (*operations.JOBS, *operations.HEAVY)
    operations.run(console.config, kinds, once=once)


def problems_of_holidays(session: Session, console: Console) -> list[dict[str, object]]:
    """Loans made now would be due on holidays nobody knows of."""
    today = clock.local_day(clock.now(), console.config.library.timezone)
    year, listed = (today + LENT_AHEAD).year, console.config.lists.holidays
    problems: list[dict[str, object]] = []
    behind = calendar_queries.without_holidays(session, holidays_of(year, listed))
    if behind:
        told = N_("The holidays of %(year)s are no closed days at: %(branches)s.")
        said = i18n.say(told, console.language) % {"year": year, "branches": ", ".join(behind)}
        problems.append({"id": "holidays", "message": said})
    if year not in moving_years(listed):
        told = N_("holidays.toml does not say when the moving holidays of %(year)s are.")
        said = i18n.say(told, console.language) % {"year": year}
        problems.append({"id": "moving_holidays", "message": said})
    return problems


def _problems_of_scans(session: Session, config: Config) -> list[dict[str, object]]:
    problems = list[dict[str, object]]()
    lost = scan_queries.damaged_or_gone(session, config.folder)
    if lost:
        problems.append({"id": "scans", "message": f"{len(lost)} scans are damaged or missing",
                         "examples": lost[:PREVIEW_ROWS]})  # fmt: skip
    _, scanned = scan_queries.space(session)
    missing = missing_models(config) if scanned else []
    if missing:
        problems.append({"id": "ocr", "message": f"tesseract has no model {', '.join(missing)}"})
    wanted = config.digitization.dictionaries
    absent = vocabulary.missing(wanted) if scanned and wanted else []
    if absent:
        message = f"{wanted} has no dictionary {', '.join(absent)}"
        problems.append({"id": "dictionaries", "message": message})
    return problems


def problems_of_notices(session: Session, config: Config) -> list[dict[str, object]]:
    """Why notices that are wanted cannot leave."""
    if config.notices.mode == "off":
        return []
    problems = []
    if not usable(config):
        problems.append("notices are on, but there is neither [mail] host nor [sms] url")
    codes = set(session.scalars(select(Branch.code)))
    for name, level in levels(config).items():
        if unknown := sorted(set(level.branches) - codes):
            problems.append(f"notices.toml, {name}: no branch {', '.join(unknown)}")
    return [{"id": "notices", "message": message} for message in problems]


def _problems_of_the_disk(console: Console, *, worked: bool) -> list[dict[str, object]]:
    """No room, or no backup although the worker has been here."""
    found: list[dict[str, object]] = []
    free = shutil.disk_usage(console.config.folder).free // 1_000_000
    if free < MIN_DISK_MB:
        told = console.told(N_("only %(free)s MB are free"), free=free)
        found.append({"id": "disk", "message": told})
    if worked and is_late(console.config):
        told = console.told(N_("There is no proved backup of the last 48 hours."))
        found.append({"id": "backup", "message": told})
    return found


@click.command()
@click.option("--json", "json_", is_flag=True)
@with_console
def check(console: Console, json_: bool) -> None:
    """Check database, disk and worker, and whether the state follows from the ledger."""
    engine = console.sessions.kw["bind"]
    problems: list[dict[str, object]] = []
    schema.check(engine)
    with db.reading(console.sessions) as session:
        worked = session.get(Heartbeat, WORKER) is not None
    problems += _problems_of_the_disk(console, worked=worked)
    with db.reading(console.sessions) as session:
        try:
            check_clock(session)
        except WrongClock as error:
            said = i18n.say(error.message, console.language) % error.facts
            problems.append({"id": "clock", "message": said})
        problems += [
            {"id": "worker", "message": i18n.say(doubt.message, console.language) % doubt.facts}
            for doubt in worker_doubts(session)
            if session.get(Heartbeat, WORKER) is not None  # it has been at work here
        ]
        gone = files.missing(session, console.config.folder)
        if gone:
            told = console.told(N_("files whose content is missing: %(count)s"), count=len(gone))
            problems.append({"id": "files", "message": told, "examples": gone[:PREVIEW_ROWS]})
        problems += _problems_of_scans(session, console.config)
        problems += problems_of_notices(session, console.config)
        if worked:
            problems += problems_of_holidays(session, console)
        problems += [
            {
                "id": finding.check,
                "message": i18n.say(finding.message, console.language),
                "count": finding.count,
                "examples": finding.examples,
            }
            for finding in selfcheck.findings(session)
        ]
    if json_:
        print_json({"at": clock.now().isoformat(), "problems": problems})
    else:
        for problem in problems:
            click.echo(", ".join(f"{key}: {value}" for key, value in problem.items()), err=True)
        console.say(N_("Problems were found.") if problems else N_("All is well."))
    if problems:
        click.get_current_context().exit(1)


@click.command("log")
@click.option("--hours", default=24, show_default=True, help="How far back.")
@click.option("--errors", is_flag=True, help="Only what nobody expected.")
@click.option("--request", "number", help="Only the request with this number.")
@click.option("--json", "json_", is_flag=True)
@with_console
def print_log(console: Console, hours: int, errors: bool, number: str | None, json_: bool) -> None:
    """Print what the program did: requests, jobs, errors with their frames."""
    since = clock.now() - timedelta(hours=hours)
    for line in logs.lines(console.config.folder, since):
        if (errors and line.get("level") != "error") or number not in {None, line.get("request")}:
            continue
        if json_:
            click.echo(json.dumps(line, ensure_ascii=False))
            continue
        facts = {k: v for k, v in line.items() if k not in {"at", "event", "traceback"}}
        text = " ".join(f"{key}={value}" for key, value in facts.items() if value is not None)
        click.echo(f"{line['at']} {line['event']} {text}")
        for frame in line.get("traceback", ()):
            click.echo(f"    {frame}")


@click.group()
def jobs() -> None:
    """Work the worker does."""


@jobs.command("list")
@click.option("--limit", default=PREVIEW_ROWS, show_default=True, help="How many to print.")
@click.option("--json", "json_", is_flag=True)
@with_console
def list_jobs(console: Console, limit: int, json_: bool) -> None:
    """List jobs, the latest first."""
    with db.reading(console.sessions) as session:
        found = session.scalars(job_queries.jobs().limit(limit)).all()
    lines = [
        {
            "id": job.id,
            "kind": job.kind,
            "state": job.state,
            "done": job.done,
            "total": job.total,
            "asked": job.created_at.isoformat(),
            "error": (job.error or {}).get("code"),
        }
        for job in found
    ]
    if json_:
        print_json(lines)
        return
    for line in lines:
        click.echo("  ".join(str(value) for value in line.values() if value is not None))


@jobs.command()
@click.argument("job_id", type=int)
@with_console
def cancel(console: Console, job_id: int) -> None:
    """Stop a job that waits or runs."""
    db.run(console.sessions, lambda s: job_actions.cancel(s, job_queries.job(s, job_id)))
    console.say(N_("It will be stopped."))


@jobs.command()
@click.argument("job_id", type=int)
@with_console
def retry(console: Console, job_id: int) -> None:
    """Do a job once more that was given up or cancelled."""
    db.run(console.sessions, lambda s: job_actions.try_again(s, job_queries.job(s, job_id)))
    console.say(N_("It is queued again."))
