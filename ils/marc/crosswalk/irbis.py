"""ИРБИС64 ↔ UNIMARC: kinds of record, extents, sets and sources, which a table cannot say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from ils.marc.crosswalk import coded, rows, table
from ils.marc.crosswalk.engine import LEADER, Crosswalk
from ils.marc.record import Dialect, Field, MarcRecord, linked

#: Field 920 → leader/7, leader/8 (research: ИРБИС worksheets).
WORKSHEETS = {
    "PAZK": "m0", "PVK": "m0", "SPEC": "m2", "ASP": "a2", "J": "s1", "NJ": "m2", "NJP": "m2",
    "NJK": "m0", "MUSP": "m0",
}  # fmt: skip
LEVELS = {"a": "ASP", "s": "J", "m2": "SPEC"}
#: 9XX fields whose whole value is text outside subfields: in UNIMARC it stands in $a.
PLAIN_LOCAL = frozenset(
    {"903", "906", "908", "920", "933", "934", "935", "936", "993", "999", "902"}
)
SET_CODES = frozenset("xbcefghzdijp")
SOURCE_CODES = frozenset("cjgdsvh")
PAGES = "с."

_number = re.compile(r"\d+")
_date = re.compile(r"(19|20)\d{6}")


@cache
def crosswalk() -> Crosswalk:
    """The crosswalk of ``config/conversion/irbis.toml``."""
    lines, _ = table.load(Dialect.IRBIS)
    local_read = dict.fromkeys(PLAIN_LOCAL, read_plain)
    local_write = dict.fromkeys(PLAIN_LOCAL, write_plain)
    reading = rows.reading(
        lines,
        singles={
            "215": read_extent,
            "463": read_source,
            "330": read_contents,
            LEADER: _gone,
            **local_read,
        },
        mapped={
            "215": frozenset({"a", "1", "c", "d", "e"}),
            "463": SOURCE_CODES,
            "330": frozenset("cfg"),
            **dict.fromkeys(PLAIN_LOCAL, frozenset({"", *"abcdefghijklmnopqrstuvwxyz0123456789"})),
        },
        groups=[(frozenset({"200", "461"}), read_title)],
        stays=lambda f: _local(f, "  "),
        complete=_complete_unimarc,
        derived=frozenset({LEADER, "001", "100"}),
    )
    writing = rows.writing(
        lines,
        singles={"215": write_extent, **local_write},
        groups=[
            (frozenset({"200", "461", "463"}), write_title),
        ],
        stays=lambda f: _local(f, ""),
        complete=_complete_irbis,
        derived=frozenset({"920", "900"}),
    )
    return Crosswalk(Dialect.IRBIS, reading, writing)


#: The day of an issue: 12 мамыр, 5 января; not 3-4, 12а or 5 (12 мая).
_day = re.compile(
    r"(?i)\d+\s+(январ|феврал|март|апрел|ма[йя]|июн|июл|август|сентябр|октябр|ноябр|декабр|қаңтар"
    r"|ақпан|наурыз|сәуір|мамыр|маусым|шілде|тамыз|қыркүйек|қазан|қараша|желтоқсан)"
)
#: Pages that say in which language they are counted.
_counted = re.compile(r"(?i)\d[\d\s,–-]*(б|бб|бет|беттер|с|стр|p|pp)\b")


def _local(f: Field, indicators: str) -> list[Field]:
    """9XX are a library's own in both dialects; ИРБИС has no indicators."""
    own = (
        len(f.tag) == len("910")
        and f.tag[0] == "9"
        and all(code == code.lower() != "" for code, _ in f.subfields)
    )
    return [Field(f.tag, indicators, f.subfields)] if own else []


def _gone(f: Field) -> list[Field]:
    del f
    return []


def read_plain(f: Field) -> list[Field]:
    """A local field whose value has no subfields: the value goes to $a."""
    if len(f.subfields) == 1 and f.subfields[0][0] == "":
        return [Field(f.tag, "  ", [("a", f.subfields[0][1])])]
    return []


def write_plain(f: Field) -> list[Field]:
    """The same, back."""
    only = len(f.subfields) == 1 and f.subfields[0][0] == "a"
    return [Field(f.tag, "", [("", f.subfields[0][1])])] if only else []


def read_extent(f: Field) -> list[Field]:
    """215: a bare number of pages gets its unit."""
    pairs: list[tuple[str, str]] = []
    unit = f.get("1") or PAGES
    for code, value in f.subfields:
        if code == "a":
            pairs.append(("a", f"{value} {unit}" if value.strip()[-1:].isdigit() else value))
        elif code in {"c", "d", "e"}:
            pairs.append((code, value))
    return [Field("215", "  ", pairs)] if pairs else []


def write_extent(f: Field) -> list[Field]:
    """The same, back: ``256 с.`` is a bare number there."""
    pairs: list[tuple[str, str]] = []
    for code, value in f.subfields:
        number, _, unit = value.partition(" ")
        if code == "a" and number.isdigit() and unit:
            pairs += [("a", number)] if unit == PAGES else [("a", number), ("1", unit)]
        elif code in {"a", "c", "d", "e"}:
            pairs.append((code, value))
    return [Field("215", "", pairs)] if pairs else []


def read_contents(f: Field) -> list[Field]:
    """330 there is a work inside the document: a line of contents here."""
    said = " / ".join(filter(None, (f.get("c"), f.get("f") or f.get("g"))))
    return [Field("327", "1 ", [("a", said)])] if said else []


def read_title(sources: Sequence[Field]) -> list[Field]:
    """200 with the number of a volume, and 461 of the set it belongs to."""
    own = next((f for f in sources if f.tag == "200"), None)
    whole = next((f for f in sources if f.tag == "461"), None)
    number = own.get("v") if own is not None else ""
    out = []
    if own is not None:
        pairs = [(c, v) for c, v in own.subfields if c in "abefgdhi" and c]
        significant = bool(own.get("a"))
        if not significant and number:
            pairs.insert(0, ("a", number))
        if pairs:
            out.append(Field("200", "1 " if significant else "0 ", pairs))
    if whole is not None:
        inside = [
            Field("010", "  ", [("a", v) for v in whole.all("i")[:1]]),
            Field("011", "  ", [("a", v) for v in whole.all("j")[:1]]),
            Field("200", "1 ", [
                *(({"c": "a"}.get(c, c), v) for c, v in whole.subfields if c in "cef" and c),
                *([("v", number)] if number else []),
            ]),
            Field("205", "  ", [("a", v) for v in whole.all("p")[:1]]),
            Field("210", "  ", [
                *(("a", v) for v in whole.all("d")), *(("c", v) for v in whole.all("g")),
                *([("d", f"{whole.get('h')}-{whole.get('z')}")] if whole.get("h") else []),
            ]),
            Field("700", " 1", [("a", v) for v in whole.all("x")[:1]]),
        ]  # fmt: skip
        if any(f.subfields for f in inside):
            out.append(linked("461", " 0", [f for f in inside if f.subfields]))
    return out


def read_source(f: Field) -> list[Field]:
    """463, the source of an article: 461 and 463 for an issue, 463 alone for a book."""
    title, pages = f.get("c"), f.get("s")
    named = _counted.match(pages)  # 5 б.
    pages = f"С. {pages}" if pages[:1].isdigit() and not named else pages
    number = ", ".join(filter(None, (_labelled("Т. ", f.get("v")), _labelled("№ ", f.get("h")))))
    where = [("v", pages)] if pages else []
    if not title and not number and not where:
        return []
    if not (number or not (f.get("g") or f.get("d"))):
        inside = [
            Field("200", "1 ", [*([("a", title)] if title else []), *where]),
            Field("210", "  ", [
                *(("a", v) for v in f.all("d")), *(("c", v) for v in f.all("g")),
                *(("d", v) for v in f.all("j")),
            ]),
        ]  # fmt: skip
        return [linked("463", " 0", [one for one in inside if one.subfields])]
    issue = [
        *(Field("001", "", [("", v)]) for v in f.all("w")[:1]),
        Field("200", "0 ", [*([("a", number)] if number else []), *where]),
        Field("210", "  ", [("d", v) for v in f.all("j")]),
    ]
    host = [linked("461", " 0", [Field("200", "1 ", [("a", title)])])] if title else []
    return [*host, linked("463", " 0", [one for one in issue if one.subfields])]


def _labelled(word: str, number: str) -> str:
    """12 is a number of the issue, 12 мамыр is its day."""
    bare = number[:1].isdigit() and not _day.match(number)
    return f"{word}{number}" if bare else number


def write_title(sources: Sequence[Field]) -> list[Field]:
    """200 of a record with the set it is in (461), or with the source it was printed in (463)."""
    own = next((f for f in sources if f.tag == "200"), None)
    wholes = [f for f in sources if f.tag == "461"]
    pieces = [f for f in sources if f.tag == "463"]
    number = _inside(wholes[0], "200", "v") if wholes and not pieces else ""
    out = []
    if own is not None:
        pairs = [(c, v) for c, v in own.subfields if c in "abefgdhi" and c]
        if own.indicators[:1] == "0" and pairs[:1] == [("a", number)]:
            pairs = pairs[1:]
        pairs += [("v", number)] if number else []
        out.append(Field("200", "", pairs))
    if pieces:
        return out + [_source(piece, wholes[0] if wholes else None) for piece in pieces]
    for whole in wholes:
        first, _, last = _inside(whole, "210", "d").partition("-")
        said = [
            ("x", _inside(whole, "700", "a")), ("c", _inside(whole, "200", "a")),
            ("e", _inside(whole, "200", "e")), ("f", _inside(whole, "200", "f")),
            ("g", _inside(whole, "210", "c")), ("d", _inside(whole, "210", "a")),
            ("h", first), ("z", last), ("i", _inside(whole, "010", "a")),
            ("j", _inside(whole, "011", "a")), ("p", _inside(whole, "205", "a")),
        ]  # fmt: skip
        out.append(Field("461", "", [(c, v) for c, v in said if v]))
    return out


def _source(piece: Field, whole: Field | None) -> Field:
    pages = _inside(piece, "200", "v").removeprefix("С. ").removeprefix("с. ")
    year = _inside(piece, "210", "d")
    if whole is None:
        said = [
            ("c", _inside(piece, "200", "a")), ("j", year), ("g", _inside(piece, "210", "c")),
            ("d", _inside(piece, "210", "a")), ("s", pages),
        ]  # fmt: skip
    else:
        volume, _, number = _inside(piece, "200", "a").rpartition(", ")
        said = [
            ("c", _inside(whole, "200", "a")), ("j", year), ("v", volume.removeprefix("Т. ")),
            ("h", number.removeprefix("№ ")), ("s", pages),
        ]  # fmt: skip
    return Field("463", "", [(c, v) for c, v in said if v])


def _inside(f: Field, tag: str, code: str) -> str:
    """The first value of an embedded subfield."""
    return next((one.get(code) for one in f.embedded() if one.tag == tag and one.get(code)), "")


def _complete_unimarc(marc: MarcRecord) -> None:
    """Leader, 001 and 100 follow from 920, 900, 903 and 907."""
    level = WORKSHEETS.get(marc.get("920", "a").strip().upper(), "m0")
    kind = marc.get("900", "t").strip().lower()[:1] or "a"
    if not marc.leader.strip():
        marc.leader = coded.leader_of(kind if kind.isalpha() and kind.isascii() else "a", *level)
    if not marc.get("001") and (key := marc.get("903", "a").strip()):
        marc.fields.append(Field("001", "", [("", key)]))
    if not marc.get("100", "a"):
        entered = next(
            (v for v in (f.get("a") for f in marc.each("907")) if _date.fullmatch(v)), ""
        )
        years = [*(f.get("d") for f in marc.each("210")), marc.get("934", "a")]
        years += [_inside(f, "210", "d") for f in marc.each("463")]
        found = next((m.group() for y in years if (m := re.search(r"\d{4}", y))), "")
        date_type = ("a" if level[0] == "s" else "d") if found else "u"
        second = "9999" if date_type == "a" else ""
        text = coded.general(entered, date_type, found, second, "u", "y")
        marc.fields.append(Field("100", "  ", [("a", text)]))


def _complete_irbis(marc: MarcRecord) -> None:
    """920 and 900 follow from the leader where the record does not have them."""
    leader, marc.leader = marc.leader.ljust(24), ""
    if not any(marc.each("920")):
        level = LEVELS.get(leader[7]) or LEVELS.get(leader[7:9], "PAZK")
        marc.fields.append(Field("920", "", [("", level)]))
    kind = leader[6].strip() or "a"
    if kind != "a" and not any(marc.each("900")):
        marc.fields.append(Field("900", "", [("t", kind)]))
