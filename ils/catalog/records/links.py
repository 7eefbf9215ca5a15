"""Links of a record to other records and to headings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ils.catalog.models import AuthorityKind
from ils.marc.record import MarcRecord

#: Fields of a bibliographic record → what their heading names.
HEADING_FIELDS = {
    "600": AuthorityKind.PERSON, "700": AuthorityKind.PERSON, "701": AuthorityKind.PERSON,
    "702": AuthorityKind.PERSON, "601": AuthorityKind.BODY, "710": AuthorityKind.BODY,
    "711": AuthorityKind.BODY, "712": AuthorityKind.BODY, "606": AuthorityKind.SUBJECT,
    "607": AuthorityKind.PLACE, "605": AuthorityKind.TITLE, "500": AuthorityKind.TITLE,
    "608": AuthorityKind.GENRE, "225": AuthorityKind.SERIES, "410": AuthorityKind.SERIES,
}  # fmt: skip
HOST_FIELDS = ("461", "462", "463", "464")


@dataclass(frozen=True)
class Link:
    """A record names another by its 001."""

    tag: str
    relation: str
    target: str


def links(marc: MarcRecord) -> Iterator[Link]:
    """The headings (``$3``) and hosts (``$1001``, ``$0``) a record names."""
    for f in marc.fields:
        if f.tag in HEADING_FIELDS:
            for target in f.all("3"):
                if target.strip():
                    yield Link(f.tag, "heading", target.strip())
        elif f.tag in HOST_FIELDS:
            target = next(
                (v[3:] for c, v in f.subfields if c == "1" and v[:3] == "001"), f.get("0")
            )
            if target.strip():
                yield Link(f.tag, "host", target.strip())
