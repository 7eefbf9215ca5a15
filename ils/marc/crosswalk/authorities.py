"""Headings of MARC21 and of ИРБИС's ATHR bases as UNIMARC/Authorities.

UNIMARC Manual, Authorities format: 2XX the heading, 4XX see, 5XX see also, 7XX the same
heading in another language or script; the last two digits tell what is named.
"""

from __future__ import annotations

from ils.marc.crosswalk.engine import LEADER, keep
from ils.marc.record import Dialect, Field, MarcRecord

#: MARC21 1XX, 4XX, 5XX, 7XX → the last two digits in UNIMARC/A.
FROM_MARC21 = {
    "00": "00", "10": "10", "11": "10", "30": "30", "50": "50", "51": "15", "55": "80",
}  # fmt: skip
BLOCKS_MARC21 = {"1": "2", "4": "4", "5": "5", "7": "7"}
#: Two digits → leader/9.
ENTITIES = {"00": "a", "10": "b", "15": "c", "30": "f", "50": "j", "80": "l"}
#: First letters of the file or of 920 → two digits.
IRBIS_BASES = {"ATHRA": "00", "ATHRC": "10", "ATHRS": "50", "ATHRB": "50"}
IRBIS_HEADINGS = {"210", "410", "510", "710"}
SUBDIVISIONS_MARC21 = {"x": "x", "z": "y", "y": "z", "v": "j"}


def authority_to_unimarc(marc: MarcRecord, dialect: Dialect, base: str = "") -> MarcRecord:
    """An authority record as the catalogue keeps it; what has no place is kept in 886.

    Args:
        base: ``ATHRA``, ``ATHRC``, ``ATHRS`` or ``ATHRB``, where a file's name tells it.
    """
    if dialect is Dialect.UNIMARC:
        return marc
    if dialect is Dialect.MARC21:
        return _from_marc21(marc)
    return _from_irbis(marc, base)


def _record(entity: str, fields: list[Field]) -> MarcRecord:
    return MarcRecord(f"00000nx  {entity}2200000   45  ", sorted(fields, key=lambda f: f.tag))


def _from_marc21(marc: MarcRecord) -> MarcRecord:
    fields, entity = [keep(Field(LEADER, "", [("", marc.leader)]), Dialect.MARC21)], "j"
    for f in marc.fields:
        block, name = BLOCKS_MARC21.get(f.tag[:1]), FROM_MARC21.get(f.tag[1:])
        if block and name:
            if block == "2":
                entity = ENTITIES[name]
            fields.append(_heading(f, f"{block}{name}", name))
        elif f.tag in {"001", "003", "005"}:
            fields.append(f)
        elif f.tag in {"670", "675"}:
            fields.append(Field({"670": "810", "675": "815"}[f.tag], "  ", f.subfields))
        elif f.tag in {"678", "680"}:
            fields.append(Field({"678": "340", "680": "330"}[f.tag], "0 ", f.subfields))
        else:
            fields.append(keep(f, Dialect.MARC21))
    return _record(entity, fields)


def _heading(f: Field, tag: str, name: str) -> Field:
    pairs: list[tuple[str, str]] = []
    for code, value in f.subfields:
        if code in SUBDIVISIONS_MARC21:
            pairs.append((SUBDIVISIONS_MARC21[code], value))
        elif name == "00" and code == "a":
            surname, comma, given = value.rstrip(",").partition(", ")
            pairs += [("a", surname), *([("b", given)] if comma else [])]
        elif name == "00" and code in "bcd":
            pairs.append(({"b": "d", "c": "c", "d": "f"}[code], value.rstrip(",")))
        elif code == "0":
            pairs.append(("3", value))
        else:
            pairs.append((code, value))
    return Field(tag, " 1" if name == "00" else "  ", pairs)


def _from_irbis(marc: MarcRecord, base: str) -> MarcRecord:
    said = base.upper() or marc.get("920").strip().upper()
    name = next((digits for prefix, digits in IRBIS_BASES.items() if said.startswith(prefix)), "")
    if not name:
        personal = any(f.get("b") or f.get("g") or f.get("f") for f in marc.each("210"))
        name = "00" if personal else "10" if any(marc.each("210")) else "50"
    fields = []
    for f in marc.fields:
        if f.tag in IRBIS_HEADINGS or f.tag == "250":
            pairs = [(code or "a", value) for code, value in f.subfields]
            fields.append(Field(f"{f.tag[0]}{name}", " 1" if name == "00" else "  ", pairs))
        elif f.tag in {"300", "305", "330", "801"}:
            pairs = [(code or "a", value) for code, value in f.subfields]
            fields.append(Field(f.tag, "  ", pairs))
        else:
            fields.append(keep(f, Dialect.IRBIS))
    if not marc.get("001") and (key := marc.get("903").strip()):
        fields.append(Field("001", "", [("", key)]))
    return _record(ENTITIES[name], fields)
