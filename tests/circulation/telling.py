"""A library that tells its readers: servers that take the messages, a worker that comes by."""

import http.server
import threading
import time
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import select, update
from test_mail import Server

from ils import clock, db
from ils.circulation.loans.models import Loan
from ils.circulation.notices import jobs
from ils.circulation.notices.models import Notice
from ils.holdings.items.models import Item
from ils.jobs.actions import enqueue
from ils.jobs.runner import Runner
from ils.organisation.branches.models import Branch


class Gateway(threading.Thread):
    """Takes short messages over HTTP; ``answers``: what it says to the next ones, then 200."""

    def __init__(self):
        super().__init__(daemon=True)
        gateway = self
        self.taken, self.answers = [], []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                gateway.taken.append((body.decode(), self.headers["Authorization"]))
                answer = gateway.answers.pop(0) if gateway.answers else 200
                if answer is None:  # it has the message, and is silent
                    time.sleep(1)
                    return
                self.send_response(answer)
                self.end_headers()

            def log_message(self, *_):
                """Say nothing."""

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/send"

    def run(self):
        self.server.serve_forever(0.05)


@contextmanager
def running(server):
    server.start()
    yield server
    (server.server.shutdown if hasattr(server, "server") else server.listener.close)()


@pytest.fixture
def mail():
    with running(Server()) as server:
        yield server


@pytest.fixture
def gateway():
    with running(Gateway()) as server:
        yield server
        server.server.server_close()


@pytest.fixture
def told(library_clock, library, mail, gateway):
    """A library that tells its readers; its worker comes by."""
    own = library.config
    library.config = replace(
        own,
        mail=own.mail.changed(host="127.0.0.1", port=mail.port, sender="a@b.kz", starttls=False),
        sms=own.sms.changed(url=gateway.url, body='{"to": "{phone}", "text": "{text}"}',
                            authorization="Bearer kilt"),
        notices=own.notices.changed(mode="on"),
    )  # fmt: skip
    with db.transaction(library.sessions) as session:  # a Wednesday at ten; Sundays are closed
        session.execute(update(Branch).values(closed_weekdays="7"))
    return library


def come_by(library, **settings) -> None:
    """What the worker does in an hour: what is to be told is planned, asked for, sent."""
    own = library.config
    library.config = replace(own, notices=own.notices.changed(**settings))
    plan(library)
    for kind in ("send_notices", "send_notice"):
        if kind == "send_notices":
            ask(library, kind)
        run(library)
        library.wait(minutes=30)
    library.config = own


def plan(library) -> None:
    """What the worker does each hour before it sends."""
    ask(library, "plan_notices")
    run(library)


def ask(library, kind: str) -> None:
    with db.transaction(library.sessions) as session:
        enqueue(session, kind)


def run(library) -> None:
    Runner(library.sessions, library.config, jobs.JOBS).run_all()


def states(library) -> list[tuple[str, str, str, str | None]]:
    with db.reading(library.sessions) as session:
        found = session.scalars(select(Notice).order_by(Notice.id))
        return [(one.level, one.channel, one.state, one.reason) for one in found]


def loan_of(library, number: str) -> Loan:
    with db.reading(library.sessions) as session:
        own = select(Loan).join(Loan.item).where(Item.inventory_number == number)
        return session.scalars(own.order_by(Loan.id.desc())).first()


def due_like(library, number: str, other: str) -> None:
    """Have a copy due on the day of another."""
    with db.transaction(library.sessions) as session:
        day = loan_of(library, other).due
        session.execute(update(Loan).where(Loan.id == loan_of(library, number).id).values(due=day))


def at(library, weekday: int, hour: int) -> None:
    """Go on to the next such weekday (1 is Monday) and hour of the branch."""
    here = library.now.astimezone(clock.zone(library.branches["ЦБ"].timezone))
    days = (weekday - here.isoweekday()) % 7
    library.wait(days=days, hours=hour - here.hour)


def until_due(library, card: str, number: str, days: int = 0) -> None:
    """A copy lent, and the time gone by until some days after it is due."""
    library.desk().issue(card, number)
    due = loan_of(library, number).due
    library.wait(days=(due - library.origin().day).days + days)
