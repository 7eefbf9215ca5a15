"""The watched folder: a file is taken in when its size has stood still, by steps that repeat.

Copied and checked; written down; then removed. A file whose copy is known by its checksum has
only the last step left. What is refused goes to quarantine and leaves the folder too; a file
that grows is left alone. The files of a folder inside it become one document of its name.
"""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from ils import clock, db, files
from ils.config import Config
from ils.digitization.documents import arranging
from ils.digitization.documents.models import DigitalDocument, DocumentKind
from ils.digitization.documents.queries import unfinished
from ils.digitization.scans import actions as scans
from ils.digitization.scans.actions import AlreadyThere, Arrived
from ils.digitization.scans.queries import token_of
from ils.digitization.scans.rules import Refusal
from ils.jobs.runner import JobContext
from ils.ledger import Channel
from ils.organisation.branches.queries import central, origin_now

#: Seconds a file must not change before it counts as arrived.
STILL_SECONDS = 10
#: What cannot be taken in at all is moved there, within the folder.
REFUSED = ".refused"
#: Files of a folder that come within such a time are of one document.
FILLED_WITHIN = timedelta(days=1)


def arrived(folder: Path, now: float) -> list[Path]:
    """Files that stand still, in the order of their names; links and hidden files stay."""
    found = []
    for path in sorted(folder.rglob("*"), key=_in_order):
        within = path.relative_to(folder).parts
        hidden = any(part.startswith(".") for part in within)
        if path.is_symlink() or not path.is_file() or hidden:
            continue
        if now - path.stat().st_mtime >= STILL_SECONDS:
            found.append(path)
    return found


def _in_order(path: Path) -> list[tuple[int, str]]:
    """Names as people order them: page 2 before page 10."""
    return [(int(part), "") if part.isdecimal() else (-1, part)
            for part in re.split(r"(\d+)", str(path).casefold())]  # fmt: skip


def take_in(context: JobContext) -> dict[str, int]:
    """Take everything in that has arrived; one bad file never stops the others."""
    folder = Path(context.config.digitization.inbox)
    if not folder.is_dir():
        return {"taken": 0, "refused": 0}
    taken = refused = 0
    made: dict[Path, int] = {}
    for path in context.watched(arrived(folder, clock.now().timestamp())):
        together = path.parent if path.parent != folder else path
        done = _take(context, path, together, made)
        taken += done is True
        refused += done is False
    return {"taken": taken, "refused": refused}


def _take(context: JobContext, path: Path, together: Path, made: dict[Path, int]) -> bool | None:
    """Whether a file was taken in; ``None``: it grew meanwhile, or a program has it."""
    config = context.config
    try:
        before = path.stat()
        with path.open("rb") as stream:
            got = scans.receive(config, stream, path.name)
        after = path.stat()
    except OSError:  # somebody took it away
        return None
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        return None
    refusal: Refusal | None = None
    try:
        with context.transaction() as session:
            made[together] = _keep(session, config, got, together, made.get(together))
    except Refusal as error:
        refusal = error
        with context.transaction() as session:
            scans.refuse(session, config, got, error, None)
    if _is_safe(context, got, refusal):
        path.unlink()
    elif not got.received.token:  # never written, being empty or too large: it is set aside there
        aside = Path(config.digitization.inbox) / REFUSED
        aside.mkdir(exist_ok=True)
        path.rename(aside / f"{secrets.token_hex(2)}-{path.name}")
    return refusal is None


def _keep(
    session: Session, config: Config, got: Arrived, together: Path, document_id: int | None
) -> int:
    document = session.get(DigitalDocument, document_id) if document_id is not None else None
    if document is None and together.is_dir():  # a folder is filled over several rounds
        document = session.scalar(unfinished(together.name, clock.now() - FILLED_WITHIN))
    return arranging.take_in(
        session, config, origin_now(session, central(session).id, Channel.SYSTEM), got, document,
        kind=DocumentKind.OTHER, title=together.name if together.is_dir() else together.stem,
    ).id  # fmt: skip


def _is_safe(context: JobContext, got: Arrived, refusal: Refusal | None) -> bool:
    """Whether the folder's file may go: what is kept here has its content, read again from disk."""
    token = got.received.token
    if isinstance(refusal, AlreadyThere):
        with db.reading(context.sessions) as session:
            token = token_of(session, got.received.sha256) or ""
    return bool(token) and files.is_whole(context.config.folder, token, got.received.sha256)
