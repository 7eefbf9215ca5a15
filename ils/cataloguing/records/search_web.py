"""The catalogue searched by staff: what was found, how, and what narrows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.catalog import queries as catalog
from ils.catalog.models import BibliographicRecord
from ils.cataloguing.pages import FACETS, asked_for, free
from ils.cataloguing.records.web import catalogue
from ils.errors import N_
from ils.organisation.branches.queries import names_of
from ils.organisation.permissions import Permission
from ils.search import queries
from ils.search.actions import note_miss
from ils.search.analysis import marked
from ils.search.asking import HITS, Asked, Found, Step
from ils.search.following import index_of
from ils.web.lists import PAGE_SIZE, Column, Filter, ListCell, ListDefinition

#: The names of the facets; they stand on the page in this order.
LABELS = (
    N_("Catalogue"), N_("Language"), N_("Material"), N_("Subject area"), N_("Branch"),
)  # fmt: skip
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
    data, text = web.current().config.folder, request.args.get("q", "")
    by_index = not any(request.args.get(name) for name in ("export", "free"))
    most = PAGE_SIZE * max(1, web.argument_int("page") or 1) if by_index else HITS
    asked = asked_for(most)
    found = queries.found(session, data, asked, facets=True)
    behind = index_of(data).behind(session)
    nothing = found.step is Step.NOTHING and bool(asked.text)
    if nothing and not behind:
        _note_miss_afterwards(text)
    return web.list_page(
        session,
        _definition(session, found, asked, by_index=by_index and not asked.is_empty),
        title=N_("Catalogue"),
        template="catalog/records.html",
        text=text,
        narrowed=_narrowed(),
        total=found.total,
        behind=behind,
        said=_said(found, asked.text),
        corrected=found.text if found.step is Step.AS_ASKED else "",
        nothing=nothing,
        facets=_facets(session, found),
        narrow=bool(asked.facets),
    )


def _narrowed() -> dict[str, list[str]]:
    """What the address asks for, for links that go on from what was found."""
    kept = ("q", "from", "to", "free", *FACETS)
    return {name: values for name in kept if (values := request.args.getlist(name))}


def _note_miss_afterwards(text: str) -> None:
    where, today, language = g.staff.branch.id, web.today(), web.language()
    web.afterwards(
        lambda session: note_miss(session, text, language=language, branch_id=where, day=today)
    )


def _definition(session: Session, found: Found, asked: Asked, *, by_index: bool) -> ListDefinition:
    sought = found.text or asked.text
    every = catalog.records() if asked.is_empty else queries.ranked(session, found.ids)
    return ListDefinition(
        free(session, every),
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
            Filter("q", N_("Search"),
                   hint=N_("words, “phrase”, beginn*, author:…, ISBN or a number")),
            Filter("from", N_("Year from"), type="number"),
            Filter("to", N_("to"), type="number"),
            Filter("free", N_("Copies"), [("1", gettext("available now"))]),
        ),
        empty=N_("Nothing was found."),
        ranked=found.ids if by_index else None,
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
    for name, label in zip(FACETS, LABELS, strict=True):
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
        "language": {
            code: web.language_name(code)
            for code in (*found.facets.get("language", ()), *request.args.getlist("language"))
        },
        "material": dict(web.code_names("material")),
        "branch": {str(number): name for number, (_, name) in branches.items()},
    }
