"""ISO 2709, read so that one bad record costs one record.

Record lengths, leader positions and directories of real files are often wrong; the
terminators seldom are. So a file is cut at 0x1D, and a record whose directory does not
fit its data is cut at 0x1E.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ils.catalog.marc.encodings import Decoder
from ils.catalog.marc.record import Field, MarcRecord

RECORD_END, FIELD_END, SUBFIELD = b"\x1d", b"\x1e", b"\x1f"
LEADER = 24
ENTRY = 12
BETWEEN_RECORDS = b"\r\n\x1a\x00 \t"

_caret = re.compile(r"\^(.)")


class Unreadable(Exception):
    """There is no record in these bytes; the text says why."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """The bytes of one record, without its terminator, and where they began."""

    number: int
    offset: int
    data: bytes


def split(data: bytes) -> Iterator[Chunk]:
    """The records of a file; what stands between them (line breaks, Ctrl-Z) is passed over."""
    start = number = 0
    while start < len(data):
        end = data.find(RECORD_END, start)
        end = len(data) if end < 0 else end
        body = data[start:end].lstrip(BETWEEN_RECORDS)
        if body:
            number += 1
            yield Chunk(number, end - len(body), body)
        start = end + 1


def parse(data: bytes, decode: Decoder) -> tuple[MarcRecord, list[str]]:
    """The record in these bytes, and what was wrong with them.

    Raises:
        Unreadable: nothing in it can be called a field.
    """
    problems: list[str] = []
    if len(data) <= LEADER:
        raise Unreadable("shorter than a leader")
    base = _base_address(data, problems)
    native = SUBFIELD not in data and b"^" in data
    record = MarcRecord(_leader(data, problems))
    for tag, raw in _fields(data, base, problems):
        text = decode(raw)
        if "\ufffd" in text:
            problems.append(f"field {tag}: characters that cannot be read")
        field = _native_field(tag, text) if native else _field(tag, text)
        if field.subfields:
            record.fields.append(field)
        elif text.strip():
            problems.append(f"field {tag}: no subfields")
    if not record.fields:
        raise Unreadable("no fields")
    return record, problems


def _leader(data: bytes, problems: list[str]) -> str:
    text = data[:LEADER].decode("latin-1")
    if not text.isascii():
        problems.append("leader: a character that is not ASCII")
        text = "".join(c if c.isascii() else " " for c in text)
    return text


def _base_address(data: bytes, problems: list[str]) -> int:
    declared = data[12:17]
    if declared.isdigit():
        base = int(declared)
        if LEADER < base <= len(data) and data[base - 1 : base] == FIELD_END:
            return base
    found = data.find(FIELD_END)
    if found < 0:
        raise Unreadable("no directory")
    problems.append("leader: the base address is wrong")
    return found + 1


def _fields(data: bytes, base: int, problems: list[str]) -> Iterator[tuple[str, bytes]]:
    """(tag, bytes) of each field, by the directory if it fits, else in order."""
    directory = data[LEADER : base - 1]
    entries = [directory[at : at + ENTRY] for at in range(0, len(directory), ENTRY)]
    body = data[base:]
    by_directory = _by_directory(entries, body)
    if by_directory is not None:
        yield from by_directory
        return
    problems.append("directory: it does not fit the data; fields were taken in order")
    pieces = body.split(FIELD_END)
    if pieces and not pieces[-1].strip(BETWEEN_RECORDS):
        pieces.pop()
    tags = [entry[:3].decode("latin-1") for entry in entries]
    if len(tags) < len(pieces):
        problems.append(f"directory: {len(pieces) - len(tags)} fields have no tag; kept as 999")
    for at, piece in enumerate(pieces):
        yield tags[at] if at < len(tags) else "999", piece


def _by_directory(entries: list[bytes], body: bytes) -> list[tuple[str, bytes]] | None:
    fields = []
    for entry in entries:
        if len(entry) < ENTRY or not entry[3:].isdigit() or not entry[:3].isalnum():
            return None
        length, start = int(entry[3:7]), int(entry[7:12])
        end = start + length - 1
        # A field must end where a terminator stands, or where the data was cut off.
        if length < 1 or body[end : end + 1] not in {FIELD_END, b""} or end > len(body):
            return None
        raw = body[start:end]
        if FIELD_END in raw:
            return None
        fields.append((entry[:3].decode("latin-1"), raw))
    return fields


def _field(tag: str, text: str) -> Field:
    if "\x1f" not in text:
        if tag < "010":
            return Field(tag, "", [("", text)])
        value = text[2:] if text[:2].strip() == "" else text
        return Field(tag, "  ", [("", value)] if value.strip() else [])
    before, *parts = text.split("\x1f")
    indicators = before[:2].ljust(2)
    subfields = [(part[0], part[1:]) for part in parts if part]
    if before[2:].strip():
        subfields.insert(0, ("", before[2:]))
    return Field(tag, indicators, subfields)


def _native_field(tag: str, text: str) -> Field:
    """A field of a native ИРБИС export: ``^`` and a code instead of 0x1F."""
    return Field(tag, "", caret_subfields(text.removeprefix("  ")))


def caret_subfields(text: str) -> list[tuple[str, str]]:
    """(code, value) pairs of ``value^aтекст^b…``; codes in lower case."""
    first, *rest = _caret.split(text)
    subfields = [("", first)] if first.strip() else []
    pairs = zip(rest[::2], rest[1::2], strict=True)
    return subfields + [(code.lower(), value) for code, value in pairs]
