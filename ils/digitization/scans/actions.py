"""Taking scans in: written to disk, looked at, kept or refused. Nothing is lost either way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import clock, files
from ils.config import Config
from ils.digitization.scans import pictures, queries, rules
from ils.digitization.scans.models import (
    MASTERS,
    QUARANTINE,
    PageState,
    RefusedScan,
    ScanFile,
    ScanPage,
)
from ils.digitization.scans.rules import PageFacts, Refusal, unmet
from ils.errors import N_, Invalid
from ils.files import ReceivedFile

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Arrived:
    """A file on disk that was looked at: a scan, or what is wrong with it."""

    name: str
    received: ReceivedFile
    type: str = ""
    pages: Sequence[PageFacts] = ()
    refusal: Refusal | None = None


class AlreadyThere(Refusal):
    """The same file was taken in before."""

    code = "scan_there"
    message = N_("%(name)s: this very file is here already, as a part of “%(title)s”.")


def receive(config: Config, stream: IO[bytes], name: str) -> Arrived:
    """Write a file to disk and look at it, outside of any transaction. A refused one is kept."""
    name = Path(name).name[-200:] or "scan"
    token = files.readable_token(MASTERS, name)
    try:
        received = files.receive(
            config.folder, stream, config.digitization.file_mb * MEGABYTE, token
        )
    except Invalid as error:  # empty, or too large to be written at all
        refusal = Refusal(name=name, why=error.facts["reason"])
        return Arrived(name, ReceivedFile("", "", 0), refusal=refusal)
    path = files.content_of(config.folder, token)
    try:
        kind = pictures.type_of(path)
        return Arrived(name, received, kind, pictures.pages_of(path, kind, config.digitization))
    except Refusal as error:
        refusal = Refusal(name=name, why=error.facts["why"])
        return Arrived(name, _set_aside(config.folder, received), refusal=refusal)


def _set_aside(data: Path, received: ReceivedFile) -> ReceivedFile:
    """Put a file into quarantine, before any row speaks of it."""
    token = f"{QUARANTINE}/{clock.now():%Y-%m-%d}/{Path(received.token).name}"
    target = files.content_of(data, token)
    target.parent.mkdir(parents=True, exist_ok=True)
    files.content_of(data, received.token).rename(target)
    return ReceivedFile(token, received.sha256, received.size)


def keep(
    session: Session,
    config: Config,
    arrived: Arrived,
    kind: str,
    by: int | None,
    *,
    usual: Sequence[int] = (),
) -> ScanFile:
    """Take a scan in that was received; `refuse` is for what this raises.

    Args:
        kind: of the document it is for: conditions differ.
        usual: pages of earlier scans of the same title.

    Raises:
        Refusal: it is none, or does not meet a condition; the same file is there already.
    """
    if arrived.refusal is not None:
        raise arrived.refusal
    title = queries.title_with(session, arrived.received.sha256)
    if title is not None:
        raise AlreadyThere(name=arrived.name, title=title)
    known = config.holding(rules.checks)
    found = list(unmet(known, kind, arrived.pages, usual))
    for _, condition in found:
        if known[condition].outcome == "refusal":
            raise Refusal(name=arrived.name, why=known[condition].said)
    now = clock.now()
    scan = ScanFile(
        token=arrived.received.token, sha256=arrived.received.sha256, size=arrived.received.size,
        name=arrived.name, type=arrived.type, received_at=now, received_by=by, verified_at=now,
    )  # fmt: skip
    for index, page in enumerate(arrived.pages):
        notes = [condition for at, condition in found if at == index or (at < 0 and index == 0)]
        scan.pages.append(
            ScanPage(index=index, width=page.width, height=page.height, dpi=page.dpi, notes=notes)
        )
    session.add(scan)
    session.flush()
    return scan


def refuse(
    session: Session, config: Config, arrived: Arrived, refusal: Refusal, by: int | None
) -> RefusedScan:
    """Write down that a file was refused; its content waits until somebody has looked.

    What is here already is not kept twice: it takes the place of a damaged one, or is removed
    later like the content of an act that failed.
    """
    token = arrived.received.token
    if isinstance(refusal, AlreadyThere):
        _heal(session, config.folder, arrived.received)
        token = ""
    refused = RefusedScan(
        token=token, name=arrived.name, size=arrived.received.size,
        problem=refusal.as_json(), at=clock.now(), by=by,
    )  # fmt: skip
    session.add(refused)
    session.flush()
    return refused


def _heal(session: Session, data: Path, received: ReceivedFile) -> None:
    """The same content came again: put it where a damaged or missing master should be."""
    scan = session.scalar(select(ScanFile).where(ScanFile.sha256 == received.sha256))
    fresh = files.content_of(data, received.token)
    if scan is None or not fresh.is_file():
        return
    path = files.content_of(data, scan.token)
    if scan.damaged or not path.is_file() or path.stat().st_size != scan.size:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.replace(path)
        scan.damaged, scan.verified_at = False, clock.now()
        session.flush()


def dismiss(session: Session, config: Config, refused: RefusedScan) -> None:
    """Somebody has seen why a file was refused: it is taken away."""
    if refused.token:
        files.content_of(config.folder, refused.token).unlink(missing_ok=True)
    session.delete(refused)
    session.flush()


def note_looked_at(
    session: Session, page_id: int, *, notes: Sequence[str], blank: bool, barcodes: Sequence[str]
) -> None:
    """Keep what was seen on a page; an empty one is not recognised."""
    page = session.get_one(ScanPage, page_id)
    page.notes = sorted({*page.notes, *notes})
    page.barcodes = list(barcodes)
    if blank and page.state == PageState.WAITING:
        page.state = PageState.BLANK
    session.flush()


def note_verified(session: Session, scan_id: int, *, whole: bool) -> None:
    """A scan was read to the end: whether it is what came."""
    scan = session.get(ScanFile, scan_id)
    if scan is not None:
        scan.verified_at, scan.damaged = clock.now(), not whole
        session.flush()


def unclaimed(session: Session, data: Path, older_than: float) -> list[Path]:
    """Content among the masters no row speaks of any more: of an act that failed."""
    claimed = set(session.scalars(select(ScanFile.token)))
    claimed |= set(session.scalars(select(RefusedScan.token)))
    return [
        path
        for path in (*(data / MASTERS).glob("*/*"), *(data / QUARANTINE).glob("*/*"))
        if str(path.relative_to(data)) not in claimed and path.stat().st_mtime < older_than
    ]
