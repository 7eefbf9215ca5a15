"""What pages that search share: the search of an address, and the facets that narrow it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import request, url_for
from flask_babel import gettext
from sqlalchemy import Select, exists
from sqlalchemy.orm import Session

from ils import web
from ils.catalog.models import BibliographicRecord
from ils.errors import N_
from ils.holdings.items.models import Item, ItemStatus
from ils.organisation.branches.queries import names_of
from ils.search.asking import HITS, Asked, Found, Step

#: What narrows a search in the address, in the order of the page → its name.
FACETS = {
    "catalogue": N_("Catalogue"), "language": N_("Language"), "material": N_("Material"),
    "division": N_("Subject area"), "branch": N_("Branch"),
}  # fmt: skip
#: What narrows by the tree of classes → its name.
CLASSES = {"udc": N_("УДК"), "bbk": N_("ББК")}
FEWEST_VALUES, MOST_VALUES = 2, 12


@dataclass(frozen=True)
class FacetValue:
    """A value of a facet: its name, how many records have it, and the page that turns it."""

    name: str
    count: int
    chosen: bool
    address: str


def asked_for(most: int = HITS) -> Asked:
    """The search of the address: words, facets, years, order."""
    names = (*FACETS, *CLASSES)
    facets = {name: tuple(filter(None, request.args.getlist(name))) for name in names}
    return Asked(
        request.args.get("q", "").strip(),
        {name: values for name, values in facets.items() if values},
        (_year("from"), _year("to")),
        request.args.get("sort", ""),
        most,
    )


def _year(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if re.fullmatch("[0-9]{1,4}", text) else None


def kept() -> dict[str, list[str]]:
    """What the address asks for, for links that go on from what was found."""
    names = ("q", "from", "to", "free", *FACETS, *CLASSES)
    return {name: values for name in names if (values := request.args.getlist(name))}


def free(session: Session, query: Select[BibliographicRecord]) -> Select[BibliographicRecord]:
    """Of the records only those with a copy to be had now, if the address asks; of its branches."""
    if request.args.get("free") != "1":
        return query
    there = [Item.record_id == BibliographicRecord.id, Item.status == ItemStatus.AVAILABLE]
    asked = set(request.args.getlist("branch"))
    numbers = [number for number in names_of(session, web.language()) if str(number) in asked]
    if numbers:
        there.append(Item.branch_id.in_(numbers))
    return query.where(exists().where(*there))


def how(found: Found, text: str) -> str:
    """How something was found that is not just what was typed."""
    if not text:
        return ""
    told: dict[Step, str] = {
        Step.ALIKE: gettext("Nothing is written so. This is like it: “%(text)s”.", text=found.text),
        Step.LAYOUT: gettext("Found as typed on another keyboard: “%(text)s”.", text=found.text),
        Step.WITHOUT_RAREST: gettext(
            "Nothing has all the words. Without the rarest: “%(text)s”.", text=found.text
        ),
        Step.ALL_CATALOGUES: gettext("Nothing in this catalogue; this is in others."),
        Step.CITATION: gettext("Searched as a reference: author and title count most."),
    }
    return told.get(found.step, "")


def facets(session: Session, found: Found) -> list[tuple[str, list[FacetValue]]]:
    """The facets that can narrow what was found, most frequent values first."""
    shown = []
    names = _names(session, found)
    for name, label in FACETS.items():
        counts, chosen = found.facets.get(name, {}), request.args.getlist(name)
        values = sorted(counts, key=lambda value: -counts[value])[:MOST_VALUES]
        values += [value for value in chosen if value and value not in values]
        if len(values) >= FEWEST_VALUES or chosen:
            shown.append((gettext(label), [
                FacetValue(names[name].get(value, value), counts.get(value, 0), value in chosen,
                           _turned(name, value, chosen))
                for value in values
            ]))  # fmt: skip
    for name, label in CLASSES.items():
        if chosen := list(filter(None, request.args.getlist(name))):
            shown.append((gettext(label), [
                FacetValue(value, found.total, True, _turned(name, value, chosen))
                for value in chosen
            ]))  # fmt: skip
    return shown


def _turned(name: str, value: str, chosen: Sequence[str]) -> str:
    """The address with a value chosen, or left if it is."""
    args = {key: request.args.getlist(key) for key in request.args if key != "page"}
    args[name] = [one for one in chosen if one != value] + ([] if value in chosen else [value])
    return str(url_for(request.endpoint or "", **args))  # type: ignore[arg-type]  # lists repeat


def _names(session: Session, found: Found) -> Mapping[str, Mapping[str, str]]:
    lists, branches = web.current().config.lists, names_of(session, web.language())
    return {
        "catalogue": dict(web.list_options(lists.catalogues)),
        "division": dict(web.list_options(lists.subject_areas)),
        "language": {
            code: web.language_name(code)
            for code in (*found.facets.get("language", ()), *request.args.getlist("language"))
        },
        "material": dict(web.code_names("material")),
        "branch": {str(number): name for number, (_, name) in branches.items()},
    }
