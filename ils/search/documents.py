"""What of a record is searched: its texts by field, its codes, what facets and sorting need."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ils.catalog.identifiers import isbns
from ils.codes.rules import folded as folded_code
from ils.marc.record import Field, MarcRecord

#: Field of the index → the UNIMARC fields and subfields it is of (UNIMARC Manual, IFLA 2008).
SOURCES: Mapping[str, Mapping[str, str]] = {
    "title": {
        "200": "acdehi", "500": "ah", "510": "aehi", "512": "ae", "513": "a", "514": "a",
        "515": "a", "516": "a", "517": "ae", "518": "a", "530": "a", "531": "a", "532": "a",
        "540": "a", "541": "a", "545": "a", "461": "t", "462": "t", "463": "t", "464": "t",
        "327": "a",
    },
    "author": {
        **dict.fromkeys(("700", "701", "702", "710", "711", "712", "720", "721"), "abcfg"),
        "200": "fg",
    },
    "subject": dict.fromkeys(
        ("600", "601", "602", "604", "605", "606", "607", "608"), "abcfxyzt"
    ),
    "keyword": {"610": "a"},
    "series": {"225": "aehi", "410": "t", "411": "t"},
    "publisher": {"210": "acg", "214": "ac"},
    "notes": {
        **{str(tag): "a" for tag in range(300, 327)}, "330": "a", "333": "a", "337": "a",
    },
}  # fmt: skip
#: The embedded title and names of what a record is a part of, or has as parts.
_LINKS = ("421", "422", "423", "451", "452", "454", "461", "462", "463", "464", "481", "488")


@dataclass(frozen=True)
class CopyFacts:
    """What search knows of a copy."""

    branch_id: int
    codes: tuple[str, ...]
    shelf_mark: str


@dataclass(frozen=True)
class Searchable:
    """A record as the index takes it.

    Attributes:
        texts: field → texts, each a run of words of its own.
        popularity: of its loans, between 0 and about 0.3.
        exact: field → words that are looked for as they are, in no other form.
    """

    id: int
    texts: Mapping[str, Sequence[str]]
    codes: Sequence[str]
    facets: Mapping[str, Sequence[str]]
    year: int | None
    title: str
    author: str
    language: str | None
    popularity: float
    exact: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)


def texts_of(marc: MarcRecord) -> dict[str, list[str]]:
    """Field of the index → the texts of a record."""
    found: dict[str, list[str]] = {name: [] for name in SOURCES}
    for field in marc.fields:
        for name, codes in _by_tag(field.tag):
            if text := _joined(field, codes):
                found[name].append(text)
        if field.tag in _LINKS:
            for inside in field.embedded():
                if inside.tag == "200":
                    found["title"].append(_joined(inside, "aehi"))
                elif inside.tag.startswith("70"):
                    found["author"].append(_joined(inside, "abg"))
    return {name: [text for text in texts if text] for name, texts in found.items()}


@lru_cache(maxsize=2000)
def _by_tag(tag: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, tags[tag]) for name, tags in SOURCES.items() if tags.get(tag))


def _joined(field: Field, codes: str) -> str:
    return " ".join(value.strip() for value in field.all(*codes) if value.strip())


#: Field and scheme of a classification → its name here.
_SCHEMES = {"675": "udc", "686": "bbk"}
#: Signs of an index that are looked at from its beginning.
CLASS_LENGTH = 14


def classes_of(marc: MarcRecord) -> dict[str, list[str]]:
    """Scheme → the beginnings of a record's indexes: what it is under in the tree of classes."""
    found: dict[str, dict[str, None]] = {"udc": {}, "bbk": {}}
    for field in marc.each(*_SCHEMES):
        if field.tag == "686" and field.get("2") and not field.get("2").startswith("rubbk"):
            continue  # another classification
        for value in map(str.strip, field.all("a")):
            for length in range(1, min(len(value), CLASS_LENGTH) + 1):
                if value[length - 1].isalnum() or value[length - 1] == ")":
                    found[_SCHEMES[field.tag]][value[:length]] = None
    return {scheme: list(beginnings) for scheme, beginnings in found.items() if beginnings}


def codes_of(marc: MarcRecord, copies: Iterable[CopyFacts]) -> list[str]:
    """Numbers a record is asked for by, folded: ISBN, ISSN, of it and of its copies."""
    return list(dict.fromkeys(_codes(marc, copies)))


def _codes(marc: MarcRecord, copies: Iterable[CopyFacts]) -> Iterator[str]:
    for field in marc.each("010"):
        for value in field.all("a", "z"):
            yield from isbns(value)
    for field in marc.each("011"):
        yield from map(folded_code, field.all("a"))
    for field in marc.each("001"):
        yield from map(folded_code, field.all(""))
    for copy in copies:
        yield from copy.codes
        if copy.shelf_mark:
            yield folded_code(copy.shelf_mark)
