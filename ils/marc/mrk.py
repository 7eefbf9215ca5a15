r"""MarcEdit's mnemonic text (`.mrk`): ``=245  10$aTitle :$bmore``, a blank line after each record.

A blank indicator, and a blank in a control field, is ``\``; a sign that has a meaning is written
in braces: ``{dollar}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ils.errors import N_, Remark
from ils.marc.encodings import Decoder
from ils.marc.iso2709 import Chunk, Unreadable
from ils.marc.record import Field, MarcRecord

BOM = b"\xef\xbb\xbf"
SIGNS = {"dollar": "$", "lcub": "{", "rcub": "}", "bsol": "\\"}

_begins = re.compile(rb"^=(?:LDR|000)  ", re.MULTILINE)
_line = re.compile(r"=([0-9A-Z]{3})  (.*)", re.DOTALL)
_sign = re.compile(r"\{(dollar|lcub|rcub|bsol)\}")
_special = re.compile(r"[${}\\]")
_names = {sign: f"{{{name}}}" for name, sign in SIGNS.items()}


def looks_like(data: bytes) -> bool:
    """Whether a file begins as MarcEdit's does."""
    return _begins.match(data.removeprefix(BOM).lstrip()) is not None


def split(data: bytes) -> Iterator[Chunk]:
    """The records of a file: each begins with its leader."""
    data = data.removeprefix(BOM)
    starts = [found.start() for found in _begins.finditer(data)]
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(data)], strict=True), 1):
        yield Chunk(number, start, data[start:end].rstrip() + b"\n")


def parse(data: bytes, decode: Decoder) -> tuple[MarcRecord, list[str]]:
    """The record in these lines, and what was wrong with them.

    Raises:
        Unreadable: no line is a field.
    """
    record, problems = MarcRecord(), list[str]()
    for line in _joined(decode(data)):
        found = _line.fullmatch(line)
        if found is None:
            problems.append(Remark(N_("a line that is no field: %(line)s"), line=line.strip()[:60]))
            continue
        tag, content = found.groups()
        if tag in {"LDR", "000"}:
            record.leader = content.replace("\\", " ")
        elif "$" not in content and tag < "010":
            record.fields.append(Field(tag, "", [("", _plain(content.replace("\\", " ")))]))
        else:
            record.fields.append(_field(tag, content, problems))
    if not record.fields:
        raise Unreadable(N_("no fields"))
    return record, problems


def _joined(text: str) -> Iterator[str]:
    """Lines of fields; one that does not begin with ``=`` belongs to the one before."""
    held = ""
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.startswith("="):
            if held:
                yield held
            held = line
        elif line.strip():
            held = f"{held} {line.strip()}".strip()
    if held:
        yield held


def _field(tag: str, content: str, problems: list[str]) -> Field:
    indicators = content[:2].replace("\\", " ").ljust(2)
    before, *parts = content[2:].split("$")
    if before.strip():
        problems.append(
            Remark(N_("field %(tag)s: text before the first subfield was kept in $a"), tag=tag)
        )
        parts.insert(0, f"a{before}")
    pairs = [(part[:1], _plain(part[1:])) for part in parts if part]
    return Field(tag, indicators, pairs)


def _plain(text: str) -> str:
    return _sign.sub(lambda found: SIGNS[found[1]], text)


def write(marc: MarcRecord) -> bytes:
    """A record as such lines, in UTF-8."""
    lines = [f"=LDR  {marc.leader.ljust(24)[:24].replace(' ', chr(92))}"]
    for f in marc.fields:
        if f.tag < "010":
            lines.append(f"={f.tag}  {_written(f.get('')).replace(' ', chr(92))}")
            continue
        said = "".join(f"${code or 'a'}{_written(value)}" for code, value in f.subfields)
        lines.append(f"={f.tag}  {f.indicators.ljust(2)[:2].replace(' ', chr(92))}{said}")
    return ("\n".join(lines) + "\n\n").encode()


def _written(text: str) -> str:
    one_line = " ".join(text.split("\n"))
    return _special.sub(lambda found: _names[found[0]], one_line)
