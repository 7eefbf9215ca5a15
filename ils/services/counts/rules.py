"""What may be counted by hand, and what it writes. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ils.ledger import Kind


@dataclass(frozen=True)
class Counted:
    """What a tally of some kind writes."""

    kind: Kind
    detail: str | None = None
    place: str | None = None


ELECTRONIC = "e_resources"

#: What may be counted by hand: the code on the page → what it writes.
TALLIES: Mapping[str, Counted] = {
    "loan": Counted(Kind.LOAN),
    "renewal": Counted(Kind.RENEWAL, "reader"),
    "return": Counted(Kind.RETURN),
    "in_house_use": Counted(Kind.IN_HOUSE_USE),
    "visit": Counted(Kind.VISIT),
    "remote_visit": Counted(Kind.REMOTE_VISIT),
    "registration.new": Counted(Kind.REGISTRATION, "new"),
    "registration.re": Counted(Kind.REGISTRATION, "re"),
    "reference.thematic": Counted(Kind.REFERENCE, "thematic"),
    "reference.address": Counted(Kind.REFERENCE, "address"),
    "reference.verifying": Counted(Kind.REFERENCE, "verifying"),
    "reference.factual": Counted(Kind.REFERENCE, "factual"),
    "refusal": Counted(Kind.REFUSAL),
    "user.e_resources": Counted(Kind.REGISTRATION, ELECTRONIC),
    "user.internet": Counted(Kind.REGISTRATION, "internet"),
    "e_visit": Counted(Kind.REMOTE_VISIT, None, ELECTRONIC),
    "e_visit.legal": Counted(Kind.REMOTE_VISIT, "legal", ELECTRONIC),
    "viewed": Counted(Kind.VIEWED),
    "viewed.legal": Counted(Kind.VIEWED, "legal"),
    "downloaded": Counted(Kind.DOWNLOADED),
    "downloaded.fragment": Counted(Kind.DOWNLOADED, "fragment"),
}
#: Of them, counted by division and language.
OF_DOCUMENTS = ("loan", "renewal", "return", "in_house_use")
#: Of them, what happens on a screen and at no place.
ON_SCREEN = frozenset(
    code for code in TALLIES if code.startswith(("user.e_", "e_visit", "viewed", "downloaded"))
)
#: Of them, told apart by where they were given.
PLACED = ("loan", "in_house_use")


def tally_of(kind: str, detail: str | None, place: str | None) -> str:
    """What was counted, by what was written; "" if nothing is counted so."""
    for where in (place, None):
        for code, counted in TALLIES.items():
            if (counted.kind, counted.detail, counted.place) == (kind, detail, where):
                return code
    return ""
