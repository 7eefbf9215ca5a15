"""The register of events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from operator import attrgetter

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.errors import N_, Forbidden
from ils.fields import infos
from ils.organisation.branches.queries import names_of
from ils.organisation.permissions import Permission
from ils.services.events import actions, queries
from ils.services.events.actions import EventData
from ils.services.events.models import Event
from ils.services.pages import services
from ils.web.cells import ListCell
from ils.web.filled import Form
from ils.web.lists import Column, Filter, ListDefinition, PageAction


@services.get("/events")
@web.page(Permission.VIEW_EVENTS)
def events(session: Session) -> ResponseReturnValue:
    """Events of a period: of one's branch, or of all for those who may see all."""
    sees_all = web.may(Permission.VIEW_EVENTS_OF_ALL)
    all_ = sees_all and request.args.get("branch") == "all"
    days, lists = web.asked_days(), web.current().config.lists
    names = names_of(session, web.language())
    own = g.staff.branch.id if web.may(Permission.OPERATE_DESK) else None
    everywhere = Filter("branch", N_("Branch"), [("all", gettext("all branches"))])
    definition = ListDefinition(
        queries.events(None if all_ else g.staff.branch.id, days),
        (
            Column("title", N_("Event title"), lambda e: _title(e, own, names), Event.title,
                   lambda e: url_for("services.event", event_id=e.id)
                   if e.branch_id == own else None),
            Column("day", N_("Day"), lambda e: e.day, Event.day),
            Column("form", N_("Form of the event"),
                   lambda e: web.listed(lists.event_forms, e.form), Event.form),
            Column("mode", N_("Where"), lambda e: web.code_name("event_mode", e.mode), Event.mode),
            *(Column(info.name, info.label, attrgetter(info.name), getattr(Event, info.name))
              for info in infos(EventData)
              if info.name in {"participants", "views", "shown", "issued"}),
        ),
        filters=(*web.days_filters(days), *([everywhere] if sees_all else [])),
        empty=N_("Nothing yet."),
    )  # fmt: skip
    add = PageAction(N_("Add event"), url_for("services.new_event"), main=True)
    actions_ = (add,) if own is not None else ()
    return web.list_page(session, definition, title=N_("Events"), actions=actions_)


def _title(event: Event, own: int | None, names: Mapping[int, tuple[str, str]]) -> ListCell:
    elsewhere = names[event.branch_id][0] if event.branch_id != own else ""
    return ListCell(event.title, elsewhere, gettext("taken back") if event.cancelled else "")


@services.get("/events/new")
@web.page(Permission.OPERATE_DESK)
def new_event(session: Session) -> ResponseReturnValue:
    """The form of an event."""
    del session
    return _page(None, Form(EventData, {"day": web.today(), "language": "kk"}))


@services.post("/events/new")
@web.page(Permission.OPERATE_DESK, write=True)
def add_event(session: Session) -> ResponseReturnValue:
    """Write an event down."""
    return _saved(session, None)


@services.get("/events/<id:event_id>")
@web.page(Permission.OPERATE_DESK)
def event(session: Session, event_id: int) -> ResponseReturnValue:
    """The form with an event."""
    found = _own(session, event_id)
    values = {field.name: getattr(found, field.name) for field in fields(EventData)}
    return _page(found, Form(EventData, values))


@services.post("/events/<id:event_id>")
@web.page(Permission.OPERATE_DESK, write=True)
def save_event(session: Session, event_id: int) -> ResponseReturnValue:
    """Change an event and its figures."""
    return _saved(session, _own(session, event_id))


@services.post("/events/<id:event_id>/cancel")
@web.page(Permission.OPERATE_DESK, write=True)
def cancel_event(session: Session, event_id: int) -> ResponseReturnValue:
    """Take an event back."""
    actions.cancel_event(session, web.origin(), _own(session, event_id))
    flash(
        gettext(
            "The event was cancelled and its statistics reversed; save it again to restore them."
        )
    )
    return redirect(url_for("services.events"))


def _own(session: Session, event_id: int) -> Event:
    found = queries.event(session, event_id)
    if found.branch_id != g.staff.branch.id:
        raise Forbidden(roles=g.staff.branch.code)
    return found


def _saved(session: Session, found: Event | None) -> ResponseReturnValue:
    def work(data: EventData) -> ResponseReturnValue:
        lists, timezone = web.current().config.lists, g.staff.branch.timezone
        actions.save_event(session, web.origin(), found, data=data, lists=lists, timezone=timezone)
        return redirect(url_for("services.events"))

    return web.handled(session, Form(EventData), work, lambda form: _page(found, form))


def _page(found: Event | None, form: Form[EventData]) -> str:
    return render_template("services/event.html", event=found, form=form)
