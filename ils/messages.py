"""Letters: written in the transaction of what they tell of, sent afterwards by the worker.

A letter is a row. The worker takes it with a lease, so that no other sends it meanwhile;
one that cannot be sent is tried again, later each time, and given up after some days.
"""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

from sqlalchemy import Index, LargeBinary, delete, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from ils import clock, db
from ils.config import Mail
from ils.db import Base, BigId, new_id

LEASE = timedelta(minutes=5)
#: When it is tried again after the first, second … failure; then it is given up.
RETRY_DELAYS = tuple(timedelta(minutes=n) for n in (1, 10, 60, 360, 1440))
RETENTION = timedelta(days=7)
BATCH_SIZE = 20
TIMEOUT = 20  # seconds, for a server that does not answer

_due = text("sent_at IS NULL AND given_up_at IS NULL")


class OutgoingMessage(Base):
    """A letter to one address; kept for some days after it was sent."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index("ix_outbox_message_due_at", "due_at", sqlite_where=_due, postgresql_where=_due),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    to: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    #: A file sent along: its name, kind and content.
    file_name: Mapped[str | None]
    file_type: Mapped[str | None]
    file: Mapped[bytes | None] = mapped_column(LargeBinary)
    due_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]
    #: What the mail server said last.
    problem: Mapped[str] = mapped_column(default="")


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a letter."""

    name: str
    type: str
    content: bytes


def enqueue(
    session: Session, *, to: str, subject: str, body: str, file: Attachment | None = None
) -> OutgoingMessage:
    """Write a letter; it leaves after the transaction."""
    letter = OutgoingMessage(to=to, subject=subject, body=body, due_at=clock.now())
    if file is not None:
        letter.file_name, letter.file_type, letter.file = file.name, file.type, file.content
    session.add(letter)
    session.flush()
    return letter


def send_due(sessions: db.Sessions, settings: Mail) -> int:
    """Send what is due; returns how many letters left."""
    sent = 0
    for _ in range(BATCH_SIZE):
        letter = _take(sessions)
        if letter is None:
            break
        problem = _send(letter, settings)
        with db.transaction(sessions) as session:
            _note(session.get_one(OutgoingMessage, letter.id), problem)
        sent += not problem
    return sent


def _take(sessions: db.Sessions) -> OutgoingMessage | None:
    """A letter this worker may send now; it is nobody else's until the lease ends."""
    now = clock.now()
    old = or_(
        OutgoingMessage.sent_at < now - RETENTION, OutgoingMessage.given_up_at < now - RETENTION
    )
    due = (
        select(OutgoingMessage)
        .where(_due, OutgoingMessage.due_at <= now)
        .order_by(OutgoingMessage.due_at)
        .limit(1)
    )
    with db.transaction(sessions) as session:
        session.execute(delete(OutgoingMessage).where(old))
        letter = session.scalar(due.with_for_update(skip_locked=True))
        if letter is not None:
            letter.due_at, letter.tries = now + LEASE, letter.tries + 1
    return letter


def _send(letter: OutgoingMessage, settings: Mail) -> str:
    """What went wrong; nothing if the server took it."""
    try:
        message = EmailMessage()
        message["From"], message["To"] = settings.sender, letter.to
        message["Subject"] = letter.subject
        message["Message-ID"] = f"<{letter.id}@{settings.sender.rpartition('@')[2]}>"
        message.set_content(letter.body)
        if letter.file is not None:
            main, _, sub = (letter.file_type or "").partition("/")
            message.add_attachment(
                letter.file, maintype=main, subtype=sub, filename=letter.file_name
            )
        with smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT) as server:
            if settings.starttls:
                server.starttls(context=ssl.create_default_context())
            if settings.user:
                server.login(settings.user, settings.password)
            server.send_message(message)
    except Exception as error:  # noqa: BLE001 -- one letter must not stop the others, whatever it is
        return type(error).__name__
    return ""


def _note(letter: OutgoingMessage, problem: str) -> None:
    letter.problem = problem
    if not problem:
        letter.sent_at = clock.now()
    elif letter.tries > len(RETRY_DELAYS):
        letter.given_up_at = clock.now()
    else:
        letter.due_at = clock.now() + RETRY_DELAYS[letter.tries - 1]
