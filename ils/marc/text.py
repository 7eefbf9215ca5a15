"""A record as lines a cataloguer edits: ``200 1# $aЗаглавие$fАвтор``."""

from __future__ import annotations

import re

from ils.errors import N_, Invalid
from ils.marc.record import Field, MarcRecord

DOLLAR = "{dollar}"

_line = re.compile(r"([0-9]{3}) ([^$])([^$]) (.+)")
_foreign = re.compile(r"[‡^|]([0-9A-Za-zА-Яа-я])")
#: Cyrillic letters that are typed for the Latin ones of subfields.
_LATIN = str.maketrans("аеорсхуАЕОРСХУкКмМтТвВнН", "aeopcxyAEOPCXYkKmMtTbBhH")
_lines = re.compile(r"[\r\n]+")
LEADER = 24


class BadLine(Invalid):
    """A line of the MARC view cannot be read."""

    code = "bad_line"
    message = N_("Line %(line)s cannot be read: %(text)s. Write it as: 200 1# $aTitle$fAuthor.")


def shown(marc: MarcRecord) -> str:
    """The record as lines; a blank indicator is ``#``, a dollar sign ``{dollar}``."""
    lines = [f"LDR {marc.leader.ljust(LEADER)}"]
    for f in marc.fields:
        if f.tag < "010":
            lines.append(f"{f.tag} {f.get('')}")
            continue
        if not f.subfields:
            continue
        said = [(code, " ".join(_lines.split(v)).replace("$", DOLLAR)) for code, v in f.subfields]
        values = "".join(f"${code}{value}" if code else value for code, value in said)
        lines.append(f"{f.tag} {f.indicators.ljust(2).replace(' ', '#')} {values}")
    return "\n".join(lines)


def parsed(text: str) -> MarcRecord:
    """The record of such lines.

    Raises:
        BadLine: a line is no field; it is named.
    """
    marc = MarcRecord()
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if not line.strip():
            continue
        tag, _, rest = line.partition(" ")
        if tag == "LDR":
            if len(rest) != LEADER or not rest.isascii():
                raise BadLine(line=number, text=line[:60])
            marc.leader = rest
        elif len(tag) == 3 and tag.isdigit() and tag < "010":
            marc.fields.append(Field(tag, "", [("", rest)]))
        else:
            marc.fields.append(_field(number, line))
    return marc


def _field(number: int, line: str) -> Field:
    match = _line.fullmatch(line)
    if match is None:
        raise BadLine(line=number, text=line[:60])
    tag, first, second, rest = match.groups()
    if "$" not in rest:  # as other systems mark subfields
        rest = _foreign.sub(lambda found: f"${found[1].translate(_LATIN).lower()}", rest)
    before, *parts = rest.split("$")
    pairs = [("", before.replace(DOLLAR, "$"))] if before.strip() else []
    pairs += [(part[:1].translate(_LATIN), part[1:].replace(DOLLAR, "$")) for part in parts]
    wrong = any(code.isspace() or not code.isascii() for code, _ in pairs)
    if not pairs or wrong or "" in parts or pairs[0][0] == "":
        raise BadLine(line=number, text=line[:60])
    return Field(tag, (first + second).replace("#", " "), pairs)
