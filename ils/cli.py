"""The `ils` command: collects each package's group."""

from __future__ import annotations

import gc
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from datetime import date, timedelta

import click
from gunicorn.app.base import BaseApplication
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ils import __version__, clock, db, i18n, logs, messages, schema, selfcheck
from ils.app import create_app
from ils.cataloguing.cli import catalog
from ils.circulation.cli import desk, patrons
from ils.circulation.loans.queries import overdue_by_branch
from ils.console import Commands, Console, print_json, with_console
from ils.demo import SIGN_IN, build, has_demo_accounts
from ils.organisation.branches.actions import add_branch
from ils.organisation.branches.models import BranchType
from ils.organisation.staff.actions import add_staff
from ils.organisation.staff.cli import staff
from ils.organisation.staff.models import Role
from ils.organisation.staff.queries import is_empty
from ils.stats.cli import ledger, stats
from ils.stats.closing import queries as closing_queries
from ils.stats.closing.actions import check_over, close_month, parsed_month
from ils.stats.closing.cli import seal
from ils.stats.closing.queries import silent_days
from ils.stats.definitions.loading import definitions
from ils.stats.models import SELFCHECK, WORKER, Heartbeat
from ils.stats.overview.queries import worker_doubts
from ils.stats.plans.actions import note_value
from ils.stats.plans.queries import value_noted
from ils.stats.schedules.actions import heartbeat, selfcheck_due, worker_round

MIN_DISK_MB = 500
WORKER_SECONDS = 5
STATISTICS_ROUNDS = 12  # letters are waited for, reports are not


@click.group(cls=Commands)
@click.version_option(__version__)
def main() -> None:
    """Sandyq, a library system."""


for group in (catalog, patrons, desk, staff, stats, ledger):
    main.add_command(group)


@main.command()
@click.option("--branch", default="CGB", show_default=True, help="Code of the first branch.")
@click.option("--admin", default="admin", show_default=True, help="Login of the administrator.")
@click.option("--password", help="Made up and printed if not given.")
@click.option("--bare", is_flag=True, help="Only the tables: no branch, no account.")
@with_console
def init(console: Console, branch: str, admin: str, password: str | None, bare: bool) -> None:
    """Make the database, or bring it up to date; in an empty one, the first account."""
    engine = console.sessions.kw["bind"]
    schema.upgrade(engine)
    with db.transaction(console.sessions) as session:
        if bare or not is_empty(session):
            click.echo("The database is up to date.")
            return
        names = console.config.library
        chosen = password or secrets.token_urlsafe(12)
        central = add_branch(
            session,
            None,
            code=branch,
            name_ru=names.name_ru,
            name_kk=names.name_kk,
            timezone=names.timezone,
            type=BranchType.CENTRAL,
        )
        add_staff(
            session,
            None,
            console.config,
            login=admin,
            name=admin,
            password=chosen,
            roles=Role,
            branch=central,
            language=names.language,
        )
    click.echo(f"Database made. Sign in as {admin} with {chosen}")


@main.command()
@click.option("--if-empty", is_flag=True, help="Do nothing in a library that has data.")
@with_console
def demo(console: Console, if_empty: bool) -> None:
    """Fill an empty library with demonstration data."""
    schema.upgrade(console.sessions.kw["bind"])
    if if_empty:
        with db.reading(console.sessions) as session:
            if not is_empty(session):
                if has_demo_accounts(session):
                    click.echo(SIGN_IN)
                return
    click.echo(build(console))


@main.command()
@with_console
def serve(console: Console) -> None:
    """Serve the pages."""
    schema.check(console.sessions.kw["bind"])
    config = console.config
    processes = config.server.processes or (1 if "sqlite" in config.database_url else 2)
    options = {
        "bind": f"{config.server.host}:{config.server.port}",
        "workers": processes,
        "worker_class": "gthread",
        "threads": config.server.threads,
        "accesslog": None,
        "errorlog": "-",
        "loglevel": "warning",
        "graceful_timeout": 10,
        "keepalive": 30,
        "control_socket_disable": True,
        "worker_tmp_dir": "/dev/shm" if os.path.isdir("/dev/shm") else None,  # noqa: S108, PTH112
    }
    click.echo(f"Sandyq on http://{config.server.host}:{config.server.port} (Ctrl+C stops it)")
    sys.stdout.flush()
    worker_ = _worker() if config.server.worker else None
    try:
        _Server(options).run()
    finally:
        if worker_ is not None:
            worker_.terminate()


def _worker() -> subprocess.Popen[bytes]:
    """The worker beside the pages."""
    return subprocess.Popen([sys.executable, "-m", "ils", "worker"])


@main.command()
@click.option("--once", is_flag=True, help="Do what is due and end.")
@with_console
def worker(console: Console, once: bool) -> None:
    """Do what need not be waited for: letters, months to close, reports to prepare."""
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    logs.install(console.config.folder, "worker")
    rounds = 0
    while not stop.is_set():
        try:
            if rounds % STATISTICS_ROUNDS == 0:
                _round(console)
            if console.config.mail.host:
                messages.send_due(console.sessions, console.config.mail)
        except SQLAlchemyError as error:  # the database restarts; so does the next round
            logs.fault("worker round", error)
            click.echo(f"worker: {type(error).__name__}", err=True)
        if once:
            return
        rounds += 1
        stop.wait(WORKER_SECONDS)


def _round(console: Console) -> None:
    """One round of the worker for statistics."""
    today = clock.local_day(clock.now(), console.config.library.timezone)
    with db.transaction(console.sessions) as session:
        note_overdue(session, today)
        due = selfcheck_due(session)
    if due:
        check_books(console)
    worker_round(console.sessions, console.config, definitions())


def note_overdue(session: Session, today: date) -> None:
    """Note once a day how many readers and copies are overdue, at each branch and in all."""
    if not value_noted(session, "items_overdue", today):
        for branch_id, (readers, items) in overdue_by_branch(session, today).items():
            note_value(session, "readers_overdue", branch_id, today, readers)
            note_value(session, "items_overdue", branch_id, today, items)


@main.command("log")
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
        said = " ".join(f"{key}={value}" for key, value in facts.items() if value is not None)
        click.echo(f"{line['at']} {line['event']} {said}")
        for frame in line.get("traceback", ()):
            click.echo(f"    {frame}")


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn with our settings and no file of its own."""

    def __init__(self, options: dict[str, object]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            if name in self.cfg.settings and value is not None:
                self.cfg.set(name, value)

    def load(self) -> object:
        # Desk requests are short; a thread that waits for the interpreter should not
        # wait longer than one of them takes.
        sys.setswitchinterval(0.001)
        app = create_app()
        gc.collect()
        gc.freeze()  # what stays for ever need not be looked through again and again
        return app


@main.command()
@click.option("--json", "json_", is_flag=True)
@with_console
def check(console: Console, json_: bool) -> None:
    """Check database, disk and worker, and whether the state follows from the ledger."""
    engine = console.sessions.kw["bind"]
    problems: list[dict[str, object]] = []
    schema.check(engine)
    free = shutil.disk_usage(console.config.folder).free // 1_000_000
    if free < MIN_DISK_MB:
        problems.append({"id": "disk", "message": f"only {free} MB are free"})
    with db.reading(console.sessions) as session:
        problems += [
            {"id": "worker", "message": i18n.say(doubt.message, console.language) % doubt.facts}
            for doubt in worker_doubts(session)
            if session.get(Heartbeat, WORKER) is not None  # it has been at work here
        ]
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
        click.echo("problems found" if problems else "all is well")
    if problems:
        click.get_current_context().exit(1)


def check_books(console: Console) -> None:
    """Run the self-check and note what it found, for whoever closes a month."""
    with db.reading(console.sessions) as session:
        found = [finding.check for finding in selfcheck.findings(session)]
    with db.transaction(console.sessions) as session:
        heartbeat(session, ", ".join(found), name=SELFCHECK)


@stats.command()
@click.argument("month")
@click.option("--accept", is_flag=True, help="Close although days are missing.")
@click.option("--json", "json_", is_flag=True)
@with_console
def close(console: Console, month: str, accept: bool, json_: bool) -> None:
    """Close MONTH (2026-10) and those before it; there is no reopening."""
    first = parsed_month(month)
    today = clock.local_day(clock.now(), console.config.library.timezone)
    check_over(first, today)
    check_books(console)
    with db.reading(console.sessions) as session:
        silent, checked = silent_days(session, first), closing_queries.selfcheck(session)
    if checked:
        click.echo(f"self-check: {checked}", err=True)
    for one in silent:
        days = ", ".join(f"{day:%d.%m}" for day in one.days)
        click.echo(f"{one.branch.code}: nothing was written down on {days}", err=True)

    def work(session: Session) -> list[date]:
        return close_month(session, first, today=today, staff_id=None, accepted=accept)

    months = db.run(console.sessions, work)
    sealed = seal(console, hidden=json_)
    if json_:
        print_json({"id": month, "closed": [f"{m:%Y-%m}" for m in months]})
    else:
        click.echo(f"closed: {', '.join(f'{m:%Y-%m}' for m in sealed)}")


@ledger.command()
@with_console
def verify(console: Console) -> None:
    """Check that the state follows from the ledger."""
    with db.reading(console.sessions) as session:
        found = selfcheck.findings(session)
    for finding in found:
        text = i18n.say(finding.message, console.language)
        click.echo(f"{finding.check}: {finding.count}: {text}", err=True)
    if found:
        click.get_current_context().exit(1)
    click.echo("the state follows from the ledger")
