"""References for readers: BibTeX, RIS and CSL-JSON of a record."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from ils.marc.record import Field, MarcRecord

#: Form of a reference → its media type.
TYPES = {
    "bib": "application/x-bibtex; charset=utf-8",
    "ris": "application/x-research-info-systems; charset=utf-8",
    "json": "application/vnd.citationstyles.csl+json; charset=utf-8",
}
BIBTEX_SPECIAL = str.maketrans({c: f"\\{c}" for c in "&%$#_{}"} | {"\\": "\\textbackslash{}"})

_pages = re.compile(r"[0-9]+(?:\s*[-–—]\s*[0-9]+)?")
_dash = re.compile(r"\s*[-–—]\s*")
_year = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")


@dataclass(frozen=True)
class Reference:
    """What every format of references needs to know."""

    kind: str  # book, article, chapter, webpage
    authors: tuple[tuple[str, str], ...]  # (surname, given names)
    title: str
    year: str
    place: str
    publisher: str
    host: str
    issue: str
    pages: str
    isbn: str
    issn: str
    url: str
    language: str


def reference(marc: MarcRecord) -> Reference:
    """The parts of a reference."""
    titles = [f for f in marc.each("200") if f.has_text()]
    title = " : ".join(filter(None, (titles[0].get("a"), titles[0].get("e")))) if titles else ""
    journal = _inside(marc, "461", "200", "a")
    book = "" if journal else _inside(marc, "463", "200", "a")
    analytic = marc.leader[7:8] == "a"
    kind = "article" if analytic and journal else "chapter" if analytic else "book"
    if marc.leader[6:7] == "l" and not analytic:
        kind = "webpage"
    imprint = next(iter(marc.imprints()), Field("210", "  ", []))
    years = [imprint.get("d"), _inside(marc, "463", "210", "d"), marc.get("100", "a")[9:13]]
    pages = _pages.search(_inside(marc, "463", "200", "v")) if analytic else None
    return Reference(
        kind=kind,
        authors=tuple(
            (f.get("a").strip(), (f.get("g") or f.get("b")).strip())
            for f in marc.each("700", "701")
            if f.get("a").strip()
        ),
        title=" ".join(title.split()),
        year=next((m.group() for y in years if (m := _year.search(y))), ""),
        place=imprint.get("a") or _inside(marc, "463", "210", "a"),
        publisher=imprint.get("c"),
        host=(journal or book) if analytic else "",
        issue=_inside(marc, "463", "200", "a") if analytic and journal else "",
        pages=_dash.sub("-", pages.group()) if pages else "",
        isbn=marc.get("010", "a"),
        issn=marc.get("011", "a") or _inside(marc, "461", "011", "a"),
        url=marc.get("856", "u"),
        language=marc.get("101", "a"),
    )


def _inside(marc: MarcRecord, tag: str, inside: str, code: str) -> str:
    found: list[Field] = [one for f in marc.each(tag) for one in f.embedded() if one.tag == inside]
    return next((one.get(code) for one in found if one.get(code)), "")


def written(marc: MarcRecord, key: str, form: str) -> str:
    """A record as ``bib``, ``ris`` or (CSL) ``json``, under a key."""
    said = reference(marc)
    if form == "bib":
        return bibtex(said, key)
    if form == "ris":
        return ris(said)
    return json.dumps([csl(said, key)], ensure_ascii=False, indent=1)


def bibtex(one: Reference, key: str) -> str:
    """A BibTeX entry; letters that LaTeX reads as commands are escaped."""
    kind = {"article": "article", "chapter": "incollection", "webpage": "misc"}.get(
        one.kind, "book"
    )
    authors = " and ".join(", ".join(filter(None, name)) for name in one.authors)
    host = "journal" if kind == "article" else "booktitle"
    values = {
        "author": authors, "title": one.title, host: one.host, "year": one.year,
        "number": one.issue, "pages": one.pages.replace("-", "--"), "address": one.place,
        "publisher": one.publisher, "isbn": one.isbn, "issn": one.issn, "language": one.language,
    }  # fmt: skip
    lines = [f"  {name} = {{{v.translate(BIBTEX_SPECIAL)}}}" for name, v in values.items() if v]
    if one.url:
        lines.append(f"  url = {{{one.url}}}")
    return f"@{kind}{{{key},\n" + ",\n".join(lines) + "\n}\n"


def ris(one: Reference) -> str:
    """A RIS record."""
    kind = {"article": "JOUR", "chapter": "CHAP", "webpage": "ELEC"}.get(one.kind, "BOOK")
    first, _, last = one.pages.partition("-")
    lines = [("TY", kind)]
    lines += [("AU", ", ".join(filter(None, name))) for name in one.authors]
    lines += [
        ("TI", one.title), ("T2", one.host), ("PY", one.year), ("IS", one.issue),
        ("SP", first.strip()), ("EP", last.strip()), ("CY", one.place), ("PB", one.publisher),
        ("SN", one.isbn or one.issn), ("UR", one.url), ("LA", one.language),
    ]  # fmt: skip
    said = [f"{tag}  - {' '.join(value.split())}" for tag, value in lines if value]
    return "\r\n".join([*said, "ER  - ", ""])


def csl(one: Reference, key: str) -> dict[str, object]:
    """A CSL-JSON item."""
    kind = {"article": "article-journal"}.get(one.kind, one.kind)
    item: dict[str, object] = {"id": key, "type": kind, "title": one.title}
    if one.authors:
        item["author"] = [
            {"family": surname, "given": given} if given else {"literal": surname}
            for surname, given in one.authors
        ]
    if one.year:
        item["issued"] = {"date-parts": [[int(one.year)]]}
    names = {
        "container-title": one.host, "issue": one.issue, "page": one.pages, "ISBN": one.isbn,
        "ISSN": one.issn, "publisher": one.publisher, "publisher-place": one.place,
        "URL": one.url, "language": one.language,
    }  # fmt: skip
    return item | {name: value for name, value in names.items() if value}
