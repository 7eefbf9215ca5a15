"""Copies of a record put into stock: by an act of their own, or into an open one."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.catalog import queries as catalog
from ils.catalog.models import BibliographicRecord
from ils.codes.rules import LooksAlike
from ils.errors import N_
from ils.holdings.acts import acceptance
from ils.holdings.acts import queries as acts
from ils.holdings.acts.fields import NewCopiesData
from ils.holdings.acts.models import ActKind, ActState, StockAct
from ils.holdings.items import queries
from ils.holdings.items.models import Item
from ils.holdings.items.numbers import check_unlike, next_numbers, numbers_from
from ils.holdings.labels.queries import MOST_LABELS
from ils.holdings.pages import branch_choices, branch_ids, holdings
from ils.ledger import AccessionSource
from ils.organisation.permissions import Permission
from ils.web.filled import Form


@holdings.get("/new")
@web.page(Permission.EDIT_HOLDINGS)
def new_copies(session: Session) -> ResponseReturnValue:
    """The form of copies of a record that come into stock."""
    record = _record(session)
    last = session.scalars(queries.items_of(record).order_by(None).order_by(Item.id.desc())).first()
    values: dict[str, object] = {
        "branch": g.staff.branch.code, "count": 1,
        "number": next(next_numbers(session, g.staff.branch.id)),
    }  # fmt: skip
    if last is not None:
        values |= {"location": last.location, "shelf_mark": last.shelf_mark}
    return _new_page(session, record, _new_form(session, values))


@holdings.post("/new")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def add_copies(session: Session) -> ResponseReturnValue:
    """Put them into stock, or into an open act."""
    record = _record(session)

    def work(data: NewCopiesData) -> ResponseReturnValue:
        owner = branch_ids(session)[data.branch]
        if not web.no_mistake(LooksAlike):
            check_unlike(session, [*numbers_from(data.number, data.count), data.barcode])
        if data.act:
            act = acts.act_by_id(session, int(data.act), lock=True)
            acceptance.add_copies(session, act, record, data, owner)
            flash(gettext("Saved."))
            return redirect(url_for("holdings.act", act_id=act.id))
        made = acceptance.accept_copies(session, web.origin(), record, data, owner)
        first = queries.item_by_id(session, made[0])
        flash(gettext("Copies in stock: %(number)s, from %(first)s.", number=len(made),
                      first=first.number))  # fmt: skip
        ids = ",".join(map(str, made[:MOST_LABELS]))
        return redirect(url_for("catalogue.record", record_id=record.id, made=ids))

    form = _new_form(session, None)
    return web.handled(session, form, work, lambda form: _new_page(session, record, form))


def _record(session: Session) -> BibliographicRecord:
    number = web.whole("record", request.values.get("record", "")) or 0
    return catalog.active_record(session, number)


def _new_form(session: Session, values: Mapping[str, object] | None) -> Form[NewCopiesData]:
    codes = [code for code in AccessionSource if code is not AccessionSource.REDISTRIBUTION]
    sources = [(code.value, web.code_name("accession_source", code)) for code in codes]
    choices = {"source": sources, "branch": branch_choices(session), "act": _open_acts(session)}
    return Form(NewCopiesData, values, choices=choices)


def _open_acts(session: Session) -> list[tuple[str, str]]:
    """Acts of acceptance that copies can be added to."""
    drafts = acts.acts().where(
        StockAct.kind == ActKind.ACCEPTANCE, StockAct.state == ActState.DRAFT
    )
    return [
        (str(act.id), " · ".join(filter(None, (
            web.code_name("accession_source", act.source or ""), act.partner, act.document,
            f"{act.day:%d.%m.%Y}",
        ))))
        for act in session.scalars(drafts.limit(50))
    ]  # fmt: skip


def _new_page(
    session: Session, record: BibliographicRecord, form: Form[NewCopiesData]
) -> ResponseReturnValue:
    return web.respond(
        session, "holdings/new.html", {}, title=N_("Copies into stock"), record=record, form=form
    )
