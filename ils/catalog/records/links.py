"""Links of a record to other records and to headings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ils.catalog.authorities.rules import HEADING_FIELDS, HOST_FIELDS
from ils.marc.record import MarcRecord


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
