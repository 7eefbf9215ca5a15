"""The outbox: letters written with what they tell of, each sent by a job of its own."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from sqlalchemy import ForeignKey, delete, or_
from sqlalchemy.orm import Mapped, Session, mapped_column

from ils import clock, db, files
from ils.config import Config
from ils.db import Base, BigId, new_id
from ils.files import StoredFile
from ils.jobs.actions import enqueue as enqueue_job
from ils.jobs.runner import JobContext, JobKind

#: When it is tried again after the first, second … failure; then it is given up.
RETRY_DELAYS = tuple(timedelta(minutes=n) for n in (1, 10, 60, 360, 1440))
RETENTION = timedelta(days=7)
#: A letter that did not leave in so long (its task was cancelled, there is no server) goes too.
LONGEST_WAIT = timedelta(days=30)
TIMEOUT = 20  # seconds, for a server that does not answer
SEND = "send_message"


class OutgoingMessage(Base):
    """A letter to one address; kept for some days after it was sent or given up."""

    __tablename__ = "outbox_message"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    to: Mapped[str]
    #: The reader it is to; it goes with the reader.
    patron_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("patron.id"), index=True)
    subject: Mapped[str]
    body: Mapped[str]
    #: A file sent along.
    file_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("stored_file.id", ondelete="SET NULL")
    )
    written_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]


def enqueue(
    session: Session,
    *,
    to: str,
    subject: str,
    body: str,
    file: StoredFile | None = None,
    patron_id: int | None = None,
) -> OutgoingMessage:
    """Write a letter; it leaves after the transaction."""
    letter = OutgoingMessage(
        to=to,
        patron_id=patron_id,
        subject=subject,
        body=body,
        file_id=file.id if file else None,
        written_at=clock.now(),
    )
    session.add(letter)
    session.flush()
    enqueue_job(session, SEND, {"message_id": letter.id}, key=f"{SEND}:{letter.id}")
    return letter


def _work(context: JobContext) -> None:
    """Send a letter, unless it is sent or was erased with its reader."""
    with db.reading(context.sessions) as session:
        letter = session.get(OutgoingMessage, context.args["message_id"])
        file = session.get(StoredFile, letter.file_id) if letter and letter.file_id else None
    if letter is None or letter.sent_at is not None:
        return
    _send(letter, file, context.config)
    with context.transaction() as session:
        letter = session.get(OutgoingMessage, letter.id)
        if letter is not None:
            letter.sent_at = clock.now()


def _give_up(session: Session, args: Mapping[str, Any]) -> None:
    letter = session.get(OutgoingMessage, args["message_id"])
    if letter is not None:
        letter.given_up_at = clock.now()


def _send(letter: OutgoingMessage, file: StoredFile | None, config: Config) -> None:
    """Hand a letter to the mail server.

    Raises:
        OSError, SMTPException: it did not take it.
        Exception: the address is none the library of letters knows.
    """
    message, settings = EmailMessage(), config.mail
    message["From"], message["To"] = settings.sender, letter.to
    message["Subject"] = letter.subject
    message["Message-ID"] = f"<{letter.id}@{settings.sender.rpartition('@')[2]}>"
    message.set_content(letter.body)
    if file is not None:
        main, _, sub = file.type.partition("/")
        content = files.path_of(config.folder, file).read_bytes()
        message.add_attachment(content, maintype=main, subtype=sub, filename=file.name)
    with smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT) as server:
        if settings.starttls:
            server.starttls(context=ssl.create_default_context())
        if settings.user:
            server.login(settings.user, settings.password)
        server.send_message(message)


def _purge(context: JobContext) -> None:
    """Drop letters that left, or were given up, some days ago."""
    then = clock.now() - RETENTION
    old = or_(
        OutgoingMessage.sent_at < then,
        OutgoingMessage.given_up_at < then,
        OutgoingMessage.written_at < clock.now() - LONGEST_WAIT,
    )
    with context.transaction() as session:
        session.execute(delete(OutgoingMessage).where(old))


def _has_server(config: Config) -> bool:
    return bool(config.mail.host)


JOBS = (
    JobKind(SEND, _work, RETRY_DELAYS, ready=_has_server, give_up=_give_up),
    JobKind("purge_messages", _purge, every=timedelta(days=1)),
)
