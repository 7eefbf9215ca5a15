"""What may be counted by hand, and what it writes. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ils.ledger import Kind


@dataclass(frozen=True)
class TallyKind:
    """What a tally of some kind writes."""

    kind: Kind
    detail: str | None = None
    place: str | None = None


ELECTRONIC = "e_resources"

#: What may be counted by hand: the code on the page → what it writes.
TALLIES: Mapping[str, TallyKind] = {
    "loan": TallyKind(Kind.LOAN),
    "renewal": TallyKind(Kind.RENEWAL, "reader"),
    "return": TallyKind(Kind.RETURN),
    "in_house_use": TallyKind(Kind.IN_HOUSE_USE),
    "visit": TallyKind(Kind.VISIT),
    "remote_visit": TallyKind(Kind.REMOTE_VISIT),
    "registration.new": TallyKind(Kind.REGISTRATION, "new"),
    "registration.re": TallyKind(Kind.REGISTRATION, "re"),
    "reference.thematic": TallyKind(Kind.REFERENCE, "thematic"),
    "reference.address": TallyKind(Kind.REFERENCE, "address"),
    "reference.verifying": TallyKind(Kind.REFERENCE, "verifying"),
    "reference.factual": TallyKind(Kind.REFERENCE, "factual"),
    "refusal": TallyKind(Kind.REFUSAL),
    "user.e_resources": TallyKind(Kind.REGISTRATION, ELECTRONIC),
    "user.internet": TallyKind(Kind.REGISTRATION, "internet"),
    "e_visit": TallyKind(Kind.REMOTE_VISIT, None, ELECTRONIC),
    "e_visit.legal": TallyKind(Kind.REMOTE_VISIT, "legal", ELECTRONIC),
    "viewed": TallyKind(Kind.VIEWED),
    "viewed.legal": TallyKind(Kind.VIEWED, "legal"),
    "downloaded": TallyKind(Kind.DOWNLOADED),
    "downloaded.fragment": TallyKind(Kind.DOWNLOADED, "fragment"),
}
#: Of them, counted by subject area and language.
OF_DOCUMENTS = ("loan", "renewal", "return", "in_house_use")
#: Of them, what happens on a screen and at no place.
ON_SCREEN = frozenset(
    code for code in TALLIES if code.startswith(("user.e_", "e_visit", "viewed", "downloaded"))
)
#: Of them, what is counted by the acts themselves once a document is published here.
BY_ACTS = frozenset({"viewed", "downloaded", "downloaded.fragment"})
#: Of them, told apart by where they were given.
PLACED = ("loan", "in_house_use")


def tally_of(kind: str, detail: str | None, place: str | None) -> str:
    """What was counted, by what was written; "" if nothing is counted so."""
    for where in (place, None):
        for code, counted in TALLIES.items():
            if (counted.kind, counted.detail, counted.place) == (kind, detail, where):
                return code
    return ""
