"""The register of events and its figures."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from ils import ledger
from ils.config import Lists
from ils.errors import N_, Invalid, Refused
from ils.fields import FieldKind, described
from ils.ledger import Entry, Facts, Kind, Origin
from ils.services import rules
from ils.services.counts.actions import dated
from ils.services.events.models import Event, EventMode

#: ``place`` of visits at events.
AT_EVENT = "event"


class AlreadyCancelled(Refused):
    """The event was taken back before."""

    code = "event_cancelled"
    message = N_("This has already been cancelled.")


def _number(label: str) -> Any:
    return described(label, FieldKind.WHOLE, default=0, width="short", most=rules.MAX_COUNT)


@dataclass(frozen=True)
class EventData:
    """What the form of an event says."""

    day: date = described(N_("Day"), FieldKind.DAY, width="date")
    title: str = described(N_("Event title"), longest=rules.MAX_LENGTH)
    form: str = described(N_("Form of the event"), codes="event_forms")
    mode: str = described(N_("Where"), codes="event_mode")
    language: str = described(N_("Language"), codes="language", default="kk")
    audience: str = described(N_("For whom"), default="")
    project: str = described(N_("Project"), default="")
    participants: int = _number(N_("Participants"))
    views: int = _number(N_("Views"))
    shown: int = _number(N_("Documents shown"))
    shown_kk: int = _number(N_("Shown, in Kazakh"))
    issued: int = _number(N_("Issued"))
    issued_kk: int = _number(N_("Issued, in Kazakh"))


def checked_event(data: EventData, lists: Lists, today: date) -> EventData:
    """The data, tidy.

    Raises:
        Invalid: a field cannot be used.
    """
    rules.checked_day(data.day, today)
    if data.form not in lists.event_forms:
        raise Invalid(N_("Form of the event"), N_("Choose one from the list."))
    if data.mode not in set(EventMode):
        raise Invalid(N_("Where"), N_("Choose one from the list."))
    if data.language not in rules.LANGUAGES:
        raise Invalid(N_("Language"), N_("Choose one from the list."))
    rules.part_of(data.shown_kk, data.shown, N_("Shown, in Kazakh"))
    rules.part_of(data.issued_kk, data.issued, N_("Issued, in Kazakh"))
    rules.part_of(data.issued, data.shown, N_("Issued"))
    title = rules.text_of(data.title, N_("Event title"))
    return replace(data, title=title, audience=data.audience.strip(), project=data.project.strip())


def save_event(
    session: Session,
    origin: Origin,
    event: Event | None,
    *,
    data: EventData,
    lists: Lists,
    timezone: str,
) -> Event:
    """Write an event down, or change one: its old figures are reversed, new ones written.

    Raises:
        Invalid: a field cannot be used.
    """
    data = checked_event(data, lists, origin.day)
    if event is None:
        event = Event(branch_id=origin.branch_id, staff_id=origin.staff_id, entries=[])
        session.add(event)
    _take_figures_back(session, origin, event)
    for name, value in asdict(data).items():
        setattr(event, name, value)
    event.cancelled = False
    session.flush()
    event.entries = _write_figures(session, dated(origin, data.day, timezone), event)
    return event


def cancel_event(session: Session, origin: Origin, event: Event) -> None:
    """Take an event back with all its figures; it stays in the register, struck out.

    Raises:
        AlreadyCancelled: that was done before.
    """
    if event.cancelled:
        raise AlreadyCancelled
    _take_figures_back(session, origin, event)
    event.cancelled, event.entries = True, []


def _take_figures_back(session: Session, origin: Origin, event: Event) -> None:
    for entry_id in event.entries:
        entry = session.get_one(Entry, entry_id)
        ledger.reverse(session, entry, origin.derive(f"back:{entry_id}"))


def _write_figures(session: Session, origin: Origin, event: Event) -> list[int]:
    """An event is counted once; people, views and documents by their numbers."""
    online = event.mode == EventMode.ONLINE
    people = Kind.REMOTE_VISIT if online else Kind.VISIT
    rows = [
        (Kind.EVENT, 1, event.language, event.mode),
        (people, event.participants, event.language, AT_EVENT),
        (Kind.EVENT_VIEWS, event.views, event.language, event.mode),
        (Kind.SHOWN, event.shown_kk, "kk", event.mode),
        (Kind.SHOWN, event.shown - event.shown_kk, None, event.mode),
        (Kind.SHOWN_ISSUED, event.issued_kk, "kk", event.mode),
        (Kind.SHOWN_ISSUED, event.issued - event.issued_kk, None, event.mode),
    ]
    written = []
    for number, (kind, count, language, place) in enumerate(rows):
        if count:
            part = origin if kind is Kind.EVENT else origin.derive(f"figure:{number}")
            facts: Facts = {"language": language, "act_id": event.id}
            entry_id = ledger.record(
                session, kind, part, facts, place=place, detail=event.form, count=count
            )
            written.append(entry_id)
    return written
