"""Links of a record to other records and to headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ils.catalog.models import AuthorityKind
from ils.marc.record import Field, MarcRecord

#: Fields of a bibliographic record → what their heading names.
HEADING_FIELDS = {
    "600": AuthorityKind.PERSON, "700": AuthorityKind.PERSON, "701": AuthorityKind.PERSON,
    "702": AuthorityKind.PERSON, "601": AuthorityKind.BODY, "710": AuthorityKind.BODY,
    "711": AuthorityKind.BODY, "712": AuthorityKind.BODY, "606": AuthorityKind.SUBJECT,
    "607": AuthorityKind.PLACE, "605": AuthorityKind.TITLE, "500": AuthorityKind.TITLE,
    "608": AuthorityKind.GENRE, "225": AuthorityKind.SERIES, "410": AuthorityKind.SERIES,
}  # fmt: skip
HOST_FIELDS = ("461", "462", "463", "464")
#: ИРБИС: the number (903) of the journal an issue is of.
JOURNAL_OF_ISSUE = "933"


#: The fewest digits of a number that this system made: an id, which no other system has.
OWN_DIGITS = 17

_qualified = re.compile(r"\(([^()]*)\)\s*(\S.*)")


@dataclass(frozen=True)
class Link:
    """A record names another by its 001; ``target`` is a `link_key`."""

    tag: str
    relation: str
    target: str


def link_key(number: str, agency: str) -> str:
    """What tells a record from those of other libraries: whose number it is, and the number.

    A number may say itself whose it is; one that only this system makes is its own.

    >>> link_key("77", "A"), link_key("(B)77", "A"), link_key("914878832069050368", "A")
    ('A|77', 'B|77', '|914878832069050368')
    """
    number = number.strip()
    if said := _qualified.fullmatch(number):
        return f"{said[1].strip()}|{said[2].strip()}"
    own = number.isascii() and number.isdigit() and len(number) >= OWN_DIGITS
    return f"|{number}" if own else f"{agency}|{number}"


def reference(key: str, by: str = "?") -> str:
    """How a record names one by its `link_key`: whose the number is, unless that tells itself.

    >>> reference("A|77"), reference("|914878832069050368"), reference("A|77", "A")
    ('(A)77', '914878832069050368', '77')

    Args:
        by: the agency of the record that names it.
    """
    agency, _, number = key.partition("|")
    return number if link_key(number, by) == key else f"({agency}){number}"


def links(marc: MarcRecord, agency: str) -> Iterator[Link]:
    """The headings (``$3``) and hosts (``$1001``, ``$0``) a record names.

    Args:
        agency: whose numbers they are where they do not say it.
    """
    for f in marc.fields:
        if f.tag in HEADING_FIELDS:
            for target in f.all("3"):
                if target.strip():
                    yield Link(f.tag, "heading", link_key(target, agency))
        elif f.tag == JOURNAL_OF_ISSUE:
            if number := (f.get("a") or f.get("")).strip():
                yield Link(f.tag, "host", link_key(number, agency))
        elif f.tag in HOST_FIELDS and (target := host_of(f)).strip():
            yield Link(f.tag, "host", link_key(target, agency))


def host_of(f: Field) -> str:
    """The number of the whole a 46X field names (``$1001``, ``$0``), or nothing."""
    return next((v[3:] for c, v in f.subfields if c == "1" and v[:3] == "001"), f.get("0"))
