"""References and services given; refusals; what to buy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.catalog import queries as catalog
from ils.errors import N_
from ils.organisation.permissions import Permission
from ils.services import rules
from ils.services.enquiries import actions
from ils.services.enquiries import queries as enquiry_queries
from ils.services.enquiries.actions import (
    ASKED_BY,
    EnquiryData,
    SuggestionData,
    UnmetData,
)
from ils.services.enquiries.models import Enquiry, PurchaseSuggestion, UnmetRequest
from ils.services.pages import done, handled_at_desk, services
from ils.web.cells import ListCell
from ils.web.filled import Form
from ils.web.lists import Column, ListDefinition, RowAction

MAX_SHOWN = 200


@services.get("/enquiries")
@web.page(Permission.OPERATE_DESK)
def enquiries(session: Session) -> ResponseReturnValue:
    """References and services of the branch in a period, and the form of another."""
    return _enquiries_page(session, _enquiry_form({"language": web.language()}))


def _enquiry_form(values: Mapping[str, Any] | None) -> Form[EnquiryData]:
    channels = [(code, web.code_name("channel", code)) for code in ASKED_BY]
    return Form(EnquiryData, values, choices={"channel": channels})


def _enquiries_page(session: Session, form: Form[EnquiryData]) -> ResponseReturnValue:
    days = web.asked_days()
    definition = ListDefinition(
        enquiry_queries.enquiries(g.staff.branch.id, days),
        (
            Column("question", N_("Question"), lambda e: ListCell(e.question, note=e.answer),
                   Enquiry.question),
            Column("day", N_("Day"), lambda e: e.day, Enquiry.day),
            Column("type", N_("Type"), lambda e: web.code_name("enquiry_type", e.type),
                   Enquiry.type),
            Column("pages", N_("Pages"), lambda e: e.pages, Enquiry.pages),
            Column("channel", N_("Asked"), lambda e: web.code_name("channel", e.channel),
                   Enquiry.channel),
        ),
        filters=web.days_filters(days),
        row_actions=(
            RowAction(N_("Undo"), lambda e: url_for("services.undo_enquiry", enquiry_id=e.id),
                      lambda e: e.question[:40], sends=lambda _: {"undo": 1}),
        ),
        empty=N_("Nothing yet."),
    )  # fmt: skip
    return web.list_page(
        session,
        definition,
        title=N_("Reference transactions"),
        template="services/enquiries.html",
        form=form,
    )


@services.post("/enquiries")
@web.page(Permission.OPERATE_DESK, write=True)
def add_enquiry(session: Session) -> ResponseReturnValue:
    """Write one down."""

    def work(data: EnquiryData) -> ResponseReturnValue:
        actions.answer_enquiry(session, web.origin(), data, web.current().config.lists)
        return done(gettext("Saved: %(what)s", what=data.question), "services.enquiries")

    return handled_at_desk(
        session, _enquiry_form(None), work, lambda form: _enquiries_page(session, form)
    )


@services.post("/enquiries/<id:enquiry_id>/undo")
@web.page(Permission.OPERATE_DESK, write=True)
def undo_enquiry(session: Session, enquiry_id: int) -> ResponseReturnValue:
    """Take one back."""
    found = session.get(Enquiry, enquiry_id, with_for_update=True)
    if found is None or found.branch_id != g.staff.branch.id:
        raise rules.UnknownService
    actions.reverse_record(session, web.origin(), found)
    return redirect(url_for("services.enquiries"))


@services.get("/refusals")
@web.page(Permission.VIEW_UNMET_REQUESTS)
def refusals(session: Session) -> ResponseReturnValue:
    """Refusals of the branch in a period, and the form of another."""
    return _refusals_page(session, Form(UnmetData, {"what": request.args.get("what", "")}))


def _refusals_page(session: Session, form: Form[UnmetData]) -> ResponseReturnValue:
    days = web.asked_days()
    definition = ListDefinition(
        enquiry_queries.unmet_requests(g.staff.branch.id, days),
        (
            Column("what", N_("What was asked"), lambda e: e.what, UnmetRequest.what,
                   lambda e: _record_address(e.record_id)),
            Column("day", N_("Day"), lambda e: e.day, UnmetRequest.day),
            Column("reason", N_("Reason"),
                   lambda e: web.code_name("refusal_reason", e.reason), UnmetRequest.reason),
        ),
        filters=web.days_filters(days),
        row_actions=(
            RowAction(N_("Undo"), lambda e: url_for("services.undo_refusal", refusal_id=e.id),
                      lambda e: e.what[:40], sends=lambda _: {"undo": 1},
                      shown=lambda _: web.may(Permission.OPERATE_DESK)),
        ),
        empty=N_("Nothing yet."),
    )  # fmt: skip
    return web.list_page(
        session,
        definition,
        title=N_("Unfilled requests"),
        template="services/refusals.html",
        form=form,
    )


def _record_address(record_id: int | None) -> str | None:
    return url_for("catalogue.record", record_id=record_id) if record_id else None


@services.post("/refusals")
@web.page(Permission.OPERATE_DESK, write=True)
def add_refusal(session: Session) -> ResponseReturnValue:
    """A reader went without."""

    def work(data: UnmetData) -> ResponseReturnValue:
        record_id = web.form_int("record")
        refusal = actions.record_unmet_request(
            session,
            web.origin(),
            what=data.what,
            reason=data.reason,
            record=catalog.record(session, record_id) if record_id else None,
            language=data.language or None,
        )
        text = gettext("Unfilled request saved: %(what)s", what=refusal.what)
        return done(text, "services.refusals")

    return handled_at_desk(
        session, Form(UnmetData), work, lambda form: _refusals_page(session, form)
    )


@services.post("/refusals/<id:refusal_id>/undo")
@web.page(Permission.OPERATE_DESK, write=True)
def undo_refusal(session: Session, refusal_id: int) -> ResponseReturnValue:
    """Take one back."""
    found = session.get(UnmetRequest, refusal_id, with_for_update=True)
    if found is None or found.branch_id != g.staff.branch.id:
        raise rules.UnknownService
    actions.reverse_record(session, web.origin(), found)
    return redirect(url_for("services.refusals"))


@services.get("/wanted")
@web.page(Permission.VIEW_SUGGESTIONS)
def wanted(session: Session) -> ResponseReturnValue:
    """What was asked for in vain or suggested, most wanted first; suggestions to decide."""
    return _wanted_page(session, Form(SuggestionData, {}))


def _wanted_page(session: Session, form: Form[SuggestionData]) -> ResponseReturnValue:
    days = web.asked_days()
    definition = ListDefinition(
        enquiry_queries.wanted(days),
        (
            Column("what", N_("What was asked"), lambda row: row[0],
                   link=lambda row: _record_address(row[1])),
            Column("refusals", N_("Unfilled requests"), lambda row: row[2]),
            Column("suggestions", N_("Suggestions"), lambda row: row[3]),
        ),
        filters=web.days_filters(days),
        empty=N_("Nothing yet."),
    )  # fmt: skip
    return web.list_page(
        session,
        definition,
        title=N_("Demand (unfilled requests and suggestions)"),
        template="services/wanted.html",
        form=form,
        suggestions=session.scalars(enquiry_queries.suggestions().limit(MAX_SHOWN)).all(),
    )


@services.post("/wanted")
@web.page(Permission.SUGGEST_PURCHASE, write=True)
def suggest(session: Session) -> ResponseReturnValue:
    """Suggest a purchase."""

    def work(data: SuggestionData) -> ResponseReturnValue:
        actions.suggest(session, web.origin(), what=data.what, note=data.note)
        return done(gettext("Saved: %(what)s", what=data.what), "services.wanted")

    form = Form(SuggestionData)
    return handled_at_desk(session, form, work, lambda form: _wanted_page(session, form))


@services.post("/suggestions/<id:suggestion_id>")
@web.page(Permission.DECIDE_PURCHASES, write=True)
def judge(session: Session, suggestion_id: int) -> ResponseReturnValue:
    """Order what was suggested, or decline."""
    found = session.get(PurchaseSuggestion, suggestion_id)
    if found is None:
        raise rules.UnknownService
    actions.judge_suggestion(session, g.staff.id, found, request.form.get("status", ""))
    return redirect(url_for("services.wanted"))
