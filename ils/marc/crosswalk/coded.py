"""Leader and coded data: UNIMARC 100, 101, 102, 105, 106, 110 against MARC21 008, 041.

Positions: UNIMARC Manual (IFLA 2008) and MARC 21 Format for Bibliographic Data.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ils.marc.crosswalk.engine import LEADER
from ils.marc.record import Field

TYPE_TO_MARC21 = {"a": "a", "b": "t", "l": "m", "m": "o"}
TYPE_FROM_MARC21 = {"t": "b", "m": "l", "o": "m"}
DATE_FROM_MARC21 = dict(zip("cdusrqmtpen", "abcdefghijx", strict=True)) | {"n": "u", "i": "g"}
DATE_TO_MARC21 = dict(zip("abcdefghijku", "cdusrqmtpetn", strict=True))
AUDIENCE_FROM_MARC21 = {
    "j": "a",
    "a": "b",
    "b": "c",
    "c": "d",
    "d": "e",
    "f": "k",
    "e": "m",
    "g": "m",
}
AUDIENCE_TO_MARC21 = {"a": "j", "b": "a", "c": "b", "d": "c", "e": "d", "k": "f", "m": "g"}
GOVERNMENT_FROM_MARC21 = {"f": "a", "s": "b", "l": "d", "i": "f", " ": "y", "m": "e", "c": "b"}
GOVERNMENT_TO_MARC21 = {"a": "f", "b": "s", "d": "l", "f": "i", "y": " ", "e": "m"}
FREQUENCY_FROM_MARC21 = dict(zip("dcwbsmqfagtih", "abcehijkfnomd", strict=False))
COUNTRIES = {
    "kz": "KZ", "ru": "RU", "uz": "UZ", "kg": "KG", "un": "UA", "bw": "BY", "ge": "DE", "gw": "DE",
    "fr": "FR", "it": "IT", "sp": "ES", "cc": "CN", "ja": "JP", "pl": "PL", "tu": "TR", "nz": "NZ",
    "enk": "GB", "xxk": "GB", "xxu": "US", "nyu": "US", "mau": "US", "cau": "US", "at": "AU",
}  # fmt: skip
COUNTRY_CODES = {"KZ": "kz", "RU": "ru", "SU": "ru", "UZ": "uz", "KG": "kg", "UA": "un",
    "BY": "bw", "DE": "gw", "FR": "fr", "IT": "it", "ES": "sp", "CN": "cc", "JP": "ja",
    "PL": "pl", "TR": "tu", "NZ": "nz", "GB": "xxk", "US": "xxu", "AU": "at"}  # fmt: skip
CENTURY_TURN = 60
BLANK_105 = "y   z   000yy"

_year = re.compile(r"\d{4}")
_date = re.compile(r"\d{6}")


def leader_of(kind: str, level: str, hierarchy: str = " ") -> str:
    """A UNIMARC leader; lengths are filled in by whoever writes the record."""
    return f"00000n{kind}{level}{hierarchy} 2200000   450 "


def general(  # noqa: PLR0917 -- positions of one string, in their order
    entered: str, date_type: str, first: str, second: str, audience: str, government: str
) -> str:
    """100$a: 36 positions, Russian as the language of cataloguing, UTF-8, Cyrillic."""
    return (
        f"{entered:<8.8}{date_type or 'u'}{first:<4.4}{second:<4.4}"
        f"{audience:<3.3}{government}0rusy50      ca"
    )


def from_marc21(sources: Sequence[Field]) -> list[Field]:
    """Leader, 008 and 041 as leader, 100, 101, 102, 105 or 110."""
    leader = next((f.get("") for f in sources if f.tag == LEADER), "").ljust(24)
    fixed = next((f.get("") for f in sources if f.tag == "008"), "").ljust(40)
    kind, level = TYPE_FROM_MARC21.get(leader[6], leader[6]), leader[7]
    level = {"b": "a"}.get(level, level)
    made = leader_of(kind, level)
    made = made[:5] + (leader[5] if leader[5] in "cdn" else "n") + made[6:]
    out = [Field(LEADER, "", [("", made)])]
    if fixed.strip():
        entered = fixed[:6]
        century = "19" if entered[:2] > str(CENTURY_TURN) else "20"
        entered = century + entered if _date.fullmatch(entered) else ""
        text = general(
            entered,
            DATE_FROM_MARC21.get(fixed[6], "u"),
            fixed[7:11],
            fixed[11:15],
            AUDIENCE_FROM_MARC21.get(fixed[22], "u") if level != "s" else " ",
            GOVERNMENT_FROM_MARC21.get(fixed[28], "u"),
        )
        out.append(Field("100", "  ", [("a", text)]))
    out += _languages(sources, fixed[35:38])
    if country := COUNTRIES.get(fixed[15:18].strip()):
        out.append(Field("102", "  ", [("a", country)]))
    if fixed.strip() and level == "s":
        kind = {"p": "a", "m": "b", "n": "c", "l": "e", "d": "f", "w": "g"}.get(fixed[21], "z")
        frequency = FREQUENCY_FROM_MARC21.get(fixed[18], "u")
        out.append(Field("110", "  ", [("a", f"{kind}{frequency}auu   0yy0"[:11])]))
    elif fixed.strip() and kind in "ab":
        genre = {"1": "a", "d": "b", "e": "c", "h": "d", "i": "e", "j": "f", "p": "g"}
        life = fixed[34] if fixed[34] in "abcd" else "y"
        code = (
            f"{_illustrations(fixed[18:22])}    {_bit(fixed[29])}{_bit(fixed[30])}{_bit(fixed[31])}"
        )
        out.append(Field("105", "  ", [("a", f"{code}{genre.get(fixed[33], 'y')}{life}")]))
    return out


def _illustrations(codes: str) -> str:
    return "".join(c for c in codes if c.isalpha()).ljust(4)[:4] if codes.strip() else "y   "


def _bit(code: str) -> str:
    return code if code in "01" else "0"


def _languages(sources: Sequence[Field], fixed: str) -> list[Field]:
    said = next((f for f in sources if f.tag == "041"), None)
    if said is None:
        return [Field("101", "0 ", [("a", fixed)])] if fixed.strip().isalpha() else []
    codes = {"a": "a", "h": "c", "b": "d", "e": "h", "f": "e", "g": "i", "j": "j"}
    pairs = [(codes[c], v) for c, v in said.subfields if c in codes]
    return [Field("101", f"{'1' if said.indicators[:1] == '1' else '0'} ", pairs)] if pairs else []


def to_marc21(sources: Sequence[Field]) -> list[Field]:
    """Leader, 100, 101, 102, 105, 106 and 110 as leader, 008 and 041."""
    by_tag: dict[str, Field] = {}
    for f in sources:
        by_tag.setdefault(f.tag, f)

    def code(tag: str, width: int) -> str:
        return (by_tag[tag].get("a") if tag in by_tag else "").ljust(width)

    leader = (by_tag[LEADER].get("") if LEADER in by_tag else "").ljust(24)
    kind, level = TYPE_TO_MARC21.get(leader[6], leader[6]), leader[7]
    status = leader[5] if leader[5] in "acdnp" else "n"
    made = f"00000{status}{kind}{level} a2200000 i 4500"
    data, text, serial = code("100", 36), code("105", 13), code("110", 11)
    first = [_digits(data[9:13]), _digits(data[13:17])]
    country = COUNTRY_CODES.get(code("102", 2).strip().upper(), "xx")
    languages = by_tag["101"].all("a") if "101" in by_tag else []
    frequency = {v: k for k, v in FREQUENCY_FROM_MARC21.items()}
    middle = (
        f"{frequency.get(serial[1], 'u')}u {serial[0] if serial[0] in 'abc' else ' '}".replace(
            "a", "p"
        )
        if level == "s"
        else text[:4].replace("y", " ")
    ).ljust(4)
    genre = {"a": "1", "b": "d", "c": "e", "d": "h", "e": "i", "f": "j", "g": "p"}.get(
        text[11], "0"
    )
    audience = AUDIENCE_TO_MARC21.get(data[17], " ")
    government = GOVERNMENT_TO_MARC21.get(data[20], " ")
    tail = " " * 5 if level == "s" else f"{_bit(text[8])}{_bit(text[9])}{_bit(text[10])} {genre}"
    life = text[12] if text[12] in "abcd" else " "
    fixed = (
        f"{data[2:8]:<6}{DATE_TO_MARC21.get(data[8], 'n')}{first[0]}{first[1]}"
        f"{country:<3}{middle[:4]}"
        f"{audience}     {government}{tail}{life}{(languages or ['und'])[0]:<3.3} d"
    )
    out = [Field(LEADER, "", [("", made)]), Field("008", "", [("", fixed[:40])])]
    codes = {"a": "a", "c": "h", "d": "b", "e": "f", "h": "e", "i": "g", "j": "j"}
    said = by_tag.get("101")
    if said is not None and (len(said.subfields) > 1 or said.indicators[:1] in {"1", "2"}):
        pairs = [(codes[c], v) for c, v in said.subfields if c in codes]
        translated = "1" if said.indicators[:1] == "1" else "0"
        out.append(Field("041", f"{translated} ", pairs))
    return out


def _digits(text: str) -> str:
    return text if _year.fullmatch(text) else "    "
