"""What is wrong with a record: while it is typed, and over the whole catalogue."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator
from dataclasses import dataclass

from ils.catalog.identifiers import isbn13, issn_is_right
from ils.catalog.records.links import host_of
from ils.catalog.records.rules import title_of
from ils.catalog.worksheets.definitions import Sub, Worksheet, Worksheets
from ils.marc import fields, subfields
from ils.marc.code_lists import is_country, is_language
from ils.marc.record import Field, MarcRecord

LATEST_YEAR = 2100
CODED_WIDTHS = {"100": 36, "105": 13, "110": 11}
#: Fields whose words are looked at for letters of two alphabets.
TEXT_FIELDS = (
    "200",
    "205",
    "210",
    "225",
    "300",
    "330",
    "606",
    "607",
    "610",
    "700",
    "701",
    "702",
    "710",
)

_udc = re.compile(
    r"[0-9]{1,3}(\.[0-9]{1,3})*([-./:+=\[\]()\"'*0-9A-Za-zА-Яа-яӘәҒғҚқҢңӨөҰұҮүҺһІі \u2013,]*)"
)
_bbk = re.compile(r"([0-9]{1,2}(\.[0-9а-я]+)*|[А-ЯЁ][0-9]*).*")
#: Letters Kazakh has and Russian has not.
_KAZAKH = set("әғқңөұүһ")
_too_long = re.compile(r"\d{5}")
_year = re.compile(r"(?<!\d)(\d{4})(?!\d)")
_date8 = re.compile(r"\d{8}")
_word = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True)
class RecordFault:
    """Something to mend: a code of ``LABELS["problem"]``, where, and what was found."""

    code: str
    place: str
    detail: str = ""


def has_title(marc: MarcRecord) -> bool:
    """Whether a record names its document; none is saved without."""
    return any(f.has_text() for f in marc.each("200")) or title_of(marc) != ""


def problems(marc: MarcRecord, worksheet: Worksheet, sheets: Worksheets) -> list[RecordFault]:
    """Everything wrong with a record, in the order of its fields."""
    found = [*_missing(marc, worksheet), *_values(marc), *_codes(marc, worksheet, sheets)]
    found += [*_mixed(marc), *_format(marc), *_disagreeing(marc)]
    return sorted(found, key=lambda problem: problem.place)


def _missing(marc: MarcRecord, worksheet: Worksheet) -> Iterator[RecordFault]:
    for tag, sub in worksheet.required():
        there = list(marc.each(tag))
        if any(_says(f, sub) for f in there) or _elsewhere(marc, tag):
            continue
        by_number = sub.embedded is not None and any(host_of(f).strip() for f in there)
        if not by_number:  # who names a whole by its number has its title there
            yield RecordFault("missing", f"{tag}${sub.key}")
    if not marc.leader[6:8].strip():
        yield RecordFault("missing", "LDR")


def _says(f: Field, sub: Sub) -> bool:
    if sub.embedded is None:
        return any(value.strip() for value in f.all(sub.key))
    tag, code = sub.embedded
    return any(v.strip() for one in f.embedded() if one.tag == tag for v in one.all(code)) or (
        (tag, code) == ("200", "a") and bool(f.get("t").strip())
    )


def _elsewhere(marc: MarcRecord, tag: str) -> bool:
    """An article of a book has its source in 463 alone, of a journal in 461 too; 214 is a 210."""
    if tag == "210" and any(f.tag == "214" for f in marc.imprints()):
        return True
    return tag == "463" and any(marc.each("461")) and not any(marc.each("463"))


def _values(marc: MarcRecord) -> Iterator[RecordFault]:
    for f in marc.fields:
        if f.tag == "010":
            yield from (
                RecordFault("bad_isbn", "010$a", v)
                for v in f.all("a")
                if v.strip() and not isbn13(v)
            )
        elif f.tag == "011":
            yield from (
                RecordFault("bad_issn", "011$a", v)
                for v in f.all("a")
                if v.strip() and not issn_is_right(v)
            )
        elif f.tag == "225":
            wrong = (v for v in f.all("x") if v.strip() and not issn_is_right(v))
            yield from (RecordFault("bad_issn", "225$x", v) for v in wrong)
        elif f.tag == "675":
            yield from (
                RecordFault("bad_udc", "675$a", v)
                for v in f.all("a")
                if v.strip() and not _udc.fullmatch(v.strip())
            )
        elif f.tag == "686" and "bbk" in f.get("2").lower():
            yield from (
                RecordFault("bad_bbk", "686$a", v)
                for v in f.all("a")
                if v.strip() and not _bbk.fullmatch(v.strip())
            )
        elif f.tag in {"210", "214"}:
            years = (v for v in f.all("d") if _strange_year(v))
            yield from (RecordFault("bad_year", f"{f.tag}$d", v) for v in years)
        elif f.tag in {"105", "110"} and len(f.get("a")) not in {0, CODED_WIDTHS[f.tag]}:
            yield RecordFault("bad_length", f"{f.tag}$a", str(len(f.get("a"))))
        elif f.tag == "100":
            yield from _general(f)


def _format(marc: MarcRecord) -> Iterator[RecordFault]:
    """What the format does not have: a field, an indicator, a code, a field twice."""
    for f in marc.fields:
        if not fields.is_known(f.tag):
            yield RecordFault("unknown_field", f.tag)
        elif fields.wrong_indicators(f.tag, f.indicators):
            yield RecordFault("bad_indicator", f.tag, f.indicators.replace(" ", "#"))
        yield from (
            RecordFault("unknown_subfield", f"{f.tag}${code}") for code in subfields.unknown(f)
        )
        yield from (
            RecordFault("repeated_subfield", f"{f.tag}${code}") for code in subfields.repeated(f)
        )
        wrong = [code for code, _ in f.subfields if not fields.is_code(code)]
        if wrong:
            yield RecordFault("bad_subfield", f.tag, ", ".join(f"${code}" for code in wrong[:3]))
    yield from (RecordFault("stands_once", tag) for tag in fields.repeated(marc))


def _disagreeing(marc: MarcRecord) -> Iterator[RecordFault]:
    """What two places of a record say differently: the language, the year."""
    title = " ".join(value for f in marc.each("200") for value in f.all("a", "e"))
    languages = [value for f in marc.each("101") for value in f.all("a")]
    if languages == ["rus"] and _KAZAKH & set(title.lower()):
        yield RecordFault("other_language", "101$a", "rus")
    coded, printed = (
        marc.get("100", "a")[9:13],
        _year.findall(next((f.get("d") for f in marc.imprints()), "")),
    )
    if coded.isdigit() and printed and coded not in printed:
        yield RecordFault("year_differs", "100$a", f"{coded} ≠ {printed[0]}")


def _strange_year(text: str) -> bool:
    if _too_long.search(text):
        return True
    years = [int(year) for year in _year.findall(text)]
    return any(not 1450 <= year <= LATEST_YEAR and year != 9999 for year in years)


def _general(f: Field) -> Iterator[RecordFault]:
    text = f.get("a")
    if len(text) != CODED_WIDTHS["100"]:
        yield RecordFault("bad_length", "100$a", str(len(text)))
    entered = text[:8]
    if entered.strip() and not (
        _date8.fullmatch(entered) and entered[4:6] <= "12" and entered[6:8] <= "31"
    ):
        yield RecordFault("bad_date", "100$a", entered)


def _codes(marc: MarcRecord, worksheet: Worksheet, sheets: Worksheets) -> Iterator[RecordFault]:
    for form in worksheet.fields():
        for sub in form.subfields:
            known = sheets.lists.get(sub.list, {})
            if not sub.list or sub.list in {
                "gmd",
                "local_rubrics",
                "languages",
                "countries",
                "roles",
            }:
                continue
            for f in marc.each(form.tag):
                text = (
                    f.get("a")[sub.positions[0]]
                    if sub.positions and len(f.get("a")) > sub.positions[0]
                    else ""
                )
                if text.strip(" |") and text not in known:
                    yield RecordFault("bad_code", f"{form.tag}${sub.key}", text)
    roles = sheets.lists.get("roles", {})
    for f in marc.each("700", "701", "702", "710", "711", "712"):
        odd = (v.strip() for v in f.all("4"))
        yield from (RecordFault("bad_code", f"{f.tag}$4", v) for v in odd if _no_role(v, roles))
    for tag, codes, is_known in (("101", "ac", is_language), ("102", "a", is_country)):
        values = (v.strip() for f in marc.each(tag) for v in f.all(*codes))
        yield from (RecordFault("bad_code", f"{tag}$a", v) for v in values if v and not is_known(v))


def _no_role(code: str, known: Container[str]) -> bool:
    """Whether a code of a role is none: three digits are, whatever the list of the library."""
    return code != "" and code not in known and not re.fullmatch(r"\d{3}", code)


def _mixed(marc: MarcRecord) -> Iterator[RecordFault]:
    """Words with letters of two alphabets: a Latin ``c`` typed in a Russian word."""
    for f in marc.each(*TEXT_FIELDS):
        for code, value in f.subfields:
            if code.isalpha():
                words = [word for word in _word.findall(value) if _of_two_alphabets(word)]
                if words:
                    yield RecordFault("mixed_letters", f"{f.tag}${code}", ", ".join(words[:3]))


def _of_two_alphabets(word: str) -> bool:
    cyrillic = latin = False
    for char in word:
        if "\u0400" <= char <= "\u04ff":
            cyrillic = True
        elif char.isascii() or unicodedata.name(char, "").startswith("LATIN"):
            latin = True
    return cyrillic and latin
