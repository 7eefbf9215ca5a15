"""MARC21 ↔ UNIMARC: titles, names and hosts, which a table cannot say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from ils.marc.crosswalk import coded, rows, table
from ils.marc.crosswalk.engine import LEADER, Crosswalk
from ils.marc.crosswalk.table import ISBD_END
from ils.marc.record import Dialect, Field, MarcRecord, linked, unstopped

CODED_MARC21 = frozenset({LEADER, "008", "041"})
CODED_UNIMARC = frozenset({LEADER, "100", "101", "102", "105", "106", "110"})
TITLE_CODES = frozenset("abchnp")
NAME_CODES = frozenset("abcdqe4")
BODY_CODES = frozenset("abcdne4")

_initials = re.compile(r"(?:[^\W\d_]\.[ -]?)+")
#: $6: the tag of the field that is meant, and its number.
_linked = re.compile(r"(\d{3})-(\d{2})")
#: In $6 of a field that was Latin: the script of its 880 stands behind it.
_CHANGED = "/!"
#: How the number of a volume begins.
_volume = re.compile(r"(?i)(ч|т|том|кн|вып|бөл|кіт|bd|vol|v|pt|part)\b")
_bracketed = re.compile(r"^\[(.*)\]$")


@cache
def crosswalk() -> Crosswalk:
    """The crosswalk of ``config/conversion/marc21.toml``."""
    lines, others = table.load(Dialect.MARC21)
    relators: Mapping[str, str] = others["relators"]
    names = _Names(relators)
    reading = rows.reading(
        lines,
        singles={
            "245": read_title,
            "773": read_host,
            "100": lambda f: names.read_person(f, "700"),
            "700": names.read_other_person,
            "110": lambda f: names.read_body(f, "710"),
            "111": lambda f: names.read_body(f, "710"),
            "710": names.read_other_body,
            "711": names.read_other_body,
            "600": names.read_subject,
        },
        mapped={
            "245": TITLE_CODES,
            "773": frozenset("atdxzgw"),
            **dict.fromkeys(("100", "700"), NAME_CODES),
            **dict.fromkeys(("110", "111", "710", "711"), BODY_CODES),
            "600": NAME_CODES | frozenset("xyzv02"),
        },
        groups=[(CODED_MARC21, coded.from_marc21)],
        stays=_local,
        complete=_complete_unimarc,
    )
    writing = rows.writing(
        lines,
        singles={
            "200": write_title,
            "700": lambda f: names.write_person(f, "100"),
            "701": lambda f: names.write_person(f, "700"),
            "702": lambda f: names.write_person(f, "700"),
            "710": lambda f: names.write_body(f, "1"),
            "711": lambda f: names.write_body(f, "7"),
            "712": lambda f: names.write_body(f, "7"),
            "600": names.write_subject,
        },
        groups=[
            (CODED_UNIMARC, coded.to_marc21),
            (frozenset({"461", "462", "463"}), write_host),
        ],
        stays=_local,
        complete=_complete_marc21,
    )
    return Crosswalk(Dialect.MARC21, reading, writing)


def _local(f: Field) -> list[Field]:
    """9XX are a library's own in both dialects."""
    return [f] if f.tag[0] == "9" else []


def _complete_unimarc(marc: MarcRecord) -> None:
    if not marc.leader:
        marc.leader = coded.leader_of("a", "m")


def _complete_marc21(marc: MarcRecord) -> None:
    """Leader and 008 are made with the other coded data: nothing is missing."""


def _trim(text: str) -> str:
    return ISBD_END.sub("", text)


def read_title(f: Field) -> list[Field]:
    """245 as 200: what stands after ``=`` is parallel, after ``/`` responsibility."""
    pairs: list[tuple[str, str]] = []
    before = ""
    for code, value in f.subfields:
        text = _trim(value)
        if code == "c":
            first, *others = unstopped(text).split(" ; ")
            pairs += [("f", first), *(("g", other) for other in others)]
        elif code == "b":
            pairs.append(("d" if before.rstrip().endswith("=") else "e", unstopped(text)))
        elif code == "h":
            bracketed = _bracketed.match(text)
            pairs.append(("b", bracketed.group(1) if bracketed else text))
        elif code in {"a", "n", "p"}:
            pairs.append(
                (
                    {"a": "a", "n": "h", "p": "i"}[code],
                    text.removesuffix(".") if code != "a" else unstopped(text),
                )
            )
        before = value
    pairs = [(code, value) for code, value in pairs if value]
    indicator = f.indicators[:1] if f.indicators[:1] in {"0", "1"} else "1"
    return [Field("200", f"{indicator} ", pairs)] if pairs else []


def write_title(f: Field) -> list[Field]:
    """200 as 245, with the ISBD marks MARC21 writes."""
    marks = {"e": " :", "d": " =", "f": " /", "g": " ;", "h": ".", "i": ",", "a": " ;", "c": "."}
    codes = {
        "a": "a",
        "b": "h",
        "d": "b",
        "e": "b",
        "f": "c",
        "g": "c",
        "h": "n",
        "i": "p",
        "c": "b",
    }
    pairs: list[tuple[str, str]] = []
    for code, value in f.subfields:
        if code not in codes:
            continue
        to, text = codes[code], f"[{value}]" if code == "b" else value
        if code == "g" and pairs and pairs[-1][0] == "c":
            pairs[-1] = ("c", f"{pairs[-1][1]} ; {text}")
            continue
        if pairs and code != "b":
            said = pairs[-1][1]
            pairs[-1] = (
                pairs[-1][0],
                said if said.endswith(".") and marks[code] == "." else said + marks[code],
            )
        pairs.append(("b" if to == "a" and pairs else to, text))
    indicator = f.indicators[:1] if f.indicators[:1] in {"0", "1"} else "1"
    return [Field("245", f"{indicator}0", pairs)] if pairs else []


class _Names:
    """Persons and bodies: ``Surname, Given`` in one subfield against parts in several."""

    def __init__(self, relators: Mapping[str, str]) -> None:
        self.relators = relators
        self.letters = {number: letters for letters, number in reversed([*relators.items()])}

    def read_person(self, f: Field, tag: str) -> list[Field]:
        """1XX/7XX $a as surname, initials and full given names."""
        pairs: list[tuple[str, str]] = []
        inverted = "0"
        for code, value in f.subfields:
            text = _trim(value)
            if code == "a":
                surname, comma, given = text.partition(", ")
                inverted = "1" if comma else "0"
                pairs.append(("a", surname))
                pairs += _given(given) if comma else []
            elif code == "q":
                pairs.append(("g", text.strip("()")))
            elif code in {"b", "c", "d"}:
                pairs.append(
                    (
                        {"b": "d", "c": "c", "d": "f"}[code],
                        text.removesuffix(".") if code == "d" else text,
                    )
                )
            elif code in {"e", "4"}:
                pairs += self._role(text)
        return [Field(tag, f" {inverted}", pairs)] if pairs else []

    def read_other_person(self, f: Field) -> list[Field]:
        """700: an author of equal rank, or somebody with another role."""
        (made,) = self.read_person(f, "701") or [Field("701", "  ", [])]
        role = made.get("4")
        made.tag = "701" if role in {"", "070"} else "702"
        return [made] if made.subfields else []

    def read_subject(self, f: Field) -> list[Field]:
        """600 with its subdivisions."""
        made = self.read_person(
            Field(f.tag, f.indicators, [p for p in f.subfields if p[0] not in "e4"]), "600"
        )
        codes = {"x": "x", "z": "y", "y": "z", "v": "j", "0": "3", "2": "2"}
        for one in made:
            one.subfields += [(codes[c], _trim(v)) for c, v in f.subfields if c in codes]
        return made

    def write_person(self, f: Field, tag: str) -> list[Field]:
        """Parts of a name as MARC21 joins them."""
        surname, given = f.get("a"), f.get("g") or f.get("b")
        if not surname:
            return []
        pairs = [("a", f"{surname}, {given}" if given else surname)]
        pairs += [("b", v) for v in f.all("d")] + [("c", v) for v in f.all("c")]
        pairs += [("d", v) for v in f.all("f")]
        for role in f.all("4"):
            letters = self.letters.get(role[:3])
            pairs += [("4", letters)] if letters else []
        return [Field(tag, f"{'1' if f.indicators[1:] == '1' else '0'} ", pairs)]

    def write_subject(self, f: Field) -> list[Field]:
        """600 with its subdivisions."""
        made = self.write_person(f, "600")
        codes = {"x": "x", "y": "z", "z": "y", "j": "v", "3": "0", "2": "2"}
        for one in made:
            one.indicators = one.indicators[:1] + "4"
            one.subfields = [p for p in one.subfields if p[0] != "4"]
            one.subfields += [(codes[c], v) for c, v in f.subfields if c in codes]
        return made

    def read_body(self, f: Field, tag: str) -> list[Field]:
        """110 or 111 as 710: the first indicator tells an event."""
        codes = {"a": "a", "b": "b", "n": "d", "d": "f", "c": "e"}
        pairs = [
            (codes[c], _trim(v).removesuffix(".") if c in "ab" else _trim(v))
            for c, v in f.subfields
            if c in codes
        ]
        for code, value in f.subfields:
            if code in {"e", "4"}:
                pairs += self._role(_trim(value))
        event = "1" if f.tag.endswith("11") else "0"
        return [Field(tag, f"{event}2", pairs)] if pairs else []

    def read_other_body(self, f: Field) -> list[Field]:
        """710 or 711 as 711, or 712 with a role."""
        (made,) = self.read_body(f, "711") or [Field("711", "  ", [])]
        made.tag = "712" if made.get("4") else "711"
        return [made] if made.subfields else []

    def write_body(self, f: Field, block: str) -> list[Field]:
        """A body or, by its first indicator, an event."""
        event = f.indicators[:1] == "1"
        codes = {"a": "a", "b": "b", "d": "n", "f": "d", "e": "c"}
        pairs = [(codes[c], v) for c, v in f.subfields if c in codes]
        pairs += [("4", self.letters[r[:3]]) for r in f.all("4") if r[:3] in self.letters]
        return [Field(f"{block}1{'1' if event else '0'}", "2 ", pairs)] if pairs else []

    def _role(self, text: str) -> list[tuple[str, str]]:
        number = self.relators.get(text.strip(" .,").lower())
        return [("4", number)] if number else []


def _given(given: str) -> list[tuple[str, str]]:
    if _initials.fullmatch(given.strip()):
        return [("b", given)]
    initials = " ".join(f"{word[0]}." for word in given.split() if word[0].isalpha())
    return [("b", initials), ("g", given)] if initials else [("b", given)]


def in_own_script(marc: MarcRecord) -> tuple[MarcRecord, list[str]]:
    """A record whose fields are in the script of the document: 880 and what it stands for change.

    Returns:
        The record, and its title in Latin letters, to be kept as another one: it is found by it.
    """
    titles = [_trim(f.get("a")) for f, _ in _pairs(marc) if f.tag == "245"]
    changed = dict[int, Field]()
    for f, other in _pairs(marc):
        link = _linked.match(other.get("6"))
        place = link[0] if link else ""
        script = other.get("6").removeprefix(place)
        own = [("6", f"{f.get('6')}{_CHANGED}{script}"), *other.subfields[1:]]
        changed[id(f)] = Field(f.tag, other.indicators, own)
        changed[id(other)] = Field("880", f.indicators, [("6", place), *f.subfields[1:]])
    return MarcRecord(marc.leader, [changed.get(id(f), f) for f in marc.fields]), titles


def in_latin(marc: MarcRecord) -> MarcRecord:
    """The way back: what `in_own_script` changed, and no title it added."""
    changed, added = dict[int, Field](), list[str]()
    for f, other in _pairs(marc):
        link, mark, script = f.get("6").partition(_CHANGED)
        if mark:
            romanised = [("6", link), *other.subfields[1:]]
            changed[id(f)] = Field(f.tag, other.indicators, romanised)
            own = [("6", other.get("6") + script), *f.subfields[1:]]
            changed[id(other)] = Field("880", f.indicators, own)
            added += [_trim(other.get("a"))] if f.tag == "245" else []
    fields = [changed.get(id(f), f) for f in marc.fields]
    for title in added:
        ours = [f for f in fields if f.tag == "246" and f.subfields == [("a", title)]]
        fields = [f for f in fields if f is not (ours[-1] if ours else None)]
    return MarcRecord(marc.leader, fields)


def _pairs(marc: MarcRecord) -> list[tuple[Field, Field]]:
    """Fields, and the 880 each is linked with; of both the link stands first."""
    others = {place.groups(): f for f in marc.each("880") if (place := _linked.match(_link_of(f)))}
    named = ((f, _linked.match(_link_of(f))) for f in marc.fields if f.tag != "880")
    found = ((f, others.get((f.tag, link[2]))) for f, link in named if link and link[1] == "880")
    return [(f, other) for f, other in found if other is not None]


def _link_of(f: Field) -> str:
    return f.subfields[0][1] if f.subfields and f.subfields[0][0] == "6" else ""


def volume_of_set(marc: MarcRecord, foreign: MarcRecord) -> None:
    """773 of a volume names its set: 461, where an article has its source (463)."""
    numbers = [value for f in foreign.each("773") for value in f.all("g")]
    if marc.leader[7:8] != "m" or not any(map(_volume.match, numbers)):
        return
    for at, f in enumerate(marc.fields):
        if f.tag == "463":
            marc.fields[at] = Field("461", f.indicators, f.subfields)
            marc.leader = f"{marc.leader[:8]}2{marc.leader[9:]}"


def read_host(f: Field) -> list[Field]:
    """773 as 463 with embedded fields; the place in the host stands in 200$v."""
    inside: list[Field] = [Field("001", "", [("", v)]) for v in f.all("w")[:1]]
    inside += [Field("010", "  ", [("a", v)]) for v in f.all("z")[:1]]
    inside += [Field("011", "  ", [("a", v)]) for v in f.all("x")[:1]]
    title = [("a", _trim(v)) for v in f.all("t")[:1]] + [("v", v) for v in f.all("g")[:1]]
    inside += [Field("200", "1 ", title)] if title else []
    inside += [Field("210", "  ", [("d", v)]) for v in f.all("d")[:1]]
    inside += [Field("700", " 1", [("a", _trim(v))]) for v in f.all("a")[:1]]
    return [linked("463", " 0" if f.indicators[:1] == "1" else " 1", inside)] if inside else []


def write_host(sources: Sequence[Field]) -> list[Field]:
    """461 to 463 as one 773 for each piece, the serial's title first."""
    wholes = [f for f in sources if f.tag in {"461", "462"}]
    pieces = [f for f in sources if f.tag == "463"] or wholes[:1]
    out = []
    for piece in pieces:
        whole = wholes[0] if wholes and piece not in wholes else None
        pairs = _host_pairs(piece, whole)
        if pairs:
            out.append(Field("773", "0 " if piece.indicators[1:] != "0" else "1 ", pairs))
    return out


def _host_pairs(piece: Field, whole: Field | None) -> list[tuple[str, str]]:
    def said(f: Field | None, tag: str, code: str) -> str:
        inside = f.embedded() if f is not None else []
        return next(
            (v for one in inside if one.tag == tag for c, v in one.subfields if c == code), ""
        )

    top = whole if whole is not None else piece
    pairs = [("a", said(top, "700", "a")), ("t", said(top, "200", "a"))]
    year, volume = said(piece, "210", "d"), said(piece, "200", "v")
    if whole is not None:
        about = ". ".join(filter(None, (year, said(piece, "200", "a"), volume)))
        pairs.append(("g", about))
    else:
        pairs += [("d", year), ("g", volume)]
    pairs += [("x", said(top, "011", "a")), ("z", said(top, "010", "a"))]
    pairs.append(("w", said(top, "001", "") or said(piece, "001", "")))
    return [(code, value) for code, value in pairs if value]
