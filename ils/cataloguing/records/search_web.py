"""The catalogue searched by staff: what was found, how, and what narrows it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select, exists
from sqlalchemy.orm import Session

from ils import web
from ils.catalog import queries as catalog
from ils.catalog.models import BibliographicRecord
from ils.cataloguing.records.web import catalogue
from ils.errors import N_
from ils.holdings.items.models import Item, ItemStatus
from ils.organisation.branches.queries import names_of
from ils.organisation.permissions import Permission
from ils.search import queries
from ils.search.actions import note_miss
from ils.search.analysis import marked
from ils.search.asking import HITS, Asked, Found, Step
from ils.search.following import index_of
from ils.web.lists import PAGE_SIZE, Column, Filter, ListCell, ListDefinition

#: Facet → its name; they stand on the page in this order.
FACETS = {
    "catalogue": N_("Catalogue"), "language": N_("Language"), "material": N_("Material"),
    "division": N_("Subject area"), "branch": N_("Branch"),
}  # fmt: skip
FEWEST_VALUES, MOST_VALUES = 2, 12


@dataclass(frozen=True)
class FacetValue:
    """A value of a facet: its name, how many records have it, and the page that turns it."""

    name: str
    count: int
    chosen: bool
    address: str


@catalogue.get("/")
@web.page(Permission.VIEW_CATALOGUE)
def records(session: Session) -> ResponseReturnValue:
    """Records by words, numbers and what narrows them."""
    text, data = request.args.get("q", ""), web.current().config.folder
    facets = {name: tuple(filter(None, request.args.getlist(name))) for name in FACETS}
    years = _year("from"), _year("to")
    ranked = not any(request.args.get(name) for name in ("sort", "export", "free"))
    most = PAGE_SIZE * max(1, web.argument_int("page") or 1) if ranked else HITS
    found = queries.found(session, data, Asked(text, facets, years, most=most), facets=True)
    behind = index_of(data).behind(session)
    nothing = found.step is Step.NOTHING and bool(text.strip())
    if nothing and not behind:
        _note_miss_afterwards(text)
    asked = bool(text.strip()) or any(facets.values()) or years != (None, None)
    return web.list_page(
        session,
        _definition(session, found, text, asked=asked, ranked=ranked and asked),
        title=N_("Catalogue"),
        template="catalog/records.html",
        text=text,
        catalogue=request.args.get("catalogue", ""),
        total=found.total,
        behind=behind,
        said=_said(found, text.strip()),
        corrected=found.text if found.step is Step.AS_ASKED else "",
        nothing=nothing,
        facets=_facets(session, found),
        narrow=any(facets.values()),
    )


def _note_miss_afterwards(text: str) -> None:
    where, today, language = g.staff.branch.id, web.today(), web.language()
    web.afterwards(
        lambda session: note_miss(session, text, language=language, branch_id=where, day=today)
    )


def _definition(
    session: Session, found: Found, text: str, *, asked: bool, ranked: bool
) -> ListDefinition:
    sought = found.text or text
    return ListDefinition(
        _free(session, queries.ranked(session, found.ids) if asked else catalog.records()),
        (
            Column("title", N_("Title"), lambda r: _title(r, sought), BibliographicRecord.title,
                   lambda r: url_for("catalogue.record", record_id=r.id)),
            Column("authors", N_("Authors"), lambda r: _marked(r.authors, sought),
                   BibliographicRecord.authors),
            Column("year", N_("Year"), lambda r: str(r.year or ""), BibliographicRecord.year),
            Column("catalogue", N_("Catalogue"),
                   lambda r: web.listed(web.current().config.lists.catalogues, r.catalogue),
                   BibliographicRecord.catalogue),
            Column("added", N_("Added"), lambda r: r.created_at.date(),
                   BibliographicRecord.created_at),
        ),
        filters=(
            Filter("q", N_("Words, “phrase”, beginn*, author:…, ISBN or a number")),
            Filter("from", N_("Year from"), type="number"),
            Filter("to", N_("to"), type="number"),
            Filter("free", N_("Copies"), [("1", gettext("available now"))]),
        ),
        empty=N_("Nothing was found."),
        ranked=found.ids if ranked else None,
        total=min(found.total, HITS),
    )  # fmt: skip


@catalogue.get("/searched-in-vain")
@web.page(Permission.VIEW_SUGGESTIONS)
def misses(session: Session) -> ResponseReturnValue:
    """What found nothing, most often first: for whoever buys."""
    branches = names_of(session, web.language())
    today = web.today()
    first = today.replace(year=today.year - 1, day=1)
    definition = ListDefinition(
        queries.misses(first, today),
        (
            Column("text", N_("Searched for"), lambda row: row.text),
            Column("language", N_("Language"), lambda row: web.language_name(row.language)),
            Column("branch", N_("Branch"), lambda row: branches[row.branch_id][1]),
            Column("often", N_("Times"), lambda row: row.often),
        ),
        empty=N_("Nothing was searched for in vain."),
    )
    return web.list_page(session, definition, title=N_("Searched for in vain, a year"))


def _year(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if re.fullmatch("[0-9]{1,4}", text) else None


def _free(session: Session, query: Select[BibliographicRecord]) -> Select[BibliographicRecord]:
    """Only records with a copy that can be had now; of the branches that are chosen."""
    if request.args.get("free") != "1":
        return query
    there = [Item.record_id == BibliographicRecord.id, Item.status == ItemStatus.AVAILABLE]
    asked = set(request.args.getlist("branch"))
    numbers = [number for number in names_of(session, web.language()) if str(number) in asked]
    if numbers:
        there.append(Item.branch_id.in_(numbers))
    return query.where(exists().where(*there))


def _title(record: BibliographicRecord, sought: str) -> ListCell:
    tag = gettext("to be completed") if record.provisional else ""
    title = record.title or gettext("without a title")
    return ListCell(title, tag=tag, pieces=marked(title, sought))


def _marked(text: str, sought: str) -> ListCell:
    return ListCell(text, pieces=marked(text, sought))


def _said(found: Found, text: str) -> str:
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


def _facets(session: Session, found: Found) -> list[tuple[str, list[FacetValue]]]:
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
    return shown


def _turned(name: str, value: str, chosen: Sequence[str]) -> str:
    """The address with a value chosen, or left if it is."""
    args = {key: request.args.getlist(key) for key in request.args if key != "page"}
    args[name] = [one for one in chosen if one != value] + ([] if value in chosen else [value])
    return str(url_for("catalogue.records", **args))  # type: ignore[arg-type]  # lists repeat


def _names(session: Session, found: Found) -> Mapping[str, Mapping[str, str]]:
    lists, branches = web.current().config.lists, names_of(session, web.language())
    return {
        "catalogue": dict(web.list_options(lists.catalogues)),
        "division": dict(web.list_options(lists.subject_areas)),
        "language": {code: web.language_name(code) for code in found.facets.get("language", ())},
        "material": dict(web.code_names("material")),
        "branch": {str(number): name for number, (_, name) in branches.items()},
    }
