"""What stands in an act: lines added, copies scanned, found and taken out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.codes.rules import LooksAlike
from ils.errors import N_, IlsError
from ils.fields import FieldKind, described
from ils.holdings.acts import acceptance, actions, queries
from ils.holdings.acts.fields import ItemsData, LineData
from ils.holdings.acts.models import ActKind, StockAct
from ils.holdings.acts.web import act_page
from ils.holdings.items.numbers import check_unlike, numbers_from
from ils.holdings.items.queries import numbers_in, record_named
from ils.holdings.pages import branch_choices, branch_ids, holdings
from ils.organisation.permissions import Permission
from ils.web.filled import Form

#: Years are as long as this when "not lent for N years" is asked.
YEAR = timedelta(days=365)
#: So many numbers that could not go in are told with their reasons.
TOLD = 20


@dataclass(frozen=True)
class CopySearchData:
    """The form by which copies are found for an act."""

    branch: str = described(N_("Branch"), FieldKind.CHOICE, default="", empty=N_("all"))
    status: str = described(N_("State"), FieldKind.CHOICE, default="available")
    material: str = described(N_("Material"), codes="material", default="", empty=N_("all"))
    subject_area: str = described(
        N_("Subject area"), codes="subject_areas", default="", empty=N_("all")
    )
    unused: int | None = described(
        N_("Not lent for years"), FieldKind.WHOLE, default=None, width="year", most=100
    )
    older: int | None = described(
        N_("Published before the year"), FieldKind.WHOLE, default=None, width="year", most=2100
    )
    spare: int | None = described(
        N_("Copies of a title beyond"), FieldKind.WHOLE, default=None, width="year", least=1,
        hint=N_("so many stay at each branch"),
    )  # fmt: skip


@holdings.post("/acts/<id:act_id>/lines")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def add_line(session: Session, act_id: int) -> ResponseReturnValue:
    """Add copies of a record, distributed among branches."""
    act = queries.act_by_id(session, act_id, lock=True)

    def work(data: LineData) -> ResponseReturnValue:
        record = record_named(session, data.record)
        lines = acceptance.add_lines(session, act, record, data, branch_ids(session))
        number = sum(line.copies for line in lines)
        if not web.no_mistake(LooksAlike):
            check_unlike(session, numbers_from(data.number.strip(), number))
        flash(gettext("%(title)s: copies %(number)s.", title=record.title, number=number))
        return redirect(url_for("holdings.act", act_id=act.id))

    form = Form(LineData, name="line")
    return web.handled(session, form, work, lambda form: act_page(session, act, form))


@holdings.post("/acts/<id:act_id>/lines/<id:line_id>/remove")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def remove_line(session: Session, act_id: int, line_id: int) -> ResponseReturnValue:
    """Take a line out."""
    act = queries.act_by_id(session, act_id, lock=True)
    acceptance.remove_line(session, act, line_id)
    return redirect(url_for("holdings.act", act_id=act.id))


@holdings.post("/acts/<id:act_id>/items")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def put_in(session: Session, act_id: int) -> ResponseReturnValue:
    """Put copies in by their numbers; those that cannot be stay in the field, with the reason."""
    act = queries.act_by_id(session, act_id, lock=True)

    def work(data: ItemsData) -> ResponseReturnValue:
        put = actions.put_in(session, act, numbers_in(session, data.numbers))
        flash(gettext("Copies put in: %(number)s.", number=put.added))
        if not put.refused:
            return redirect(url_for("holdings.act", act_id=act.id))
        left = Form(ItemsData, {"numbers": "\n".join(n for n, _ in put.refused)}, name="items")
        left.problem = _said(put.refused)
        return act_page(session, act, left)

    form = Form(ItemsData, name="items")
    return web.handled(session, form, work, lambda form: act_page(session, act, form))


def _said(refused: Sequence[tuple[str, IlsError]]) -> str:
    """Why numbers could not go in, the first of them."""
    said = [f"{number}: {web.translated(error)}" for number, error in refused[:TOLD]]
    return "; ".join(said) + (" …" if len(refused) > TOLD else "")


@holdings.post("/acts/<id:act_id>/items/<id:item_id>/remove")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def take_out(session: Session, act_id: int, item_id: int) -> ResponseReturnValue:
    """Take a copy out."""
    act = queries.act_by_id(session, act_id, lock=True)
    actions.take_out(session, act, item_id)
    return redirect(url_for("holdings.act", act_id=act.id))


@holdings.get("/acts/<id:act_id>/find")
@web.page(Permission.EDIT_HOLDINGS)
def find_copies(session: Session, act_id: int) -> ResponseReturnValue:
    """The form by which copies are found for an act."""
    act = queries.act_by_id(session, act_id)
    return _find_page(session, act, _find_form(session, act, {"status": "available"}))


@holdings.post("/acts/<id:act_id>/find")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def put_found(session: Session, act_id: int) -> ResponseReturnValue:
    """Put all that fit into the act."""
    act = queries.act_by_id(session, act_id, lock=True)

    def work(data: CopySearchData) -> ResponseReturnValue:
        since = None if data.unused is None else web.today() - YEAR * data.unused
        wanted = queries.CopySearch(
            branch_ids(session).get(data.branch), since, data.older, data.material, data.status,
            data.subject_area, data.spare,
        )  # fmt: skip
        put = actions.put_found(session, act, wanted)
        flash(gettext("Copies put in: %(number)s.", number=put))
        return redirect(url_for("holdings.act", act_id=act.id))

    form = _find_form(session, act, None)
    return web.handled(session, form, work, lambda form: _find_page(session, act, form))


def _find_form(
    session: Session, act: StockAct, values: dict[str, object] | None
) -> Form[CopySearchData]:
    taken = actions.TAKEN_FROM.get(ActKind(act.kind), ())
    states = [(code.value, web.code_name("status", code)) for code in taken]
    choices = {"branch": branch_choices(session), "status": states}
    return Form(CopySearchData, values, choices=choices)


def _find_page(session: Session, act: StockAct, form: Form[CopySearchData]) -> ResponseReturnValue:
    title = N_("Copies for the act")
    return web.respond(session, "holdings/find.html", {}, title=title, form=form, act=act)
