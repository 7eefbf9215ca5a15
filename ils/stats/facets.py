"""What entries can be told apart by in a report: facets, their columns, their values. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from ils.config import Lists
from ils.ledger import AccessionSource, Channel, Material, OpeningOf, WithdrawalReason

#: What a facet is of an entry that does not say it.
NONE = "none"
OTHER = "other"
LANGUAGES = ("kk", "ru")
MAX_AGE = 130
BAND = re.compile(r"(\d{1,3})(?:-(\d{1,3})|\+)")
#: Facet → the columns of the ledger it is made of.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "catalogue": ("catalogue",),
    "material": ("material",),
    "language": ("language",),
    "tongue": ("language",),
    "division": ("division",),
    "category": ("patron_category",),
    "age": ("age",),
    "sex": ("sex",),
    "source": ("source",),
    "reason": ("reason",),
    "place": ("place", "service_point_id"),
    "detail": ("detail",),
    "opening_of": ("opening_of",),
    "channel": ("channel",),
    "branch": (),  # see BRANCH_COLUMNS
    "branch_type": (),
    "point": ("service_point_id",),
    "kind": (),  # every sum is of a kind
    "day": ("posted",),
    "month": (),  # a breakdown only: each month is counted by itself
    "act": ("act_id",),
}
#: Facets with codes of the program.
CODES: Mapping[str, frozenset[str]] = {
    "material": frozenset(Material),
    "source": frozenset(AccessionSource),
    "reason": frozenset(WithdrawalReason),
    "opening_of": frozenset(OpeningOf),
    "channel": frozenset(Channel),
    "language": frozenset({*LANGUAGES, OTHER, NONE}),
    "sex": frozenset({"f", "m"}),
    "branch_type": frozenset({"central", "branches"}),
}
#: Facets with codes of the library's lists.
LISTED = {"catalogue": "catalogues", "division": "divisions", "category": "categories"}
#: Which branch of an entry a measure counts by.
PLACES = {"branch": "branch_id", "owner": "owner_branch_id", "other": "other_branch_id"}


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
    if facet not in COLUMNS:
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
    if facet in CODES and code not in CODES[facet]:
        raise ValueError(f"{facet} has no code “{code}”")
    if facet in LISTED:
        if code not in listed(facet, lists):
            raise ValueError(f"{facet} has no code “{code}”")
        return {code, *below(facet, code, lists)}
    return {code}


def listed(facet: str, lists: Lists) -> Mapping[str, Mapping[str, str]]:
    """The codes of a facet the library lists, with their names."""
    known: Mapping[str, Mapping[str, str]] = getattr(lists, LISTED[facet])
    return known


def below(facet: str, code: object, lists: Lists) -> list[str]:
    """The codes that stand under one: professions of a category, branches of a division."""
    return [sub for sub, said in listed(facet, lists).items() if said.get("parent") == code]


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


@dataclass(frozen=True)
class PlaceName:
    """A branch, or a place of service of one: its code, names and type."""

    code: str
    ru: str
    kk: str
    type: str
    branch_id: int = 0


#: (branch, or ``None``: the system; year; quarter) → the plan that stands.
Quarters = Mapping[tuple[int | None, int, int], int]


@dataclass(frozen=True)
class ReportContext:
    """What a report must know besides the ledger: lists, branches, plans, declared values.

    Attributes:
        scope: the branches it is of; ``None``: the whole system.
        plans: (table, row) → its plans by branch and quarter.
        inputs: (key, first day, end) → declared value.
        began: the first day that has entries, where somebody asks for days.
    """

    lists: Lists
    branches: Mapping[Any, PlaceName]
    points: Mapping[Any, PlaceName]
    scope: frozenset[int] | None = None
    plans: Mapping[tuple[str, str], Quarters] = field(default_factory=dict)
    inputs: Mapping[tuple[str, date, date], Fraction] = field(default_factory=dict)
    began: date | None = None

    def facet(self, facet: str, columns: Mapping[str, object], by: str) -> object:
        """The value of a facet of an entry; ``by``: which of its branches is meant."""
        return self.reader(facet, by)(columns)

    def reader(self, facet: str, by: str) -> Callable[[Mapping[str, Any]], object]:
        """What reads the value of a facet from the columns of an entry."""
        if facet in {"branch", "branch_type"}:
            name = PLACES[by]
            if by == "owner":
                return self._typed(facet, lambda c: c[name] or c["branch_id"])
            return self._typed(facet, lambda c: c[name])
        if facet == "place":
            return self._place
        if facet == "language":
            return _language
        column = facet if not COLUMNS[facet] else COLUMNS[facet][0]

        def read(columns: Mapping[str, Any]) -> object:
            value = columns[column]
            return NONE if value is None else value

        return read

    def _typed(
        self, facet: str, branch: Callable[[Mapping[str, Any]], Any]
    ) -> Callable[[Mapping[str, Any]], object]:
        return branch if facet == "branch" else lambda columns: self._type_of(branch(columns))

    def _place(self, columns: Mapping[str, Any]) -> object:
        value = columns["place"]
        if value is None:
            point = self.points.get(columns["service_point_id"])
            value = POINT_PLACES.get(point.type) if point else None
        return NONE if value is None else value

    def _type_of(self, branch: object) -> str:
        known = self.branches.get(branch)
        return "central" if known is not None and known.type == "central" else "branches"


def _language(columns: Mapping[str, Any]) -> object:
    value = columns["language"]
    if value is None:
        return NONE
    return value if value in LANGUAGES else OTHER


#: What a kind of service point makes of a place that is not told.
POINT_PLACES = {
    "outreach": "service_point",
    "home_delivery": "home_delivery",
    "reading_room": "reading_room",
}


#: Which columns say the branch of an entry, for each way to count it.
BRANCH_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "branch": ("branch_id",),
    "owner": ("owner_branch_id", "branch_id"),
    "other": ("other_branch_id", "branch_id"),
}


def columns_of(facets: Iterable[str], by: str) -> frozenset[str]:
    """The columns some facets are made of; ``by``: which branch of an entry is meant."""
    return frozenset(
        column
        for facet in facets
        for column in (BRANCH_COLUMNS[by] if facet in {"branch", "branch_type"} else COLUMNS[facet])
    )
