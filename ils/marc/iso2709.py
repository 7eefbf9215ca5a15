"""ISO 2709, read so that one bad record costs one record.

Record lengths, leader positions and directories of real files are often wrong; the
terminators seldom are. So a file is cut at 0x1D, and a record whose directory does not
fit its data is cut at 0x1E.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ils.errors import N_, Remark
from ils.marc.encodings import Decoder, Encoder
from ils.marc.record import Field, MarcRecord, unbroken

RECORD_END, FIELD_END, SUBFIELD = b"\x1d", b"\x1e", b"\x1f"
LEADER = 24
ENTRY = 12
BETWEEN_RECORDS = b"\r\n\x1a\x00\t"
BOM = b"\xef\xbb\xbf"
MAX_IN_FIELD, MAX_IN_RECORD = 9_999, 99_999
CISIS_LINE = 80
#: Cyrillic letters typed for the Latin codes they look like.
LOOK_ALIKE_CODES = str.maketrans("аесорхукмтнвАЕСОРХУКМТНВі", "aecopxykmthbaecopxykmthbi")

_lost_end = re.compile(rb"\x1e(?=[0-9]{5}[a-z].{4}22[0-9]{5}.{3}45)", re.DOTALL)
_caret = re.compile(r"\^(.)")


class Unreadable(Exception):
    """There is no record in these bytes; the remark says why."""

    def __init__(self, message: str, **facts: object) -> None:
        """Keep the remark."""
        self.remark = Remark(message, **facts)
        super().__init__(self.remark)


class TooLong(Exception):
    """A field or record cannot be said in the format; the text names it."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """The bytes of one record, without its terminator, and where they began."""

    number: int
    offset: int
    data: bytes


def split(data: bytes) -> Iterator[Chunk]:
    """The records of a file; what stands between them (line breaks, Ctrl-Z) is passed over."""
    data = _unwrapped(data.removeprefix(BOM))
    start = number = 0
    while start < len(data):
        end = data.find(RECORD_END, start)
        end = len(data) if end < 0 else end
        for body in _cut(_unwrapped(_after_gap(data[start:end]))):
            number += 1
            yield Chunk(number, start, body)
        start = end + 1


def _after_gap(data: bytes) -> bytes:
    """A record without the line ends and blanks before it; blanks may stand for its length."""
    body = data.lstrip(BETWEEN_RECORDS)
    spaced = body.lstrip(BETWEEN_RECORDS + b" ")
    return spaced if spaced[:5].isdigit() or not spaced else body


def _cut(data: bytes) -> Iterator[bytes]:
    """The records in what stands before one terminator: where one was lost, a leader follows."""
    start = 0
    for match in _lost_end.finditer(data):
        yield data[start : match.end()]
        start = match.end()
    if data[start:].strip(b" "):
        yield data[start:]


def parse(data: bytes, decode: Decoder) -> tuple[MarcRecord, list[str]]:
    """The record in these bytes, and what was wrong with them.

    Raises:
        Unreadable: nothing in it can be called a field.
    """
    problems: list[str] = []
    if len(data) <= LEADER:
        raise Unreadable(N_("shorter than a leader"))
    base = _base_address(data, problems)
    native = SUBFIELD not in data and b"^" in data
    record = MarcRecord(_leader(data, problems))
    for tag, raw in _fields(data, base, problems):
        text = decode(raw)
        if "\ufffd" in text:
            problems.append(Remark(N_("field %(tag)s: characters that cannot be read"), tag=tag))
        if "\r" in text or "\n" in text:
            problems.append(Remark(N_("field %(tag)s: a line break became a blank"), tag=tag))
            text = unbroken(text)
        field = _native_field(tag, text) if native else _field(tag, text, problems)
        if field.subfields:
            record.fields.append(field)
        elif text.strip():
            problems.append(Remark(N_("field %(tag)s: no subfields"), tag=tag))
    if not record.fields:
        raise Unreadable(N_("no fields"))
    return record, problems


def _unwrapped(data: bytes) -> bytes:
    """A record without the line ends of a CISIS export, which writes lines of 80 bytes."""
    if b"\n" not in data and b"\r" not in data:
        return data
    lines = data.replace(b"\r\n", b"\n").split(b"\n")
    if len(lines) > 1 and all(len(line) == CISIS_LINE for line in lines[:-1]):
        return b"".join(lines)
    return data


def _leader(data: bytes, problems: list[str]) -> str:
    raw = data[:LEADER]
    if raw.isascii():
        return raw.decode("ascii")
    problems.append(Remark(N_("leader: a character that is not ASCII")))
    text = raw.decode("cp1251", errors="replace").translate(LOOK_ALIKE_CODES)
    return "".join(c if c.isascii() else " " for c in text)


def _base_address(data: bytes, problems: list[str]) -> int:
    declared = data[12:17]
    if declared.isdigit():
        base = int(declared)
        if LEADER < base <= len(data) and data[base - 1 : base] == FIELD_END:
            return base
    found = data.find(FIELD_END)
    if found < 0:
        raise Unreadable(N_("no directory"))
    problems.append(Remark(N_("leader: the base address is wrong")))
    return found + 1


def _fields(data: bytes, base: int, problems: list[str]) -> Iterator[tuple[str, bytes]]:
    """(tag, bytes) of each field, by the directory if it fits, else in order."""
    directory = data[LEADER : base - 1]
    whole = len(directory) - len(directory) % ENTRY
    entries = [directory[at : at + ENTRY] for at in range(0, whole, ENTRY)]
    if len(directory) % ENTRY:
        entries = []
    body = data[base:]
    by_directory = _by_directory(entries, body)
    if by_directory is not None and (entries or not directory):
        yield from by_directory
        return
    problems.append(Remark(N_("directory: it does not fit the data; fields were taken in order")))
    pieces = body.split(FIELD_END)
    if pieces and not pieces[-1].strip(BETWEEN_RECORDS):
        pieces.pop()
    tags = _tags(directory, pieces)
    strange = [tag for tag in tags if not tag.isdigit()]
    if 3 * len(strange) > len(tags):
        raise Unreadable(N_("the directory is damaged: its tags cannot be told"))
    if strange:
        problems.append(Remark(N_("directory: strange tags %(tags)s"), tags=", ".join(strange)))
    if len(tags) < len(pieces):
        problems.append(
            Remark(
                N_("directory: fields without a tag, kept as 999: %(count)s"),
                count=len(pieces) - len(tags),
            )
        )
    missing = [entry[:3].decode("latin-1") for entry in entries[len(pieces) :]]
    if missing:
        problems.append(
            Remark(N_("the record is cut off; missing fields: %(tags)s"), tags=", ".join(missing))
        )
    for at, piece in enumerate(pieces):
        yield tags[at] if at < len(tags) else "999", piece


def _tags(directory: bytes, pieces: list[bytes]) -> list[str]:
    """The tags of a directory whose numbers cannot be trusted, in order.

    A field of more than 9 999 bytes makes its entry longer than 12: the entry is then
    known by the true length and address of the field that stands at its place.
    """
    tags, at, start = [], 0, 0
    for piece in pieces:
        if at >= len(directory):
            break
        tags.append(directory[at : at + 3].decode("latin-1"))
        true = f"{len(piece) + 1:04}{start:05}".encode()
        follows = directory[at + 3 : at + 3 + len(true)] == true
        at += 3 + len(true) if follows else ENTRY
        start += len(piece) + 1
    return tags


def _by_directory(entries: list[bytes], body: bytes) -> list[tuple[str, bytes]] | None:
    fields, places = [], []
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
        places.append((start, start + length))
    return fields if _tiles(sorted(places), body) else None


def _tiles(places: list[tuple[int, int]], body: bytes) -> bool:
    """Whether the fields cover the data, each byte once: else something would be lost."""
    at = 0
    for start, end in places:
        if start != at:
            return False
        at = end
    return not body[at:].strip(BETWEEN_RECORDS + b" ")


def _field(tag: str, text: str, problems: list[str]) -> Field:
    if "\x1f" not in text:
        if tag < "010":
            return Field(tag, "", [("", text)])
        value = text[2:] if text[:2].strip() == "" else text
        return Field(tag, "  ", [("", value)] if value.strip() else [])
    before, *parts = text.split("\x1f")
    indicators = before[:2].ljust(2)
    subfields = [(part[0], part[1:]) for part in parts if part]
    if any(code > "\x7f" for code, _ in subfields):
        subfields = [(_latin_code(tag, code, problems), value) for code, value in subfields]
    if before[2:].strip():
        subfields.insert(0, ("", before[2:]))
    return Field(tag, indicators, subfields)


def _latin_code(tag: str, code: str, problems: list[str]) -> str:
    """A Cyrillic code is never meant: the Latin one it looks like takes its place."""
    latin = code.translate(LOOK_ALIKE_CODES)
    if latin != code:
        problems.append(
            Remark(
                N_("field %(tag)s: the subfield code “%(code)s” is Cyrillic; read as “%(latin)s”"),
                tag=tag,
                code=code,
                latin=latin,
            )
        )
    return latin


def _native_field(tag: str, text: str) -> Field:
    """A field of a native ИРБИС export: ``^`` and a code instead of 0x1F."""
    return Field(tag, "", caret_subfields(text.removeprefix("  ")))


def caret_subfields(text: str) -> list[tuple[str, str]]:
    """(code, value) pairs of ``value^aтекст^b…``; codes in lower case, Cyrillic ones as Latin."""
    first, *rest = _caret.split(text)
    subfields = [("", first)] if first.strip() else []
    pairs = zip(rest[::2], rest[1::2], strict=True)
    return subfields + [(code.lower().translate(LOOK_ALIKE_CODES), value) for code, value in pairs]


def write(marc: MarcRecord, encode: Encoder, *, tail: str) -> bytes:
    """The record as ISO 2709.

    Args:
        tail: positions 17 to 23 of the leader, unless the record says them.

    Raises:
        TooLong: a field or the record does not fit; nothing is cut off.
        UnicodeEncodeError: a letter is not in the encoding.
    """
    directory, body = bytearray(), bytearray()
    for f in marc.fields:
        raw = encode(_raw(f)) + FIELD_END
        if len(raw) > MAX_IN_FIELD:
            raise TooLong(f"field {f.tag}: {len(raw)} bytes")
        if len(f.tag) != len("200") or not f.tag.isascii():
            raise TooLong(f"field {f.tag}: the tag must be three ASCII characters")
        directory += f"{f.tag}{len(raw):04}{len(body):05}".encode()
        body += raw
    base = LEADER + len(directory) + 1
    length = base + len(body) + 1
    if length > MAX_IN_RECORD:
        raise TooLong(f"record: {length} bytes")
    said = marc.leader.ljust(LEADER)
    ending = said[17:20] + tail[3:] if said[17:24].strip() else tail
    leader = f"{said[5:10]}22{base:05}{ending}".translate(LOOK_ALIKE_CODES)
    if not leader.isascii():
        raise TooLong(Remark(N_("leader: a character that is not ASCII")))
    head = f"{length:05}{leader}".encode("ascii")
    return b"".join((head, directory, FIELD_END, body, RECORD_END))


def _raw(f: Field) -> str:
    control = f.tag < "010" and all(code == "" for code, _ in f.subfields)
    pairs = [(code, value.replace("\x1f", " ")) for code, value in f.subfields]
    parts = [f"\x1f{code}{value}" if code else value for code, value in pairs]
    text = "".join(parts) if control else f.indicators.ljust(2)[:2] + "".join(parts)
    return "".join(" " if c in "\x1d\x1e" else c for c in text)
