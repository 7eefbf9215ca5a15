"""The journal: what changed since the last backup, in the second place, a minute at a time.

A segment is a gzip file of JSON lines: a head, rows as they are now (``[table, [values]]``), keys
of rows that are gone (``[table, key]``), and an end with the signature of all lines before. Each
names the digest of the one before; segments of one database stand in one folder. Replayed onto a
backup in their order they give the library of the last one.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import hmac
import json
import os
import re
import shutil
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from errno import ENOENT
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update

from ils import __version__, changes, clock, db, files, schema
from ils.changes import ChangedRow, JournalMark
from ils.config import Config
from ils.jobs.models import Job
from ils.operations.backup.tables import (
    APPEND_ONLY,
    LAST,
    TYPES,
    BackedTable,
    as_line,
    parts,
    query_of,
    read,
    shape_of,
    table_of,
    unbound,
    written,
)
from ils.organisation.audit.models import AuditEntry
from ils.secret import secret_key
from ils.stats.models import Heartbeat

FOLDER = "journal"
GAP = "gap"
_name = re.compile(r"([0-9]{10})\.jsonl\.gz")
#: Numbers of erased readers, and nothing else: a backup alone brings them back.
FORGOTTEN = "forgotten.txt"
#: What changes by itself in an idle library is written with what people change.
QUIET = {Job.__tablename__, Heartbeat.__tablename__}


@dataclass
class Replayed:
    """What of a journal was put on a backup.

    Attributes:
        segments, rows: how many.
        until: when the last of them was written; ``None`` without one.
        broken: why it stopped before its end, or empty.
    """

    segments: int = 0
    rows: int = 0
    until: str | None = None
    broken: str = ""


@dataclass(frozen=True)
class Position:
    """Where a database stands in its journal."""

    database: str = ""
    number: int = 0
    digest: str = ""


@dataclass(frozen=True)
class _Noted:
    """Rows that changed: table → keys, and the numbers of the notes."""

    notes: list[int] = field(default_factory=list)
    keys: Mapping[str, set[str]] = field(default_factory=dict)


def second_place(config: Config) -> Path:
    """Where proved backups go besides, and the journal.

    Raises:
        OSError: it is not there. It is never made: a disk that is not plugged in would be taken
            for a folder of the first one.
    """
    place = Path(config.backup.second)
    if not place.is_dir():
        raise FileNotFoundError(ENOENT, "the second place is not there", str(place))
    return place


def folder_of(config: Config) -> Path:
    """Where the journal goes: the second place, or beside the backups where there is none.

    Raises:
        OSError: the second place is not there.
    """
    if config.backup.second:
        return second_place(config) / FOLDER
    return config.folder / config.backup.folder / FOLDER


@contextmanager
def alone(config: Config) -> Iterator[None]:
    """No segment is written meanwhile: a backup's moment is never inside one."""
    path = config.folder / "locks" / FOLDER
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def append(config: Config, sessions: db.Sessions) -> int:
    """Write down what changed since the last segment; returns how many rows.

    The segment is on disk before its notes are dropped: killed between, it is written again.
    """
    with alone(config):
        with consistent(sessions.kw["bind"]) as connection:
            noted = _noted(connection)
            if not noted.keys.keys() - QUIET:
                return 0
            position = position_of(connection)
            if config.backup.every_hours:
                number, digest = position.number + 1, _write(config, connection, position, noted)
            else:  # what is dropped is a gap: nothing later follows what is written
                number, digest = position.number, GAP
        with db.transaction(sessions) as session:
            for part in parts(noted.notes):
                session.execute(delete(ChangedRow).where(ChangedRow.id.in_(part)))
            session.execute(update(JournalMark).values(number=number, digest=digest))
    return sum(map(len, noted.keys.values()))


@contextmanager
def consistent(engine: Any) -> Iterator[Connection]:
    """All statements see one moment, and nobody waits for them."""
    level = "SERIALIZABLE" if engine.dialect.name == "sqlite" else "REPEATABLE READ"
    with engine.connect() as connection:
        yield connection.execution_options(ils_reading=True, isolation_level=level)


def position_of(connection: Connection) -> Position:
    """Where the database stands in its journal, at this moment."""
    mark = connection.execute(
        select(JournalMark.database, JournalMark.number, JournalMark.digest)
    ).one()
    return Position(mark.database.hex, mark.number, mark.digest)


def _noted(connection: Connection) -> _Noted:
    notes, keys = [], defaultdict(set)
    for note in connection.execute(select(ChangedRow.id, ChangedRow.table, ChangedRow.key)):
        notes.append(note.id)
        keys[note.table].add(note.key)
    return _Noted(notes, keys)


def _write(config: Config, connection: Connection, position: Position, noted: _Noted) -> str:
    """Write a segment, whole or not at all; returns its digest."""
    folder = folder_of(config) / position.database
    folder.mkdir(parents=True, exist_ok=True)
    path = _segment(folder, position.number + 1)
    part = path.with_suffix(".part")
    with part.open("wb") as out:
        with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=5) as packed:
            signature = hmac.new(secret_key(config.folder), digestmod=hashlib.sha256)
            for line in _lines(config, connection, position, noted):
                signature.update(line)
                packed.write(line)
            packed.write(as_line({"end": signature.hexdigest()}).encode())
        out.flush()
        os.fsync(out.fileno())
    part.rename(path)
    if files.StoredFile.__tablename__ in noted.keys:
        _drop_content(config, connection)
    return signature.hexdigest()


def _drop_content(config: Config, connection: Connection) -> None:
    """Content that no row speaks of any more, such as the photo of who was erased."""
    kept = set(connection.scalars(select(files.StoredFile.token)))
    for path in (folder_of(config) / files.FOLDER).glob("*/*"):
        if path.name not in kept:
            path.unlink()


def _lines(
    config: Config, connection: Connection, position: Position, noted: _Noted
) -> Iterator[bytes]:
    shapes = {name: shape_of(db.Base.metadata.tables[name]) for name in sorted(noted.keys)}
    head = {
        "number": position.number + 1,
        "previous": position.digest,
        "version": __version__,
        "revision": schema.revision(connection),
        "at": clock.now().isoformat(),
        "tables": {name: dict(shape.columns) for name, shape in shapes.items()},
    }
    yield as_line(head).encode()
    for name, shape in shapes.items():
        table = db.Base.metadata.tables[name]
        (key,) = table.primary_key.columns
        to_value, to_text = TYPES[shape.columns[key.name]][1:]
        place = list(shape.columns).index(key.name)
        gone = {to_text(to_value(one)) for one in noted.keys[name]}
        for some in parts(sorted(noted.keys[name])):
            rows = connection.execute(query_of(shape).where(key.in_([to_value(k) for k in some])))
            for row in rows:
                values = written(shape, row)
                gone.discard(values[place])
                _keep_beside(config, name, row)
                yield as_line([name, values]).encode()
        for one in sorted(gone, key=str):
            yield as_line([name, one]).encode()


def _keep_beside(config: Config, table: str, row: Any) -> None:
    """Content of a file goes along; who was forgotten is remembered by number."""
    if table == files.StoredFile.__tablename__:
        source = files.content_of(config.folder, row.token)
        target = files.content_of(folder_of(config), row.token)
        if source.is_file() and not target.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target.with_suffix(".part"))
            target.with_suffix(".part").rename(target)
    elif table == AuditEntry.__tablename__ and row.action == "patron.forget":
        with (folder_of(config) / FORGOTTEN).open("a") as out:
            out.write(f"{row.subject}\n")


# Putting it on a backup


def replay(config: Config, engine: Any, folder: Path, after: Position) -> Replayed:
    """Put the segments after a place onto a restored backup, as far as they are whole.

    Args:
        folder: the journal's; the key of the installation is in the data folder.
        after: where the backup stood.
    """
    done = Replayed()
    chain = _chain(folder / after.database, secret_key(config.folder), after, done)
    for revision, some in groupby(chain, key=lambda one: one[1]["revision"]):
        schema.upgrade(engine, revision)
        with unbound(engine) as connection:
            changes.unwatch(connection)
            for path, head in some:
                done.rows += _apply(connection, head, path)
                done.segments, done.until = done.segments + 1, head["at"]
    return done


def _chain(
    place: Path, key: bytes, after: Position, done: Replayed
) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The segments that follow each other without a gap, with their heads."""
    digest = after.digest
    last = max(_segments(place), default=0)
    for number in range(after.number + 1, last + 1):
        path = _segment(place, number)
        try:
            head, digest = _proved(path, key, digest)
        except (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error) as error:
            done.broken = f"{path.name}: {error}"
            return
        yield path, head


def _proved(path: Path, key: bytes, previous: str) -> tuple[dict[str, Any], str]:
    """The head of a segment that is whole, ours and follows the one before."""
    signature = hmac.new(key, digestmod=hashlib.sha256)
    head: dict[str, Any] | None = None
    line = b"{}"
    with gzip.open(path, "rb") as lines:
        before = b""
        for line in lines:
            signature.update(before)
            before = line
            head = head or json.loads(line)
    end = json.loads(line)
    if not isinstance(head, dict) or not isinstance(end, dict):
        raise ValueError("not as it was written")  # noqa: TRY004 -- of a file, not of a caller
    if not hmac.compare_digest(end.get("end", ""), signature.hexdigest()):
        raise ValueError("not as it was written")
    if head["previous"] != previous:
        raise ValueError("does not follow the one before")
    return head, signature.hexdigest()


def _apply(connection: Connection, head: Mapping[str, Any], path: Path) -> int:
    """Put rows as they were written down instead of those of the same keys; returns how many.

    All that go or change are taken out first: a number may have moved from one to another.
    """
    shapes = {name: BackedTable(name, columns) for name, columns in head["tables"].items()}
    for name, some in _said(path):
        if name not in {APPEND_ONLY, LAST}:
            table, key, to_value, place = _keyed(shapes[name])
            for part in parts(some):
                keys = [to_value(one[place] if isinstance(one, list) else one) for one in part]
                connection.execute(delete(table).where(table.c[key].in_(keys)))
    number = 0
    for name, some in _said(path):  # the ledger's entries before its frontier: by name
        for part in parts(one for one in some if isinstance(one, list)):
            _put(connection, shapes[name], [read(shapes[name], values) for values in part])
            number += len(part)
    return number


def _put(connection: Connection, shape: BackedTable, rows: list[dict[str, Any]]) -> None:
    table, key, *_ = _keyed(shape)
    if shape.name == LAST:  # a guard lets it go forward only
        for row in rows:
            connection.execute(update(table).where(table.c[key] == row[key]).values(row))
        return
    if shape.name == APPEND_ONLY:
        of = table.c[key].in_([row[key] for row in rows])
        known = set(connection.scalars(select(table.c[key]).where(of)))
        rows = [row for row in rows if row[key] not in known]
    if rows:
        connection.execute(insert(table), rows)


def _said(path: Path) -> Iterator[tuple[str, Iterator[Any]]]:
    """Table → what a segment says of its rows, one table after another."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        next(lines)
        said = (one for one in map(json.loads, lines) if isinstance(one, list))
        for name, some in groupby(said, key=itemgetter(0)):
            yield name, (one for _, one in some)


def _keyed(shape: BackedTable) -> tuple[Table, str, Callable[[Any], Any], int]:
    """A table, its key, what reads a value of the key, and its place among the columns."""
    (key,) = db.Base.metadata.tables[shape.name].primary_key.columns.keys()
    return table_of(shape), key, TYPES[shape.columns[key]][1], list(shape.columns).index(key)


def drop_old(config: Config, kept: Iterable[Position]) -> None:
    """Drop the segments that every backup has already that stays, and those no backup is before.

    Args:
        kept: where the backups that stay stood in their journals.
    """
    oldest: dict[str, int] = {}
    for one in kept:
        oldest[one.database] = min(one.number, oldest.get(one.database, one.number))
    for place in folder_of(config).glob("*") if oldest else ():
        if not re.fullmatch("[0-9a-f]{32}", place.name):
            continue
        if place.name not in oldest:
            shutil.rmtree(place)
            continue
        for number, path in _segments(place).items():
            if number <= oldest[place.name]:
                path.unlink()


def _segments(folder: Path) -> dict[int, Path]:
    """Number → segment; what else lies there is passed over."""
    found = ((_name.fullmatch(path.name), path) for path in folder.glob("*"))
    return {int(name[1]): path for name, path in found if name}


def _segment(folder: Path, number: int) -> Path:
    return folder / f"{number:010}.jsonl.gz"
