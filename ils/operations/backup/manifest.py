"""What a backup says of itself, and where its parts are."""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ils.errors import N_, Invalid
from ils.operations.backup.tables import BackedTable
from ils.secret import FILE

FORMAT = 1
MANIFEST = "manifest.json"
#: What of the data folder goes along besides the content of files.
KEPT = (FILE,)

#: Is told how much of how much is done.
Progress = Callable[[int, int], None]


class BadBackup(Invalid):
    """The folder is no backup, or not as it was made."""

    code = "bad_backup"
    message = N_("%(path)s is not a backup that can be restored: %(why)s")


@dataclass(frozen=True)
class Manifest:
    """What a backup holds.

    Attributes:
        revision: of the database; a later program brings it up to date.
        counts: table → rows.
        last_entry: the id of the newest entry of the ledger.
        journal: where the journal stood, see `journal.Position`.
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
    journal: dict[str, Any] = field(default_factory=dict)
    proved_at: str | None = None
    problems: list[str] = field(default_factory=list)


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
    folders = place.glob("*") if place.is_dir() else ()
    made = (one for one in folders if (one / MANIFEST).is_file() and one.suffix != ".part")
    return sorted(((one, read(one)) for one in made), key=lambda one: one[1].made_at, reverse=True)


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


def rows_of(backup: Path, shape: BackedTable, *, packed: bool | None = None) -> Path:
    """Where the rows of a table are, or are to be if ``packed`` says how."""
    plain = backup / "tables" / f"{shape.name}.jsonl"
    if packed is None:
        packed = not plain.is_file()
    return plain.with_suffix(".jsonl.gz") if packed else plain


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write(backup: Path, manifest: Manifest) -> None:
    """Write what a backup says of itself, whole or not at all."""
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
