"""The `ils` command: collects each package's group."""

from __future__ import annotations

import gc
import os
import secrets
import subprocess
import sys
import threading
from datetime import date

import click
from gunicorn.app.base import BaseApplication
from sqlalchemy.orm import Session

from ils import __version__, clock, db, i18n, logs, schema, selfcheck
from ils.app import create_app
from ils.cataloguing.cli import catalog
from ils.circulation.cli import desk, patrons
from ils.console import CLOCK_IS_RIGHT, Commands, Console, print_json, with_console
from ils.demo import SIGN_IN, build, has_demo_accounts
from ils.ledger.timekeeping import check_clock
from ils.operations import cli as operations
from ils.operations.backup import cli as backups
from ils.operations.worker import check_books
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
from ils.stats.closing.queries import silent_in

#: So long after it died the worker is started again.
WORKER_PAUSE_SECONDS = 3
#: So long it has to come to the end of a step.
WORKER_END_SECONDS = 20


@click.group(cls=Commands)
@click.version_option(__version__)
def main() -> None:
    """Sandyq, a library system."""


for command in (
    catalog, patrons, desk, staff, stats, ledger, operations.worker, operations.check,
    operations.print_log, operations.jobs, backups.backup, backups.restore, backups.move,
):  # fmt: skip
    main.add_command(command)


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
@CLOCK_IS_RIGHT
@with_console
def serve(console: Console, clock_is_right: bool) -> None:
    """Serve the pages."""
    schema.check(console.sessions.kw["bind"])
    if not clock_is_right:
        with db.reading(console.sessions) as session:
            check_clock(session)
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
    logs.install(config.folder, "serve")
    stop = threading.Event()
    beside = threading.Thread(target=_keep_worker, args=(stop, clock_is_right))
    if config.server.worker:
        beside.start()
    try:
        _Server(options).run()
    finally:
        stop.set()


def _keep_worker(stop: threading.Event, clock_is_right: bool) -> None:
    """Run the worker beside the pages; one that dies is followed by another."""
    command = [sys.executable, "-m", "ils", "worker"]
    command += ["--clock-is-right"] if clock_is_right else []
    while not stop.is_set():
        try:
            process = subprocess.Popen(command)  # noqa: S603 -- our own program
        except OSError as error:  # no memory, no processes: perhaps later
            logs.fault("worker not started", error)
            stop.wait(WORKER_PAUSE_SECONDS)
            continue
        while process.poll() is None and not stop.wait(0.5):
            pass
        if not stop.is_set():
            logs.event("worker died", code=process.returncode or "unknown")
            stop.wait(WORKER_PAUSE_SECONDS)
            continue
        process.terminate()
        try:
            process.wait(WORKER_END_SECONDS)
        except subprocess.TimeoutExpired:  # what it does is taken up by the next one
            process.kill()


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


@stats.command()
@click.argument("month")
@click.option("--accept", is_flag=True, help="Close although days are missing.")
@click.option("--json", "json_", is_flag=True)
@CLOCK_IS_RIGHT
@with_console
def close(console: Console, month: str, accept: bool, json_: bool, clock_is_right: bool) -> None:
    """Close MONTH (2026-10) and those before it; there is no reopening."""
    first = parsed_month(month)
    today = clock.local_day(clock.now(), console.config.library.timezone)
    check_over(first, today)
    check_books(console.sessions)
    with db.reading(console.sessions) as session:
        months = closing_queries.open_months(session, first)
        silent, checked = silent_in(session, months), closing_queries.selfcheck(session)
    if len(months) > 1:
        click.echo(f"closed with it: {', '.join(f'{m:%Y-%m}' for m in months[:-1])}", err=True)
    if checked:
        click.echo(f"self-check: {checked}", err=True)
    for one in (one for month_ in silent.values() for one in month_):
        days = ", ".join(f"{day:%d.%m.%Y}" for day in one.days)
        click.echo(f"{one.branch.code}: nothing was written down on {days}", err=True)

    def work(session: Session) -> list[date]:
        return close_month(
            session,
            first,
            today=today,
            staff_id=None,
            accepted=accept,
            clock_is_right=clock_is_right,
        )

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
