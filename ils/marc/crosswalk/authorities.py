"""Headings of MARC21 and of ИРБИС's ATHR bases as UNIMARC/Authorities, and back.

UNIMARC Manual, Authorities format: 2XX the heading, 4XX see, 5XX see also, 7XX the same
heading in another language or script; the last two digits tell what is named.
"""

from __future__ import annotations

from collections.abc import Iterable

from ils.marc.crosswalk.engine import LEADER, Converted, keep, kept_field
from ils.marc.record import Dialect, Field, MarcRecord

#: MARC21 1XX, 4XX, 5XX, 7XX → the last two digits in UNIMARC/A.
FROM_MARC21 = {
    "00": "00", "10": "10", "11": "10", "30": "30", "50": "50", "51": "15", "55": "80",
}  # fmt: skip
BLOCKS_MARC21 = {"1": "2", "4": "4", "5": "5", "7": "7"}
#: Two digits → leader/9.
ENTITIES = {"00": "a", "20": "e", "10": "b", "16": "d", "15": "c", "60": "k", "30": "f",
            "35": "g", "40": "h", "45": "f", "50": "j", "80": "l"}  # fmt: skip
#: First letters of the file or of 920 → two digits.
IRBIS_BASES = {"ATHRA": "00", "ATHRC": "10", "ATHRS": "50", "ATHRB": "50"}
IRBIS_HEADINGS = {"210", "410", "510", "710"}
SUBDIVISIONS_MARC21 = {"x": "x", "z": "y", "y": "z", "v": "j"}
#: The other way: last two digits in UNIMARC/A → in MARC21; the base of ИРБИС.
TO_MARC21 = {"00": "00", "20": "00", "10": "10", "16": "10", "15": "51", "60": "51", "30": "30",
             "35": "30", "45": "30", "50": "50", "80": "55"}  # fmt: skip
TO_BASES = {"00": "ATHRA", "20": "ATHRA", "10": "ATHRC", "16": "ATHRC"}
BLOCKS = "2457"
NOTES_IRBIS = ("300", "305", "330", "801")
NOTES_MARC21 = {"810": "670", "815": "675", "340": "678", "330": "680"}
#: Leader and 008 of a heading that was made here: established, full, fit for all uses.
LEADER_MARC21 = "00000nz  a2200000n  4500"
AFTER_DATE_MARC21 = "n| azannaabn          |a aaa     d"


#: Leader/6 of headings, in UNIMARC and MARC21.
AUTHORITY_TYPES = "xyz"


def is_authority(marc: MarcRecord) -> bool:
    """Whether a record describes a heading: by leader/6, or as ИРБИС's ATHR bases do."""
    if not marc.leader.strip():
        return marc.get("920").strip().upper().startswith("ATHR") or (
            not any(marc.each("200", "461", "463", "920")) and any(marc.each("210", "250"))
        )
    return marc.leader[6:7] in AUTHORITY_TYPES and marc.leader[6:7] != ""


def authority_to_unimarc(marc: MarcRecord, dialect: Dialect, base: str = "") -> MarcRecord:
    """An authority record as the catalogue keeps it; what has no place is kept in 886.

    Args:
        base: ``ATHRA``, ``ATHRC``, ``ATHRS`` or ``ATHRB``, where a file's name tells it.
    """
    if dialect is Dialect.UNIMARC:
        return marc
    fields = [f for f in marc.fields if kept_field(f, Dialect.UNIMARC) is None]
    restored, leader = list[Field](), ""
    for one in filter(None, (kept_field(f, Dialect.UNIMARC) for f in marc.fields)):
        became = _converted(one, dialect)
        if one.tag == LEADER:
            leader = one.get("")
        elif became is None:
            restored.append(one)
        elif became in fields:  # not edited since
            fields.remove(became)
            restored.append(one)
    said = MarcRecord(marc.leader, fields)
    made = _from_marc21(said) if dialect is Dialect.MARC21 else _from_irbis(said, base)
    fields = [*made.fields, *restored]
    made.leader = leader or _leader(fields)
    again = authority_from_unimarc(
        MarcRecord(made.leader, [f for f in fields if kept_field(f, dialect) is None]), dialect
    ).marc
    derived = [*again.fields, Field(LEADER, "", [("", again.leader)])]
    fields = [
        f for f in fields if (own := kept_field(f, dialect)) is None or _plain(own) not in derived
    ]
    return MarcRecord(made.leader, sorted(fields, key=lambda f: f.tag))


def _plain(f: Field) -> Field:
    """A leader without the lengths its container has; another field as it is."""
    if f.tag != LEADER:
        return f
    leader = f.get("")
    return Field(LEADER, "", [("", f"00000{leader[5:9]}a{leader[10:12]}00000{leader[17:]}")])


def _record(fields: list[Field]) -> MarcRecord:
    return MarcRecord(_leader(fields), sorted(fields, key=lambda f: f.tag))


def _leader(fields: Iterable[Field]) -> str:
    """Of a heading, by what it names."""
    named = (ENTITIES[f.tag[1:]] for f in fields if f.tag[:1] == "2" and f.tag[1:] in ENTITIES)
    return f"00000nx  {next(named, 'j')}2200000   45  "


def _from_marc21(marc: MarcRecord) -> MarcRecord:
    fields = [keep(Field(LEADER, "", [("", marc.leader)]), Dialect.MARC21)]
    for f in marc.fields:
        block, name = BLOCKS_MARC21.get(f.tag[:1]), FROM_MARC21.get(f.tag[1:])
        if block and name:
            fields.append(_heading(f, f"{block}{name}", name))
        elif f.tag in {"001", "003", "005"}:
            fields.append(f)
        elif f.tag in {"670", "675"}:
            fields.append(Field({"670": "810", "675": "815"}[f.tag], "  ", f.subfields))
        elif f.tag in {"678", "680"}:
            fields.append(Field({"678": "340", "680": "330"}[f.tag], "0 ", f.subfields))
        else:
            fields.append(keep(f, Dialect.MARC21))
    return _record(fields)


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
        elif f.tag in NOTES_IRBIS:
            pairs = [(code or "a", value) for code, value in f.subfields]
            fields.append(Field(f.tag, "  ", pairs))
        else:
            fields.append(keep(f, Dialect.IRBIS))
    if not marc.get("001") and (key := marc.get("903").strip()):
        fields.append(Field("001", "", [("", key)]))
    return _record(fields)


def authority_from_unimarc(marc: MarcRecord, dialect: Dialect) -> Converted:
    """A heading in another dialect; what the way back would not give is kept in 886."""
    if dialect is Dialect.UNIMARC:
        return Converted(marc)
    to = _to_marc21 if dialect is Dialect.MARC21 else _to_irbis
    made, kept = to(marc)
    originals = [one for f in marc.fields if (one := kept_field(f, dialect)) is not None]
    leaders = [f.get("") for f in originals if f.tag == LEADER]
    made.leader = leaders[0] if leaders else made.leader
    theirs = {f.tag for f in originals}
    fields = [f for f in made.fields if f.tag not in theirs]
    fields += [f for f in originals if f.tag != LEADER]
    if (
        _plain(Field(LEADER, "", [("", marc.leader.ljust(24))])).get("")[:17]
        != _leader(marc.fields)[:17]
    ):
        kept.append(Field(LEADER, "", [("", marc.leader)]))
    fields += [keep(f, Dialect.UNIMARC) for f in kept]
    return Converted(
        MarcRecord(made.leader, sorted(fields, key=lambda f: f.tag)), [f.tag for f in kept]
    )


def _is_form(f: Field) -> bool:
    """Whether a field of UNIMARC/A is a form of the name."""
    return len(f.tag) == 3 and f.tag[0] in BLOCKS and f.tag[1:] in TO_MARC21


def _converted(f: Field, dialect: Dialect) -> Field | None:
    """A form of the name, or a note, in another dialect; nothing of a field without a place."""
    if _is_form(f):
        return _form_in(f, dialect)
    if dialect is Dialect.MARC21 and f.tag in NOTES_MARC21:
        return Field(NOTES_MARC21[f.tag], "  ", list(f.subfields))
    if dialect is Dialect.IRBIS and f.tag in NOTES_IRBIS:
        return Field(f.tag, "", list(f.subfields))
    return None


def _form_in(f: Field, dialect: Dialect) -> Field:
    """A form of the name in another dialect."""
    if dialect is Dialect.IRBIS:
        return Field(f"{f.tag[0]}10", "", list(f.subfields))
    block = next(block for block, number in BLOCKS_MARC21.items() if number == f.tag[0])
    return _form_marc21(f, f"{block}{TO_MARC21[f.tag[1:]]}")


def _to_marc21(marc: MarcRecord) -> tuple[MarcRecord, list[Field]]:
    fields, kept = list[Field](), list[Field]()
    for f in marc.fields:
        if (made := _converted(f, Dialect.MARC21)) is not None:
            fields.append(made)
            again = _from_marc21(MarcRecord("", [made])).fields
            kept += [] if f in again else [f]
        elif f.tag in {"001", "003", "005"}:
            fields.append(f)
        elif kept_field(f, Dialect.MARC21) is None:
            kept.append(f)
    entered = (marc.get("100", "a")[2:8] or marc.get("005")[2:8]).ljust(6, "0")
    fields.append(Field("008", "", [("", f"{entered}{AFTER_DATE_MARC21}")]))
    return MarcRecord(LEADER_MARC21, fields), kept


def _form_marc21(f: Field, tag: str) -> Field:
    subdivisions = {ours: theirs for theirs, ours in SUBDIVISIONS_MARC21.items()}
    personal = tag[1:] == "00"
    given = next(iter(f.all("b")), "") or next(iter(f.all("g")), "") if personal else ""
    pairs: list[tuple[str, str]] = []
    for code, value in f.subfields:
        if code in subdivisions and tag[1:] != "00":
            pairs.append((subdivisions[code], value))
        elif personal and code == "a":
            pairs.append(("a", f"{value}, {given}" if given else value))
        elif personal and code in {"d", "f"}:
            pairs.append(({"d": "b", "f": "d"}[code], value))
        elif personal and code == "g" and value != given:
            pairs.append(("q", value))
        elif code == "3":
            pairs.append(("0", value))
        elif code and code != "8" and not (personal and code in {"b", "g"}):
            pairs.append((code, value))
    return Field(tag, "1 " if personal else "2 " if tag[1:] == "10" else "  ", pairs)


def _to_irbis(marc: MarcRecord) -> tuple[MarcRecord, list[Field]]:
    fields, kept = list[Field](), list[Field]()
    name = next((f.tag[1:] for f in marc.fields if _is_form(f) and f.tag[0] == "2"), "50")
    base = TO_BASES.get(name, "ATHRS")
    for f in marc.fields:
        if (made := _converted(f, Dialect.IRBIS)) is not None:
            fields.append(made)
            again = _from_irbis(MarcRecord("", [made]), base).fields
            kept += [] if f in again else [f]
        elif f.tag == "001":
            fields.append(Field("903", "", [("", f.get(""))]))
        elif kept_field(f, Dialect.IRBIS) is None:
            kept.append(f)
    fields.append(Field("920", "", [("", base)]))
    return MarcRecord("", fields), kept
