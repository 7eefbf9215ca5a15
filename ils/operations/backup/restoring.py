"""Restoring a backup, and what the journal has beyond it."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import IntegrityError

from ils import changes, db, files, schema
from ils.circulation.context import Desk
from ils.circulation.readers.actions import HasLoans, erase_patron
from ils.config import Config
from ils.digitization.scans.models import MASTERS
from ils.errors import N_, Refused
from ils.ledger import Channel
from ils.operations.backup import journal
from ils.operations.backup.manifest import (
    KEPT,
    BadBackup,
    Manifest,
    Progress,
    digest,
    read,
    rows_of,
)
from ils.operations.backup.tables import BackedTable, load, unbound
from ils.organisation.branches.models import Branch
from ils.organisation.branches.queries import origin_now
from ils.patrons.models import Patron

#: Of ids.
LARGEST = 2**63 - 1


class LibraryThere(Refused):
    """There is a library already."""

    code = "library_there"
    message = N_("There is a library already. Restore into an empty data folder or database.")


@dataclass(frozen=True)
class Restored:
    """What was restored.

    Attributes:
        left: erased readers that stay for now: copies are at their homes again.
    """

    manifest: Manifest
    replayed: journal.Replayed
    left: int


def restore(
    config: Config,
    backup: Path,
    *,
    beside: Path | None = None,
    progress: Progress = lambda *_: None,
) -> Restored:
    """Make the library of a backup in an empty data folder and database.

    A backup of an earlier version is brought up to date.

    Args:
        beside: the folder of the journal, to go on from the backup; ``None``: the backup alone.

    Raises:
        BadBackup: it is none, or something in it was changed.
        LibraryThere: there is a library.
    """
    manifest = read(backup)
    for name, expected in manifest.files.items():
        if not (backup / name).is_file() or digest(backup / name) != expected:
            raise BadBackup(path=str(backup), why=name)
    engine = db.connect(config, settle=False)
    _check_empty(engine)
    try:
        _bring_content(backup / "data", config.folder)
        schema.upgrade(engine, manifest.revision)
        with unbound(engine) as connection:
            changes.unwatch(connection)
            _load(connection, manifest, backup, progress)
        replayed = journal.Replayed()
        if beside is not None and manifest.journal:
            _bring_content(beside, config.folder)
            position = journal.Position(**manifest.journal)
            replayed = journal.replay(config, engine, beside, position)
        schema.upgrade(engine)
        _note_restored(engine, replayed.until or manifest.made_at)
        left = _forget_again(config, engine, beside)
    except BaseException as error:
        schema.downgrade(engine, "base")  # nothing half made is left behind
        if isinstance(error, IntegrityError):
            raise BadBackup(path=str(backup), why=str(error)) from error
        raise
    finally:
        engine.dispose()
    return Restored(manifest, replayed, left)


def _load(connection: Connection, manifest: Manifest, backup: Path, progress: Progress) -> None:
    for number, told in enumerate(manifest.tables):
        shape = BackedTable(told["name"], told["columns"])
        rows = load(connection, shape, rows_of(backup, shape))
        if rows != manifest.counts[shape.name]:
            raise BadBackup(path=str(backup), why=shape.name)
        progress(number + 1, len(manifest.tables))


def _bring_content(source: Path, target: Path) -> None:
    for name in (*KEPT, files.FOLDER, MASTERS):
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name, dirs_exist_ok=True)
        elif (source / name).is_file():
            target.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, target / name)
            (target / name).chmod(0o600)


def _note_restored(engine: Engine, to: str) -> None:
    """The desks offer what they did since."""
    with db.transaction(db.sessions_of(engine)) as session:
        changes.mark(session).restored_to = datetime.fromisoformat(to)


def _forget_again(config: Config, engine: Engine, beside: Path | None) -> int:
    """Erase whoever was erased after the backup; returns how many are left, with loans."""
    path = beside / journal.FORGOTTEN if beside is not None else None
    text = path.read_text(errors="replace") if path is not None and path.is_file() else ""
    numbers = map(int, re.findall(r"^([0-9]{1,19})$", text, re.MULTILINE))
    left = 0
    for number in numbers:
        if number > LARGEST:
            continue
        with db.transaction(db.sessions_of(engine)) as session:
            patron = session.get(Patron, number)
            if patron is None:
                continue
            origin = origin_now(session, patron.branch_id, Channel.SYSTEM)
            try:
                erase_patron(Desk(session, origin, config), patron)
            except HasLoans:
                left += 1
    return left


def _check_empty(engine: Engine) -> None:
    with engine.connect() as connection:
        there = schema.revision(connection) and connection.scalar(select(func.count(Branch.id)))
    engine.dispose()  # whoever is refused holds no connection
    if there:
        raise LibraryThere
