"""Making a backup, proving it, and restoring one."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from ils import __version__, clock, db, files, schema, selfcheck
from ils.config import Config
from ils.digitization.scans.models import MASTERS
from ils.errors import N_, IlsError, Unavailable
from ils.ledger import Entry
from ils.operations.backup import journal
from ils.operations.backup.manifest import (
    FORMAT,
    KEPT,
    Manifest,
    Progress,
    backups,
    digest,
    read,
    rows_of,
    write,
)
from ils.operations.backup.restoring import restore
from ils.operations.backup.tables import dump, shapes
from ils.secret import secret_key
from ils.settings import Data
from ils.stats.models import BACKUP, BACKUP_LATE
from ils.stats.schedules.actions import heartbeat

#: How the folder of a trial restore begins; one so old is nobody's any more.
TRIAL = "trial-"
LEFT_BEHIND = timedelta(days=1)


class NotProved(Unavailable):
    """A trial restore did not come out as it should."""

    code = "backup_not_proved"
    message = N_("The backup could not be restored in a trial: %(problems)s")


def make(
    config: Config,
    engine: Engine,
    *,
    target: Path | None = None,
    packed: bool = True,
    progress: Progress = lambda *_: None,
) -> Path:
    """Write a backup while people work; returns its folder.

    The rows are of one moment; content of files is written before its row, so each is there.

    Args:
        target: the folder to make; by default one more among the backups.
        packed: the rows are to be small rather than readable.
    """
    made_at = clock.now()
    name = f"{made_at:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    target = target or folder_of(config) / name
    part = target.with_suffix(".part")
    (part / "tables").mkdir(parents=True)
    told = shapes()
    counts: dict[str, int] = {}
    with journal.consistent(engine) as connection:
        with journal.alone(config):  # the first statement fixes the moment
            position = journal.position_of(connection)
        for number, shape in enumerate(told):
            counts[shape.name] = dump(connection, shape, rows_of(part, shape, packed=packed))
            progress(number + 1, len(told) + 1)
        last_entry = connection.scalar(select(func.max(Entry.id))) or 0
        revision = schema.revision(connection)
    secret_key(config.folder)  # the journal that follows is signed with it
    _copy_content(config.folder, part)
    shutil.copytree(config.source, part / "config", dirs_exist_ok=True)
    manifest = Manifest(
        FORMAT, __version__, revision, made_at.isoformat(), [asdict(one) for one in told], counts,
        last_entry, {name: digest(part / name) for name in _names(part)}, asdict(position),
    )  # fmt: skip
    write(part, manifest)
    part.rename(target)
    progress(len(told) + 1, len(told) + 1)
    return target


def prove(config: Config, backup: Path, *, progress: Progress = lambda *_: None) -> Manifest:
    """Restore a backup for a trial and check what came; the manifest says how it went."""
    manifest = read(backup)
    problems: list[str] = []
    with tempfile.TemporaryDirectory(dir=folder_of(config), prefix=TRIAL) as name:
        trial = replace(config, data=Data(folder=name, database=""), _held={})
        try:
            restore(trial, backup, progress=progress)
        except (IlsError, SQLAlchemyError, OSError, EOFError, ValueError, zlib.error) as error:
            problems.append(f"{type(error).__name__}: {error}")
        else:
            engine = db.connect(trial, settle=False)
            with db.reading(db.sessions_of(engine)) as session:
                problems += [finding.check for finding in selfcheck.findings(session)]
                if files.missing(session, trial.folder):
                    problems.append("files")
            engine.dispose()
    proved = None if problems else clock.now().isoformat()
    manifest = replace(manifest, proved_at=proved, problems=problems)
    write(backup, manifest)
    return manifest


# What is there


def folder_of(config: Config) -> Path:
    """Where backups go."""
    return config.folder / config.backup.folder


def last_proved(config: Config) -> datetime | None:
    """When the newest proved backup was made."""
    made = (m.made_at for _, m in backups(folder_of(config)) if m.proved_at)
    return next(map(datetime.fromisoformat, made), None)


def is_late(config: Config) -> bool:
    """Whether backups are made here, and the newest proved one is too old."""
    last = last_proved(config)
    return config.backup.every_hours > 0 and (last is None or clock.now() - last > BACKUP_LATE)


def finish(
    config: Config,
    sessions: db.Sessions,
    backup: Path,
    *,
    progress: Progress = lambda *_: None,
) -> Manifest:
    """Prove a backup; one that is proved is noted, goes to the second place, old ones go.

    Raises:
        NotProved: it could not be restored, or what came is not all well.
    """
    manifest = prove(config, backup, progress=progress)
    if manifest.problems:
        raise NotProved(problems=", ".join(manifest.problems))
    with db.transaction(sessions) as session:
        heartbeat(session, name=BACKUP)
    copy_to_second(config, backup)
    rotate(config)
    return manifest


def rotate(config: Config) -> None:
    """Drop proved backups beyond those to keep, what is older, and what a killed one left."""
    long_ago = (clock.now() - LEFT_BEHIND).timestamp()
    for place in _places(config):
        for left in (*place.glob("*.part"), *place.glob(f"{TRIAL}*")):
            if left.stat().st_mtime < long_ago:
                shutil.rmtree(left, ignore_errors=True)
        made = backups(place)
        oldest = [one for one in made if one[1].proved_at][: config.backup.keep][-1:]
        for path, _ in made[made.index(oldest[0]) + 1 :] if oldest else ():
            shutil.rmtree(path)
    kept = [manifest for place in _places(config) for _, manifest in backups(place)]
    journal.drop_old(config, [journal.Position(**m.journal) for m in kept if m.journal])


def copy_to_second(config: Config, backup: Path) -> Path | None:
    """A proved backup in the second place too.

    Raises:
        OSError: the place is not there; it is never made, lest a disk that is not plugged in
            be taken for a folder of the first one.
    """
    if not config.backup.second:
        return None
    target = journal.second_place(config) / backup.name
    part = target.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(backup, part)
    part.rename(target)
    return target


def _places(config: Config) -> Iterator[Path]:
    yield folder_of(config)
    if config.backup.second:
        yield Path(config.backup.second)


def _copy_content(data: Path, part: Path) -> None:
    for name in (*KEPT, files.FOLDER):
        source, target = data / name, part / "data" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.part"))
        elif source.is_file():
            shutil.copyfile(source, target)


def add_masters(config: Config, folder: Path) -> None:
    """Put the scans into an export; a backup of each day is without them (`scans.mirror`)."""
    source = config.folder / MASTERS
    if source.is_dir():
        shutil.copytree(source, folder / "data" / MASTERS)


def _names(part: Path) -> list[str]:
    return sorted(str(path.relative_to(part)) for path in part.rglob("*") if path.is_file())
