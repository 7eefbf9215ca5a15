"""The outbox: letters written with what they tell of, each sent by a job of its own."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.message import EmailMessage
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, delete, or_
from sqlalchemy.orm import Mapped, Session, mapped_column

from ils import clock, db, files
from ils.config import Config
from ils.db import Base, BigId, new_id, one_of
from ils.files import StoredFile
from ils.jobs.actions import enqueue as enqueue_job
from ils.jobs.runner import JobContext, JobKind
from ils.messages import sms

#: When it is tried again after the first, second … failure; then it is given up.
RETRY_DELAYS = tuple(timedelta(minutes=n) for n in (1, 10, 60, 360, 1440))
RETENTION = timedelta(days=7)
#: A letter that did not leave in so long (its task was cancelled, there is no server) goes too.
LONGEST_WAIT = timedelta(days=30)
TIMEOUT = 20  # seconds, for a server that does not answer
SEND = "send_message"


class MessageChannel(StrEnum):
    """The way a message leaves by."""

    EMAIL = "email"
    SMS = "sms"


class OutgoingMessage(Base):
    """A message to one address; kept for some days after it was sent or given up."""

    __tablename__ = "outbox_message"
    __table_args__ = (one_of("channel", MessageChannel),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(default=MessageChannel.EMAIL, server_default="email")
    #: An address of e-mail, or a number as it is dialled.
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
    #: It is being handed over: a worker that dies then cannot know whether it left.
    handed_at: Mapped[datetime | None]
    #: Why it did not leave when it was last tried.
    problem: Mapped[str] = mapped_column(default="", server_default="")


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
    deliver(context, letter, file)
    with context.transaction() as session:
        letter = session.get(OutgoingMessage, letter.id)
        if letter is not None:
            letter.sent_at = clock.now()


def deliver(context: JobContext, message: OutgoingMessage, file: StoredFile | None = None) -> None:
    """Hand a message over; why it did not leave is noted with it.

    Raises:
        OSError, SMTPException, NotTaken, Unanswered: the server or gateway did not take it.
        Exception: the address is none the library of letters knows.
    """
    try:
        if message.channel == MessageChannel.SMS:
            sms.send(context.config.sms, message.to, message.body)
        else:
            _send(message, file, context.config)
    except Exception as error:
        with context.transaction() as session:
            tried = session.get(OutgoingMessage, message.id)
            if tried is not None:
                tried.problem = f"{type(error).__name__}: {error}"[:300]
                if not isinstance(error, sms.Unanswered):
                    tried.handed_at = None
        raise


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
