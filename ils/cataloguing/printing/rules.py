"""Bibliographic lists: entries in alphabetical order or under subjects, with an index. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ils.catalog.alphabet import alphabetical
from ils.catalog.authorities.rules import spoken
from ils.documents import Block, Heading, Paragraph
from ils.marc.gost import Style, entry
from ils.marc.record import MarcRecord


class Order(StrEnum):
    """How a list is arranged."""

    AUTHOR = "author"
    TITLE = "title"
    SUBJECT = "subject"


@dataclass
class Section:
    """Entries under a heading (an empty one: the list has no headings)."""

    heading: str
    #: (number in the list, text)
    entries: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class Bibliography:
    """A list with its index of names: name → numbers of entries."""

    sections: list[Section]
    index: list[tuple[str, list[int]]]
    count: int


def bibliography(
    records: Iterable[MarcRecord], order: Order, style: Style, without_subject: str
) -> Bibliography:
    """Arrange records into a list.

    Args:
        without_subject: the heading of records that have none.
    """
    described = []
    for marc in records:
        about = entry(marc, style)
        named = (spoken(f) for f in marc.each("700", "701", "702") if f.get("a").strip())
        names = list(dict.fromkeys(named))
        subjects = [spoken(f) for f in marc.each("606", "607", "600") if f.get("a").strip()]
        described.append((about, marc.get("200", "a"), names, subjects))
    if order is Order.TITLE:
        described.sort(key=lambda one: alphabetical(one[1]))
    else:
        described.sort(key=lambda one: alphabetical(str(one[0])))
    sections: dict[str, Section] = {}
    index: dict[str, list[int]] = {}
    headed = order is Order.SUBJECT
    keyed: list[tuple[str, str, Sequence[str]]] = []
    for about, _, names, subjects in described:
        text = about.body if order is Order.TITLE else str(about)
        keyed += [
            (subject, text, names)
            for subject in ((subjects or [without_subject]) if headed else [""])
        ]
    if headed:
        keyed.sort(key=lambda one: (one[0] == without_subject, alphabetical(one[0])))
    for number, (heading, text, people) in enumerate(keyed, 1):
        sections.setdefault(heading, Section(heading)).entries.append((number, text))
        for name in people:
            index.setdefault(name, []).append(number)
    names_in_order = sorted(index.items(), key=lambda one: alphabetical(one[0]))
    return Bibliography(list(sections.values()), names_in_order, len(described))


def printed_list(title: str, list_: Bibliography, index_title: str) -> list[Block]:
    """A list with headings, numbered entries, and the index of names."""
    blocks: list[Block] = [Heading(title, 1)]
    for part in list_.sections:
        blocks += [Heading(part.heading)] if part.heading else []
        blocks += [Paragraph(f"{number}. {text}") for number, text in part.entries]
    if list_.index:
        blocks.append(Heading(index_title))
        blocks += [
            Paragraph(f"{name} {', '.join(map(str, numbers))}") for name, numbers in list_.index
        ]
    return blocks
