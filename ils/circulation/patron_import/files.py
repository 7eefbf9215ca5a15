"""Files of readers: read, looked at, brought in; what cannot be used is kept apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy.orm import Session

from ils import clock, i18n
from ils.circulation.patron_import import rules
from ils.circulation.patron_import.actions import ImportOptions, PatronImportReport, import_patrons
from ils.circulation.patron_import.rules import ImportedPatron
from ils.config import Config, Lists
from ils.documents import spreadsheets
from ils.errors import N_, IlsError, Invalid, NotFound
from ils.ledger import Origin
from ils.marc import encodings, irbis
from ils.patrons import rules as people

RETENTION = timedelta(days=30)
REASON = "why"
REQUIRED_COLUMNS = {"birth_date"}

_name = re.compile(r"[0-9a-f-]{36}(\.\w{3,4})?")


class UnknownFile(NotFound):
    """No kept file has this name."""

    code = "unknown_file"
    message = N_("The file is not here any more; choose it again.")


@dataclass
class ParsedFile:
    """What a file of readers holds.

    Attributes:
        head: names of its columns; empty for ИРБИС.
        raw: number → the row or record as it came.
        problems: rows that cannot be understood.
    """

    name: str
    head: Sequence[str]
    raw: dict[int, Sequence[str] | bytes] = field(default_factory=dict)
    readers: list[ImportedPatron] = field(default_factory=list)
    problems: list[tuple[int, IlsError]] = field(default_factory=list)


def keep_file(folder: Path, data: bytes) -> Path:
    """Keep an uploaded file until it is brought in."""
    folder.mkdir(parents=True, exist_ok=True)
    _tidy(folder)
    path = folder / str(uuid4())
    path.write_bytes(data)
    return path


def _tidy(folder: Path) -> None:
    """Files hold names of readers: none is kept longer than it is of use."""
    oldest = (clock.now() - RETENTION).timestamp()
    for file in folder.iterdir():
        if _name.fullmatch(file.name) and file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)


def kept_file(folder: Path, name: str) -> Path:
    """A file that was kept.

    Raises:
        UnknownFile: there is none of this name.
    """
    path = folder / name
    if not _name.fullmatch(name) or not path.is_file():
        raise UnknownFile
    return path


def read_file(path: Path, lists: Lists) -> ParsedFile:
    """The readers of a table (XLSX, CSV) or of an ИРБИС RDR text export.

    Raises:
        NotTable: it is neither.
        Invalid: the table has no column we know.
    """
    data = path.read_bytes()
    categories = rules.category_codes(lists.categories)
    if irbis.looks_like(data):
        return _read_rdr(path.name, data, categories, lists)
    rows = spreadsheets.rows(data)
    head = next(rows, [])
    columns = rules.columns_of(head)
    names = set(columns.values())
    if not names >= REQUIRED_COLUMNS or not names & {"surname", "full_name"}:
        raise Invalid(N_("File"), N_("It needs columns for the surname and the birth date."))
    read = ParsedFile(path.name, head)
    for number, row in enumerate(rows, 2):
        if not any(row):
            continue
        read.raw[number] = row
        cells = {name: row[n] for n, name in columns.items() if n < len(row)}
        try:
            read.readers.append(_usable(rules.of_row(number, cells, categories), lists))
        except IlsError as error:
            read.problems.append((number, error))
    return read


def _usable(reader: ImportedPatron, lists: Lists) -> ImportedPatron:
    """The reader, if a registration would take the data.

    Raises:
        Invalid: a field cannot be used.
    """
    people.checked(reader.data, lists.categories, clock.now().date(), consent=False)
    return reader


def _read_rdr(name: str, data: bytes, categories: dict[str, str], lists: Lists) -> ParsedFile:
    chunks = list(irbis.split(data))
    encoding, _ = encodings.detect([chunk.data for chunk in chunks[:200]])
    decode = encodings.decoder(encoding)
    read = ParsedFile(name, ())
    for chunk in chunks:
        read.raw[chunk.number] = chunk.data
        try:
            record, _ = irbis.parse(chunk.data, decode)
            read.readers.append(_usable(rules.of_rdr(chunk.number, record, categories), lists))
        except IlsError as error:
            read.problems.append((chunk.number, error))
        except ValueError as error:
            read.problems.append((chunk.number, Invalid(N_("File"), str(error))))
    return read


@dataclass(frozen=True)
class ImportResult:
    """What became of a file, and where its rejects are."""

    outcome: PatronImportReport
    problems: Sequence[tuple[int, IlsError]]
    rejects: str


def import_file(
    session: Session, origin: Origin, read: ParsedFile, how: ImportOptions, config: Config
) -> ImportResult:
    """Bring the readers of a file in; those that cannot be used go to a file to be mended."""
    outcome = import_patrons(session, origin, read.readers, how, config.lists)
    outcome.counts["rejected"] += len(read.problems)
    problems = sorted([*read.problems, *outcome.problems], key=lambda told: told[0])
    rejects = ""
    if problems:
        rejects = write_rejects(read, problems, config)
    return ImportResult(outcome, problems, rejects)


def write_rejects(
    read: ParsedFile, problems: Sequence[tuple[int, IlsError]], config: Config
) -> str:
    """Keep what could not be used, with reasons, to be mended and brought in; returns its name."""
    folder = config.folder / "rejects"
    folder.mkdir(parents=True, exist_ok=True)
    _tidy(folder)
    reasons: dict[int, str] = {}
    for number, error in problems:
        said = i18n.say_error(error, config.library.language)
        reasons[number] = "; ".join(filter(None, (reasons.get(number), said)))
    if read.head:
        body = [[*_cells(read.raw[number]), why] for number, why in reasons.items()]
        data, ending = spreadsheets.as_csv([*read.head, REASON], body), "csv"
    else:
        parts = [raw for number in reasons if isinstance(raw := read.raw[number], bytes)]
        data, ending = b"*****\n".join(parts) + b"*****\n", "txt"
    path = folder / f"{uuid4()}.{ending}"
    path.write_bytes(data)
    return path.name


def _cells(raw: Sequence[str] | bytes) -> list[str]:
    return [] if isinstance(raw, bytes) else list(raw)
