"""Letters leave once, by a real SMTP conversation, and survive a server that is down."""

import socket
import threading
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from library import Browser
from sqlalchemy import select

from ils import db
from ils.app import create_app
from ils.jobs.models import Job
from ils.jobs.runner import Runner
from ils.messages import outbox
from ils.messages.outbox import OutgoingMessage
from ils.organisation.staff.models import Role


class Server(threading.Thread):
    """Takes letters as the standard says, one connection after another."""

    def __init__(self):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.taken = []

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as lines:
                self.talk(lines)

    def talk(self, lines):
        def say(text):
            lines.write(text.encode() + b"\r\n")
            lines.flush()

        say("220 ready")
        for line in lines:
            word = line.split()[0].upper() if line.strip() else b""
            if word == b"DATA":
                say("354 go on")
                letter = []
                while (part := lines.readline()) != b".\r\n":
                    letter.append(part)
                self.taken.append(b"".join(letter).decode())
                say("250 taken")
            elif word == b"QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")


@pytest.fixture
def server():
    server = Server()
    server.start()
    yield server
    server.listener.close()


@pytest.fixture
def settings(config, server):
    found = config.mail
    return found.changed(
        host="127.0.0.1", port=server.port, sender="library@example.org", starttls=False
    )


def send_due(sessions, config, settings):
    """What the worker does with letters; returns how many left."""
    before = sum(letter.sent_at is not None for letter in letters(sessions))
    Runner(sessions, replace(config, mail=settings), outbox.JOBS).run_all()
    return sum(letter.sent_at is not None for letter in letters(sessions)) - before


def jobs(sessions):
    with db.reading(sessions) as session:
        return session.scalars(select(Job).where(Job.kind == outbox.SEND).order_by(Job.id)).all()


def hurry(sessions, **time):
    """Some time goes by."""
    with db.transaction(sessions) as session:
        for job in session.scalars(select(Job)):
            job.run_at -= timedelta(**time)


def letters(sessions):
    with db.reading(sessions) as session:
        return session.scalars(select(OutgoingMessage).order_by(OutgoingMessage.id)).all()


def test_a_letter_leaves_once_and_waits_while_the_server_is_down(library, config, server, settings):
    sessions = library.sessions
    with db.transaction(sessions) as session:
        outbox.enqueue(session, to="reader@example.org", subject="Кітаптарыңыз", body="Абай жолы")
    assert send_due(sessions, config, settings.changed(port=1)) == 0
    (waiting,) = jobs(sessions)
    assert (waiting.state, waiting.attempt) == ("queued", 1)
    assert waiting.error["error"] == "ConnectionRefusedError"
    assert send_due(sessions, config, settings) == 0  # not yet: it waits a minute
    hurry(sessions, minutes=2)
    assert [send_due(sessions, config, settings) for _ in range(2)] == [1, 0]
    (text,) = server.taken
    assert "To: reader@example.org" in text


def test_a_letter_that_cannot_be_sent_is_given_up_and_kept(library, config, settings):
    sessions, down = library.sessions, settings.changed(port=1)
    with db.transaction(sessions) as session:
        outbox.enqueue(session, to="reader@example.org", subject="x", body="y")
    for number in range(len(outbox.RETRY_DELAYS) + 1):
        assert jobs(sessions)[0].attempt == number
        assert letters(sessions)[0].given_up_at is None
        send_due(sessions, config, down)
        hurry(sessions, days=2)
    (kept,) = letters(sessions)
    assert (kept.given_up_at is not None, kept.sent_at) == (True, None)
    assert jobs(sessions)[0].state == "failed"


def test_letters_wait_where_there_is_no_server(library, config):
    with db.transaction(library.sessions) as session:
        outbox.enqueue(session, to="reader@example.org", subject="x", body="y")
    assert send_due(library.sessions, config, config.mail) == 0
    assert jobs(library.sessions)[0].attempt == 0


def test_letters_are_dropped_some_days_after_they_left(library, config, server, settings):
    for _ in range(2):
        with db.transaction(library.sessions) as session:
            outbox.enqueue(session, to="reader@example.org", subject="x", body="y")
    assert send_due(library.sessions, config, settings) == 2
    with db.transaction(library.sessions) as session:
        session.scalars(select(OutgoingMessage)).first().sent_at -= outbox.RETENTION * 1.1
    runner = Runner(library.sessions, config, outbox.JOBS)
    runner.plan()
    runner.run_all()
    assert len(letters(library.sessions)) == 1


def test_a_receipt_goes_by_mail_only_where_there_is_a_server(config, library, server, settings):
    library.account("desk", Role.DESK)
    reader = library.reader("R1", email="reader@example.org", language="kk")
    library.copy("B1", title="Абай жолы")
    library.desk().issue("R1", "B1")
    for with_mail, status in ((False, 422), (True, 302)):
        app = create_app(replace(config, mail=settings) if with_mail else config)
        app.testing = True
        browser = Browser(app.test_client())
        browser.sign_in("desk")
        shown = browser.get(f"/desk/receipt/{reader}").text
        assert ("reader@example.org" in shown) is with_mail
        answer = browser.post(f"/desk/receipt/{reader}/mail", request_id=str(uuid4()))
        assert answer.status_code == status
        app.extensions["ils"].sessions.kw["bind"].dispose()
    assert send_due(library.sessions, config, settings) == 1
    (text,) = server.taken
    assert "Subject:" in text


def test_an_address_that_is_none_stops_no_other_letter(library, config, server, settings):
    sessions = library.sessions
    with db.transaction(sessions) as session:
        for to in ("a@[b.c", "reader@example.org"):
            outbox.enqueue(session, to=to, subject="x", body="y")
    assert send_due(sessions, config, settings) == 1
    assert [job.error is not None for job in jobs(sessions)] == [True, False]
