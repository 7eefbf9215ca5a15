"""Making a backup, proving it, and restoring one."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from ils import __version__, clock, db, files, schema, selfcheck
from ils.config import Config, Data
from ils.errors import N_, IlsError, Invalid, Refused, Unavailable
from ils.ledger import Entry
from ils.operations.backup.tables import BackedTable, dump, load, shapes
from ils.organisation.branches.models import Branch
from ils.stats.models import BACKUP, BACKUP_LATE
from ils.stats.schedules.actions import heartbeat

FORMAT = 1
MANIFEST = "manifest.json"
#: What of the data folder goes along besides the content of files.
KEPT = ("secret.key",)
#: How the folder of a trial restore begins; one so old is nobody's any more.
TRIAL = "trial-"
LEFT_BEHIND = timedelta(days=1)

Progress = Callable[[int, int], None]


class BadBackup(Invalid):
    """The folder is no backup, or not as it was made."""

    code = "bad_backup"
    message = N_("%(path)s is not a backup that can be restored: %(why)s")


class NotProved(Unavailable):
    """A trial restore did not come out as it should."""

    code = "backup_not_proved"
    message = N_("The backup could not be restored in a trial: %(problems)s")


class LibraryThere(Refused):
    """There is a library already."""

    code = "library_there"
    message = N_("There is a library already. Restore into an empty data folder or database.")


@dataclass(frozen=True)
class Manifest:
    """What a backup holds.

    Attributes:
        revision: of the database; a later program brings it up to date.
        counts: table → rows.
        last_entry: the id of the newest entry of the ledger.
        files: path within the backup → its SHA-256.
        proved_at: when a trial restore came out as it should.
    """

    format: int
    version: str
    revision: str
    made_at: str
    tables: list[dict[str, Any]]
    counts: dict[str, int]
    last_entry: int
    files: dict[str, str]
    proved_at: str | None = None
    problems: list[str] = field(default_factory=list)


def make(
    config: Config,
    engine: Engine,
    *,
    place: Path | None = None,
    progress: Progress = lambda *_: None,
) -> Path:
    """Write a backup while people work; returns its folder.

    The rows are of one moment; content of files is written before its row, so each is there.
    """
    made_at = clock.now()
    target = (place or folder_of(config)) / f"{made_at:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    part = target.with_suffix(".part")
    (part / "tables").mkdir(parents=True)
    told = shapes()
    counts: dict[str, int] = {}
    with engine.connect() as plain_connection:
        connection = plain_connection.execution_options(
            ils_reading=True, isolation_level=_snapshot(engine)
        )
        for number, shape in enumerate(told):
            counts[shape.name] = dump(connection, shape, _rows(part, shape))
            progress(number + 1, len(told) + 1)
        last_entry = connection.scalar(select(func.max(Entry.id))) or 0
        revision = schema.revision(connection)
    _copy_content(config.folder, part)
    shutil.copytree(config.source, part / "config", dirs_exist_ok=True)
    manifest = Manifest(
        FORMAT, __version__, revision, made_at.isoformat(), [asdict(one) for one in told], counts,
        last_entry, {name: _digest(part / name) for name in _names(part)},
    )  # fmt: skip
    _write(part, manifest)
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
    _write(backup, manifest)
    return manifest


def restore(config: Config, backup: Path, *, progress: Progress = lambda *_: None) -> Manifest:
    """Make the library of a backup in an empty data folder and database.

    A backup of an earlier version is brought up to date.

    Raises:
        BadBackup: it is none, or something in it was changed.
        LibraryThere: there is a library.
    """
    manifest = read(backup)
    for name, digest in manifest.files.items():
        if not (backup / name).is_file() or _digest(backup / name) != digest:
            raise BadBackup(path=str(backup), why=name)
    engine = db.connect(config, settle=False)
    try:
        _check_empty(engine)
        schema.upgrade(engine, manifest.revision)
        with engine.begin() as connection:
            for number, told in enumerate(manifest.tables):
                shape = BackedTable(told["name"], told["columns"], tuple(told["own"]))
                rows = load(connection, shape, _rows(backup, shape))
                if rows != manifest.counts[shape.name]:
                    raise BadBackup(path=str(backup), why=shape.name)
                progress(number + 1, len(manifest.tables))
        schema.upgrade(engine)
    finally:
        engine.dispose()
    for name in (*KEPT, files.FOLDER):
        source, target = backup / "data" / name, config.folder / name
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        elif source.is_file():
            shutil.copyfile(source, target)
            target.chmod(0o600)
    return manifest


def _check_empty(engine: Engine) -> None:
    with engine.connect() as connection:
        if schema.revision(connection) and connection.scalar(select(func.count(Branch.id))):
            raise LibraryThere


def pack(backup: Path, file: Path) -> None:
    """A backup as one file, whole or not at all."""
    part = file.with_name(f"{file.name}.part")
    with tarfile.open(part, "w") as packed:
        packed.add(backup, arcname=".")
    part.rename(file)


@contextmanager
def opened(path: Path) -> Iterator[Path]:
    """The folder of a backup that is a folder, or was packed into one file.

    Raises:
        BadBackup: the file is no packed backup.
    """
    if path.is_dir():
        yield path
        return
    with tempfile.TemporaryDirectory() as name:
        try:
            with tarfile.open(path) as packed:
                packed.extractall(name, filter="data")
        except (tarfile.TarError, OSError) as error:
            raise BadBackup(path=str(path), why=str(error)) from error
        yield Path(name)


# What is there


def folder_of(config: Config) -> Path:
    """Where backups go."""
    return config.folder / config.backup.folder


def read(backup: Path) -> Manifest:
    """What a backup says of itself.

    Raises:
        BadBackup: it is none.
    """
    try:
        said = json.loads((backup / MANIFEST).read_text(encoding="utf-8"))
        manifest = Manifest(**said)
    except (OSError, ValueError, TypeError) as error:
        raise BadBackup(path=str(backup), why=str(error)) from error
    if manifest.format != FORMAT:
        raise BadBackup(path=str(backup), why=f"format {manifest.format}")
    return manifest


def backups(place: Path) -> list[tuple[Path, Manifest]]:
    """The backups of a place, the newest first; what is no backup is passed over."""
    folders = sorted(place.glob("*"), reverse=True) if place.is_dir() else []
    made = (one for one in folders if (one / MANIFEST).is_file() and one.suffix != ".part")
    return [(folder, read(folder)) for folder in made]


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
        proved = [path for path, manifest in backups(place) if manifest.proved_at]
        oldest = proved[: config.backup.keep][-1:]
        for path, _ in backups(place):
            if oldest and path.name < oldest[0].name:
                shutil.rmtree(path)


def copy_to_second(config: Config, backup: Path) -> Path | None:
    """A proved backup in the second place too."""
    if not config.backup.second:
        return None
    target = Path(config.backup.second) / backup.name
    part = target.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(backup, part)
    part.rename(target)
    return target


def _places(config: Config) -> Iterator[Path]:
    yield folder_of(config)
    if config.backup.second:
        yield Path(config.backup.second)


def _snapshot(engine: Engine) -> str:
    return "SERIALIZABLE" if engine.dialect.name == "sqlite" else "REPEATABLE READ"


def _rows(backup: Path, shape: BackedTable) -> Path:
    return backup / "tables" / f"{shape.name}.jsonl.gz"


def _copy_content(data: Path, part: Path) -> None:
    for name in (*KEPT, files.FOLDER):
        source, target = data / name, part / "data" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.part"))
        elif source.is_file():
            shutil.copyfile(source, target)


def _names(part: Path) -> list[str]:
    return sorted(str(path.relative_to(part)) for path in part.rglob("*") if path.is_file())


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write(backup: Path, manifest: Manifest) -> None:
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1)
    with _synced(backup / MANIFEST) as out:
        out.write(text.encode())


@contextmanager
def _synced(path: Path) -> Iterator[Any]:
    part = path.with_suffix(".new")
    with part.open("wb") as out:
        yield out
        out.flush()
        os.fsync(out.fileno())
    part.rename(path)
