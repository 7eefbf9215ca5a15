"""Every facet: the columns it is made of, its values, their order and names. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from ils.clock import Period
from ils.config import Lists
from ils.errors import N_
from ils.labels import LABELS
from ils.ledger import AccessionSource, Channel, Material, OpeningOf, WithdrawalReason
from ils.stats.facets.context import PlaceName, ReportContext
from ils.stats.facets.languages import LANGUAGE_NAMES, LANGUAGES, OTHER
from ils.stats.names import Names

#: What a facet is of an entry that does not say it.
NONE = "none"
NONE_NAME = N_("not stated")
#: Which branch of an entry a measure counts by → the columns that say it, the first first.
BRANCH_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "branch": ("branch_id",),
    "owner": ("owner_branch_id", "branch_id"),
    "other": ("other_branch_id", "branch_id"),
}
#: What a kind of service point makes of a place that is not told.
POINT_PLACES = {
    "outreach": "service_point",
    "home_delivery": "home_delivery",
    "reading_room": "reading_room",
}

#: The columns of an entry, or of entries added up, and their values.
Columns = Mapping[str, Any]
Reader = Callable[[Columns], object]


def _nothing(context: ReportContext, period: Period) -> Sequence[object]:
    del context, period
    return ()


def _always(*codes: object) -> Callable[[ReportContext, Period], Sequence[object]]:
    return lambda _context, _period: codes


@dataclass(frozen=True)
class Facet:
    """What entries are told apart by.

    Attributes:
        columns: those of the ledger it is made of; of its branch: see `BRANCH_COLUMNS`.
        by_branch: it is said by the branch a measure counts by.
        codes: its codes, where the program has them.
        list: the library's list its codes stand in; codes may stand under others there.
        expected: the values a breakdown always shows, in their order.
        labels: names of its codes: of both languages, or a text to translate.
        rest: what is called what of a code stands under none of those below it.
        places: the branches or points its values are ids of.
        read: what reads it from columns, if it is more than the first of them.
    """

    name: str
    columns: tuple[str, ...] = ()
    by_branch: bool = False
    codes: frozenset[str] | None = None
    list: str | None = None
    expected: Callable[[ReportContext, Period], Sequence[object]] = _nothing
    labels: Mapping[str, str | Names] = field(default_factory=dict)
    rest: str | None = None
    places: Callable[[ReportContext], Mapping[Any, PlaceName]] | None = None
    read: Callable[[ReportContext, str], Reader] | None = None

    def columns_by(self, by: str) -> tuple[str, ...]:
        """The columns it is made of; ``by``: which branch of an entry is meant."""
        return BRANCH_COLUMNS[by] if self.by_branch else self.columns

    def reader(self, context: ReportContext, by: str) -> Reader:
        """What reads its value from the columns of an entry."""
        if self.read is not None:
            return self.read(context, by)
        column = self.columns[0] if self.columns else self.name

        def value(columns: Columns) -> object:
            found = columns[column]
            return NONE if found is None else found

        return value

    def listed(self, lists: Lists) -> Mapping[str, Mapping[str, str]]:
        """The codes the library lists, with their names; none if it lists none."""
        known: Mapping[str, Mapping[str, str]] = getattr(lists, self.list) if self.list else {}
        return known

    def below(self, code: object, lists: Lists) -> Sequence[str]:
        """The codes that stand under one: professions of a category, parts of a division."""
        return [one for one, names in self.listed(lists).items() if names.get("parent") == code]


def branch_reader(context: ReportContext, by: str) -> Reader:
    """What reads the branch of an entry."""
    del context
    first, *others = BRANCH_COLUMNS[by]
    if by != "owner":
        return lambda columns: columns[first]
    (other,) = others
    return lambda columns: columns[first] or columns[other]


def _branch_type(context: ReportContext, by: str) -> Reader:
    read = branch_reader(context, by)

    def value(columns: Columns) -> object:
        branch = context.branches.get(read(columns))
        return "central" if branch is not None and branch.type == "central" else "branches"

    return value


def _place(context: ReportContext, by: str) -> Reader:
    del by

    def value(columns: Columns) -> object:
        place = columns["place"]
        if place is None:
            point = context.points.get(columns["service_point_id"])
            place = POINT_PLACES.get(point.type) if point else None
        return NONE if place is None else place

    return value


def _language(context: ReportContext, by: str) -> Reader:
    del context, by

    def value(columns: Columns) -> object:
        language = columns["language"]
        if language is None:
            return NONE
        return language if language in LANGUAGES else OTHER

    return value


def _listed(name: str) -> Callable[[ReportContext, Period], Sequence[object]]:
    def codes(context: ReportContext, period: Period) -> Sequence[object]:
        del period
        listed = FACETS[name].listed(context.lists)
        return [code for code, names in listed.items() if "parent" not in names]

    return codes


def _branches(context: ReportContext, period: Period) -> Sequence[object]:
    del period
    return [branch for branch in context.branches if context.in_scope(branch)]


def _points(context: ReportContext, period: Period) -> Sequence[object]:
    del period
    return [id_ for id_, point in context.points.items() if context.in_scope(point.branch_id)]


def _days(context: ReportContext, period: Period) -> Sequence[object]:
    del context
    return [period.start + timedelta(days=n) for n in range((period.end - period.start).days)]


_ALL = (
    Facet("catalogue", ("catalogue",), list="catalogues", expected=_listed("catalogue")),
    Facet(
        "material",
        ("material",),
        codes=frozenset(Material),
        expected=_always(*(material.value for material in Material)),
        labels=LABELS["material"],
    ),
    Facet(
        "language",
        ("language",),
        codes=frozenset({*LANGUAGES, OTHER, NONE}),
        expected=_always(*LANGUAGES, OTHER),
        labels={
            "kk": N_("in Kazakh"),
            "ru": N_("in Russian"),
            OTHER: N_("in other languages"),
        },
        read=_language,
    ),
    Facet("tongue", ("language",), labels=LANGUAGE_NAMES),
    Facet(
        "division",
        ("subject_area",),
        list="subject_areas",
        expected=_listed("division"),
        rest=N_("the rest"),
    ),
    Facet(
        "category",
        ("patron_category",),
        list="categories",
        expected=_listed("category"),
        rest=N_("other occupations"),
    ),
    Facet("age", ("age",)),
    Facet(
        "sex",
        ("sex",),
        codes=frozenset({"f", "m"}),
        expected=_always("f", "m"),
        labels=LABELS["sex"],
    ),
    Facet(
        "source",
        ("source",),
        codes=frozenset(AccessionSource),
        expected=_always(
            *(s.value for s in AccessionSource if s != AccessionSource.REDISTRIBUTION)
        ),
        labels=LABELS["accession_source"],
    ),
    Facet(
        "reason",
        ("reason",),
        codes=frozenset(WithdrawalReason),
        expected=_always(*(reason.value for reason in WithdrawalReason)),
        labels=LABELS["withdrawal_reason"],
    ),
    Facet("place", ("place", "service_point_id"), labels=LABELS["place"], read=_place),
    Facet("detail", ("detail",), labels=LABELS["digitised_kind"]),
    Facet("event_form", ("detail",), list="event_forms", expected=_listed("event_form")),
    Facet("opening_of", ("opening_of",), codes=frozenset(OpeningOf)),
    Facet(
        "channel",
        ("channel",),
        codes=frozenset(Channel),
        expected=_always(*(channel.value for channel in Channel)),
        labels=LABELS["channel"],
    ),
    Facet(
        "branch",
        by_branch=True,
        expected=_branches,
        places=lambda context: context.branches,
        read=branch_reader,
    ),
    Facet(
        "branch_type",
        by_branch=True,
        codes=frozenset({"central", "branches"}),
        expected=_always("central", "branches"),
        read=_branch_type,
    ),
    Facet("point", ("service_point_id",), expected=_points, places=lambda context: context.points),
    Facet("kind", labels=LABELS["kind"]),  # every sum is of a kind
    Facet("day", ("posted",), expected=_days),
    Facet("month"),  # a breakdown only: each month is counted by itself
    Facet("act", ("act_id",)),
)
FACETS: Mapping[str, Facet] = {facet.name: facet for facet in _ALL}


def columns_of(facets: Iterable[str], by: str) -> frozenset[str]:
    """The columns some facets are made of; ``by``: which branch of an entry is meant."""
    return frozenset(column for facet in facets for column in FACETS[facet].columns_by(by))
