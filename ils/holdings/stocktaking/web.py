"""Checks of the stock: begun, scanned, paused, ended; places and their labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.documents import labels
from ils.errors import N_, Invalid
from ils.fields import FieldKind, described
from ils.holdings.items.models import Item
from ils.holdings.pages import branch_choices, branch_ids, holdings
from ils.holdings.printing import sent
from ils.holdings.stocktaking import actions, papers, queries, rules
from ils.holdings.stocktaking.actions import Counted, Scan
from ils.holdings.stocktaking.jobs import COUNT_FILE
from ils.holdings.stocktaking.models import ShelfPlace, Stocktake
from ils.jobs.actions import enqueue
from ils.organisation.branches.queries import names_of
from ils.organisation.permissions import Permission
from ils.web.downloads import download
from ils.web.filled import Form
from ils.web.lists import Column, ListDefinition, PageAction

#: A file of a scanner.
MAX_FILE_BYTES = 10_000_000
SCANS = N_("File of a scanner, or a photo of labels")


@dataclass(frozen=True)
class StocktakeData:
    """The form of a check that begins."""

    name: str = described(N_("Name"), longest=200, hint=N_("Annual check, lending department"))
    branch: str = described(N_("Branch"), FieldKind.CHOICE)
    location: str = described(
        N_("Only the place"), default="", longest=200,
        hint=N_("as it stands in the copies, or how it begins"),
    )  # fmt: skip
    seen_since: date | None = described(
        N_("Count as present what was lent or returned since"), FieldKind.DAY, default=None,
        width="date", hint=N_("left empty, every copy must be scanned"),
    )  # fmt: skip
    basis: str = described(N_("Basis"), default="", longest=200,
                           hint=N_("order, decision, minutes"))  # fmt: skip
    commission: str = described(N_("Commission"), FieldKind.LONG, default="",
                                hint=N_("a person a line: the chair first"))  # fmt: skip


@dataclass(frozen=True)
class PlaceData:
    """The form of a place."""

    branch: str = described(N_("Branch"), FieldKind.CHOICE)
    name: str = described(N_("Place"), longest=200, hint=N_("Lending department, shelf 3"))


@dataclass(frozen=True)
class ScansData:
    """The form of a file of scans."""

    file: None = described(SCANS, FieldKind.FILE, default=None,
                           accept=".txt,.csv,image/*")  # fmt: skip


@holdings.get("/checks")
@web.page(Permission.COUNT_STOCK)
def stocktakes(session: Session) -> ResponseReturnValue:
    """All checks."""
    names = names_of(session, web.language())
    new = PageAction(N_("Begin a check"), url_for("holdings.new_stocktake"), main=True)
    definition = ListDefinition(
        queries.stocktakes(),
        [
            Column("name", N_("Name"), lambda one: one.name, Stocktake.name,
                   lambda one: url_for("holdings.stocktake", stocktake_id=one.id)),
            Column("branch", N_("Branch"), lambda one: names[one.branch_id][1]),
            Column("location", N_("Place"), lambda one: one.location),
            Column("day", N_("Day"), lambda one: one.day, Stocktake.day),
            Column("state", N_("State"), lambda one: web.code_name("stocktake_state", one.state)),
        ],
        empty=N_("No checks yet."),
    )  # fmt: skip
    may = web.may(Permission.EDIT_HOLDINGS)
    title = N_("Checks of the stock")
    return web.list_page(session, definition, title=title, actions=[new] if may else [])


@holdings.get("/checks/new")
@web.page(Permission.EDIT_HOLDINGS)
def new_stocktake(session: Session) -> ResponseReturnValue:
    """The form of a check."""
    return _new_page(session, _form(session, {"branch": g.staff.branch.code}))


@holdings.post("/checks/new")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def begin_stocktake(session: Session) -> ResponseReturnValue:
    """Begin it."""

    def work(data: StocktakeData) -> ResponseReturnValue:
        stocktake = Stocktake(
            name=data.name, branch_id=branch_ids(session)[data.branch], location=data.location,
            seen_since=data.seen_since, basis=data.basis, commission=data.commission,
        )  # fmt: skip
        actions.begin(session, web.origin(), stocktake)
        return redirect(url_for("holdings.stocktake", stocktake_id=stocktake.id))

    return web.handled(session, _form(session, None), work, lambda form: _new_page(session, form))


def _form(session: Session, values: dict[str, object] | None) -> Form[StocktakeData]:
    return Form(StocktakeData, values, choices={"branch": branch_choices(session)})


def _new_page(session: Session, form: Form[StocktakeData]) -> ResponseReturnValue:
    title = N_("Begin a check")
    return web.respond(session, "holdings/new_stocktake.html", {}, title=title, form=form)


@holdings.get("/checks/<id:stocktake_id>")
@web.page(Permission.COUNT_STOCK)
def stocktake(session: Session, stocktake_id: int) -> ResponseReturnValue:
    """How a check stands."""
    return _page(session, queries.stocktake_by_id(session, stocktake_id), Form(ScansData, {}))


def _page(session: Session, one: Stocktake, form: Form[ScansData]) -> ResponseReturnValue:
    return web.respond(
        session, "holdings/stocktake.html", {}, title=one.name, stocktake=one, form=form,
        counts=queries.counts(session, one), branches=names_of(session, web.language()),
    )  # fmt: skip


@holdings.post("/checks/<id:stocktake_id>/pause")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def pause_stocktake(session: Session, stocktake_id: int) -> ResponseReturnValue:
    """Pause it, or go on."""
    actions.pause(session, queries.stocktake_by_id(session, stocktake_id, lock=True))
    return redirect(url_for("holdings.stocktake", stocktake_id=stocktake_id))


@holdings.post("/checks/<id:stocktake_id>/close")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def close_stocktake(session: Session, stocktake_id: int) -> ResponseReturnValue:
    """End it."""
    one = queries.stocktake_by_id(session, stocktake_id, lock=True)
    actions.close(session, web.origin(), one)
    flash(gettext("The check is ended; its act can be printed."))
    return redirect(url_for("holdings.stocktake", stocktake_id=stocktake_id))


@holdings.get("/checks/<id:stocktake_id>/scan")
@web.page(Permission.COUNT_STOCK)
def counting(session: Session, stocktake_id: int) -> ResponseReturnValue:
    """The page of a scanner."""
    return _counting(session, queries.stocktake_by_id(session, stocktake_id), [], None)


def _counting(
    session: Session, one: Stocktake, answers: Sequence[Counted], place: ShelfPlace | None
) -> ResponseReturnValue:
    part = web.by_script()
    template = "holdings/_counted.html" if part else "holdings/counting.html"
    said = [(answer, session.get(Item, answer.item_id or 0)) for answer in answers]
    return render_template(
        template, stocktake=one, answers=said, place=place, levels=rules.LEVELS,
        title=one.name, branches=names_of(session, web.language()),
    )  # fmt: skip


@holdings.post("/checks/<id:stocktake_id>/scan")
@web.page(Permission.COUNT_STOCK, write=True)
def count(session: Session, stocktake_id: int) -> ResponseReturnValue:
    """Count a copy, or take the place that was scanned for those that follow."""
    one = queries.stocktake_by_id(session, stocktake_id)
    code = " ".join(request.form.get("code", "").split())[:100]
    number = web.whole("place", request.form.get("place", ""))
    place = None if number is None else session.get(ShelfPlace, number)
    if not code:
        raise Invalid(N_("Code"), N_("This must be filled in."))
    if (scanned := actions.place_of(session, code)) is not None:
        if scanned.branch_id != one.branch_id:
            raise Invalid(N_("Place"), N_("This label is of another branch."))
        return _counting(session, one, [], scanned)
    answers = actions.count(session, web.origin(), one, [Scan(code, place)])
    return _counting(session, one, answers, place)


@holdings.post("/checks/<id:stocktake_id>/file")
@web.page(Permission.COUNT_STOCK, write=True, prepare=web.sent_file(MAX_FILE_BYTES, SCANS))
@web.uploads(MAX_FILE_BYTES)
def count_file(session: Session, stocktake_id: int, prepared: object) -> ResponseReturnValue:
    """Have a file of scans counted."""
    one = queries.stocktake_by_id(session, stocktake_id)

    def work(data: ScansData) -> ResponseReturnValue:
        del data
        file = web.kept_file(session, prepared)
        args = {
            "stocktake_id": one.id, "file_id": file.id, "staff_id": g.staff.id,
            "branch_id": g.staff.branch.id,
            "page": url_for("holdings.stocktake", stocktake_id=one.id),
        }  # fmt: skip
        job = enqueue(session, COUNT_FILE, args, created_by=g.staff.id)
        return redirect(url_for("operations.job", job_id=job.id))

    form = Form(ScansData)
    return web.handled(session, form, work, lambda form: _page(session, one, form), silent=True)


@holdings.get("/checks/<id:stocktake_id>/act.<any(pdf,docx):form>")
@web.page(Permission.COUNT_STOCK)
def stocktake_act(session: Session, stocktake_id: int, form: str) -> ResponseReturnValue:
    """The act of a check."""
    one = queries.stocktake_by_id(session, stocktake_id)
    language = request.args.get("language", web.language())
    paper = papers.act(session, web.current().config, one, language)
    return sent(paper, form, language)


@holdings.get("/places")
@web.page(Permission.COUNT_STOCK)
def shelf_places(session: Session) -> ResponseReturnValue:
    """Rooms and shelves with labels of their own."""
    return _places_page(session, _place_form(session, {"branch": g.staff.branch.code}))


def _place_form(session: Session, values: dict[str, object] | None) -> Form[PlaceData]:
    return Form(PlaceData, values, choices={"branch": branch_choices(session)})


def _places_page(session: Session, form: Form[PlaceData]) -> ResponseReturnValue:
    names = names_of(session, web.language())
    definition = ListDefinition(
        queries.places(),
        [
            Column("name", N_("Place"), lambda one: one.name, ShelfPlace.name),
            Column("branch", N_("Branch"), lambda one: names[one.branch_id][1]),
            Column("code", N_("Barcode"), lambda one: one.code, ShelfPlace.code),
        ],
        empty=N_("No places yet."),
    )
    lists, title = {"listing": definition}, N_("Places")
    return web.respond(session, "holdings/places.html", lists, title=title, form=form)


@holdings.post("/places")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def add_place(session: Session) -> ResponseReturnValue:
    """Add a place."""

    def work(data: PlaceData) -> ResponseReturnValue:
        actions.add_place(session, branch_ids(session)[data.branch], data.name)
        return redirect(url_for("holdings.shelf_places"))

    form = _place_form(session, None)
    return web.handled(session, form, work, lambda form: _places_page(session, form))


@holdings.get("/places/labels.pdf")
@web.page(Permission.COUNT_STOCK)
def place_labels(session: Session) -> ResponseReturnValue:
    """The labels of all places on sheets."""
    names, config = names_of(session, web.language()), web.current().config
    made = [
        labels.label(config, "item", place.code, names[place.branch_id][1], place.name)
        for place in session.scalars(queries.places())
    ]
    if not made:
        raise Invalid(N_("Place"), N_("No places yet."))
    return download(labels.sheet(config, made), "places.pdf", "application/pdf")
