"""A file of records, whatever its form: what it is, and its records one by one."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Sequence, Sized
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from ils.errors import N_, Invalid, Remark
from ils.marc import crosswalk, encodings, irbis, iso2709, mrk, mst, table, xml
from ils.marc.crosswalk.authorities import IRBIS_BASES, authority_to_unimarc, is_authority
from ils.marc.encodings import Decoder
from ils.marc.iso2709 import Chunk, Unreadable
from ils.marc.record import Dialect, MarcRecord

SAMPLE_RECORDS = 200
#: Leader/6 of MARC21's holdings formats.
HOLDINGS_TYPES = tuple("uvxy")
_utf16 = re.compile("utf-16(?:le|be)?", re.IGNORECASE)


class FileForm(StrEnum):
    """The container of a file."""

    ISO2709 = "iso2709"
    MARCXML = "marcxml"
    IRBIS_TEXT = "irbis-text"
    IRBIS_ISO = "irbis-iso"
    IRBIS_MST = "irbis-mst"
    MRK = "mrk"
    CSV = "csv"


class NotRecords(Invalid):
    """A file is in none of the forms we read."""

    code = "not_records"
    message = N_(
        "“%(file)s” holds no bibliographic records: neither ISO 2709, nor an ИРБИС "
        "text export or master file, nor MARCXML, nor .mrk, nor CSV with a column of titles."
    )


@dataclass(frozen=True)
class Source:
    """What a file was found, or said, to be."""

    form: FileForm
    dialect: Dialect
    encoding: str
    whys: Sequence[Remark]
    #: The ATHR base a file's name tells, for headings of ИРБИС.
    base: str = ""
    #: The encoding was said: no record is in another.
    told: bool = False

    @property
    def why(self) -> str:
        """The reasons in English."""
        return "; ".join(self.whys)


@dataclass
class ReadRecord:
    """One record of a file, or the reason why there is none."""

    chunk: Chunk
    #: In UNIMARC, whatever it came in.
    marc: MarcRecord | None
    problems: list[str] = field(default_factory=list)
    #: Fields and subfields that had no place and are kept in 886.
    kept: list[str] = field(default_factory=list)
    #: What it came in as.
    dialect: Dialect = Dialect.UNIMARC


SPLIT: dict[FileForm, Callable[[bytes], Iterator[Chunk]]] = {
    FileForm.ISO2709: iso2709.split,
    FileForm.IRBIS_ISO: iso2709.split,
    FileForm.IRBIS_TEXT: irbis.split,
    FileForm.MARCXML: xml.split,
    FileForm.MRK: mrk.split,
    FileForm.CSV: table.split,
}
PARSE: dict[FileForm, Callable[[bytes, Decoder], tuple[MarcRecord, list[str]]]] = {
    FileForm.ISO2709: iso2709.parse,
    FileForm.IRBIS_ISO: iso2709.parse,
    FileForm.IRBIS_TEXT: irbis.parse,
    FileForm.IRBIS_MST: irbis.parse,
    FileForm.MARCXML: xml.parse,
    FileForm.MRK: mrk.parse,
    FileForm.CSV: table.parse,
}


ISO_FORMS = {FileForm.ISO2709, FileForm.IRBIS_ISO}
#: Files that are joined of others, so that records of one may be in several encodings.
OF_MANY_ENCODINGS = ISO_FORMS | {FileForm.IRBIS_TEXT, FileForm.IRBIS_MST}


def examine_file(
    path: Path, *, form: str = "auto", dialect: str = "auto", encoding: str = "auto"
) -> tuple[Source, list[Chunk]]:
    """What `examine` says of a file; a master file is read with the files beside it.

    Raises:
        NotRecords: it is nothing we can read.
    """
    if path.is_dir():
        raise NotRecords(file=path.name)
    if form == FileForm.IRBIS_MST or (form == "auto" and mst.looks_like(path)):
        records, letters = mst.split(path)
        chunks = list(records)
        if not chunks:
            raise NotRecords(file=path.name)
        said = letters if encoding == "auto" else encoding
        whys, told = [Remark(N_("the name ends in .mst"))], encoding != "auto"
        source = Source(FileForm.IRBIS_MST, Dialect.IRBIS, said, whys, told=told)
    else:
        data = path.read_bytes()
        source, chunks = examine(data, path.name, form=form, dialect=dialect, encoding=encoding)
    base = path.stem[:5].upper()
    if source.dialect is Dialect.IRBIS and base in IRBIS_BASES:
        source = replace(source, base=base)
    return source, chunks


def examine(
    data: bytes,
    file: str,
    *,
    form: str = "auto",
    dialect: str = "auto",
    encoding: str = "auto",
) -> tuple[Source, list[Chunk]]:
    """Decide what a file is; anything said overrules what is seen.

    Raises:
        NotRecords: it is nothing we can read.
    """
    data = _in_bytes(data)
    found = FileForm(form) if form != "auto" else _form(data)
    chunks = list(SPLIT[found](data)) if found in SPLIT else []
    if found is None or not chunks:
        raise NotRecords(file=file)
    sample = _sample(found, chunks)
    if form == "auto" and found is FileForm.ISO2709 and not sample:
        raise NotRecords(file=file)
    meaning, why = _dialect(found, sample)
    if found is FileForm.ISO2709 and meaning is Dialect.IRBIS:
        found = FileForm.IRBIS_ISO
    if dialect != "auto":
        meaning = Dialect.UNIMARC if dialect == "rusmarc" else Dialect(dialect)
        why = Remark(N_("the dialect as told"))
    told, whys = encoding != "auto", [why]
    if not told:
        encoding, letters = _encoding(found, meaning, chunks, sample)
        whys.append(letters)
    return Source(found, meaning, encoding, whys, told=told), chunks


def _in_bytes(data: bytes) -> bytes:
    """A file of UTF-16 as UTF-8: all that reads files asks for bytes like those of ASCII."""
    if not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data
    text = data.decode("utf-16", errors="replace")
    return _utf16.sub("UTF-8", text, count=1).encode()


def read(source: Source, chunk: Chunk) -> ReadRecord:
    """The record of a chunk as the catalogue keeps it; ``None`` when it cannot be read."""
    encoding, other = source.encoding, ""
    if not source.told and source.form in OF_MANY_ENCODINGS:
        head = iso2709.LEADER if source.form in ISO_FORMS else 0
        latin = source.dialect is Dialect.MARC21
        encoding, other = encodings.of_record(chunk.data[head:], source.encoding, latin=latin)
    try:
        marc, problems = PARSE[source.form](chunk.data, encodings.decoder(encoding))
        return _kept(source, chunk, marc, [*filter(None, [other]), *problems])
    except Unreadable as error:
        return ReadRecord(chunk, None, [error.remark])
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # Damage nobody has seen yet costs its record, not the file.
        return ReadRecord(
            chunk, None, [Remark(N_("cannot be understood: %(error)s"), error=type(error).__name__)]
        )


def _kept(source: Source, chunk: Chunk, marc: MarcRecord, problems: list[str]) -> ReadRecord:
    if source.dialect is Dialect.MARC21 and marc.leader[6:7] in HOLDINGS_TYPES:
        return ReadRecord(
            chunk, None, [Remark(N_("a holdings record: it describes copies, not a document"))]
        )
    if source.form is FileForm.IRBIS_ISO:
        marc = irbis.without_indicators(marc)
    if source.base or is_authority(marc):
        heading = authority_to_unimarc(marc, source.dialect, source.base)
        return ReadRecord(chunk, heading, problems, dialect=source.dialect)
    converted = crosswalk.to_unimarc(marc, source.dialect)
    return ReadRecord(chunk, converted.marc, problems, converted.kept, source.dialect)


def _form(data: bytes) -> FileForm | None:
    if xml.looks_like(data):
        return FileForm.MARCXML
    if mrk.looks_like(data):
        return FileForm.MRK
    if irbis.looks_like(data):
        return FileForm.IRBIS_TEXT
    if table.looks_like(data):
        return FileForm.CSV
    head = data[:1_000_000]
    return FileForm.ISO2709 if iso2709.FIELD_END in head or iso2709.RECORD_END in head else None


def _sample(form: FileForm, chunks: list[Chunk]) -> list[MarcRecord]:
    """Some records read as Latin-1: enough to see tags and ASCII."""
    records = []
    for chunk in chunks[:SAMPLE_RECORDS]:
        try:
            records.append(PARSE[form](chunk.data, encodings.decoder("latin-1"))[0])
        except Unreadable:
            continue
    return records


def _dialect(form: FileForm, sample: list[MarcRecord]) -> tuple[Dialect, Remark]:
    if form is FileForm.IRBIS_TEXT:
        return Dialect.IRBIS, Remark(N_("a text export is always ИРБИС’s own"))
    if form is FileForm.CSV:
        return Dialect.UNIMARC, Remark(N_("the columns of the table have places in UNIMARC"))
    tags = [{f.tag for f in record.fields} for record in sample]
    worksheets = sum("920" in t and "001" not in t for t in tags)
    if form is FileForm.ISO2709 and 2 * worksheets > len(tags):
        return Dialect.IRBIS, Remark(N_("field 920 and no 001: ИРБИС’s own tags"))
    marc21 = sum("245" in t or ("008" in t and "200" not in t) for t in tags)
    unimarc = sum("200" in t or ("100" in t and "245" not in t and "008" not in t) for t in tags)
    if marc21 > unimarc:
        return Dialect.MARC21, _seen(
            N_("title in 245 or 008 present in %(n)s of %(all)s records"), marc21, tags
        )
    return Dialect.UNIMARC, _seen(
        N_("title in 200 or no 245 in %(n)s of %(all)s records"), unimarc, tags
    )


def _seen(message: str, number: int, among: Sized) -> Remark:
    return Remark(message, n=number, all=len(among))


def _encoding(
    form: FileForm, dialect: Dialect, chunks: list[Chunk], sample: list[MarcRecord]
) -> tuple[str, Remark]:
    if form is FileForm.MARCXML:
        return "utf-8", Remark(N_("XML says itself how it is written"))
    # A leader is ASCII whatever the file is in; a stray byte there says nothing of the text.
    head = iso2709.LEADER if form in ISO_FORMS else 0
    declared = next((value[26:28] for r in sample if (value := r.get("100", "a"))), "")
    return encodings.detect(
        [chunk.data[head:] for chunk in chunks], latin=dialect is Dialect.MARC21, declared=declared
    )
