"""Files of readers: read, looked at, brought in; what cannot be used is kept apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from ils import clock, i18n
from ils.circulation.patron_import import rules
from ils.circulation.patron_import.rules import ImportedPatron
from ils.config import Config, Lists
from ils.documents import spreadsheets
from ils.documents.columns import cells_of, columns_of, head_and_rows
from ils.errors import N_, IlsError, Invalid
from ils.marc import encodings, irbis
from ils.patrons import rules as people
from ils.settings import Limits

REASON = "why"
NOTHING: Mapping[str, str] = MappingProxyType({})
REQUIRED_COLUMNS = {"birth_date"}


@dataclass
class ParsedFile:
    """What a file of readers holds.

    Attributes:
        head: names of its columns; empty for ИРБИС.
        raw: number → the row or record as it came.
        problems: rows that cannot be understood.
        counts_rows: it has a column of ids that only counts the rows; nobody is known by it.
    """

    head: Sequence[str]
    raw: dict[int, Sequence[str] | bytes] = field(default_factory=dict)
    readers: list[ImportedPatron] = field(default_factory=list)
    problems: list[tuple[int, IlsError]] = field(default_factory=list)
    counts_rows: bool = False


def read_file(
    path: Path, lists: Lists, limits: Limits, meant: Mapping[str, str] = NOTHING
) -> ParsedFile:
    """The readers of a table (XLSX, CSV) or of an ИРБИС RDR text export.

    Args:
        meant: categories as the file names them → code.

    Raises:
        NotTable: it is neither.
        Invalid: the table has no column we know.
    """
    head, rows = _opened(path, lists, limits, meant)
    read = ParsedFile(head)
    for number, raw, reader in rows:
        read.raw[number] = raw
        if isinstance(reader, IlsError):
            read.problems.append((number, reader))
        else:
            read.readers.append(reader)
    read.counts_rows = rules.counts_rows(
        [one.import_key for one in read.readers if "import_key" in one.told]
    )
    if read.counts_rows:
        read.readers = [replace(one, import_key=one.data.card) for one in read.readers]
    return read


def readers_of(
    path: Path, lists: Lists, limits: Limits, meant: Mapping[str, str] = NOTHING
) -> Iterator[ImportedPatron]:
    """Those readers of a file that can be used, as it is read.

    Raises:
        NotTable, Invalid: as `read_file`.
    """
    _, rows = _opened(path, lists, limits, meant)
    return (reader for _, _, reader in rows if not isinstance(reader, IlsError))


#: Number, row or record as it came, the reader or what is wrong.
_Row = tuple[int, Sequence[str] | bytes, ImportedPatron | IlsError]


def _opened(
    path: Path, lists: Lists, limits: Limits, meant: Mapping[str, str]
) -> tuple[Sequence[str], Iterator[_Row]]:
    """The head of a file, and its rows as they are read."""
    data = path.read_bytes()
    categories = rules.category_codes(lists.categories, meant)
    if irbis.looks_like(data):
        return (), _of_rdr(data, categories, lists)
    rows = spreadsheets.rows(data, limits)
    at, head, below = head_and_rows(rows, rules.COLUMNS)
    columns = columns_of(head, rules.COLUMNS)
    names = set(columns.values())
    if not names >= REQUIRED_COLUMNS or not names & {"surname", "full_name"}:
        raise Invalid(N_("File"), N_("It needs columns for the surname and the birth date."))
    return head, _of_table(at, below, columns, categories, lists)


def _of_table(
    head_at: int,
    rows: Iterator[Sequence[str]],
    columns: dict[int, str],
    categories: dict[str, str],
    lists: Lists,
) -> Iterator[_Row]:
    for number, row in enumerate(rows, head_at + 1):
        if not any(row):
            continue
        try:
            reader = rules.of_row(number, cells_of(row, columns), categories)
            yield number, row, _usable(reader, lists)
        except IlsError as error:
            yield number, row, error


def _usable(reader: ImportedPatron, lists: Lists) -> ImportedPatron:
    """The reader, if a registration would take the data.

    Raises:
        Invalid: a field cannot be used.
        UnknownCategory: the library has no such category.
    """
    if reader.data.category not in lists.categories:
        raise rules.UnknownCategory(reader.data.category)
    people.checked(reader.data, lists.categories, clock.now().date(), consent=False)
    return reader


def _of_rdr(data: bytes, categories: dict[str, str], lists: Lists) -> Iterator[_Row]:
    chunks = list(irbis.split(data))
    encoding, _ = encodings.detect([chunk.data for chunk in chunks[:200]])
    decode = encodings.decoder(encoding)
    for chunk in chunks:
        number, raw = chunk.number, chunk.data
        try:
            record, _ = irbis.parse(raw, decode)
            yield number, raw, _usable(rules.of_rdr(number, record, categories), lists)
        except IlsError as error:
            yield number, raw, error
        except ValueError as error:
            yield number, raw, Invalid(N_("File"), str(error))


def rejected(
    read: ParsedFile, problems: Sequence[tuple[int, IlsError]], config: Config
) -> tuple[bytes, str]:
    """What could not be used, with reasons, as a file to be mended; and the ending of its name."""
    reasons: dict[int, str] = {}
    for number, error in problems:
        said = i18n.say_error(error, config.library.language)
        reasons[number] = "; ".join(filter(None, (reasons.get(number), said)))
    if read.head:
        body = [[*_cells(read.raw[number]), why] for number, why in reasons.items()]
        return spreadsheets.as_csv([*read.head, REASON], body), "csv"
    parts = [raw for number in reasons if isinstance(raw := read.raw[number], bytes)]
    return b"*****\n".join(parts) + b"*****\n", "txt"


def _cells(raw: Sequence[str] | bytes) -> list[str]:
    return [] if isinstance(raw, bytes) else list(raw)
