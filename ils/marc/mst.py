"""ИРБИС and CDS/ISIS master files (MST with its XRF), read only: the way out of a dead system.

Layout of ИРБИС64: big-endian; control record of 36 bytes; XRF entries of 12 bytes (offset
low, high, flags); record leader of 32 bytes (MFN, length, back low and high, base, fields,
version, status), then (tag, position, length) for each field. ИРБИС32 and CDS/ISIS are
little-endian: leader of 18 bytes, dictionary of 6, data in CP1251.

Each record becomes the lines of a text export, so that rejects can be mended with an editor.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from ils.marc.iso2709 import Chunk

CONTROL_64, LEADER_64, ENTRY_64, XREF_64 = 36, 32, 12, 12
LEADER_32, ENTRY_32, BLOCK = 18, 6, 512
POINTERS = 127
DELETED = 1 | 2 | 4  # logically, physically, absent
MAX_RECORD_BYTES = 10_000_000


def looks_like(path: Path) -> bool:
    """Whether a file is a master file, by its name."""
    return path.suffix.lower() == ".mst"


def is_64(master: bytes) -> bool:
    """Whether the master file is of ИРБИС64: its first record makes sense in that layout."""
    if len(master) < CONTROL_64 + LEADER_64:
        return False
    mfn, length, _, _, base, count, _, _ = struct.unpack_from(">8I", master, CONTROL_64)
    whole = LEADER_64 + int(count) * ENTRY_64 <= base
    return bool(whole and mfn > 0 and LEADER_64 <= base <= length < MAX_RECORD_BYTES)


def split(path: Path) -> tuple[Iterator[Chunk], str]:
    """The living records as text exports, and the encoding of their letters.

    Without the XRF the master file is walked from record to record.
    """
    master = path.read_bytes()
    beside = [p for p in path.parent.iterdir() if p.name.lower() == f"{path.stem.lower()}.xrf"]
    references = beside[0].read_bytes() if beside else b""
    if is_64(master):
        return _chunks(_records_64(master, _offsets_64(references))), "utf-8"
    return _chunks(_records_32(master, _offsets_32(references))), "cp1251"


def _chunks(records: Iterator[tuple[int, list[tuple[int, bytes]]]]) -> Iterator[Chunk]:
    for number, (offset, fields) in enumerate(records, 1):
        lines = [b"#%d: %s\n" % (tag, _one_line(value)) for tag, value in fields] or [b"?\n"]
        yield Chunk(number, offset, b"".join(lines))


def _one_line(value: bytes) -> bytes:
    return value.replace(b"\r\n", b" ").replace(b"\n", b" ").replace(b"\r", b" ")


def _offsets_64(references: bytes) -> list[int] | None:
    if not references:
        return None
    entries = struct.iter_unpack(">III", references[: len(references) // XREF_64 * XREF_64])
    return [high << 32 | low for low, high, flags in entries if not flags & DELETED]


def _records_64(
    master: bytes, offsets: list[int] | None
) -> Iterator[tuple[int, list[tuple[int, bytes]]]]:
    for offset in _walk_64(master) if offsets is None else offsets:
        if not CONTROL_64 <= offset <= len(master) - LEADER_64:
            continue
        _, length, _, _, base, count, _, status = struct.unpack_from(">8I", master, offset)
        if status & DELETED:
            continue
        if not 0 < length < MAX_RECORD_BYTES or base > length:
            yield offset, []  # named as a record without fields
            continue
        yield offset, _fields(master, offset, base, length, count, ">III", ENTRY_64, LEADER_64)


def _walk_64(master: bytes) -> Iterator[int]:
    offset = CONTROL_64
    while offset <= len(master) - LEADER_64:
        length = struct.unpack_from(">I", master, offset + 4)[0]
        if not LEADER_64 <= length < MAX_RECORD_BYTES:
            return
        yield offset
        offset += length


def _offsets_32(references: bytes) -> list[int] | None:
    if not references:
        return None
    offsets: list[int] = []
    for block in range(0, len(references) - BLOCK + 1, BLOCK):
        pointers = struct.unpack_from(f"<{POINTERS}i", references, block + 4)
        offsets += [((p >> 11) - 1) * BLOCK + (p & 0x1FF) for p in pointers if p > 0]
    return offsets


def _records_32(
    master: bytes, offsets: list[int] | None
) -> Iterator[tuple[int, list[tuple[int, bytes]]]]:
    for offset in _walk_32(master) if offsets is None else offsets:
        if not 0 <= offset <= len(master) - LEADER_32:
            continue
        _, length, _, _, base, count, status = struct.unpack_from("<iHiHHHH", master, offset)
        if status:
            continue
        if base > length:
            yield offset, []
            continue
        yield offset, _fields(master, offset, base, length, count, "<HHH", ENTRY_32, LEADER_32)


def _walk_32(master: bytes) -> Iterator[int]:
    """Records stand at even addresses; one never begins in the last 16 bytes of a block."""
    offset = 64
    while offset <= len(master) - LEADER_32:
        length = struct.unpack_from("<H", master, offset + 4)[0]
        if length < LEADER_32:
            offset = (offset // BLOCK + 1) * BLOCK
            continue
        yield offset
        offset += length + length % 2
        if BLOCK - offset % BLOCK < LEADER_32 - 2:
            offset = (offset // BLOCK + 1) * BLOCK


def _fields(  # noqa: PLR0917 -- the numbers of one leader, in their order
    master: bytes,
    offset: int,
    base: int,
    length: int,
    count: int,
    layout: str,
    entry: int,
    leader: int,
) -> list[tuple[int, bytes]]:
    found = []
    end = min(offset + length, len(master))
    for at in range(offset + leader, offset + leader + count * entry, entry):
        if at + entry > end:
            break
        tag, position, size = struct.unpack_from(layout, master, at)
        begin = offset + base + position
        if tag:
            found.append((tag, master[begin : min(begin + size, end)]))
    return found
