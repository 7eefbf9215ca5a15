"""The catalogue searched by staff: what was found, how, and what narrows it."""

from __future__ import annotations

from flask import g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.catalog import queries as catalog
from ils.catalog.models import BibliographicRecord
from ils.cataloguing.records.web import catalogue
from ils.errors import N_
from ils.organisation.branches.queries import names_of
from ils.organisation.permissions import Permission
from ils.search import queries
from ils.search.actions import note_miss
from ils.search.analysis import marked
from ils.search.asking import HITS, Asked, Found, Step
from ils.search.following import index_of
from ils.search.pages import asked_for, facets, free, how, kept
from ils.web.cells import ListCell
from ils.web.lists import PAGE_SIZE, Column, Filter, ListDefinition, PageAction


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
        narrowed=kept(),
        total=found.total,
        behind=behind,
        said=how(found, asked.text),
        corrected=found.text if found.step is Step.AS_ASKED else "",
        nothing=nothing,
        facets=facets(session, found),
        narrow=bool(asked.facets),
        actions=[PageAction(N_("Import records"), url_for("cataloguing.import_form"))]
        if web.may(Permission.EDIT_CATALOGUE)
        else [],
    )


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
