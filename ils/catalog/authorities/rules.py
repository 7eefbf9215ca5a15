"""Headings of authority records: what they name, their forms, and links from records."""

from __future__ import annotations

from dataclasses import dataclass

from ils.catalog.models import AuthorityKind, FormRelation
from ils.catalog.records.links import HEADING_FIELDS
from ils.catalog.records.rules import LANGUAGES, clean
from ils.marc.record import Field, MarcRecord

#: The last two digits of a heading (UNIMARC/A 2XX) → what it names.
KINDS = {
    "00": AuthorityKind.PERSON, "20": AuthorityKind.PERSON, "10": AuthorityKind.BODY,
    "15": AuthorityKind.PLACE, "60": AuthorityKind.PLACE, "16": AuthorityKind.BODY,
    "30": AuthorityKind.TITLE, "35": AuthorityKind.TITLE, "40": AuthorityKind.TITLE,
    "45": AuthorityKind.SERIES, "50": AuthorityKind.SUBJECT, "80": AuthorityKind.GENRE,
}  # fmt: skip
DIGITS = {
    AuthorityKind.PERSON: "00", AuthorityKind.BODY: "10", AuthorityKind.PLACE: "15",
    AuthorityKind.TITLE: "30", AuthorityKind.SERIES: "45", AuthorityKind.SUBJECT: "50",
    AuthorityKind.GENRE: "80",
}  # fmt: skip
#: Two digits → leader/9.
ENTITIES = {"00": "a", "10": "b", "15": "c", "30": "f", "45": "f", "50": "j", "80": "l"}
RELATIONS = {
    "2": FormRelation.HEADING, "4": FormRelation.SEE, "5": FormRelation.SEE_ALSO,
    "7": FormRelation.PARALLEL,
}  # fmt: skip
#: Subfields a record takes from a heading; the others (role, pages) are its own.
CARRIED = {
    AuthorityKind.PERSON: "abcdfg", AuthorityKind.BODY: "abcdefg", AuthorityKind.PLACE: "axyz",
    AuthorityKind.SUBJECT: "axyzj", AuthorityKind.TITLE: "ahi", AuthorityKind.GENRE: "axyzj",
    AuthorityKind.SERIES: "aehix",
}  # fmt: skip


@dataclass(frozen=True)
class HeadingForm:
    """A form of a name."""

    relation: FormRelation
    text: str
    language: str | None


def kind(marc: MarcRecord) -> AuthorityKind:
    """What an authority record names; a subject where it does not say."""
    for f in marc.fields:
        if len(f.tag) == 3 and f.tag[0] == "2" and f.tag[1:] in KINDS:
            return KINDS[f.tag[1:]]
    return AuthorityKind.SUBJECT


def heading(marc: MarcRecord) -> str:
    """The heading as lists show it."""
    return next((form.text for form in forms(marc) if form.relation is FormRelation.HEADING), "")


def forms(marc: MarcRecord) -> list[HeadingForm]:
    """All forms of the name, the heading first, each once."""
    found: dict[str, HeadingForm] = {}
    for f in sorted(marc.fields, key=lambda f: f.tag[:1]):
        relation = RELATIONS.get(f.tag[:1])
        if relation is None or len(f.tag) != 3 or f.tag[1:] not in KINDS:
            continue
        text = spoken(f)
        code = f.get("8")[:3].lower()
        if text and text not in found:
            found[text] = HeadingForm(relation, text, LANGUAGES.get(code, code) or None)
    return list(found.values())


def spoken(f: Field) -> str:
    """A heading as one line: ``Surname, I. O. (1845-1904)``; ``Subject -- subdivision``."""
    name = [clean(v) for c, v in f.subfields if c in "abcd" and c and v.strip()]
    first, *rest = name or [""]
    inverted = f.tag[1:] in {"00", "20"} or f.tag in {"600", "700", "701", "702"}
    text = ", ".join([first, *rest]) if inverted else ". ".join([first, *rest])
    if inverted and (full := clean(f.get("g"))) and not f.get("b"):
        text = ", ".join(filter(None, (first, full, *rest)))
    if (dates := clean(f.get("f"))) and inverted:
        text = f"{text} ({dates})"
    extra = [clean(v) for c, v in f.subfields if c in "hixyzj" and c and v.strip()]
    return " -- ".join(filter(None, [text, *extra]))


def with_heading(f: Field, before: MarcRecord, authority: MarcRecord, target: str) -> Field:
    """A field that takes its name from an authority.

    Its own subfields stay: roles and pages, and subdivisions the heading did not have before.
    """
    was, named = _named(before), _named(authority)
    kind = HEADING_FIELDS[f.tag]
    said = named.subfields if named is not None else []
    taken = [(c, v) for c, v in said if c and c in CARRIED[kind]]
    whole = kind in {AuthorityKind.PERSON, AuthorityKind.BODY}
    old = list(was.subfields) if was is not None else []
    own = []
    for pair in f.subfields:
        if pair in old and pair[0] in CARRIED[kind]:
            old.remove(pair)
        elif pair[0] not in (f"{CARRIED[kind]}3" if whole else "a3"):
            own.append(pair)
    indicators = f.indicators
    if kind is AuthorityKind.PERSON and named is not None:
        indicators = named.indicators
    return Field(f.tag, indicators, [*taken, ("3", target), *own])


def _named(authority: MarcRecord) -> Field | None:
    """The field of the heading itself."""
    headed = (g for g in authority.fields if g.tag[0] == "2" and g.tag[1:] in KINDS)
    return next(headed, None)
