"""Files: photos, uploads, rejects, what goes with letters. Content on disk, the rest in rows.

Content is received before a transaction, under a name nobody knows; the row that gives it a
meaning is written in the transaction of the act. What has no row any more is removed later.
Large files that never change, such as scans, lie apart in trees of their own, under names a
person can read; the package they belong to has their rows.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ils import clock, db
from ils.db import Base, BigId, new_id, one_of
from ils.errors import N_, Invalid, NotFound
from ils.jobs.actions import enqueue
from ils.jobs.runner import JobContext, JobKind

FOLDER = "files"
#: What a readable name on disk may not hold, and how long it may be.
_UNSAFE, NAME_LENGTH = re.compile(r"[^\w.,() -]+"), 80
CHUNK_BYTES = 1 << 16
#: Content without a row is that of an act that failed, or is still under way.
UNCLAIMED = timedelta(days=1)
PURGE = "purge_files"


class Purpose(StrEnum):
    """What a file is for."""

    PHOTO = "photo"
    UPLOAD = "upload"
    REJECTS = "rejects"
    ATTACHMENT = "attachment"
    #: A paper that was scanned, kept with what it is the proof of.
    ENCLOSURE = "enclosure"


#: How long files are kept that nobody takes away; others stay.
RETENTION = {
    Purpose.UPLOAD: timedelta(days=30),
    Purpose.REJECTS: timedelta(days=30),
    Purpose.ATTACHMENT: timedelta(days=14),
}


class UnknownFile(NotFound):
    """There is no such file, or not any more."""

    code = "unknown_file"
    message = N_("The file is not here any more; choose it again.")


class StoredFile(Base):
    """A file: what it is for, what it is called, how long it stays."""

    __tablename__ = "stored_file"
    __table_args__ = (one_of("purpose", Purpose),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    #: The name of its content on disk.
    token: Mapped[str] = mapped_column(unique=True)
    sha256: Mapped[str]
    #: Bytes.
    size: Mapped[int] = mapped_column(BigId)
    purpose: Mapped[str]
    #: As it was called where it came from, or as it is to be called.
    name: Mapped[str]
    type: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(BigId)
    expires_at: Mapped[datetime | None] = mapped_column(index=True)


@dataclass(frozen=True)
class ReceivedFile:
    """Content on disk that no row speaks of yet; ``size`` in bytes."""

    token: str
    sha256: str
    size: int


def receive(data: Path, stream: IO[bytes], most: int, token: str = "") -> ReceivedFile:
    """Write a stream to disk, whole or not at all.

    Args:
        data: the data folder.
        most: bytes it may have.
        token: a `readable_token`; without one a name nobody knows is made.

    Raises:
        Invalid: it has more, or none.
    """
    token = token or secrets.token_hex(16)
    path = content_of(data, token)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    digest, size = hashlib.sha256(), 0
    try:
        with part.open("xb") as file:
            while chunk := stream.read(CHUNK_BYTES):
                size += len(chunk)
                if size > most:
                    raise Invalid(N_("File"), N_("It is too large."))
                digest.update(chunk)
                file.write(chunk)
            if not size:
                raise Invalid(N_("File"), N_("It is empty."))
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    return ReceivedFile(token, digest.hexdigest(), size)


def readable_token(tree: str, name: str) -> str:
    """A token whose content lies in a tree by day and name; some letters keep equal names apart."""
    tidy = _UNSAFE.sub("_", Path(name).name).lstrip(".") or "file"
    stem, suffix = Path(tidy).stem[:NAME_LENGTH], Path(tidy).suffix[:8]
    return f"{tree}/{clock.now():%Y-%m-%d}/{stem}-{secrets.token_hex(4)}{suffix}"


def receive_bytes(data: Path, content: bytes) -> ReceivedFile:
    """Write what the program made itself to disk."""
    return receive(data, io.BytesIO(content), len(content))


def keep(
    session: Session,
    received: ReceivedFile,
    purpose: Purpose,
    *,
    name: str,
    type: str,  # noqa: A002 -- the field's word
    created_by: int | None = None,
) -> StoredFile:
    """Give received content its meaning, in the transaction of the act."""
    now = clock.now()
    lasts = RETENTION.get(purpose)
    file = StoredFile(
        token=received.token,
        sha256=received.sha256,
        size=received.size,
        purpose=purpose,
        name=name,
        type=type,
        created_at=now,
        created_by=created_by,
        expires_at=now + lasts if lasts else None,
    )
    session.add(file)
    session.flush()
    return file


def stored_file(session: Session, file_id: int, purpose: Purpose) -> StoredFile:
    """A file by number, if it is for this purpose.

    Raises:
        UnknownFile: there is none.
    """
    found = session.get(StoredFile, file_id)
    if found is None or found.purpose != purpose:
        raise UnknownFile
    return found


def path_of(data: Path, file: StoredFile) -> Path:
    """Where the content of a file is.

    Raises:
        UnknownFile: it is gone.
    """
    path = content_of(data, file.token)
    if not path.is_file():
        raise UnknownFile
    return path


def drop(session: Session, file: StoredFile) -> None:
    """Take a file away; its content is removed as soon as the transaction stands."""
    enqueue(session, PURGE, {"token": file.token})
    session.delete(file)
    session.flush()


def missing(session: Session, data: Path) -> list[int]:
    """Ids of files whose content is not there, or has another size."""
    found = []
    for file in session.scalars(select(StoredFile).order_by(StoredFile.id)):
        path = content_of(data, file.token)
        if not path.is_file() or path.stat().st_size != file.size:
            found.append(file.id)
    return found


def content_of(data: Path, token: str) -> Path:
    """Where content is kept."""
    return data / token if "/" in token else data / FOLDER / token[:2] / token


def is_whole(data: Path, token: str, sha256: str) -> bool:
    """Whether content is there and has its checksum: all of it is read."""
    path = content_of(data, token)
    if not path.is_file():
        return False
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest() == sha256


def _purge(context: JobContext) -> dict[str, Any]:
    """Remove files whose time is over, and content no row speaks of."""
    data, now = context.config.folder, clock.now()
    over = {context.args.get("token")}
    with context.transaction() as session:
        for file in session.scalars(select(StoredFile).where(StoredFile.expires_at < now)).all():
            over.add(file.token)
            session.delete(file)
    with db.reading(context.sessions) as session:
        claimed = set(session.scalars(select(StoredFile.token)))
    oldest, removed = (now - UNCLAIMED).timestamp(), 0
    for path in (data / FOLDER).glob("*/*"):
        try:
            if path.stem in claimed or (path.name not in over and path.stat().st_mtime > oldest):
                continue
            path.unlink()
            removed += 1
        except FileNotFoundError:  # received meanwhile, under its own name now
            continue
    return {"removed": removed}


JOBS = (JobKind(PURGE, _purge, every=timedelta(hours=6)),)
