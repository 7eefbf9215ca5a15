"""Which entries are meant: conditions on facets, as definitions say them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ils.config import Lists
from ils.stats.facets.registry import FACETS, NONE

MAX_AGE = 130
BAND = re.compile(r"(\d{1,3})(?:-(\d{1,3})|\+)")


@dataclass(frozen=True)
class Condition:
    """One facet of an entry is, or is not, one of some values."""

    facet: str
    values: frozenset[object]
    negated: bool = False

    def holds(self, value: object) -> bool:
        """Whether an entry with this value is meant."""
        return (value in self.values) != self.negated


Conditions = tuple[Condition, ...]


def condition(facet: str, said: object, lists: Lists) -> Condition:
    """A condition as a definition says it: a code, a list of codes; ``!`` before one: not this.

    Raises:
        ValueError: an unknown facet or code.
    """
    if facet not in FACETS:
        raise ValueError(f"unknown facet “{facet}”")
    codes = [code for code in (said if isinstance(said, list) else [said]) if isinstance(code, str)]
    if not codes:
        raise ValueError(f"{facet}: codes are texts")
    negated = codes[0].startswith("!")
    values: set[object] = set()
    for code in codes:
        values |= _values(facet, code.removeprefix("!"), lists)
    return Condition(facet, frozenset(values), negated)


def _values(facet: str, code: str, lists: Lists) -> set[object]:
    if code == NONE:
        return {NONE}
    if facet == "age":
        return set(band(code))
    known = FACETS[facet]
    if known.list is not None:
        if code not in known.listed(lists):
            raise ValueError(f"{facet} has no code “{code}”")
        return {code, *known.below(code, lists)}
    if known.codes is not None and code not in known.codes:
        raise ValueError(f"{facet} has no code “{code}”")
    return {code}


def band(text: str) -> range:
    """The ages of ``7-14`` or ``56+``.

    Raises:
        ValueError: it is neither.
    """
    found = BAND.fullmatch(text)
    if found is None:
        raise ValueError(f"age: “{text}” is no band like 7-14 or 56+")
    first = int(found[1])
    last = int(found[2]) if found[2] else MAX_AGE
    if last < first:
        raise ValueError(f"age: “{text}” ends before it begins")
    return range(first, last + 1)
