"""The areas of a description, each from its fields: punctuation of ГОСТ 7.1-2003 (ISBD)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum

from ils.marc.gost.words import PLACES, Words, extent
from ils.marc.record import Field, MarcRecord

#: Notes in the order they are given.
NOTES = (
    "300", "301", "302", "303", "304", "305", "306", "307", "308", "309", "310", "311", "312",
    "313", "314", "315", "316", "317", "318", "320", "321", "322", "323", "324", "325", "326",
    "327", "328", "332", "333", "334", "336", "337", "345",
)  # fmt: skip

_nonsorting = str.maketrans("", "", "\x88\x89\x98\x9c")
#: The word the note of contents begins with, which is written before it anyway.
_contents = re.compile(r"^(?:Содерж(?:ание|\.)?|Мазмұны|Contents?)\s*:\s*", re.IGNORECASE)
_open_date = re.compile(r"(\d{4})\s*[-–—]\s*$")
_open_end = re.compile(r"\s*[-–—]$")
_range = re.compile(r"(\d{4})\s*[-–—]\s*(\d{4})")


class Style(StrEnum):
    """Which standard a description follows."""

    GOST71 = "gost71"
    GOST2018 = "gost2018"


def said(text: str) -> str:
    """A value as it is printed: single blanks, no not-sorting signs."""
    return " ".join(text.translate(_nonsorting).replace("≠NSB≠", "").replace("≠NSE≠", "").split())


def join(areas: Iterable[str]) -> str:
    """Areas with ``. – `` between them; a full stop is not doubled."""
    text = ""
    for area in filter(None, areas):
        if not text:
            text = area
        else:
            text = f"{text} – {area}" if text.endswith(".") else f"{text}. – {area}"
    return text


def stopped(text: str) -> str:
    """With a full stop at its end."""
    return text if not text or text.endswith((".", "…")) else f"{text}."


def title(f: Field, style: Style) -> str:
    """Area 1 of a title field: 200, or one embedded."""
    marks = {"d": " = ", "e": " : ", "f": " / ", "g": " ; ", "h": ". ", "c": ". "}
    text, before, responsible = "", "", False
    for code, value in f.subfields:
        value = said(value)  # noqa: PLW2901 -- the same value, cleaned
        if not value:
            continue
        if code == "b":
            if style is Style.GOST71:
                text += f" [{value.strip('[]')}]"
            continue
        if code == "a":
            text += f" ; {value}" if text else value
        elif code == "i":
            text += (
                f" : {value}"
                if before == "h" and text.endswith(":")
                else f", {value}"
                if before == "h"
                else f" {value}"
                if text.endswith(".")
                else f". {value}"
            )
        elif code == "g" and not responsible:
            text += f" / {value}"
        elif code == "f" and responsible:
            text += f" ; {value}"
        elif code in marks:
            text += (
                f"{marks[code]}{value}"
                if not (text.endswith(".") and code in "hc")
                else f" {value}"
            )
        else:
            continue
        # Another title, or a part, has its own responsibility.
        before, responsible = code, code in {"f", "g"} or (responsible and code not in "cdhi")
    return text


def edition(f: Field) -> str:
    """Area 2 (205)."""
    return _marked(f, {"a": " ; ", "b": ", ", "d": " = ", "f": " / ", "g": " ; "})


def publication(f: Field, style: Style) -> str:
    """Area 4 (210): places, publishers, date; the printer in brackets."""
    text, brackets = "", ""
    for code, value in f.subfields:
        value = said(value)  # noqa: PLW2901 -- the same value, cleaned
        if not value:
            continue
        if code == "a":
            if style is Style.GOST2018:
                value = PLACES.get(value, value)  # noqa: PLW2901 -- the same place, in full
            text += f" ; {value}" if text else value
        elif code == "c":
            text += f" : {value}" if text else value
        elif code == "d":
            text += f", {dates(value)}" if text else dates(value)
        elif code in {"e", "g", "h"}:
            mark = {"e": " ; ", "g": " : ", "h": ", "}[code]
            brackets += f"{mark}{value}" if brackets else value
    for mark in (" : ", ", ", " ; "):  # what stands together in brackets has one pair of them
        text = text.replace(f"]{mark}[", mark)
    return f"{text} ({brackets})" if brackets else text


def dates(text: str) -> str:
    """A year or span of years, with the dash of a span."""
    return _range.sub(r"\1–\2", _open_date.sub(r"\1– ", text)).rstrip() + (
        " " if _open_date.search(text) else ""
    )


def numbering(text: str) -> str:
    """Area 3 of a serial (207): what goes on ends with a dash.

    >>> numbering("2001, июнь -")
    '2001, июнь – '
    """
    return _open_end.sub(" – ", said(text))


def physical(f: Field, words: Words) -> str:
    """Area 5 (215)."""
    text = ""
    for code, value in f.subfields:
        value = said(value)  # noqa: PLW2901 -- the same value, cleaned
        if not value:
            continue
        if code == "a":
            text += f", {extent(value, words)}" if text else extent(value, words)
        elif code == "c":
            text += f" : {value}" if text else value
        elif code == "d":
            size = f"{value} {words.centimetres}" if value.isdigit() else value
            text += f" ; {size}" if text else size
        elif code == "e":
            text += f" + {value}"
    return text


def series(f: Field) -> str:
    """Area 6 (225): one series in its brackets; its ISSN stands before its number."""
    marks = {"a": " ; ", "d": " = ", "e": " : ", "f": " / ", "h": ". "}
    text, before = "", ""
    for code, value in f.subfields:
        value = said(value)  # noqa: PLW2901 -- the same value, cleaned
        if code == "i" and value:
            text += f", {value}" if before == "h" else f". {value}"
        elif code in marks and value:
            text += f"{marks[code]}{value}" if text else value
        before = code
    issn = [f", ISSN {said(v).removeprefix('ISSN').strip()}" for v in f.all("x") if v.strip()]
    number = [f" ; {said(v)}" for v in f.all("v") if v.strip()]
    text += "".join(issn + number)
    return f"({text})" if text else ""


def notes(marc: MarcRecord, words: Words) -> Iterator[str]:
    """Area 7: each note; the contents as one."""
    for tag in NOTES:
        found = [said(v) for f in marc.each(tag) for v in f.all("a") if v.strip()]
        if tag == "327" and found:
            begun = _contents.sub("", found[0])
            yield f"{words.contents}: {' ; '.join([begun, *found[1:]])}"
        else:
            yield from found


def numbers(marc: MarcRecord, words: Words) -> Iterator[str]:
    """Area 8: print run, ISSN, ISBN with binding and price."""
    for f in marc.each("010", "011"):
        for run in f.all("9"):
            yield f"{said(run)} {words.copies}" if run.strip().isdigit() else said(run)
    for f in marc.each("011"):
        yield from (f"ISSN {said(v)}" for v in f.all("a", "f") if v.strip())
    for f in marc.each("010"):
        number, binding, price = said(f.get("a")), said(f.get("b")), said(f.get("d"))
        text = f"ISBN {number}" if number else ""
        if binding:
            text += f" ({binding.strip('()')})" if text else f"({binding.strip('()')})"
        if price:
            text += f" : {price}" if text else price
        if text:
            yield text
        for wrong in f.all("z"):
            yield f"ISBN {said(wrong)} ({words.wrong})"


def _marked(f: Field, marks: dict[str, str]) -> str:
    text = ""
    for code, value in f.subfields:
        if code in marks and value.strip():
            text += f"{marks[code]}{said(value)}" if text else said(value)
    return text
