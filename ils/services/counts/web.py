"""The grid of today's uncounted acts."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Row
from sqlalchemy.orm import Session

from ils import ledger, web
from ils.errors import N_, IlsError, Invalid
from ils.labels import LABELS
from ils.ledger import Entry, ServicePlace
from ils.organisation.branches.models import PointType, ServicePoint
from ils.organisation.branches.queries import service_points_of
from ils.organisation.branches.rules import PLACES
from ils.organisation.permissions import Permission
from ils.services import rules
from ils.services.counts import actions, queries
from ils.services.counts import rules as count_rules
from ils.services.counts.actions import Tally
from ils.services.pages import services
from ils.services.rules import LANGUAGES
from ils.web.lists import Column, ListDefinition, RowAction


@services.get("/tally")
@web.page(Permission.OPERATE_DESK)
def tally(session: Session) -> ResponseReturnValue:
    """The grid, and what was counted for the day."""
    return _page(session, None)


@services.post("/tally")
@web.page(Permission.OPERATE_DESK, write=True)
def count(session: Session) -> ResponseReturnValue:
    """Write the numbers of the grid down."""
    try:
        with session.begin_nested():
            total = _count(session)
    except IlsError as error:
        return _page(session, error)
    flash(gettext("Counted: %(count)s.", count=total))
    day = web.form_day("day", N_("Day"))
    if (posted := ledger.posted(session, day)) != day:
        flash(gettext("%(month)s is closed: it counts in %(open)s.",
                      month=f"{day:%m.%Y}", open=f"{posted:%m.%Y}"))  # fmt: skip
    kept = {name: request.form.get(name, "") for name in ("day", "what", "category", "point")}
    return redirect(url_for("services.tally", _anchor="grid", **kept))  # type: ignore[arg-type]


def _count(session: Session) -> int:
    form, origin, place = request.form, web.origin(), ServicePlace.HOME
    what = form.get("what", "")
    if form.get("point") == "room":
        place = ServicePlace.READING_ROOM
    elif point_id := web.form_int("point"):
        point = session.get(ServicePoint, point_id)
        if point is None or point.branch_id != g.staff.branch.id:
            raise Invalid(N_("Service point"), N_("Choose one from the list."))
        origin, place = origin.at_point(point.id), PLACES[PointType(point.type)]
    lists = web.current().config.lists
    cells: dict[tuple[str | None, str | None], int]
    if what in count_rules.OF_DOCUMENTS:
        cells = {
            (subject_area, language): rules.whole(
                form.get(f"{subject_area}.{language}", ""),
                f"{area[web.language()]}, {web.language_name(language)}",
            )
            for subject_area, area in lists.subject_areas.items()
            for language in LANGUAGES
        }
    else:
        cells = {(None, None): rules.whole(form.get("count", ""), N_("Counts"))}
    day = web.form_day("day", N_("Day"))
    category, material = form.get("category") or None, form.get("material") or None
    told = Tally(what, day, cells, category, place, material)
    return actions.write_tally(session, origin, told, lists, g.staff.branch.timezone)


@services.post("/tally/<id:entry_id>/undo")
@web.page(Permission.OPERATE_DESK, write=True)
def uncount(session: Session, entry_id: int) -> ResponseReturnValue:
    """Take a count back."""
    entry = actions.take_tally_back(session, web.origin(), entry_id)
    return redirect(url_for("services.tally", day=entry.day.isoformat()))


def _page(session: Session, error: IlsError | None) -> ResponseReturnValue:
    said, today, lists = request.values, web.today(), web.current().config.lists
    day = today
    if said.get("day"):
        try:
            day = rules.checked_day(web.parsed_day(said["day"], N_("Day")), today)
        except Invalid as wrong:
            error = error or wrong
    offered = queries.offered(session, day)
    what = said.get("what", "") if said.get("what") in offered else "loan"
    done = ListDefinition(
        queries.tallies(session, g.staff.branch.id, day),
        (
            Column("what", N_("What"), _counted, Entry.kind),
            Column("count", N_("How many"), lambda row: row[0].count, Entry.count),
            Column("area", N_("Subject area"),
                   lambda row: web.listed(lists.subject_areas, row[0].subject_area),
                   Entry.subject_area),
            Column("language", N_("Language"), lambda row: web.language_name(row[0].language),
                   Entry.language),
            Column("category", N_("Category"),
                   lambda row: web.listed(lists.categories, row[0].patron_category),
                   Entry.patron_category),
            Column("when", N_("When"), lambda row: row[0].recorded_at, Entry.recorded_at),
            Column("who", N_("User"), lambda row: row[1]),
        ),
        row_actions=(
            RowAction(N_("Undo"), lambda row: url_for("services.uncount", entry_id=row[0].id),
                      lambda row: f"{_counted(row)} {row[0].count}", sends=lambda _: {"undo": 1}),
        ),
        empty=N_("Nothing yet."),
        name="done",
    )  # fmt: skip
    return web.respond(
        session,
        "services/tally.html",
        {"done": done},
        error=error,
        title=N_("Manual counts"),
        v=said,
        day=day,
        today=today,
        what=what,
        whats=[(code, gettext(text)) for code, text in LABELS["tally"].items() if code in offered],
        of_documents=what in count_rules.OF_DOCUMENTS,
        languages=LANGUAGES,
        on_screen=what in count_rules.ON_SCREEN,
        points=session.scalars(service_points_of(g.staff.branch.id)).all(),
        error_text=web.translated(error) if error else "",
    )


def _counted(row: Row[Any]) -> str:
    entry = row[0]
    code = count_rules.tally_of(entry.kind, entry.detail, entry.place)
    return web.code_name("tally", code) if code else web.code_name("kind", entry.kind)
