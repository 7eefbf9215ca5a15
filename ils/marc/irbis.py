"""ИРБИС text export: ``#200: ^AЗаглавие^FАвтор`` lines, ``*****`` after each record."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ils.errors import N_, Remark
from ils.marc.encodings import Decoder
from ils.marc.iso2709 import Chunk, TooLong, Unreadable, caret_subfields
from ils.marc.record import Field, MarcRecord

END = b"*****"
BOM = b"\xef\xbb\xbf"

_line = re.compile(r"(#?)(\d{1,5})(:?) ?(.*)", re.DOTALL)
_looks_like = re.compile(rb"^(#\d{1,5}: ?\^?|\*{5}\s*$)", re.MULTILINE)
HEAD = 4000


def looks_like(data: bytes) -> bool:
    """Whether a file begins as a text export does."""
    head = data.removeprefix(BOM)[:HEAD]
    return b"\x1e" not in head and len(_looks_like.findall(head)) > 1


def split(data: bytes) -> Iterator[Chunk]:
    """The records of a file; the last one need not be closed."""
    offset = number = 0
    lines: list[bytes] = []
    start = 0
    for line in _lines(data.removeprefix(BOM)):
        offset += len(line)
        if line.strip() != END:
            lines.append(line)
            continue
        if any(map(bytes.strip, lines)):
            number += 1
            yield Chunk(number, start, b"".join(lines))
        lines, start = [], offset
    if any(map(bytes.strip, lines)):
        yield Chunk(number + 1, start, b"".join(lines))


def _lines(data: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end + 1
        yield data[start:end]
        start = end


def parse(data: bytes, decode: Decoder) -> tuple[MarcRecord, list[str]]:
    """The record in these lines, and what was wrong with them.

    Raises:
        Unreadable: no line is a field.
    """
    record, problems = MarcRecord(), list[str]()
    for line in decode(data).replace("\r\n", "\n").split("\n"):
        if not line.strip():
            continue
        if "\x1a" in line:
            line = line.replace("\x1a", "")  # noqa: PLW2901 -- Ctrl-Z ends old files
            if not line.strip():
                continue
        field = _field(line, problems)
        if field is not None:
            record.fields.append(field)
        elif record.fields:
            problems.append(
                Remark(
                    N_("field %(tag)s: a line without a tag was joined to it"),
                    tag=record.fields[-1].tag,
                )
            )
            _join(record.fields[-1], line)
        elif not line.startswith("#"):
            problems.append(
                Remark(N_("a line before the first field: %(line)s"), line=line.strip()[:60])
            )
    if not record.fields:
        raise Unreadable(N_("no fields"))
    if any("\ufffd" in value for f in record.fields for _, value in f.subfields):
        problems.append(Remark(N_("characters that cannot be read")))
    return record, problems


def _field(line: str, problems: list[str]) -> Field | None:
    """The field of a line; a missing ``#`` or colon is forgiven when a subfield follows."""
    match = _line.fullmatch(line.strip("\r\n"))
    if match is None:
        return None
    mark, tag, colon, value = match.groups()
    if not (mark and colon):
        if not value.startswith("^"):
            return None
        lacks = [sign for sign, there in (("#", mark), (":", colon)) if not there]
        said = N_("field %(tag)s: the line lacks %(signs)s")
        problems.append(Remark(said, tag=tag, signs=" ".join(lacks)))
    return Field(str(int(tag)).zfill(3), "", caret_subfields(value))


def _join(field: Field, line: str) -> None:
    code, value = field.subfields.pop() if field.subfields else ("", "")
    first, caret, rest = line.strip().partition("^")
    field.subfields.append((code, f"{value} {first}".strip()))
    field.subfields += caret_subfields(f"^{rest}") if caret else []


def without_indicators(marc: MarcRecord) -> MarcRecord:
    """A record of ИРБИС that came in ISO 2709: its codes know no case, its fields no indicators.

    What stands where indicators would is text, unless it can only be indicators.
    """
    fields = []
    for f in marc.fields:
        pairs = [(code.lower(), value) for code, value in f.subfields]
        if f.indicators.strip(" #0123456789|"):
            plain = next((value for code, value in pairs if not code), "")
            pairs = [("", f.indicators + plain), *[pair for pair in pairs if pair[0]]]
        fields.append(Field(f.tag, "", pairs))
    return MarcRecord(marc.leader, fields)


def write(marc: MarcRecord, encoding: str) -> bytes:
    """The record as lines of a text export, with codes in capitals as ИРБИС writes them.

    Raises:
        UnicodeEncodeError: a letter is not in the encoding.
        TooLong: a value has the sign that begins a subfield.
    """
    for f in marc.fields:
        if any("^" in value for _, value in f.subfields):
            raise TooLong(f"field {f.tag}: “^” cannot be said")
    lines = [
        f"#{int(f.tag) if f.tag.isascii() and f.tag.isdigit() else f.tag}: {_caret(f)}"
        for f in marc.fields
    ]
    return ("\r\n".join([*lines, "*****"]) + "\r\n").encode(encoding)


def _caret(f: Field) -> str:
    text = "".join(f"^{code.upper()}{value}" if code else value for code, value in f.subfields)
    return " ".join(text.split("\n"))
