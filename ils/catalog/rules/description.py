"""The columns extracted from a record: one function, three dialects as data."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ils.catalog.marc.record import Dialect, Field, MarcRecord
from ils.catalog.rules.identifiers import isbn13
from ils.catalog.rules.subjects import Classes, division

MOST_AUTHORS = 3
#: ISO 639-2 → the two-letter code entries carry; others stay as they are.
LANGUAGES = {
    "kaz": "kk",
    "rus": "ru",
    "eng": "en",
    "ger": "de",
    "deu": "de",
    "fre": "fr",
    "fra": "fr",
    "ukr": "uk",
    "uzb": "uz",
    "kir": "ky",
    "tat": "tt",
    "uig": "ug",
    "tur": "tr",
    "kor": "ko",
    "chi": "zh",
    "zho": "zh",
    "ara": "ar",
    "spa": "es",
    "ita": "it",
    "pol": "pl",
    "lat": "la",
    "bel": "be",
    "aze": "az",
    "tgk": "tg",
    "tuk": "tk",
    "bak": "ba",
    "mon": "mn",
    "jpn": "ja",
}
BY_TYPE = {"e": "map", "f": "map", "i": "cd", "j": "cd", "g": "cd", "l": "ebook", "m": "other"}
SERIALS = {"J", "NJ", "NJK", "NJP"}
ARTICLES = {"ASP"}

_year = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_trailing = re.compile(r"[\s/:;,=]+$")


@dataclass(frozen=True)
class Description:
    """What lists, searches and the ledger need to know of a record."""

    title: str
    authors: str
    year: int | None
    language: str | None
    isbn: str | None
    issn: str | None
    material: str
    division: str | None
    catalogue: str


def describe(marc: MarcRecord, dialect: Dialect, classes: Classes) -> Description:
    """Extract the columns of a record.

    Sources: UNIMARC Manual (IFLA 2008) and RUSMARC for the tags of `Dialect.UNIMARC`,
    ИРБИС64 worksheets for `Dialect.IRBIS`.
    """
    material, catalogue = _KINDS[dialect](marc)
    udc, bbk = _indexes(marc, dialect)
    numbers = _NUMBERS[dialect]
    return Description(
        title=_TITLES[dialect](marc),
        authors="; ".join(list(dict.fromkeys(_AUTHORS[dialect](marc)))[:MOST_AUTHORS]),
        year=_first_year(_YEARS[dialect](marc)),
        language=_language(_LANGUAGE[dialect](marc)),
        isbn=next(filter(None, map(isbn13, _values(marc, numbers[0], "a"))), None),
        issn=next(filter(None, map(_clean, _values(marc, numbers[1], "a"))), None),
        material=material,
        division=division(classes, udc, bbk),
        catalogue=catalogue,
    )


def heading(marc: MarcRecord, dialect: Dialect) -> str:
    """The heading of an authority record: 2XX in UNIMARC/A, 1XX in MARC21."""
    block = "1" if dialect is Dialect.MARC21 else "2"
    for f in marc.fields:
        if len(f.tag) == len("200") and f.tag[0] == block:
            parts = [_clean(value) for code, value in f.subfields if code.isalpha()]
            if parts:
                return ", ".join(parts)
    return ""


def _clean(text: str) -> str:
    """Without outer blanks, ISBD marks at the end, and MARC's not-filing signs."""
    printable = "".join(c if c.isprintable() else " " for c in text if c not in "\x98\x9c")
    return _trailing.sub("", " ".join(printable.split()))


def _values(marc: MarcRecord, tag: str, code: str) -> list[str]:
    return [value for f in marc.each(tag) for value in f.all(code)]


def _title(field: Field, main: str, parts: str, other: str) -> str:
    """``title. part : other information`` of a title field."""
    title = _clean(field.get(main))
    for value in field.all(*parts):
        title = f"{title}. {_clean(value)}" if title else _clean(value)
    return " : ".join(filter(None, (title, _clean(field.get(other)))))


def _unimarc_title(marc: MarcRecord) -> str:
    field = next(marc.each("200"), None)
    title = _title(field, "a", "hi", "e") if field else ""
    whole = _embedded_title(marc)
    # A volume may be called by its number only; then the set's title goes first.
    if whole and field is not None and field.indicators[:1] == "0":
        return f"{whole}. {title}"
    return title


def _embedded_title(marc: MarcRecord) -> str:
    """The title of the set or serial in 461: ``$1200 1$a…`` or ``$t…``."""
    field = next(marc.each("461"), None)
    if field is None:
        return ""
    inside = ""
    for code, value in field.subfields:
        if code == "1":
            inside = value[:3]
        elif code == "a" and inside == "200":
            return _clean(value)
    return _clean(field.get("t"))


def _marc21_title(marc: MarcRecord) -> str:
    field = next(marc.each("245"), None)
    return _title(field, "a", "np", "b") if field else ""


def _irbis_title(marc: MarcRecord) -> str:
    field = next(marc.each("200"), None)
    own = _title(field, "a", "", "e") if field else ""
    volume = _clean(field.get("v")) if field else ""
    whole = _clean(marc.get("461", "c")) or _clean(marc.get("923", "i"))
    if marc.get("920").upper() in SERIALS and marc.get("936"):
        issue = (own or marc.get("933"), marc.get("934"), marc.get("935"), marc.get("936"))
        return ". ".join(_clean(part) for part in issue if part.strip())
    return ". ".join(filter(None, (whole, volume, own)))


def _names(marc: MarcRecord, *tags: str) -> list[str]:
    """``Surname, I. O.`` of each name field."""
    return [
        ", ".join(filter(None, (_clean(f.get("a")), _clean(f.get("b") or f.get("g")))))
        for tag in tags
        for f in marc.each(tag)
        if f.get("a").strip()
    ]


def _unimarc_authors(marc: MarcRecord) -> list[str]:
    return _names(marc, "700", "701") or _names(marc, "710") or _responsibility(marc)


def _responsibility(marc: MarcRecord) -> list[str]:
    said = _clean(marc.get("200", "f"))
    return [said] if said else []


def _marc21_authors(marc: MarcRecord) -> list[str]:
    names = [_clean(f.get("a")) for tag in ("100", "110", "700") for f in marc.each(tag)]
    return [name.rstrip(".") if name.count(".") == 1 else name for name in names if name]


def _irbis_authors(marc: MarcRecord) -> list[str]:
    return _names(marc, "700", "701", "961") or _names(marc, "710") or _responsibility(marc)


def _first_year(candidates: list[str]) -> int | None:
    for text in candidates:
        if match := _year.search(text):
            return int(match.group())
    return None


def _language(code: str) -> str | None:
    code = code.strip().lower()[:3]
    return LANGUAGES.get(code, code) if code.isalpha() and code != "und" else None


def _unimarc_kind(marc: MarcRecord) -> tuple[str, str]:
    if marc.get("920").upper() in SERIALS | ARTICLES:
        return _irbis_kind(marc)
    kind, level = marc.leader[6:7], marc.leader[7:8]
    if level == "s":
        newspaper = marc.get("110", "a")[:1] == "c"
        return ("newspaper" if newspaper else "journal"), "periodicals"
    material = BY_TYPE.get(kind, "book")
    if level == "a":
        return "other", ("earticles" if kind == "l" else "articles")
    return material, {"cd": "cd", "ebook": "ebooks"}.get(material, "books")


def _marc21_kind(marc: MarcRecord) -> tuple[str, str]:
    kind, level = marc.leader[6:7], marc.leader[7:8]
    if level in {"s", "b"}:
        newspaper = marc.get("008")[21:22] == "n"
        return ("newspaper" if newspaper else "journal"), "periodicals"
    if level == "a":
        return "other", "articles"
    material = "ebook" if kind == "m" else BY_TYPE.get(kind, "book")
    return material, {"cd": "cd", "ebook": "ebooks"}.get(material, "books")


def _irbis_kind(marc: MarcRecord) -> tuple[str, str]:
    worksheet = marc.get("920").strip().upper()
    if worksheet in ARTICLES:
        return "other", "articles"
    if worksheet in SERIALS:
        newspaper = marc.get("110", "b").strip().lower() == "c"
        return ("newspaper" if newspaper else "journal"), "periodicals"
    material = BY_TYPE.get(marc.get("900", "t").strip().lower(), "book")
    return material, {"cd": "cd", "ebook": "ebooks"}.get(material, "books")


def _indexes(marc: MarcRecord, dialect: Dialect) -> tuple[list[str], list[str]]:
    """УДК and ББК indexes."""
    if dialect is Dialect.IRBIS:
        both = ("", "a")
        return (
            [f.get(code) for f in marc.each("675") for code in both],
            [f.get(code) for f in marc.each("621") for code in both],
        )
    if dialect is Dialect.MARC21:
        return _values(marc, "080", "a"), _of_scheme(marc, "084")
    return _values(marc, "675", "a"), _of_scheme(marc, "686")


def _of_scheme(marc: MarcRecord, tag: str) -> list[str]:
    return [f.get("a") for f in marc.each(tag) if "bbk" in f.get("2").lower()]


Say = Callable[[MarcRecord], str]
SayAll = Callable[[MarcRecord], list[str]]

_TITLES: dict[Dialect, Say] = {
    Dialect.UNIMARC: _unimarc_title,
    Dialect.MARC21: _marc21_title,
    Dialect.IRBIS: _irbis_title,
}
_AUTHORS: dict[Dialect, SayAll] = {
    Dialect.UNIMARC: _unimarc_authors,
    Dialect.MARC21: _marc21_authors,
    Dialect.IRBIS: _irbis_authors,
}
_YEARS: dict[Dialect, SayAll] = {
    Dialect.UNIMARC: lambda marc: [*_values(marc, "210", "d"), marc.get("100", "a")[9:13]],
    Dialect.MARC21: lambda marc: [
        marc.get("008")[7:11], *_values(marc, "260", "c"), *_values(marc, "264", "c")
    ],
    Dialect.IRBIS: lambda marc: [
        *_values(marc, "210", "d"), marc.get("463", "j"), marc.get("934"), marc.get("461", "h")
    ],
}  # fmt: skip
_LANGUAGE: dict[Dialect, Say] = {
    Dialect.UNIMARC: lambda marc: marc.get("101", "a"),
    Dialect.MARC21: lambda marc: marc.get("008")[35:38].strip() or marc.get("041", "a"),
    Dialect.IRBIS: lambda marc: marc.get("101") or marc.get("101", "a"),
}
_KINDS: dict[Dialect, Callable[[MarcRecord], tuple[str, str]]] = {
    Dialect.UNIMARC: _unimarc_kind,
    Dialect.MARC21: _marc21_kind,
    Dialect.IRBIS: _irbis_kind,
}
_NUMBERS: dict[Dialect, tuple[str, str]] = {
    Dialect.UNIMARC: ("010", "011"),
    Dialect.MARC21: ("020", "022"),
    Dialect.IRBIS: ("010", "011"),
}
