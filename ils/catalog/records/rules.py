"""The columns extracted from a record: one function, from UNIMARC."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ils.catalog.identifiers import isbns, search_key
from ils.catalog.subjects import Classes, subject_area
from ils.marc.record import Field, MarcRecord

MAX_AUTHORS = 3
#: ISO 639-2 → the two-letter code entries carry; others stay as they are.
LANGUAGES = {
    "kaz": "kk", "rus": "ru", "eng": "en", "ger": "de", "deu": "de", "fre": "fr", "fra": "fr",
    "ukr": "uk", "uzb": "uz", "kir": "ky", "tat": "tt", "uig": "ug", "tur": "tr", "kor": "ko",
    "chi": "zh", "zho": "zh", "ara": "ar", "spa": "es", "ita": "it", "pol": "pl", "lat": "la",
    "bel": "be", "aze": "az", "tgk": "tg", "tuk": "tk", "bak": "ba", "mon": "mn", "jpn": "ja",
    "lit": "lt", "heb": "he",
}  # fmt: skip
#: Leader/6 → the entry form of a document that is no plain text.
FORMS = {
    "e": "map", "f": "map", "i": "disc", "j": "disc", "g": "disc", "l": "ebook", "m": "object",
    "r": "object", "k": "object",
}  # fmt: skip
#: Kinds of ИРБИС records (920) that the leader does not tell.
ISSUES = {"NJ", "NJK", "NJP"}
#: Our local field of local history: ``$a`` that it is, ``$b`` the rubric.
LOCAL_HISTORY = "939"

_year = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_number = re.compile(r"\d+")
_trailing = re.compile(r"[\s/:;,=]+$")


@dataclass(frozen=True, slots=True)
class Description:
    """What lists, searches and the ledger need to know of a record."""

    title: str
    authors: str
    year: int | None
    language: str | None
    isbns: tuple[str, ...]
    issn: str | None
    material: str
    subject_area: str | None
    catalogue: str
    worksheet: str
    local_history: bool
    match_key: str | None

    @property
    def isbn(self) -> str | None:
        """The first of its ISBNs: what lists show."""
        return next(iter(self.isbns), None)

    @property
    def is_serial(self) -> bool:
        """Whether it is a journal or newspaper as a whole."""
        return self.worksheet in {"journal", "newspaper"}


def describe(marc: MarcRecord, classes: Classes) -> Description:
    """Extract the columns of a record; sources: UNIMARC Manual (IFLA 2008) and RUSMARC."""
    known = _KnownCodes(marc)
    worksheet = known.worksheet()
    material, catalogue = KINDS[worksheet]
    authors = "; ".join(list(dict.fromkeys(known.authors()))[:MAX_AUTHORS])
    title, year = known.title(), known.year()
    return Description(
        title=title,
        authors=authors,
        year=year,
        language=_language(known.get("101", "a")),
        isbns=record_isbns(marc),
        issn=next(filter(None, map(clean, known.values("011", "a"))), None),
        material=material,
        subject_area=subject_area(classes, known.values("675", "a"), known.bbk()),
        catalogue=catalogue,
        worksheet=worksheet,
        local_history=LOCAL_HISTORY in known.by_tag,
        match_key=known.match_key(title, authors, year),
    )


def title_of(marc: MarcRecord) -> str:
    """What a record is called: its own title; a volume or issue without one by its whole."""
    return _KnownCodes(marc).title()


def _dotted(*parts: str) -> str:
    """Parts with a full stop between them; one that ends with its own has no second."""
    text = ""
    for part in filter(None, parts):
        text += f"{'' if not text else ' ' if text.endswith('.') else '. '}{part}"
    return text


def record_isbns(marc: MarcRecord) -> tuple[str, ...]:
    """The ISBNs of a record, as thirteen digits each."""
    found = (one for f in marc.each("010") for v in f.all("a") for one in isbns(v))
    return tuple(dict.fromkeys(found))


#: Worksheet → material and catalogue of a record that says nothing else.
KINDS = {
    "book": ("book", "books"),
    "volume": ("book", "books"),
    "set": ("book", "books"),
    "journal": ("journal", "periodicals"),
    "newspaper": ("newspaper", "periodicals"),
    "issue": ("journal", "periodicals"),
    "article": ("other", "articles"),
    "disc": ("cd", "cd"),
    "map": ("map", "books"),
    "ebook": ("ebook", "ebooks"),
    "earticle": ("other", "earticles"),
    "rare": ("book", "rare"),
    "object": ("other", "books"),
}


class _KnownCodes:
    """A record with its fields at hand by tag."""

    def __init__(self, marc: MarcRecord) -> None:
        self.leader = marc.leader
        self.by_tag: dict[str, list[Field]] = {}
        for f in marc.fields:
            self.by_tag.setdefault(f.tag, []).append(f)

    def get(self, tag: str, code: str) -> str:
        return next((v for f in self.by_tag.get(tag, ()) if (v := f.get(code))), "")

    def values(self, tag: str, code: str) -> list[str]:
        return [value for f in self.by_tag.get(tag, ()) for value in f.all(code)]

    def worksheet(self) -> str:
        """Which entry form fits the record, by leader and 110."""
        kind, level, hierarchy = self.leader[6:7], self.leader[7:8], self.leader[8:9]
        issue = self.get("920", "a").strip().upper() in ISSUES or (
            hierarchy == "2" and (level == "s" or any(self.embedded("461", "011")))
        )
        if issue or level in {"s", "a"}:
            serial = "newspaper" if self.get("110", "a")[:1] == "c" else "journal"
            article = "earticle" if kind == "l" else "article"
            return "issue" if issue else serial if level == "s" else article
        form = FORMS.get(kind, "book")
        return {"1": "set", "2": "volume"}.get(hierarchy, form) if form == "book" else form

    def title(self) -> str:
        field = next(iter(self.by_tag.get("200", ())), None)
        title = _title(field) if field else ""
        whole = next(self.embedded("461", "200"), None) if "461" in self.by_tag else None
        number = clean(whole.get("v")) if whole is not None else ""
        alone = field is not None and (
            field.indicators[:1] == "0"
            or clean(field.get("a")).rstrip(".") == number.rstrip(".") != ""
        )
        if whole is not None and alone:
            # A volume may be called by its number only; then the set's title goes first.
            title = _dotted(clean(whole.get("a")), title)
        elif whole is not None and title and self.leader[8:9] == "2" and whole.get("v").strip():
            # The volumes of a set may share their title and their ISBN.
            title = _dotted(title, clean(whole.get("v")))
        elif not title and "933" in self.by_tag:
            journal = whole.get("a") if whole is not None else self.get("933", "a")
            parts = (journal, *(self.get(tag, "a") for tag in ("934", "935", "936")))
            title = _dotted(*(clean(part) for part in parts))
        elif "933" in self.by_tag and title in self._journal(whole):
            title = _dotted(title, *(clean(self.get(tag, "a")) for tag in ("934", "935", "936")))
        elif not title and whole is not None:
            title = _dotted(clean(whole.get("a")), clean(whole.get("v")))
        elif title and field is not None and self.get("936", "a") and not field.get("a"):
            title = _dotted(title, self.get("936", "a"))
        return title

    def _journal(self, whole: Field | None) -> set[str]:
        """What an issue is called that has its journal's title only."""
        named = whole.get("a") if whole is not None else ""
        return {clean(named), clean(self.get("933", "a"))}

    def embedded(self, tag: str, inside: str) -> Iterator[Field]:
        """Embedded fields; of a link by the standard technique, its title as one."""
        for f in self.by_tag.get(tag, ()):
            found = [one for one in f.embedded() if one.tag == inside]
            yield from found
            if not found and inside == "200" and f.get("t"):
                yield Field("200", "1 ", [("a", f.get("t")), ("v", f.get("v"))])

    def authors(self) -> list[str]:
        names = self.names("700", "701") or self.names("710", "711")
        if not names and "461" in self.by_tag:
            names = [clean(f.get("a")) for f in self.embedded("461", "700") if f.get("a").strip()]
        said = clean(self.get("200", "f"))
        return names or ([said] if said else [])

    def names(self, *tags: str) -> list[str]:
        """``Surname, I. O.`` of each name field."""
        return [
            ", ".join(filter(None, (clean(f.get("a")), clean(f.get("b") or f.get("g")))))
            for tag in tags
            for f in self.by_tag.get(tag, ())
            if f.get("a").strip()
        ]

    def year(self) -> int | None:
        candidates = [
            *self.values("210", "d"),
            *self.values("214", "d"),
            self.get("100", "a")[9:13],
        ]
        for tag in ("463", "461"):
            if tag in self.by_tag:
                candidates += [f.get("d") for f in self.embedded(tag, "210")]
        for text in candidates:
            if match := _year.search(text):
                return int(match.group())
        return None

    def bbk(self) -> list[str]:
        fields = self.by_tag.get("686", ())
        return [value for f in fields if "bbk" in f.get("2").lower() for value in f.all("a")]

    def match_key(self, title: str, authors: str, year: int | None) -> str | None:
        """16 hexadecimal digits; nothing where too little is said to call two records one."""
        where = [self.get("215", "a")]
        for tag in ("461", "463"):
            if tag in self.by_tag:
                where += [value for f in self.embedded(tag, "200") for _, value in f.subfields]
        extent = "".join(_number.findall(" ".join(where)))
        if not title or not (extent and (year or authors)):
            return None
        first = authors.partition(";")[0].partition(",")[0]
        source = next(self.embedded("461", "200"), None) if "461" in self.by_tag else None
        host = search_key(source.get("a")) if source is not None else ""
        said = f"{search_key(title)}|{search_key(first)}|{year}|{extent}|{host}"
        return hashlib.blake2b(said.encode(), digest_size=8).hexdigest()


def clean(text: str) -> str:
    """Without outer blanks, ISBD marks at the end, and MARC's not-filing signs."""
    printable = "".join(c if c.isprintable() else " " for c in text if c not in "\x98\x9c\x88\x89")
    return _trailing.sub("", " ".join(printable.split()))


def _title(field: Field) -> str:
    """``title. part : other information`` of a title field."""
    title = clean(field.get("a"))
    for value in field.all("h", "i"):
        title = f"{title}. {clean(value)}" if title else clean(value)
    return " : ".join(filter(None, (title, clean(field.get("e")))))


def _language(code: str) -> str | None:
    code = code.strip().lower()[:3]
    return LANGUAGES.get(code, code) if code.isalpha() and code != "und" else None
